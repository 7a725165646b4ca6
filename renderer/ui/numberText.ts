/** What is typed into a field for one number. */

export interface NumberRule {
  readonly min?: number
  readonly max?: number
  readonly integer?: boolean
}

/**
 * The number, or null. A comma may be a decimal one or part thousands: only "0,001", which cannot mean a thousand, is
 * taken.
 */
export function parseNumber(text: string, { min, max, integer }: NumberRule): number | null {
  const plain = text
    .trim()
    .replace('−', '-')
    .replace(/^([+-]?0),(\d+)$/, '$1.$2')
  const value = plain === '' ? Number.NaN : Number(plain)
  if (!Number.isFinite(value) || (integer && !Number.isInteger(value))) return null
  return (min !== undefined && value < min) || (max !== undefined && value > max) ? null : value
}
