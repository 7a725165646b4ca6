/** What a step is fed: rows of the data sets, numbers drawn for this step, examples of inputs, the optimizer's numbers. */

import type { Plan } from '../compile/plan.ts'
import type { DataSet } from '../data/dataset.ts'
import type { Table } from '../data/table.ts'
import type { IrGraph, IrNode } from '../ir/types.ts'
import { fail } from '../problem.ts'
import { Random } from '../random.ts'
import { sizeOf } from '../shape.ts'
import { ROWS, SCALAR } from './graph.ts'

export type Feeds = Record<string, ArrayLike<number>>
export type Split = 'train' | 'test'

interface DataPort {
  readonly dataset: string
  readonly output: 'features' | 'labels'
}

const dataPort = (node: IrNode): DataPort | null =>
  typeof node.attributes.dataset === 'string' ? (node.attributes as unknown as DataPort) : null

/** Ids of the Dataset nodes that a graph reads. */
export const datasetsIn = (ir: IrGraph): string[] => [
  ...new Set(ir.nodes.flatMap((node) => (node.op === 'Feed' ? (dataPort(node)?.dataset ?? []) : [])))
]

/** The tables of all data sets must be as long as each other: row i of one belongs to row i of the others. */
export function rowsOf(tables: ReadonlyMap<string, Table>): number | null {
  const sizes = new Map([...tables].map(([id, table]) => [id, table.rows]))
  const [first] = sizes.values()
  if (first === undefined) return null
  if ([...sizes.values()].some((n) => n !== first)) {
    fail('train.batchSizes', { sizes: [...sizes].map(([id, n]) => `${id}: ${n}`).join(', ') })
  }
  return first
}

export const tablesOf = (sets: ReadonlyMap<string, DataSet>, split: Split): ReadonlyMap<string, Table> =>
  new Map([...sets].map(([id, set]) => [id, set[split]]))

/** A batch of rows, gathered once for all feeds of a data set; buffers are reused from step to step. */
export class BatchFeeder {
  readonly #tables: ReadonlyMap<string, Table>
  readonly #buffers = new Map<string, { features: Float32Array; labels: Float32Array }>()

  constructor(tables: ReadonlyMap<string, Table>) {
    this.#tables = tables
  }

  gather(indices: ArrayLike<number>): Feeds {
    const feeds: Feeds = {}
    for (const [id, table] of this.#tables) {
      const key = `${id} ${indices.length}`
      let buffers = this.#buffers.get(key)
      if (!buffers) {
        buffers = {
          features: new Float32Array(indices.length * table.featureSize),
          labels: new Float32Array(indices.length * table.labelSize)
        }
        this.#buffers.set(key, buffers)
      }
      table.gather(indices, buffers.features, buffers.labels)
      feeds[`${id}#features`] = buffers.features
      feeds[`${id}#labels`] = buffers.labels
    }
    return feeds
  }
}

export interface StepContext {
  /** Counts steps from 1; draws of random nodes depend on it alone and on their seed. */
  readonly step: number
  readonly training: boolean
  readonly rows: number
  readonly scalars?: Readonly<Record<string, number>>
}

/** Everything that is fed besides the data sets' rows. */
export function otherFeeds(plan: Pick<Plan, 'feeds'>, context: StepContext): Feeds {
  const feeds: Feeds = {}
  for (const { name, shape, node } of plan.feeds) {
    const { random, example } = node.attributes
    if (name === ROWS) feeds[name] = [context.rows]
    else if (name.startsWith(SCALAR)) feeds[name] = [context.scalars?.[name.slice(SCALAR.length)] ?? 0]
    else if (random) feeds[name] = draw(name, random as never, sizeOf(shape), context)
    else if (Array.isArray(example) && example.length > 0) feeds[name] = example as number[]
  }
  return feeds
}

/** All that a plan is fed. @throws ProblemError where an input has no numbers, or not as many as its shape takes. */
export function feedAll(plan: Pick<Plan, 'feeds'>, given: Feeds, context: StepContext): Feeds {
  const feeds: Feeds = { ...otherFeeds(plan, context), ...given }
  for (const { name, shape, node } of plan.feeds) {
    const place = { nodeId: node.origin?.node ?? name }
    const data = Object.hasOwn(feeds, name) ? feeds[name] : undefined
    if (!data) fail('value.feedMissing', { name }, place)
    else if (data.length !== sizeOf(shape)) {
      fail('value.feedShape', { name, expected: `[${shape.join(', ')}]`, found: `${data.length} numbers` }, place)
    }
  }
  return feeds
}

interface RandomSource {
  readonly kind: 'RandomNormal' | 'RandomUniform' | 'DropoutMask'
  readonly seed: number
  readonly [key: string]: number | string
}

function draw(name: string, source: RandomSource, size: number, { step, training }: StepContext): Float32Array {
  const random = new Random(source.seed).fork(`${name} ${step}`)
  const number = (key: string): number => source[key] as number
  const values = (value: () => number) => Float32Array.from({ length: size }, value)
  switch (source.kind) {
    case 'RandomNormal':
      return values(() => random.normal(number('mean'), number('scale')))
    case 'RandomUniform':
      return values(() => random.uniform(number('low'), number('high')))
    case 'DropoutMask': {
      const ratio = number('ratio')
      // Inverted dropout: what stays is scaled up, so that nothing changes outside training.
      return values(() => (!training ? 1 : random.next() < ratio ? 0 : 1 / (1 - ratio)))
    }
  }
}
