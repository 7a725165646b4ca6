/**
 * `npm run bench:canvas`: what a person waits for on the canvas, in Chromium, on graphs of 200 to 3,000 nodes with all
 * labels on, and of 10,000.
 *
 *     npm run bench:canvas -- [NODES…] [--quick] [--only GESTURE]… [--write] [--renderer FOLDER]
 *
 * --quick takes short gestures and few edits. --only "near pan" (near or all; pan, zoom or drag) measures that and no edits. --write puts the tables into docs/performance.md, between the two marks.
 * --renderer measures another build, as of the commit before.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { median } from '../measure.ts'
import { processor, table, withTables } from '../report.ts'
import { GESTURES } from './gestures.ts'
import {
  drop,
  type Edit,
  edits,
  type Frames,
  frames,
  keyOf,
  type Opened,
  openWindow,
  type Taken,
  training,
  VIEWS
} from './measure.ts'

const PAGE = join(import.meta.dirname, '../../../docs/performance.md')
const SIZES = [200, 1000, 3000, 10_000]
/** From here on gestures and edits are not measured: it is opening that must not freeze the window. */
const OPENED_ONLY = 10_000

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    write: { type: 'boolean', default: false },
    renderer: { type: 'string' }
  }
})
if (options.write && (positionals.length > 0 || options.quick || options.only.length > 0))
  throw new Error('--write is for the whole bench: part of it would take the place of all')
const sizes = positionals.length > 0 ? positionals.map(Number) : SIZES
const [seconds, repeats, opens] = options.quick ? [2, 3, 1] : [4, 9, 3]

interface Found {
  readonly nodes: number
  readonly opened: readonly Opened[]
  readonly frames: Frames | null
  readonly edits: readonly Edit[]
}

async function measureOne(nodes: number): Promise<Found> {
  const opened: Opened[] = []
  for (let i = 1; i < opens; i++) {
    const page = await window.newPage()
    opened.push(await drop(page, nodes))
    await page.close()
  }
  const page = await window.newPage()
  opened.push(await drop(page, nodes))
  if (nodes >= OPENED_ONLY) {
    await page.close()
    return { nodes, opened, frames: null, edits: [] }
  }
  const moved = await frames(page, nodes, seconds, options.only)
  const edited = options.only.length > 0 ? [] : await edits(page, repeats)
  await page.close()
  return { nodes, opened, frames: moved, edits: edited }
}

const window = await openWindow(options.renderer)
const found: Found[] = []
let trained: Taken | undefined
try {
  for (const nodes of sizes) found.push(await measureOne(nodes))
  if (positionals.length === 0) trained = await training(await window.newPage(), 2 * seconds)
} finally {
  await window.close()
}

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))] ?? Number.NaN

/** Frames in a second, the median and the 95th percentile of their times, and what a frame takes of the page's thread. */
const cell = (taken: Taken | undefined): string => {
  if (!taken) return ''
  const { times, work } = taken
  const rate = (1000 * times.length) / times.reduce((sum, t) => sum + t, 0)
  return `${rate.toFixed(0)} (${median(times).toFixed(1)}, ${quantile(times, 0.95).toFixed(1)}); ${work.toFixed(1)}`
}

const framesTable = table(
  [
    'frames/s (median, 95th percentile in ms); ms of the page’s thread',
    ...found.filter((f) => f.frames).map((f) => `${f.nodes} nodes`)
  ],
  VIEWS.flatMap((view) =>
    GESTURES.map((gesture) => [
      `${view === 'near' ? 'zoomed in' : 'all in view'}, ${gesture}`,
      ...found.flatMap((f) => (f.frames ? [cell(f.frames.get(keyOf(view, gesture)))] : []))
    ])
  )
)

const timesTable = table(
  ['ms', ...found.map((f) => `${f.nodes} nodes`)],
  [
    ['opened: all on the screen', ...found.map((f) => median(f.opened.map((o) => o.shown)))],
    ['opened: numbers on the wires', ...found.map((f) => median(f.opened.map((o) => o.numbers)))],
    ['opening: longest time without an answer', ...found.map((f) => median(f.opened.map((o) => o.frozen)))],
    [
      'one attribute edited: redrawn',
      ...found.map((f) => (f.edits.length ? median(f.edits.map((e) => e.redrawn)) : ''))
    ],
    [
      'one attribute edited: painted',
      ...found.map((f) => (f.edits.length ? median(f.edits.map((e) => e.painted)) : ''))
    ]
  ]
)

const heading = [
  `${cpus().length} × ${processor()}`,
  `Chromium ${window.version.split('.')[0]}, software rendering, 1280 × 800`,
  new Date().toISOString().slice(0, 10)
].join('; ')
const trainingLine = `While the MNIST network trains at batch 128, its numbers live, frames/s as above: ${cell(trained)}.`
const text = [`${heading}.`, framesTable, timesTable, ...(trained ? [trainingLine] : [])].join('\n\n')
console.log(text)
if (options.write) writeFileSync(PAGE, withTables(readFileSync(PAGE, 'utf8'), text, 'canvas'))
