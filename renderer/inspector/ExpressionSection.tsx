import { Copy } from 'lucide-react'
import { useDeferredValue, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { definitionsIn, formulaOf, type NodeFormula } from '../../engine/document/formula.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import type { GraphDocument } from '../../engine/document/types.ts'
import { gradientOf, NoFormula } from '../../engine/expression/gradient.ts'
import { nameTex, toTex, toText } from '../../engine/expression/print.ts'
import { call, type Expression, num, shapeOf, sizeOf } from '../../engine/expression/tree.ts'
import { announce } from '../store/announce.ts'
import { useEditor } from '../store/editor.ts'
import { IconButton } from '../ui/Button.tsx'
import { Choice } from '../ui/Choice.tsx'
import { Formula } from '../value/Formula.tsx'
import { Section } from './parts.tsx'

/** The node that the others of the selection lead to; null where there are several. */
function endOf(document: GraphDocument, nodes: ReadonlySet<string>): string | null {
  const index = indexOf(document)
  const ends = [...nodes].filter(
    (id) => index.nodes.has(id) && !index.outgoing(id).some((edge) => nodes.has(edge.target))
  )
  return ends.length === 1 ? (ends[0] as string) : null
}

interface ExpressionSectionProps {
  /** One node stands for all that feeds it; several for themselves. */
  readonly nodes: ReadonlySet<string>
}

/** What is selected as a formula, and its derivative. */
export function ExpressionSection({ nodes }: ExpressionSectionProps) {
  const { t } = useTranslation()
  // the card is redrawn first: to set a formula takes longer than a frame
  const document = useDeferredValue(useEditor((s) => s.document))
  const types = useDeferredValue(useEditor((s) => s.checked.types))
  const end = useMemo(() => endOf(document, nodes), [document, nodes])
  const formula = useMemo(
    () => (end === null ? null : formulaOf(document, types, end, nodes.size > 1 ? nodes : null)),
    [document, types, end, nodes]
  )
  if (end === null || formula?.expression.kind !== 'call') return null
  const tex = `${nameTex(end)} = ${toTex(formula.expression)}`
  return (
    <Section title={t('expression.section')}>
      <div className="formula-box" data-formula>
        <div className="derivative-head">
          <span className="formula-name">{t('expression.formula')}</span>
          <CopyButton text={toText(formula.expression)} />
        </div>
        <Formula tex={tex} display />
      </div>
      <Derivative end={end} formula={formula} />
    </Section>
  )
}

function CopyButton({ text }: { readonly text: string }) {
  const { t } = useTranslation()
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    announce(t('expression.copied'))
  }
  return (
    <IconButton
      icon={Copy}
      size={13}
      className="formula-copy"
      label={t('expression.copy')}
      onClick={() => void copy().catch(() => announce(t('canvas.clipboardDenied')))}
    />
  )
}

/** More cannot be read at one glance. */
const MOST_PARTS = 300

function differentiated(
  end: string,
  e: Expression,
  name: string
): { tex: string; text: string; definitions: readonly string[] } | { missing: string | null } {
  const shape = shapeOf(e)
  const scalar = shape?.length === 0
  const upstream = { ...call('upstream', { kind: 'name', name: end }), ...(shape ? { shape } : {}) }
  try {
    const gradient = gradientOf(e, name, scalar ? num(1) : upstream) ?? num(0)
    if (sizeOf(gradient) > MOST_PARTS) return { missing: null }
    const head = `\\frac{\\partial ${scalar ? nameTex(end) : 'L'}}{\\partial ${nameTex(name)}}`
    return { tex: `${head} = ${toTex(gradient)}`, text: toTex(gradient), definitions: definitionsIn(gradient) }
  } catch (error) {
    if (error instanceof NoFormula) return { missing: error.fn }
    throw error
  }
}

function Derivative({ end, formula }: { readonly end: string; readonly formula: NodeFormula }) {
  const { t } = useTranslation()
  const [chosen, setChosen] = useState<string | null>(null)
  const { expression, names } = formula
  // what training changes is what a derivative is mostly asked for
  const parameters = useEditor((s) => s.checked.parameters)
  const first = names.find((one) => parameters.some((parameter) => parameter.name === one)) ?? names[0]
  const name = chosen !== null && names.includes(chosen) ? chosen : first
  const made = useMemo(
    () => (name === undefined ? null : differentiated(end, expression, name)),
    [end, expression, name]
  )
  if (name === undefined || !made) return null
  return (
    <div className="formula-box" data-which="gradient" data-derivative>
      <div className="derivative-head">
        <span className="formula-name">{t('expression.derivative')}</span>
        <Choice
          label={t('expression.by')}
          value={name}
          options={names.map((one) => ({ value: one, text: one }))}
          onChange={setChosen}
        />
        {'tex' in made && <CopyButton text={made.text} />}
      </div>
      {'tex' in made ? (
        <>
          <Formula tex={made.tex} display />
          {made.definitions.length > 0 && <p className="formula-name">{t('expression.where')}</p>}
          {made.definitions.map((tex) => (
            <Formula key={tex} tex={tex} display />
          ))}
        </>
      ) : (
        <p className="muted">
          {made.missing === null ? t('expression.tooLong') : t('expression.noFormula', { function: made.missing })}
        </p>
      )}
    </div>
  )
}
