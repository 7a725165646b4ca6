import { CircleSlash, CornerDownLeft, Eye } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { BackwardDetail, Piece, Share, Term } from '../../engine/session/steps/types.ts'
import { useProblemText } from '../i18n/useProblemText.ts'
import { useStepper } from '../store/stepper.ts'
import { Formula } from '../value/Formula.tsx'
import { formatNumber, formatShape, indexAt } from '../value/format.ts'
import { BatchStrip } from './BatchStrip.tsx'
import { Boxes } from './Boxes.tsx'
import { Broadcast } from './Broadcast.tsx'
import { PieceGrid } from './PieceGrid.tsx'
import { operatorName, textName } from './sentence.ts'
import { numberTex, ofElement } from './tex.ts'
import { useContext, useFill } from './useContext.ts'

interface ShareViewProps {
  readonly share: Share
  readonly detail: BackwardDetail
  readonly op: string
}

/** What goes back to one input: upstream × local = downstream, in symbols, in numbers, and the result. */
export function ShareView({ share, detail, op }: ShareViewProps) {
  const { t } = useTranslation()
  const problemText = useProblemText()
  const context = useContext()
  const { gradient } = share
  const walk = useStepper((s) => s.walk)
  const [output] = detail.upstream
  const tensor = share.value.shape.length > 0
  return (
    <article className="step-share" data-given={share.given || undefined} data-none={!gradient || undefined}>
      <header className="step-share-head">
        <CornerDownLeft size={13} aria-hidden="true" />
        <span className="step-share-name">{textName(context, share.name)}</span>
        {tensor && <span className="step-share-shape numbers">{formatShape(share.value.shape)}</span>}
        {detail.reads.inputs.includes(share.handle) && (
          <span className="step-share-reads" title={t('steps.readsValue')}>
            <Eye size={13} role="img" aria-label={t('steps.readsValue')} />
          </span>
        )}
      </header>
      {gradient ? (
        <>
          <Chain share={share} />
          {share.shapes && <Boxes shapes={share.shapes} />}
          {output && share.summed.length > 0 && (
            <Broadcast
              name={textName(context, share.name)}
              from={share.value.shape}
              to={output.gradient.shape}
              way="backward"
            />
          )}
          {walk?.batch != null && share.samples && share.value.shape[0] !== walk.batch && (
            <BatchStrip samples={share.samples} gradient={gradient.value} />
          )}
          {tensor && <PieceGrid piece={gradient} name={t('steps.gradientOf')} which="gradient" handle={share.handle} />}
          <Notes share={share} op={op} rule={detail.rules[share.handle]} />
        </>
      ) : (
        <p className="step-share-note">
          <CircleSlash size={14} aria-hidden="true" />
          {share.why ? problemText(share.why).message : t('canvas.noGradient')}
        </p>
      )}
    </article>
  )
}

function Column({
  of,
  symbol,
  number,
  caption,
  formula = false
}: {
  of: string
  symbol: string
  number: ReactNode
  caption: ReactNode
  /** Whether the caption is one, which is not broken into lines. */
  formula?: boolean
}) {
  return (
    <div className="step-chain-column" data-of={of}>
      <span className="step-chain-symbol">
        <Formula tex={symbol} />
      </span>
      <span className="step-chain-number numbers">{number}</span>
      <span className="step-chain-caption" data-formula={formula || undefined}>
        {caption}
      </span>
    </div>
  )
}

const Sign = ({ children }: { readonly children: string }) => <span className="step-chain-sign">{children}</span>

