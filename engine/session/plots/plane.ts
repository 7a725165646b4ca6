/** What nodes say at each point of a plane: one walk with all points as its batch, by the weights of this moment. */
import { type Compiled, compile } from '../../compile/compile.ts'
import type { DataSet } from '../../data/dataset.ts'
import { type Built, build, typesOf } from '../../document/build.ts'
import { type Planar, planarOf } from '../../document/planar.ts'
import type { GraphDocument } from '../../document/types.ts'
import { fail } from '../../problem.ts'
import type { Executor, Program, Stop } from '../../runtime/executor.ts'
import type { Numbers } from '../../tensor.ts'
import { feedAll } from '../../train/feeds.ts'
import { type Variable, variablesOf } from '../../train/graph.ts'
import type { PlaneRequest, PlaneResult, Range } from './types.ts'

/** Points of the data set that are told. */
const MOST_POINTS = 1000
/** What is free around the data, as a share of their extent. */
const MARGIN = 0.15

/** A document, and what is known of its plane. */
interface Known {
  readonly meaning: string
  readonly built: Built
  readonly planar: Planar | null
  readonly variables: readonly Variable[]
}

interface Loaded {
  readonly key: string
  readonly executor: Executor
  readonly ids: readonly number[]
  readonly compiled: Compiled
  readonly program: Program
}

interface Tools {
  /** What the document computes: while it stays, so do plans. */
  readonly meaning: string
  /** With the weights on it. */
  readonly executor: Executor
  /** The data sets that nodes name, by their ids. */
  readonly sets: (nodes: readonly string[]) => ReadonlyMap<string, DataSet>
  readonly stop: Stop
  readonly now: () => number
}

/** Keeps the newest plan, so that a plane can be asked for many times a second while a network trains. */
export class Planes {
  #known: Known | null = null
  #loaded: Loaded | null = null

  /** What has to be on an executor before its plane can be read. */
  variables(document: GraphDocument, meaning: string): readonly Variable[] {
    return this.#knowing(document, meaning).variables
  }

  /** Its device is gone, and all memory with it. */
  forget(): void {
    this.#loaded = null
  }

  /** @throws ProblemError where there is no such plane; DOMException AbortError where it was stopped */
  async read(request: PlaneRequest, { meaning, executor, sets, stop, now }: Tools): Promise<PlaneResult> {
    const began = now()
    const { document, of, size, units } = request
    const known = this.#knowing(document, meaning)
    const { input, outputs } = known.planar ?? fail('plot.noPlane')
    for (const { id, output } of of)
      if (!outputs.some((o) => o.id === id && o.output === output))
        fail('plot.notOfPlane', { node: id }, { nodeId: id })
    const isData = document.nodes.some(({ id, op }) => id === input.id && op === 'Dataset')
    const points = isData ? pointsOf(sets([input.id]).get(input.id) as DataSet) : NO_POINTS
    const [across, up] = request.range ?? rangeOf(points.xy)
    const { ids, compiled, program } = await this.#load(executor, known, of, size * size)
    const fed = compiled.plan.feeds.find(({ node }) => node.origin?.node === input.id)
    const feeds = feedAll(compiled.plan, fed ? { [fed.name]: gridOf(across, up, size) } : {}, {
      step: 1,
      training: false,
      rows: size * size
    })
    if (!(await program.run(feeds, stop))) throw new DOMException('The plane was cancelled.', 'AbortError')
    const maps: PlaneResult['maps'][number][] = []
    for (const [i, { id }] of of.entries()) {
      const data = await program.read(compiled.idOf(ids[i] as number))
      const count = data.length / size ** 2
      const shown = Math.min(count, units)
      maps.push({ id, units: count, shown, data: byUnit(data, count, shown) })
    }
    return { input, range: [across, up], size, maps, points, milliseconds: now() - began }
  }

  #knowing(document: GraphDocument, meaning: string): Known {
    if (this.#known?.meaning === meaning) return this.#known
    const built = build(document)
    const types = new Map([...built.outputs].map(([id, values]) => [id, typesOf(values)]))
    this.#known = { meaning, built, planar: planarOf(document, types), variables: variablesOf(built.ir) }
    return this.#known
  }

  async #load(executor: Executor, known: Known, of: PlaneRequest['of'], batch: number): Promise<Loaded> {
    const key = JSON.stringify([known.meaning, of, batch])
    if (this.#loaded?.key === key && this.#loaded.executor === executor) return this.#loaded
    this.#loaded?.program.dispose()
    this.#loaded = null
    const { outputs, ir } = known.built
    const ids = of.map(({ id, output }) => outputs.get(id)?.[output]?.id as number)
    const { maxOperands, maxOutputs, looseSlots, mostNumbers } = executor
    const compiled = compile(ir, { batch, wanted: ids, maxOperands, maxOutputs, looseSlots, mostNumbers })
    this.#loaded = { key, executor, ids, compiled, program: await executor.load(compiled.plan) }
    return this.#loaded
  }
}

/** Rows (x, y), x the faster one. */
function gridOf(across: Range, up: Range, size: number): Float32Array {
  const grid = new Float32Array(2 * size * size)
  const place = ([from, to]: Range, i: number): number => from + ((to - from) * i) / (size - 1)
  for (let j = 0, at = 0; j < size; j++)
    for (let i = 0; i < size; i++) {
      grid[at++] = place(across, i)
      grid[at++] = place(up, j)
    }
  return grid
}

/** [rows, count] → the first `shown` columns, one after the other. */
function byUnit(data: Numbers, count: number, shown: number): Float32Array {
  const rows = data.length / count
  const maps = new Float32Array(shown * rows)
  for (let unit = 0; unit < shown; unit++)
    for (let row = 0; row < rows; row++) maps[unit * rows + row] = data[row * count + unit] as number
  return maps
}

const NO_POINTS: PlaneResult['points'] = { xy: new Float32Array(), labels: new Float32Array(), classes: 0 }

/** Training examples, evenly taken where there are many. */
function pointsOf({ train, classes }: DataSet): PlaneResult['points'] {
  const count = Math.min(MOST_POINTS, train.rows)
  const rows = Uint32Array.from({ length: count }, (_, i) => Math.floor((i * train.rows) / count))
  const [xy, given] = [new Float32Array(count * train.featureSize), new Float32Array(count * train.labelSize)]
  train.gather(rows, xy, given)
  const width = train.labelSize
  const labels = Float32Array.from({ length: count }, (_, i) => {
    const row = given.subarray(i * width, (i + 1) * width)
    return width > 1 ? row.indexOf(1) : (row[0] as number)
  })
  return { xy, labels, classes: classes?.length ?? 0 }
}

/** A square around the points. */
function rangeOf(xy: Float32Array): readonly [Range, Range] {
  const ends = [0, 1].map((axis): Range => {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (let i = axis; i < xy.length; i += 2) {
      least = Math.min(least, xy[i] as number)
      most = Math.max(most, xy[i] as number)
    }
    return least <= most ? [least, most] : [-1, 1]
  }) as [Range, Range]
  const half = (1 + 2 * MARGIN) * Math.max(...ends.map(([from, to]) => Math.max(1e-6, (to - from) / 2)))
  return ends.map(([from, to]) => [(from + to) / 2 - half, (from + to) / 2 + half]) as unknown as [Range, Range]
}
