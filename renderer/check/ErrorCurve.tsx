import { useTranslation } from 'react-i18next'
import type { DifferenceCurve } from '../../engine/session/protocol.ts'
import { EXPONENTS } from './state.ts'

/** In pixels; the slider in check.css is as long as the axis. */
const [WIDTH, HEIGHT] = [276, 116]
const EDGE = { left: 34, right: 10, top: 8, bottom: 20 }
/** Errors beyond these, and 0 itself, are drawn at the border. */
const [LEAST, MOST] = [-16, 1]

const x = (exponent: number): number =>
  EDGE.left + ((exponent - EXPONENTS.min) / (EXPONENTS.max - EXPONENTS.min)) * (WIDTH - EDGE.left - EDGE.right)
const y = (error: number): number => {
  const exponent = Math.min(MOST, Math.max(LEAST, Number.isNaN(error) ? MOST : Math.log10(error)))
  return EDGE.top + ((MOST - exponent) / (MOST - LEAST)) * (HEIGHT - EDGE.top - EDGE.bottom)
}

/** |d - a| / max(|d|, |a|); 0 where both are. */
const errorOf = (autodiff: number, difference: number): number =>
  autodiff === difference ? 0 : Math.abs(difference - autodiff) / Math.max(Math.abs(autodiff), Math.abs(difference))

const lineOf = (curve: DifferenceCurve, method: 'central' | 'forward'): string =>
  curve.points
    .map((p, i) => `${i === 0 ? 'M' : 'L'}${x(Math.log10(p.h))},${y(errorOf(curve.autodiff, p[method]))}`)
    .join(' ')

const power = (exponent: number): string =>
  `10${[...String(exponent)].map((c) => (c === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(c)])).join('')}`

interface Props {
  readonly curve: DifferenceCurve
  readonly method: 'central' | 'forward'
  /** log₁₀ of the step in use. */
  readonly exponent: number
}

/** The relative error over the step, both logarithmic: truncation rises to the right, rounding to the left. */
export function ErrorCurve({ curve, method, exponent }: Props) {
  const { t } = useTranslation()
  const best = curve.points.reduce((a, b) =>
    errorOf(curve.autodiff, b[method]) < errorOf(curve.autodiff, a[method]) ? b : a
  )
  return (
    <svg
      className="check-curve"
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-label={t('check.curve', { h: power(Math.round(Math.log10(best.h) * 2) / 2).replace('.', '·') })}
    >
      {[0, -4, -8, -12, -16].map((e) => (
        <g key={e} className="check-grid">
          <line x1={EDGE.left} x2={WIDTH - EDGE.right} y1={y(10 ** e)} y2={y(10 ** e)} />
          <text x={EDGE.left - 5} y={y(10 ** e) + 3.5} textAnchor="end">
            {e === 0 ? '1' : power(e)}
          </text>
        </g>
      ))}
      {[-13, -10, -7, -4, -1].map((e) => (
        <text key={e} className="check-tick" x={x(e)} y={HEIGHT - 5} textAnchor="middle">
          {power(e)}
        </text>
      ))}
      <line className="check-here" x1={x(exponent)} x2={x(exponent)} y1={EDGE.top} y2={HEIGHT - EDGE.bottom} />
      {(['forward', 'central'] as const).map((which) => (
        <path
          key={which}
          className="check-line"
          data-method={which}
          data-used={which === method || undefined}
          d={lineOf(curve, which)}
        />
      ))}
    </svg>
  )
}
