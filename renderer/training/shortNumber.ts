/** A number beside an axis, never longer than "-1.23e-13": with an exponent from 100,000 up and below 0.001. */
export function shortNumber(value: number | null): string {
  if (value === null) return ''
  const size = Math.abs(value)
  if (size !== 0 && (size >= 1e5 || size < 1e-3)) {
    const [digits, exponent] = value.toExponential(2).split('e')
    return `${Number(digits)}e${Number(exponent)}`
  }
  return String(Number(value.toPrecision(3)))
}
