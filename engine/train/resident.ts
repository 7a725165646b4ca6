/**
 * Data sets on the device: a table is uploaded once, and the rows of a batch are gathered there by their numbers, in
 * place of sending the rows themselves with each step. Written in IR, so that every backend compiles it as anything else.
 */
import type { Table } from '../data/table.ts'
import { Builder, type Value } from '../ir/builder.ts'
import { type IrGraph, type IrNode, isLeaf } from '../ir/types.ts'
import { opOf } from '../ops/registry.ts'
import type { Executor } from '../runtime/executor.ts'
import type { Feeds } from './feeds.ts'

/** Most numbers that data sets take on a device: 256 MB. */
const MOST = 2 ** 26
/** Most pieces of one table: each is a kernel of its own in every step. */
const MOST_PIECES = 6

/** Rows `from` up to `to` of a table, in a variable; `rows` is the feed that names the rows of a batch among them. */
interface Piece {
  readonly variable: string
  readonly rows: string
  readonly table: Table
  readonly output: 'features' | 'labels'
  readonly from: number
  readonly to: number
}

export interface ResidentData {
  readonly ir: IrGraph
  /** Old id → new id. */
  readonly to: Int32Array
  readonly pieces: readonly Piece[]
}

interface DataFeed {
  readonly dataset: string
  readonly output: 'features' | 'labels'
}

const dataFeed = (node: IrNode): DataFeed | null =>
  node.op === 'Feed' && typeof node.attributes.dataset === 'string' ? (node.attributes as unknown as DataFeed) : null

const sizeIn = (table: Table, output: DataFeed['output']): number =>
  output === 'features' ? table.featureSize : table.labelSize

/** The pieces of a table, none over the limit of the device; null where there would be too many. */
function piecesOf(table: Table, { dataset, output }: DataFeed, limit: number): Piece[] | null {
  const most = Math.floor(limit / sizeIn(table, output))
  const count = Math.ceil(table.rows / most)
  if (!(count <= MOST_PIECES)) return null
  return Array.from({ length: count }, (_, i) => ({
    variable: `#data.${dataset}.${output}.${i}`,
    rows: `#data.${dataset}.${output}.${i}.rows`,
    table,
    output,
    from: i * most,
    to: Math.min(table.rows, (i + 1) * most)
  }))
}

/** The graph of a step with its data on the device; null where it reads none, or more than a device should hold. */
export function residentData(
  ir: IrGraph,
  tables: ReadonlyMap<string, Table>,
  limit: number | undefined
): ResidentData | null {
  if (limit === undefined) return null
  const b = new Builder(opOf)
  const to = new Int32Array(ir.nodes.length)
  const pieces: Piece[] = []
  const place = (node: IrNode, feed: DataFeed, table: Table): Value | null => {
    const own = piecesOf(table, feed, limit)
    if (!own) return null
    pieces.push(...own)
    const [batch, ...row] = node.type.shape
    const found = own.map(({ variable, rows, from, to: end }) => {
      const part = b.leaf('Variable', { ...node.type, shape: [end - from, ...row] }, { name: variable })
      const index = b.feed(rows, [batch as NonNullable<typeof batch>], 'int')
      return b.emit('Gather', [part, index], { axis: 0 })
    })
    // a row that lies in another piece is 0 here
    return found.reduce((sum, part) => b.add(sum, part))
  }
  for (const node of ir.nodes) {
    b.origin = node.origin
    b.phase = node.phase
    const feed = dataFeed(node)
    const table = feed && tables.get(feed.dataset)
    if (feed && table) {
      const value = place(node, feed, table)
      if (!value) return null
      to[node.id] = value.id
      continue
    }
    const inputs = node.inputs.map((i) => b.value(to[i] as number))
    to[node.id] = (
      isLeaf(node.op) ? b.leaf(node.op, node.type, node.attributes) : b.emit(node.op, inputs, node.attributes)
    ).id
  }
  const numbers = pieces.reduce((sum, p) => sum + (p.to - p.from) * sizeIn(p.table, p.output), 0)
  return pieces.length > 0 && numbers <= MOST ? { ir: b.graph(), to, pieces } : null
}

/** Uploads the tables; whoever does so gives their memory back by `release`. */
export async function upload(executor: Executor, { pieces }: ResidentData): Promise<void> {
  for (const { variable, table, output, from, to } of pieces) {
    const rows = Uint32Array.from({ length: to - from }, (_, i) => from + i)
    const features = new Float32Array(rows.length * table.featureSize)
    const labels = new Float32Array(rows.length * table.labelSize)
    table.gather(rows, features, labels)
    await executor.setVariable(variable, output === 'features' ? features : labels)
  }
}

export async function release(executor: Executor, { pieces }: ResidentData): Promise<void> {
  for (const { variable } of pieces) await executor.setVariable(variable, [])
}

/** What a step is fed in place of its rows: their numbers in each piece; one past the end where they are in another. */
export function rowFeeds({ pieces }: ResidentData, indices: ArrayLike<number>): Feeds {
  return Object.fromEntries(
    pieces.map(({ rows, from, to }) => [
      rows,
      Float32Array.from(indices, (row) => (row >= from && row < to ? row - from : to - from))
    ])
  )
}
