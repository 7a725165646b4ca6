import { useTranslation } from 'react-i18next'
import type { Field } from '../../engine/ir/op.ts'
import type { AttributeValue } from '../../engine/ir/types.ts'
import { INITIALIZERS } from '../../engine/ops/attributes.ts'
import { useEditor } from '../store/editor.ts'
import { Choice } from '../ui/Choice.tsx'
import { useSlipText } from './AttributeField.tsx'
import { CommitField } from './CommitField.tsx'
import { parseAttribute, showAttribute } from './parse.ts'
import { holdsOne } from './shapes.ts'

interface InitFieldProps {
  readonly id: string
  readonly node: string
  readonly name: string
  readonly value: AttributeValue | undefined
  readonly set: (value: AttributeValue | undefined) => string | null
}

type Init = { readonly [key: string]: AttributeValue } & { readonly kind: string }

const KINDS = ['values', ...Object.keys(INITIALIZERS)]
const RANDOM = new Set(['uniform', 'normal', 'glorotUniform', 'glorotNormal', 'heUniform', 'heNormal'])

const field = (kind: Field['kind']): Field => ({ kind, doc: '', check: () => null })

/** Initial values: a kind, its named numbers and, where it draws, a seed. */
export function InitField({ id, node, name, value, set }: InitFieldProps) {
  const { t } = useTranslation()
  const init = (
    typeof value === 'object' && value !== null && !Array.isArray(value) ? value : { kind: 'zeros' }
  ) as Init
  const named = INITIALIZERS[init.kind] ?? {}
  const options = KINDS.map((kind) => ({ value: kind, text: kind }))
  const choose = (kind: string) => set(kind === 'values' ? { kind, values: [0] } : { kind, ...INITIALIZERS[kind] })
  return (
    <div className="init-field">
      <Choice id={id} label={name} value={init.kind} options={options} onChange={choose} />
      {init.kind === 'values' && (
        <InitText
          name="values"
          node={node}
          kind="numbers"
          init={init}
          set={set}
          lines={Array.isArray(init.values) && init.values.length > 8 ? 4 : 1}
        />
      )}
      {Object.entries(named).map(([key, preset]) => (
        <InitText key={key} name={key} kind="number" init={{ [key]: preset, ...init }} set={set} />
      ))}
      {RANDOM.has(init.kind) && (
        <InitText name="seed" kind="optional-integer" init={init} set={set} placeholder={t('inspector.seedOfGraph')} />
      )}
    </div>
  )
}

interface InitTextProps {
  readonly name: string
  readonly node?: string
  readonly kind: 'numbers' | 'number' | 'optional-integer'
  readonly init: Init
  readonly set: (value: AttributeValue | undefined) => string | null
  readonly lines?: number
  readonly placeholder?: string
}

function InitText({ name, node, kind, init, set, lines, placeholder }: InitTextProps) {
  const slipText = useSlipText()
  const commit = (text: string): string | null => {
    const single = node !== undefined && holdsOne(useEditor.getState().document, node)
    const parsed = parseAttribute(field(kind), text, single)
    if ('slip' in parsed) return slipText(parsed)
    const { [name]: _, ...rest } = init
    return set(parsed.value === null ? rest : { ...rest, [name]: parsed.value })
  }
  return (
    <div className="init-part">
      <span className="init-name" aria-hidden="true">
        {name}
      </span>
      <CommitField
        label={name}
        value={showAttribute(field(kind), init[name])}
        onCommit={commit}
        lines={lines}
        placeholder={placeholder}
        numbers
      />
    </div>
  )
}
