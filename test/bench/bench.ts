/**
 * `npm run bench`: backends and peers side by side in one run on one machine. Medians of interleaved repeats, ratios first.
 *
 * Absolute figures belong to the machine; ratios travel. With --write the tables go into docs/performance.md, between
 * the two marks.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { compileTimes } from './chain.ts'
import { gemmRates } from './gemm.ts'
import { mlpRates } from './mlp.ts'
import { torch } from './peers.ts'

const PAGE = join(import.meta.dirname, '../../docs/performance.md')
const MARKS = ['<!-- bench -->', '<!-- /bench -->'] as const

type Row = readonly (string | number)[]

const show = (x: string | number): string =>
  typeof x === 'string' ? x : x >= 100 ? x.toFixed(0) : Number(x.toPrecision(3)).toString()
const table = (head: Row, rows: readonly Row[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(show).join(' | ')} |`).join('\n')

/** A table of rates, each with its ratio to the first. */
function rates(title: string, unit: string, found: Readonly<Record<string, number>>): string {
  const [[, base = 1] = []] = Object.entries(found)
  return table(
    [title, 'ratio', unit],
    Object.entries(found).map(([name, rate]) => [name, rate / base, rate])
  )
}

const peer = torch()
const w = { ...(await mlpRates()), ...(peer.ok ? { [peer.name]: peer.mlp } : {}) }
const products = await gemmRates([128, 512, 1024])
const chain = compileTimes([1000, 3000, 10_000])

const sections = [
  `Machine: ${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}.`,
  rates('MNIST MLP 784-512-10, batch 128, RMSprop', 'steps/s', w),
  ...Object.entries(products).map(([size, found]) =>
    rates(`product ${size} × ${size} × ${size}`, 'GFLOP/s', {
      ...found,
      ...(peer.ok ? { [peer.name]: peer.gemm[size] ?? Number.NaN } : {})
    })
  ),
  table(
    ['chain of nodes', 'ms to check', 'ms to compile', 'µs a node'],
    chain.map((c) => [c.nodes, c.check, c.compile, (1000 * (c.check + c.compile)) / c.nodes])
  ),
  peer.ok ? '' : `PyTorch was not measured: ${peer.why}.`
].filter((text) => text !== '')

const text = sections.join('\n\n')
console.log(text)
if (process.argv.includes('--write')) {
  const page = readFileSync(PAGE, 'utf8')
  const [from, to] = MARKS.map((mark) => page.indexOf(mark)) as [number, number]
  if (from < 0 || to < from) throw new Error(`${PAGE} has no place marked ${MARKS.join(' … ')}`)
  writeFileSync(PAGE, `${page.slice(0, from + MARKS[0].length)}\n\n${text}\n\n${page.slice(to)}`)
}
