/** Results go to standard output, everything else to standard error. */
import { describe, isError, type Problem } from '../engine/problem.ts'

export const print = (line: string): void => void process.stdout.write(`${line}\n`)
export const say = (line: string): void => void process.stderr.write(`${line}\n`)

/** One JSON document; what JSON cannot say is a text. */
export const printJson = (value: unknown): void =>
  print(JSON.stringify(value, (_key, v: unknown) => (typeof v === 'number' && !Number.isFinite(v) ? String(v) : v)))

export function printProblems(problems: readonly Problem[], json: boolean): void {
  if (json) printJson({ problems })
  else for (const p of problems) say(`${isError(p) ? 'error' : 'warning'}: ${describe(p)}`)
}

/** Text in columns, as wide as their widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>((w, row) => row.map((cell, i) => Math.max(w[i] ?? 0, cell.length)), [])
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd()
    )
    .join('\n')
}

export const number = (x: number): string => String(Number(x.toPrecision(5)))

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB']

/** Memory, in the unit that suits it: 8.9 MB. */
export function bytes(n: number): string {
  const unit = n < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(n) / 3))
  return `${Number((n / 1000 ** unit).toPrecision(3))} ${UNITS[unit]}`
}

/** A line that is written over, on a terminal; nothing elsewhere. */
export function progressLine(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${line}`)
}
