/** Which rows a run looks at, and everything that its plan is fed. */
import type { Plan } from '../compile/plan.ts'
import type { IrGraph, IrNode } from '../ir/types.ts'
import { fail } from '../problem.ts'
import { bindShape, isStatic, sameShape, showShape, sizeOf } from '../shape.ts'
import { BatchFeeder, datasetsIn, type Feeds, feedAll, rowsOf, type StepContext, tablesOf } from '../train/feeds.ts'
import type { DataSets } from './data.ts'
import type { RunRequest } from './protocol.ts'
import { feedsOf, sourceOf } from './sample/source.ts'

export interface Rows {
  readonly batch: number
  /** Whether the graph has a batch at all. */
  readonly open: boolean
  readonly feeds: Feeds
  /** A step of a training; else random nodes draw what they do in a first step, and nothing is dropped. */
  readonly context?: Pick<StepContext, 'step' | 'training'>
}

type Asked = Pick<RunRequest, 'document' | 'batch' | 'feeds' | 'sample'>

/**
 * The rows that a run looks at: the one that is asked for, else fed ones, else the first of the data set in file order,
 * else the inputs' examples.
 */
export function rowsFor(data: DataSets, ir: IrGraph, request: Asked): Rows {
  const nodes = ir.nodes.filter((n) => n.op === 'Feed')
  const open = nodes.some((n) => !isStatic(n.type.shape))
  const given = request.feeds ?? {}
  const feeds: Feeds = Object.fromEntries(Object.entries(given).map(([name, { data }]) => [name, data]))
  const inputs = nodes.filter((n) => 'example' in n.attributes).map((n) => n.attributes.name as string)
  for (const name of Object.keys(given)) {
    if (!inputs.includes(name)) fail('value.feedUnknown', { name, known: inputs.join(', ') || 'none' })
  }
  if (request.sample) return { batch: 1, open, feeds: feedsOf(sourceOf(data, ir, request), request.sample) }
  const sizes = new Map<string, number>()
  for (const node of nodes) {
    const name = node.attributes.name as string
    if (isStatic(node.type.shape)) continue
    const known = given[name]?.shape[0] ?? exampleRows(node)
    if (known !== null) sizes.set(name, known)
  }
  const tables = tablesOf(data.of(request.document, datasetsIn(ir)), 'train')
  const rows = rowsOf(tables)
  const asked = request.batch ?? request.document.training?.batchSize ?? 32
  const [fixed] = sizes.values()
  const batch = fixed ?? (rows === null ? 1 : Math.min(asked, rows))
  for (const node of nodes) {
    const { shape } = given[node.attributes.name as string] ?? {}
    const expected = bindShape(node.type.shape, batch)
    if (shape && !sameShape(shape, expected)) {
      const name = node.attributes.name as string
      fail('value.feedShape', { name, expected: showShape(expected), found: showShape(shape) }, { nodeId: name })
    }
  }
  if ([...sizes.values()].some((n) => n !== batch)) {
    fail('train.batchSizes', { sizes: [...sizes].map(([name, n]) => `${name}: ${n}`).join(', ') })
  }
  if (rows !== null)
    Object.assign(feeds, new BatchFeeder(tables).gather(Uint32Array.from({ length: batch }, (_, i) => i % rows)))
  return { batch, open, feeds }
}

/** All that a plan is fed at these rows. @throws ProblemError where an input has no numbers, or too many. */
export function feedsFor(plan: Plan, { batch, feeds: fed, context }: Rows): Feeds {
  return feedAll(plan, fed, { step: 1, training: false, ...context, rows: batch })
}

/** Rows of an Input's example values, where it has any. */
function exampleRows(node: IrNode): number | null {
  const values = (node.attributes.example ?? []) as readonly number[]
  if (values.length === 0) return null
  return values.length / sizeOf(node.type.shape.filter((d) => typeof d === 'number'))
}
