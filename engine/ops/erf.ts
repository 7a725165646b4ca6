/** The error function, which JavaScript and the shading languages lack: once as kernel text, once in float64. */

/**
 * Kernel text, to about 2e-7. Near 0 the Maclaurin series, which keeps relative precision; elsewhere Abramowitz and
 * Stegun, Handbook of Mathematical Functions, 7.1.26.
 */
export function erfText(x: string): string {
  const square = `(${x} * ${x})`
  // 2/√π · (-1)ⁿ / (n! (2n + 1))
  const series = [1, -1 / 3, 1 / 10, -1 / 42, 1 / 216, -1 / 1320].map((c) => (2 / Math.sqrt(Math.PI)) * c)
  const near = series.reduceRight((inner, c) => (inner === '' ? `(${c})` : `((${c}) + ${square} * ${inner})`), '')
  const t = `(1 / (1 + 0.3275911 * Math.abs(${x})))`
  const a = [0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429]
  const tail = a.reduceRight((inner, c) => (inner === '' ? `(${c})` : `((${c}) + ${t} * ${inner})`), '')
  const far = `(1 - ${t} * ${tail} * Math.exp(-${square}))`
  return `(Math.abs(${x}) < 0.5 ? ${x} * ${near} : (${x} < 0 ? -${far} : ${far}))`
}

/**
 * Float64: erf x = 2/√π · e^(-x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!!, whose terms are all of one sign (NIST DLMF 7.6.2), so that
 * nothing cancels; beyond 6 the result is ±1 to the last bit.
 */
export function erf(x: number): number {
  if (Number.isNaN(x)) return x
  if (Math.abs(x) > 6) return Math.sign(x)
  let term = x
  let sum = x
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1)
    sum += term
  }
  return ((2 * Math.exp(-x * x)) / Math.sqrt(Math.PI)) * sum
}
