/** Numbers as the edges, the inspector and the tensor viewer show them: short, and never misleading. */

const SMALL = 1e-3
const LARGE = 1e6

/** Drops the zeros behind the point that say nothing: 1.500 is 1.5, 2.000 is 2. */
const trim = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)

function exponential(value: number, digits: number): string {
  const [mantissa = '', exponent = ''] = value.toExponential(digits - 1).split('e')
  return `${trim(mantissa)}e${exponent.replace('+', '')}`
}

/**
 * At most `digits` significant digits; whole numbers below a million in full; very small and very large ones as 1.23e-5.
 * Never "-0"; NaN and the infinities by name.
 */
export function formatNumber(value: number, digits = 4): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '-∞'
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size >= LARGE || size < SMALL) return exponential(value, digits)
  if (Number.isInteger(value)) return String(value)
  if (Math.round(size) >= LARGE) return exponential(value, digits)
  // digits before the point are never replaced by zeros
  return size >= 10 ** digits ? value.toFixed(0) : trim(value.toPrecision(digits))
}

/** What a tensor holds that is no number, with how many of each: "NaN × 12, ∞ × 3". Null where all are finite. */
export function formatBroken({ nan, infinite }: { readonly nan: number; readonly infinite: number }): string | null {
  const parts = [nan > 0 && `NaN × ${nan}`, infinite > 0 && `∞ × ${infinite}`].filter(Boolean)
  return parts.length === 0 ? null : parts.join(', ')
}

/** A share 0…1: "12 %" where small shares still show. */
export function formatShare(share: number): string {
  if (share === 0 || share === 1) return `${share * 100}%`
  const percent = share * 100
  if (percent < 0.1) return '<0.1%'
  if (percent > 99.9) return '>99.9%'
  return `${trim(percent.toFixed(1))}%`
}

/** As people write it: [B, 784]; nothing between the brackets of a scalar would say little. */
export const formatShape = (shape: readonly (number | string)[]): string => `[${shape.join(', ')}]`

/** An element's place: [3, 17]. */
export function indexAt(flat: number, shape: readonly number[]): number[] {
  const index: number[] = []
  let rest = flat
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number
    index.unshift(rest % size)
    rest = Math.floor(rest / size)
  }
  return index
}
