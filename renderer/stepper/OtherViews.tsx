import { useTranslation } from 'react-i18next'
import type { ForkDetail, SeedDetail, UpdateDetail } from '../../engine/session/steps/types.ts'
import { useStepper } from '../store/stepper.ts'
import { Formula } from '../value/Formula.tsx'
import { formatNumber } from '../value/format.ts'
import { PieceGrid } from './PieceGrid.tsx'
import { optimizerName } from './sentence.ts'
import { numberTex, ofElement } from './tex.ts'
import { useFill } from './useContext.ts'

/** dL/dL = 1 */
export function SeedView({ detail, name }: { readonly detail: SeedDetail; readonly name: string }) {
  const { t } = useTranslation()
  const fill = useFill()
  return (
    <article className="step-share forward-view">
      <div className="step-equation">
        <Formula
          tex={fill(
            String.raw`L = \name{${name}} = ${numberTex(detail.objective)}, \qquad \frac{\partial L}{\partial \name{${name}}} = \frac{\partial L}{\partial L} = \mathbf{1}`
          )}
        />
      </div>
      {detail.gradient.shape.length > 0 && (
        <PieceGrid piece={detail.gradient} name={t('steps.gradientOf')} which="gradient" />
      )}
    </article>
  )
}

/** The parts that came back, and their sum. */
export function ForkView({ detail, name }: { readonly detail: ForkDetail; readonly name: string }) {
  const { t } = useTranslation()
  const fill = useFill()
  const { parts, sum } = detail
  const whole = String.raw`\frac{\partial L}{\partial \name{${name}}}`
  const symbols = parts.map((part) => String.raw`\left.${whole}\right|_{\name{${part.name}}}`).join(' + ')
  const numbers = parts.map(({ gradient }, i) => {
    const tex = numberTex(gradient.value)
    return i > 0 && gradient.value < 0 ? `(${tex})` : tex
  })
  return (
    <article className="step-share forward-view">
      <div className="step-equation">
        <Formula tex={fill(`${whole} = ${symbols}`)} />
      </div>
      <div className="step-equation">
        <Formula
          tex={fill(
            `${ofElement(whole, sum.cell, sum.shape)} = ${numbers.join(' + ')} = \\mathbf{${numberTex(sum.value)}}`
          )}
        />
      </div>
      {sum.shape.length > 0 && <PieceGrid piece={sum} name={t('steps.sum')} which="gradient" handle="out" />}
    </article>
  )
}

/** The optimizer's rule line by line, before and after. */
export function UpdateView({ detail, name }: { readonly detail: UpdateDetail; readonly name: string }) {
  const { t } = useTranslation()
  const fill = useFill()
  const walk = useStepper((s) => s.walk)
  const { before, gradient, lines, after, assumed, optimizer } = detail
  const tensor = before.shape.length > 0
  const weight = ofElement(`\\name{${name}}`, before.cell, before.shape)
  return (
    <article className="step-share forward-view">
      <div className="step-update-lines">
        <Formula
          tex={fill(
            `w = ${weight} = ${numberTex(before.value)}, \\qquad g = \\frac{\\partial L}{\\partial w} = ${numberTex(gradient.value)}`
          )}
        />
        {lines.map((line) => {
          const arrow = line.of === 'corrected' ? '=' : '\\leftarrow'
          const put = line.put === null ? '' : ` = ${fill(line.put, line.values)}`
          const result = line.result === null ? '' : ` = \\mathbf{${numberTex(line.result, 5)}}`
          return (
            <span key={line.left + line.symbols} data-of={line.of}>
              <Formula tex={`${line.left} ${arrow} ${line.symbols ?? ''}${put}${result}`} />
            </span>
          )
        })}
      </div>
      {after === null ? (
        <p className="step-share-note">{t('steps.allAtOnce', { optimizer: optimizerName(optimizer) })}</p>
      ) : (
        <p className="step-update-result numbers">
          <span data-of="before">{formatNumber(before.value, 5)}</span> → <b>{formatNumber(after, 5)}</b>
        </p>
      )}
      {assumed && <p className="step-share-note">{t('steps.assumed')}</p>}
      {walk?.batch != null && walk.averaged && (
        <p className="step-share-note">{t('steps.meanOver', { batch: walk.batch })}</p>
      )}
      {tensor && (
        <div className="step-pieces">
          <PieceGrid piece={gradient} name={t('steps.gradientOf')} which="gradient" handle="out" />
          <PieceGrid piece={before} name={t('steps.before')} which="value" />
        </div>
      )}
    </article>
  )
}
