import { RotateCcw } from 'lucide-react'
import { memo, useId } from 'react'
import { useTranslation } from 'react-i18next'
import type { Command } from '../../engine/document/commands.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import type { Field } from '../../engine/ir/op.ts'
import type { AttributeValue } from '../../engine/ir/types.ts'
import { useOperatorText } from '../i18n/useOperatorText.ts'
import { useProblemText } from '../i18n/useProblemText.ts'
import { dispatch, useEditor } from '../store/editor.ts'
import { IconButton } from '../ui/Button.tsx'
import { Choice } from '../ui/Choice.tsx'
import { Hint } from '../ui/Hint.tsx'
import { Toggle } from '../ui/Toggle.tsx'
import { CommitField } from './CommitField.tsx'
import { InitField } from './InitField.tsx'
import { type Parsed, parseAttribute, showAttribute } from './parse.ts'
import { follow, holdsOne } from './shapes.ts'

export interface AttributeFieldProps {
  readonly node: string
  readonly name: string
  readonly field: Field
  readonly value: AttributeValue | undefined
  /** Written in the document, not the operator's default. */
  readonly given: boolean
}

/** Says what was wrong with a text, in words. */
export function useSlipText(): (parsed: Extract<Parsed, { slip: string }>) => string {
  const { t, i18n } = useTranslation()
  return (parsed) => {
    const { slip, found, place } = parsed
    const read = 'read' in parsed ? new Intl.ListFormat(i18n.language).format(parsed.read) : ''
    return t(`inspector.slip.${slip}`, { found, place, read })
  }
}

/** Sets the attribute; what is wrong with the value, in words, or null. */
export function useSetAttribute(node: string, name: string): (value: AttributeValue | undefined) => string | null {
  const textOf = useProblemText()
  return (value) => {
    const set: Command = { type: 'setAttribute', node, attribute: name, value }
    const owner = indexOf(useEditor.getState().document).nodes.get(node)
    const more = name === 'shape' && owner && value !== undefined ? follow(owner, value) : []
    const first = dispatch({ type: 'batch', commands: [set, ...more] })?.[0]
    if (!first) return null
    const { message, hint } = textOf(first)
    return [message, hint].filter(Boolean).join(' ')
  }
}

/** One attribute as a field made from its schema. The others of its node need not be drawn when it changes. */
export const AttributeField = memo(function AttributeField({ node, name, field, value, given }: AttributeFieldProps) {
  const { t } = useTranslation()
  const id = useId()
  const set = useSetAttribute(node, name)
  const textOf = useOperatorText()
  return (
    <div className="attribute" data-attribute={name}>
      <div className="attribute-head">
        <Hint text={textOf(field.doc)} side="left">
          <label htmlFor={id} className="attribute-name">
            {name}
          </label>
        </Hint>
        {given && field.default !== undefined && (
          <IconButton
            icon={RotateCcw}
            size={13}
            className="attribute-reset"
            label={t('inspector.toDefault')}
            onClick={() => set(undefined)}
          />
        )}
      </div>
      <Control id={id} node={node} name={name} field={field} value={value} set={set} />
    </div>
  )
})

interface ControlProps {
  readonly id: string
  readonly node: string
  readonly name: string
  readonly field: Field
  readonly value: AttributeValue | undefined
  readonly set: (value: AttributeValue | undefined) => string | null
}

const isFlag = (field: Field) => field.kind === 'integer' && field.min === 0 && field.max === 1

function Control({ id, node, name, field, value, set }: ControlProps) {
  const { t } = useTranslation()
  const slipText = useSlipText()
  if (field.kind === 'boolean') return <Toggle id={id} label={name} checked={value === true} onChange={set} />
  if (isFlag(field)) return <Toggle id={id} label={name} checked={value === 1} onChange={(on) => set(on ? 1 : 0)} />
  if (field.kind === 'init') return <InitField id={id} node={node} name={name} value={value} set={set} />
  if (field.kind === 'choice') {
    const options = (field.choices ?? []).map((choice) => ({ value: choice, text: choice }))
    return <Choice id={id} label={name} value={String(value)} options={options} onChange={set} />
  }
  const commit = (text: string): string | null => {
    const parsed = parseAttribute(field, text, holdsOne(useEditor.getState().document, node))
    return 'slip' in parsed ? slipText(parsed) : set(parsed.value)
  }
  return (
    <CommitField
      id={id}
      label={name}
      value={showAttribute(field, value)}
      onCommit={commit}
      placeholder={
        field.kind === 'shape' ? t('inspector.scalarShape') : value === null ? t('inspector.automatic') : undefined
      }
      lines={field.kind === 'numbers' && Array.isArray(value) && value.length > 8 ? 4 : 1}
      numbers={field.kind !== 'text'}
    />
  )
}
