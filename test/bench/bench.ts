/**
 * `npm run bench`: Chainrule's backends and their peers side by side, in one run on one machine.
 *
 *     npm run bench -- [PART…] [--quick] [--write] [--only NAMES] [--gpu auto|real|software] [--node] [--threads N]
 *
 * Parts are w, cnn, attention, scalar, chain, gemm, compile, first, looking and kernels; all where none is named. --quick
 * takes few repeats (and, where no part is named, few parts). --only takes the engines whose name has this in it, or one of
 * several with commas between them. --write puts the tables into docs/performance.md, between the two marks. --node runs
 * everything in Node, for machines without a browser.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chainCosts } from './compile.ts'
import { type Engine, engines, isOurs, label } from './engines.ts'
import { type Chromium, openChromium } from './hosts/chromium.ts'
import { nodeHost } from './hosts/node.ts'
import { type Answers, type Host, Skipped } from './hosts/protocol.ts'
import { findPython, pythonHost } from './hosts/python.ts'
import { installPeers, versions } from './install.ts'
import { type Effort, type Found, measure, median } from './measure.ts'
import { kernelTable, missing, peakLine, processor, rate, table, tables, withTables } from './report.ts'
import { SIZES, TRANSPOSES } from './workloads/gemm.ts'

const PAGE = join(import.meta.dirname, '../../docs/performance.md')

const PARTS = ['w', 'cnn', 'attention', 'gemm', 'chain', 'scalar', 'compile', 'first', 'looking', 'kernels'] as const
type Part = (typeof PARTS)[number]

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    node: { type: 'boolean', default: false },
    gpu: { type: 'string', default: 'auto' },
    only: { type: 'string', default: '' },
    threads: { type: 'string', default: String(Math.min(2, cpus().length)) }
  }
})
if (options.write && (positionals.length > 0 || options.quick || options.only !== ''))
  throw new Error('--write is for the whole bench: part of it would take the place of all')
const unknown = positionals.filter((p) => !PARTS.includes(p as Part))
if (unknown.length > 0) throw new Error(`no part is named ${unknown.join(', ')}; there are ${PARTS.join(', ')}`)
const gpu = (['auto', 'real', 'software'] as const).find((g) => g === options.gpu)
if (!gpu) throw new Error(`--gpu is auto, real or software, not ${options.gpu}`)
/** What a quick look is at, where no part is named. */
const QUICK: readonly string[] = ['w', 'attention', 'gemm', 'compile']
const named = positionals.length > 0 ? positionals : options.quick ? QUICK : PARTS
const wanted = (part: Part): boolean => named.includes(part)

const effort: Effort = options.quick
  ? { rounds: 3, seconds: 0.08, most: 0.5, checked: 3, patience: 20_000 }
  : { rounds: 7, seconds: 0.4, most: 4, checked: 6, patience: 60_000 }
const sizes = options.quick ? [256] : SIZES
const say = (text: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
}

const peersAreHere = installPeers()
const chromium: Chromium | null = options.node ? null : await openChromium(gpu)
const python = findPython()
const hosts = new Map<Engine, Promise<Host>>()
const devices = new Map<Engine, string>()

async function open(engine: Engine): Promise<Host> {
  if (engine.where === 'python') {
    if (!python) throw new Skipped('no Python with PyTorch (Debian: apt-get install python3-torch libopenblas0-openmp)')
  } else if (!isOurs(engine) && engine.peer !== 'gpujs' && !peersAreHere) throw new Skipped('it could not be installed')
  const host =
    engine.where === 'python'
      ? pythonHost(python as string, engine.threads)
      : chromium
        ? await chromium.host()
        : nodeHost()
  try {
    devices.set(engine, (await host.call('open', engine, effort.patience)).device)
    return host
  } catch (error) {
    await host.close()
    throw error
  }
}

const hostOf = (engine: Engine): Promise<Host> => {
  const known = hosts.get(engine) ?? open(engine)
  hosts.set(engine, known)
  return known
}

const all = engines(Number(options.threads))
  .filter((e) => options.only.split(',').some((name) => e.name.toLowerCase().includes(name.toLowerCase())))
  // seconds a step
  .filter((e) => !(options.quick && e.peer === 'gpujs'))
const run = async (keys: readonly string[], who = all): Promise<Map<string, ReadonlyMap<Engine, Found>>> => {
  const results = new Map<string, ReadonlyMap<Engine, Found>>()
  for (const key of keys) results.set(key, await measure(key, who, hostOf, effort, say))
  return results
}

const sections: string[] = []
try {
  const trainings = await run((['w', 'cnn', 'attention', 'scalar', 'chain'] as const).filter(wanted))
  const products = await run(wanted('gemm') ? sizes.map((n) => `gemm ${n}`) : [])
  for (const results of [trainings, products])
    if (results.size > 0) sections.push(tables(results, all), missing(results))
  if (wanted('gemm') && !options.quick) sections.push(await transposes())
  if (wanted('compile')) sections.push(await compileTable())
  if (wanted('first')) sections.push(await firstLosses())
  if (wanted('looking')) sections.push(...(await lookingTables()))
  if (wanted('kernels')) sections.push(...(await kernelTables()))
} finally {
  say('')
  for (const host of hosts.values()) await host.then((h) => h.close()).catch(() => undefined)
  await chromium?.close()
}

