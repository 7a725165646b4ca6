/** What was found, as Markdown: ratios first, absolute figures after them. */
import { cpus } from 'node:os'
import { type Engine, isOurs, label } from './engines.ts'
import type { KernelTime, Peaks, Timed } from './kernels.ts'
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

/** "AMD EPYC", without the numbers that name one very machine. */
export const processor = (): string =>
  (cpus()[0]?.model ?? 'a processor')
    .replace(/\((R|TM)\)|\bCPU\b|@.*$|\b\d+-Core.*$/g, '')
    .replace(/\s+/g, ' ')
    .trim()

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

const percent = (x: number): string => `${Math.round(100 * x)} %`

export const peakLine = (engine: string, { bytes, numbers, operations, what }: Peaks): string =>
  `**${engine}** at most: ${show(bytes / 1e9)} GB/s (a copy of ${show((numbers * 4) / 1e6)} MB), ${show(operations / 1e9)} Gop/s (${what}).`

/** Kernels of the same name and size as one line. */
function merged(kernels: readonly KernelTime[]): (KernelTime & { readonly count: number })[] {
  const rows = new Map<string, KernelTime & { readonly count: number }>()
  for (const k of kernels) {
    const key = `${k.what} ${k.shape}`
    const { count, milliseconds, bytes, operations } = rows.get(key) ?? {
      count: 0,
      milliseconds: 0,
      bytes: 0,
      operations: 0
    }
    rows.set(key, {
      ...k,
      count: count + 1,
      milliseconds: milliseconds + k.milliseconds,
      bytes: bytes + k.bytes,
      operations: operations + k.operations
    })
  }
  return [...rows.values()].toSorted((a, b) => b.milliseconds - a.milliseconds)
}

/** Lines of a table, and the share of the time that is left for one line for all others. */
const MOST_LINES = 12

export function kernelTable(workload: string, engine: string, { kernels, walk }: Timed, peaks: Peaks): string {
  const rows = merged(kernels)
  const sum = rows.reduce((s, k) => s + k.milliseconds, 0)
  const others = rows.slice(MOST_LINES)
  const line = ({ what, shape, count, milliseconds, bytes, operations }: (typeof rows)[number]): Cell[] => {
    const seconds = milliseconds / 1000
    const [gb, gop] = seconds > 0 ? [bytes / seconds, operations / seconds] : [0, 0]
    return [
      `${count > 1 ? `${count} × ` : ''}${what.length > 60 ? `${what.slice(0, 57)}…` : what} [${shape}]`,
      milliseconds,
      percent(milliseconds / sum),
      gb / 1e9,
      percent(gb / peaks.bytes),
      gop / 1e9,
      percent(gop / peaks.operations)
    ]
  }
  const rest = others.reduce((s, k) => s + k.milliseconds, 0)
  return table(
    [`${workload}, ${engine}: kernel`, 'ms', 'of the time', 'GB/s', 'of the device', 'Gop/s', 'of the device'],
    [
      ...rows.slice(0, MOST_LINES).map(line),
      ...(others.length > 0
        ? [[`${others.reduce((n, k) => n + k.count, 0)} others`, rest, percent(rest / sum), '', '', '', '']]
        : []),
      [`all ${kernels.length}, one by one`, sum, '', '', '', '', ''],
      ['a walk', walk, percent(walk / sum), '', '', '', '']
    ]
  )
}

/** The page with `text` between the two marks of that name. */
export function withTables(page: string, text: string, name: 'bench' | 'canvas' = 'bench'): string {
  const marks = [`<!-- ${name} -->`, `<!-- /${name} -->`] as const
  const [from, to] = marks.map((mark) => page.indexOf(mark)) as [number, number]
  if (from < 0 || to < from) throw new Error(`the page has no place marked ${marks.join(' … ')}`)
  return `${page.slice(0, from + marks[0].length)}\n\n${text}\n\n${page.slice(to)}`
}
