/** What people type into an attribute's field, as a value; or what is wrong with it, as a key of the catalogue. */
import type { Field } from '../../engine/ir/op.ts'
import type { AttributeValue } from '../../engine/ir/types.ts'
import { formatShape } from '../value/format.ts'

export type Parsed =
  | { readonly value: AttributeValue }
  | { readonly slip: 'number' | 'whole' | 'item' | 'size'; readonly found: string; readonly place: number }
  /** Where one number goes; `place` of them were read. */
  | { readonly slip: 'single'; readonly found: string; readonly place: number; readonly read: readonly string[] }

/** "1,5" is one and a half where a comma cannot separate. */
const numberOf = (text: string): number => {
  const plain = text.trim().replace('−', '-')
  if (/^[+-]?\d+,\d+$/.test(plain)) return Number(plain.replace(',', '.'))
  return plain === '' ? Number.NaN : Number(plain)
}

/** Numbers parted by commas, blanks, semicolons or line ends; brackets are for the eye. */
const itemsOf = (text: string): string[] =>
  text
    .replace(/[[\](){}]/g, ' ')
    .split(/[\s,;×]+/)
    .filter((item) => item !== '')

function list(text: string, slip: 'item' | 'size', read: (item: string) => number | null): Parsed {
  const values: (number | null)[] = []
  for (const [i, item] of itemsOf(text).entries()) {
    const value = read(item)
    if (Number.isNaN(value)) return { slip, found: item, place: i + 1 }
    values.push(value)
  }
  return { value: values }
}

const BATCH = new Set(['b', 'null', '?', 'none', 'batch'])

/** `single`: the shape has place for one number only. */
export function parseAttribute(field: Field, text: string, single = false): Parsed {
  const empty = text.trim() === ''
  switch (field.kind) {
    case 'text':
    case 'choice':
      return { value: text }
    case 'numbers': {
      const parsed = list(text, 'item', numberOf)
      const values = 'value' in parsed && Array.isArray(parsed.value) ? parsed.value : []
      return single && values.length > 1
        ? { slip: 'single', found: text.trim(), place: values.length, read: values.map(String) }
        : parsed
    }
    case 'integers':
      return empty && field.default === null ? { value: null } : list(text, 'size', numberOf)
    case 'shape':
      return list(text, 'size', (item) => (BATCH.has(item.toLowerCase()) ? null : numberOf(item)))
    default: {
      if (empty && field.kind.startsWith('optional')) return { value: null }
      const value = numberOf(text)
      if (Number.isNaN(value)) return { slip: 'number', found: text.trim(), place: 1 }
      return field.kind.endsWith('integer') && !Number.isInteger(value)
        ? { slip: 'whole', found: text.trim(), place: 1 }
        : { value }
    }
  }
}

/** The value as it stands in the field. */
export function showAttribute(field: Field, value: AttributeValue | undefined): string {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value))
    return field.kind === 'shape'
      ? formatShape(value.map((d) => (d === null ? 'B' : Number(d)))).slice(1, -1)
      : value.join(', ')
  return String(value)
}