/** Chainrule's products with operands stored transposed, in Gop/s. */
async function transposes(): Promise<string> {
  const n = 1024
  const ours = all.filter((e) => isOurs(e) || e.peer === 'torch')
  const keys = TRANSPOSES.map((t) => (t === 'nn' ? `gemm ${n}` : `gemm ${n} ${t}`))
  const results = await run(keys, ours)
  const row = (engine: Engine) =>
    keys.map((key) => {
      const found = results.get(key)?.get(engine)
      return found && 'seconds' in found ? rate(key, found.seconds) : ''
    })
  return table(
    [`product of ${n}³, Gop/s`, 'A·B', 'A·Bᵀ', 'Aᵀ·B', 'Aᵀ·Bᵀ'],
    ours.map((e) => [label(e), ...row(e)])
  )
}

async function compileTable(): Promise<string> {
  const costs = await chainCosts([1000, 3000, 10_000], options.quick ? 3 : 7)
  return table(
    ['chain of nodes', 'check, ms', 'compile, ms', 'µs a node', 'a step forward and backward, ms', 'µs a node'],
    costs.map((c) => [
      String(c.nodes),
      c.check,
      c.compile,
      (1000 * (c.check + c.compile)) / c.nodes,
      c.run,
      (1000 * c.run) / c.nodes
    ])
  )
}

/** Each time in a new worker: nothing is compiled, by us or by the browser. */
async function firstLosses(): Promise<string> {
  const backends = ['wasm', 'cpu', 'webgl2', 'webgpu'] as const
  const rows: (string | number)[][] = []
  for (const backend of backends) {
    say(`first loss: ${backend}`)
    const found: Answers['first'][] = []
    try {
      for (let i = 0; i < (options.quick ? 1 : 3); i++) {
        const host = chromium ? await chromium.host() : nodeHost()
        found.push(await host.call('first', { backend, seconds: 1 }, effort.patience))
        await host.close()
      }
      const of = (what: 'milliseconds' | 'stepsPerSecond' | 'framesPerSecond') => median(found.map((f) => f[what] ?? 0))
      rows.push([
        `Chainrule ${backend}`,
        of('milliseconds'),
        of('stepsPerSecond'),
        chromium ? of('framesPerSecond') : ''
      ])
    } catch (error) {
      rows.push([`Chainrule ${backend}: ${(error as Error).message.split('\n')[0]}`, '', '', ''])
    }
  }
  return table(
    ['Train is pressed on W, data at hand', 'first loss after ms', 'steps/s then', 'frames/s of the page'],
    rows
  )
}

/** In a new worker: at first readings nothing is compiled, by us or by the browser. */
async function lookingTables(): Promise<string[]> {
  const host = chromium ? await chromium.host() : nodeHost()
  try {
    say('looking')
    const rounds = options.quick ? 1 : 4
    const request = { backend: 'wasm', seconds: options.quick ? 1 : 4, rounds } as const
    const { opened, steps, rates } = await host.call('looking', request, 5 * effort.patience)
    const slower = (rate: number): string => `${((1 - rate / rates.alone) * 100).toFixed(1)} %`
    return [
      table(
        ['a walk through W at batch 128', 'first, ms', 'again, ms'],
        [['opened', ...opened], ...steps.map((s) => [`${s.kind} ${s.name}`, s.first, s.again])]
      ),
      table(
        ['a training of W', 'steps/s', 'slower by'],
        [
          ['nothing looked at', rates.alone, ''],
          ['live numbers on the wires', rates.live, slower(rates.live)],
          ['and a history kept', rates.kept, slower(rates.kept)]
        ]
      )
    ]
  } catch (error) {
    return [`Looking: ${(error as Error).message.split('\n')[0]}.`]
  } finally {
    await host.close()
  }
}

/** How near each kernel comes to what its device can do: by memory where little is computed, else by arithmetic. */
async function kernelTables(): Promise<string[]> {
  const who = all.filter((e) => isOurs(e) && e.backend !== 'cpu' && (e.backend !== 'wasm' || e.threads > 1))
  const found: string[] = []
  for (const engine of who) {
    const host = chromium ? await chromium.host() : nodeHost()
    try {
      say(`kernels: ${label(engine)}`)
      const peaks = await host.call('peaks', engine, 5 * effort.patience)
      found.push(peakLine(label(engine), peaks))
      for (const workload of options.quick ? ['w'] : ['w', 'cnn', 'attention', 'chain']) {
        say(`kernels: ${label(engine)}, ${workload}`)
        const request = { ...engine, workload, milliseconds: 2000 * effort.seconds }
        found.push(
          kernelTable(workload, label(engine), await host.call('kernels', request, 5 * effort.patience), peaks)
        )
      }
    } catch (error) {
      found.push(`Kernels of ${label(engine)}: ${(error as Error).message.split('\n')[0]}.`)
    } finally {
      await host.close()
    }
  }
  return found
}

const adapters = chromium
  ? [
      `Chromium ${chromium.version.split('.')[0]}`,
      ...chromium.gpus.map((g) => `${g.backend}: ${g.available ? g.device : g.why?.message}`)
    ]
  : ['no browser: everything in Node']
const heading = [
  `${cpus().length} × ${processor()}, ${process.platform} ${process.arch}, Node ${process.versions.node}`,
  ...adapters,
  ...Object.entries(versions()).map(([name, version]) => `${name} ${version}`),
  new Date().toISOString().slice(0, 10)
].join('; ')
const computed = [...devices].map(([e, device]) => `- ${label(e)}: ${device}`)
const text = [`${heading}.`, ...sections, computed.length > 0 ? ['What computed:', '', ...computed].join('\n') : '']
  .filter((s) => s !== '')
  .join('\n\n')
console.log(text)
if (options.write) writeFileSync(PAGE, withTables(readFileSync(PAGE, 'utf8'), text))
