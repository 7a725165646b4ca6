import { useTranslation } from 'react-i18next'
import type { ForkDetail, SeedDetail } from '../../engine/session/steps/types.ts'
import { Formula } from '../value/Formula.tsx'
import { PieceGrid } from './PieceGrid.tsx'
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
