/** One example as what a plan is fed. */
import type { DataSet } from '../../data/dataset.ts'
import type { IrGraph, IrNode } from '../../ir/types.ts'
import { fail } from '../../problem.ts'
import { isStatic, sizeOf } from '../../shape.ts'
import { BatchFeeder, datasetsIn, type Feeds, rowsOf, type Split, tablesOf } from '../../train/feeds.ts'
import type { DataSets } from '../data.ts'
import type { RunRequest } from '../protocol.ts'
import type { SampleRef } from './types.ts'

/** Everything that examples are taken from. */
export interface Source {
  /** Of each split; the same for both where the graph reads no data set. */
  readonly count: (split: Split) => number
  readonly sets: ReadonlyMap<string, DataSet>
  readonly feeds: (split: Split, rows: readonly number[]) => Feeds
}

/** Rows that an Input brings: fed ones, else its examples. Null where it has no batch, or none of either. */
function inputRows(node: IrNode, given: NonNullable<RunRequest['feeds']>) {
  const fed = given[node.attributes.name as string]?.data ?? (node.attributes.example as readonly number[] | undefined)
  if (!fed || fed.length === 0 || isStatic(node.type.shape)) return null
  const size = sizeOf(node.type.shape.filter((d) => typeof d === 'number'))
  return { fed, size, count: Math.floor(fed.length / Math.max(1, size)) }
}

/** @throws ProblemError where the data sets are not here, or have not as many rows as each other */
export function sourceOf(data: DataSets, ir: IrGraph, request: Pick<RunRequest, 'document' | 'feeds'>): Source {
  const sets = data.of(request.document, datasetsIn(ir))
  const feeders = {
    train: new BatchFeeder(tablesOf(sets, 'train')),
    test: new BatchFeeder(tablesOf(sets, 'test'))
  }
  const given = request.feeds ?? {}
  const inputs = ir.nodes.flatMap((node) => {
    if (node.op !== 'Feed') return []
    const rows = inputRows(node, given)
    return rows ? [{ name: node.attributes.name as string, ...rows }] : []
  })
  const fixed = Object.entries(given).flatMap(([name, { data }]) =>
    inputs.some((input) => input.name === name) ? [] : [[name, data] as const]
  )
  return {
    sets,
    count: (split) => {
      const rows = rowsOf(tablesOf(sets, split))
      const counts = [...inputs.map(({ count }) => count), ...(rows === null ? [] : [rows])]
      // a graph without a batch is one example
      return counts.length === 0 ? 1 : Math.min(...counts)
    },
    feeds: (split, rows) => ({
      ...Object.fromEntries(fixed),
      ...Object.fromEntries(
        inputs.map(({ name, fed, size }) => [
          name,
          Float64Array.from({ length: rows.length * size }, (_, i) => {
            const row = rows[Math.floor(i / size)] as number
            return fed[row * size + (i % size)] as number
          })
        ])
      ),
      ...feeders[split].gather(rows)
    })
  }
}

/** What one example feeds. @throws ProblemError sample.noRow */
export function feedsOf(source: Source, { split, row }: SampleRef): Feeds {
  const count = source.count(split)
  if (!(Number.isInteger(row) && row >= 0 && row < count)) fail('sample.noRow', { row, count, split })
  return source.feeds(split, [row])
}
