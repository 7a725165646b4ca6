/** What was found, as Markdown: ratios first, absolute figures after them. */
import { type Engine, isOurs, label } from './engines.ts'
import type { Found } from './measure.ts'
import { workload } from './workloads/index.ts'

type Cell = string | number

const show = (x: Cell): string => {
  if (typeof x === 'string') return x
  return x >= 100 ? x.toFixed(0) : Number(x.toPrecision(3)).toString()
}

/** The first column is text, the others are numbers. */
export const table = (head: readonly Cell[], rows: readonly (readonly Cell[])[]): string =>
  [head, head.map((_, i) => (i === 0 ? '---' : '--:')), ...rows]
    .map((row) => `| ${row.map(show).join(' | ')} |`)
    .join('\n')

/** Steps, or billions of operations, in a second. */
export function rate(key: string, seconds: number): number {
  const work = workload(key)
  return (work.kind === 'training' ? 1 : work.operations / 1e9) / seconds
}

export const unitOf = (key: string): string => (workload(key).kind === 'training' ? 'steps/s' : 'Gop/s')

export type Results = ReadonlyMap<string, ReadonlyMap<Engine, Found>>

/** How many times as fast Chainrule is as an engine of its group; null where one of the two was not measured. */
export function ahead(engine: Engine, found: ReadonlyMap<Engine, Found>): number | null {
  const ours = [...found].find(([e]) => isOurs(e) && e.group === engine.group)?.[1]
  const own = found.get(engine)
  return ours && own && 'seconds' in ours && 'seconds' in own ? own.seconds / ours.seconds : null
}

/** Rows under their group's name, an empty row of which begins each group. */
function grouped(
  results: Results,
  engines: readonly Engine[],
  cell: (engine: Engine, key: string) => Cell
): (readonly Cell[])[] {
  const keys = [...results.keys()]
  return [...Map.groupBy(engines, (e) => e.group)].flatMap(([group, members]) => {
    const rows = members
      .map((engine) => [engine.name, ...keys.map((key) => cell(engine, key))])
      .filter((row) => row.slice(1).some((c) => c !== ''))
    return rows.length === 0 ? [] : [[`**${group}**`, ...keys.map(() => '')], ...rows]
  })
}

export function tables(results: Results, engines: readonly Engine[]): string {
  const keys = [...results.keys()]
  const ratio = (engine: Engine, key: string): Cell => {
    const times = ahead(engine, results.get(key) ?? new Map())
    return times === null ? '' : `${show(times)} ×`
  }
  const absolute = (engine: Engine, key: string): Cell => {
    const found = results.get(key)?.get(engine)
    return found && 'seconds' in found ? rate(key, found.seconds) : ''
  }
  const others = engines.filter((e) => !isOurs(e))
  return [
    table(['Chainrule is … times as fast as', ...keys], grouped(results, others, ratio)),
    table(['', ...keys.map((key) => `${key}, ${unitOf(key)}`)], grouped(results, engines, absolute))
  ].join('\n\n')
}

/** Who was not measured on what, and why: one line an engine and reason. */
export function missing(results: Results): string {
  const reasons = new Map<string, string[]>()
  for (const [key, found] of results) {
    for (const [engine, result] of found) {
      if ('seconds' in result) continue
      const line = `${label(engine)}: ${result.why}`
      reasons.set(line, [...(reasons.get(line) ?? []), key])
    }
  }
  if (reasons.size === 0) return ''
  return ['Not measured:', '', ...[...reasons].map(([line, keys]) => `- ${line} (${keys.join(', ')})`)].join('\n')
}

const MARKS = ['<!-- bench -->', '<!-- /bench -->'] as const

/** The page with `text` between its two marks. */
export function withTables(page: string, text: string): string {
  const [from, to] = MARKS.map((mark) => page.indexOf(mark)) as [number, number]
  if (from < 0 || to < from) throw new Error(`the page has no place marked ${MARKS.join(' … ')}`)
  return `${page.slice(0, from + MARKS[0].length)}\n\n${text}\n\n${page.slice(to)}`
}