/** The chain rule as columns; where it is a sum of products, the summands stand below. */
function Chain({ share }: { readonly share: Share }) {
  const { t } = useTranslation()
  const fill = useFill()
  const { terms, local, gradient } = share
  const [left = '', right = ''] = share.chain.split(' = ')
  const several = right.split(' + ').length > 1
  const [upstream = '', slope = ''] = right.split(' \\cdot ')
  const [only] = terms?.shown ?? []
  const result = gradient ? ofElement(left, gradient.cell, gradient.shape) : left
  if (terms && terms.count === 1 && only && !several) {
    return (
      <div className="step-chain">
        <Column
          of="upstream"
          symbol={fill(atPlace(upstream, only.at))}
          number={formatNumber(only.factors[0])}
          caption={t('steps.upstream')}
        />
        <Sign>×</Sign>
        <Column
          of="local"
          symbol={fill(atPlace(slope, only.at, gradient))}
          number={formatNumber(only.factors[1])}
          caption={local?.symbols?.includes('\\name') ? <LocalFormula share={share} /> : t('steps.local')}
          formula={local?.symbols?.includes('\\name') ?? false}
        />
        <Sign>=</Sign>
        <Column
          of="result"
          symbol={fill(result)}
          number={formatNumber(gradient?.value ?? 0)}
          caption={t('steps.downstream')}
        />
      </div>
    )
  }
  return (
    <div className="step-chain-sum">
      <Formula tex={`${fill(result)} = ${several ? fill(right) : `\\sum ${fill(upstream)} \\cdot ${fill(slope)}`}`} />
      {terms && gradient && (
        <TermsLine
          terms={terms.shown}
          rest={terms.count > terms.shown.length ? terms.rest : null}
          result={gradient.value}
        />
      )}
      {terms && terms.count > terms.shown.length && (
        <span className="step-chain-caption">{t('steps.moreTerms', { count: terms.count - terms.shown.length })}</span>
      )}
    </div>
  )
}

/** Which element of the output, above and, of a local derivative, of the input below. */
function atPlace(tex: string, at: readonly number[], below: Piece | null = null): string {
  const index = at.length > 0 ? `[${at.join(',')}]` : ''
  const under = below && below.shape.length > 0 ? `[${indexAt(below.cell, below.shape).join(',')}]` : ''
  let names = 0
  return tex.replace(/\\name\{[^}]*\}/g, (name) => `{${name}}${names++ === 0 ? index : under}`)
}

const factorTex = (x: number): string => {
  const tex = numberTex(x, 3)
  return x < 0 || tex.includes('cdot') ? `(${tex})` : tex
}

interface TermsLineProps {
  readonly terms: readonly Term[]
  readonly rest: number | null
  readonly result: number
  /** What is added to the products. */
  readonly plus?: number | null
  readonly left?: string
}

export function TermsLine({ terms, rest, result, plus = null, left = '' }: TermsLineProps) {
  const sum = terms.map(({ factors: [a, b] }) => `${factorTex(a)} \\cdot ${factorTex(b)}`)
  const others = rest === null ? '' : ` + \\underbrace{${factorTex(rest)}}_{\\ldots}`
  const more = plus === null ? '' : ` + ${factorTex(plus)}`
  return <Formula tex={`${left} = ${sum.join(' + ')}${others}${more} = \\mathbf{${numberTex(result)}}`} />
}

/** The local derivative as a formula: in names, and with the numbers where there are any to put in. */
function LocalFormula({ share: { local } }: { readonly share: Share }) {
  const fill = useFill()
  if (!local?.symbols) return null
  const symbols = fill(local.symbols)
  // a name alone is the number that stands above
  const plain = /^\\name\{[^}]*\}$/.test(local.symbols)
  const put = local.put === null || plain ? '' : ` = ${fill(local.put, local.values)}`
  return <Formula tex={`= ${symbols}${put.length < 60 && `= ${put}` !== symbols ? put : ''}`} />
}

function Notes({ share, op, rule }: { readonly share: Share; readonly op: string; readonly rule: string | undefined }) {
  const { t, i18n } = useTranslation()
  const title = operatorName(op, i18n.language)
  const notes: { key: string; icon: typeof Eye; text: string }[] = []
  if (share.zero) notes.push({ key: 'zero', icon: CircleSlash, text: t(`steps.zero.${share.zero}`, { op: title }) })
  if (share.saturated) notes.push({ key: 'saturated', icon: CircleSlash, text: t('steps.saturated', { op: title }) })
  if (share.given) notes.push({ key: 'given', icon: CircleSlash, text: t('steps.given') })
  return (
    <>
      {rule && !share.local?.symbols && (
        <p className="step-share-rule">
          <Formula tex={rule} />
        </p>
      )}
      {notes.map(({ key, icon: Icon, text }) => (
        <p key={key} className="step-share-note">
          <Icon size={14} aria-hidden="true" />
          {text}
        </p>
      ))}
    </>
  )
}
