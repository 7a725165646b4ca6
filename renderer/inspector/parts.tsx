/** What the panels of the inspector are built of. */
import { CircleX, Maximize2, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { isError, type Problem } from '../../engine/problem.ts'
import type { Cell, Summary, Target } from '../../engine/session/protocol.ts'
import { useProblemText } from '../i18n/useProblemText.ts'
import { Fixes } from '../problems/Fixes.tsx'
import { IconButton } from '../ui/Button.tsx'
import { formatBroken, formatNumber, formatShape, formatShare } from '../value/format.ts'
import { HeatStrip } from '../value/HeatStrip.tsx'
import { viewTensor } from '../value/viewer.ts'

export function Section({ title, children }: { readonly title?: string; readonly children: ReactNode }) {
  return (
    <section className="inspector-section">
      {title && <h3 className="inspector-heading">{title}</h3>}
      {children}
    </section>
  )
}

export function Problems({ problems }: { readonly problems: readonly Problem[] }) {
  const textOf = useProblemText()
  if (problems.length === 0) return null
  return (
    <div className="inspector-problems">
      {problems.map((problem) => {
        const { message, hint } = textOf(problem)
        const Icon = isError(problem) ? CircleX : TriangleAlert
        return (
          <div key={`${problem.code} ${message}`} className="inspector-problem" data-state={problem.severity}>
            <Icon size={15} aria-hidden="true" />
            <div>
              {message} {hint && <span className="problem-hint">{hint}</span>}
              <Fixes problem={problem} />
            </div>
          </div>
        )
      })}
    </div>
  )
}

/** One row of names and what they are. */
export function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

const FIGURES = ['min', 'max', 'mean', 'std', 'norm'] as const

/** The numbers that describe a tensor. */
export function Figures({ summary }: { readonly summary: Summary }) {
  const { t } = useTranslation()
  const { statistics } = summary
  return (
    <dl className="figures numbers">
      {FIGURES.filter((name) => name !== 'norm' || formatBroken(statistics) === null).map((name) => (
        <Fact key={name} name={t(`inspector.figure.${name}`)}>
          {formatNumber(statistics[name])}
        </Fact>
      ))}
      <Fact name={t('inspector.figure.zeros')}>{formatShare(statistics.zeros)}</Fact>
      {statistics.nan > 0 && <Fact name="NaN">{statistics.nan}</Fact>}
      {statistics.infinite > 0 && <Fact name="∞">{statistics.infinite}</Fact>}
    </dl>
  )
}

interface CellViewProps {
  readonly cell: Cell
  readonly target: Target
}

/** Value and gradient of one tensor. */
export function CellView({ cell, target }: CellViewProps) {
  const { t } = useTranslation()
  const textOf = useProblemText()
  return (
    <div className="cell-view">
      <TensorBlock name={t('inspector.value')} which="value" summary={cell.value} target={target} />
      {cell.gradient ? (
        <TensorBlock name={t('inspector.gradient')} which="gradient" summary={cell.gradient} target={target} />
      ) : (
        <div className="tensor-block" data-which="gradient">
          <span className="tensor-name">{t('inspector.gradient')}</span>
          <p className="muted">– {cell.why ? textOf(cell.why).message : t('canvas.noGradient')}</p>
        </div>
      )}
    </div>
  )
}

interface TensorBlockProps {
  readonly name: string
  readonly which: 'value' | 'gradient'
  readonly summary: Summary
  readonly target: Target
}

function TensorBlock({ name, which, summary, target }: TensorBlockProps) {
  const { t } = useTranslation()
  const only = summary.shape.length === 0 ? summary.values?.[0] : undefined
  const broken = formatBroken(summary.statistics)
  return (
    <div className="tensor-block" data-which={which}>
      <div className="tensor-head">
        <span className="tensor-name">{name}</span>
        {only === undefined ? (
          <span className="tensor-shape numbers" title={formatShape(summary.shape)}>
            {formatShape(summary.shape)}
          </span>
        ) : (
          <span className="tensor-number numbers">{formatNumber(only, 7)}</span>
        )}
        {broken && (
          <span className="tensor-broken numbers">
            <TriangleAlert size={13} role="img" aria-label={t('canvas.warning')} />
            {only === undefined && broken}
          </span>
        )}
        <IconButton
          icon={Maximize2}
          size={13}
          label={t('inspector.openTensor')}
          onClick={() => viewTensor(target, which)}
        />
      </div>
      {only === undefined && (
        <>
          <HeatStrip values={summary.strip} />
          <Figures summary={summary} />
        </>
      )}
    </div>
  )
}
