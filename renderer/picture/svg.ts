/** Elements of an SVG as text. */
import { escapeXml } from './embed.ts'

type Attributes = Readonly<Record<string, string | number | undefined>>

/** Two decimals are more than any screen shows. */
const text = (value: string | number): string =>
  typeof value === 'number' ? String(Math.round(value * 100) / 100) : escapeXml(value)

const written = (attributes: Attributes): string =>
  Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${text(value as string | number)}"`)
    .join('')

export const element = (name: string, attributes: Attributes, ...children: readonly string[]): string =>
  children.length === 0
    ? `<${name}${written(attributes)}/>`
    : `<${name}${written(attributes)}>${children.join('')}</${name}>`

export const write = (content: string, x: number, y: number, attributes: Attributes): string =>
  element('text', { x, y, ...attributes }, escapeXml(content))

const NARROW = new Set("ilj.,:;'|! ")
const WIDE = /[A-ZmwMW@%]/

/** About how wide a text is, in units of its size: Hangul is twice as wide as Latin. */
export const widthOf = (content: string): number =>
  [...content].reduce((sum, c) => sum + (c > '\u2fff' ? 1 : NARROW.has(c) ? 0.3 : WIDE.test(c) ? 0.72 : 0.56), 0)

/** The text in lines of at most `width`; what does not fit into the last one is cut with an ellipsis. */
export function wrapped(content: string, size: number, width: number, lines: number): readonly string[] {
  const fits = (line: string) => widthOf(line) * size <= width
  const made: string[] = []
  let line = ''
  for (const word of content.split(/(?<=[\s-])/)) {
    if (line !== '' && !fits((line + word).trimEnd())) {
      made.push(line.trimEnd())
      line = ''
    }
    line += word
  }
  made.push(line.trimEnd())
  const kept = made.slice(0, lines)
  if (made.length > lines) kept[lines - 1] = `${kept[lines - 1]}…`
  return kept.map((one) => {
    if (fits(one)) return one
    let cut = [...one]
    while (cut.length > 1 && !fits(`${cut.join('')}…`)) cut = cut.slice(0, -1)
    return `${cut.join('')}…`
  })
}

/** A mix of two colours `rgb(…)`, so much of the first. */
export function mixed(a: string, b: string, share: number): string {
  const [from, to] = [b, a].map((colour) => (colour.match(/[\d.]+/g) ?? ['0', '0', '0']).slice(0, 3).map(Number))
  const mix = (from ?? []).map((c, i) => Math.round(c + ((to?.[i] ?? c) - c) * share))
  return `rgb(${mix.join(', ')})`
}
