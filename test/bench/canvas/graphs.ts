/**
 * Graphs to look at: rows of operators from left to right, as many on end as fill a window, every second row of single
 * numbers, the others of small tensors. Every wire has a value and a gradient.
 */
import type { GraphDocument } from '../../../engine/document/types.ts'
import { graph, type Short, settings } from '../workloads/workload.ts'

/** From card to card. */
const COLUMN = 330
const ROW = 98
/** Width to height of the canvas in a window of 1280 × 800. */
const ASPECT = 1.35

/** The parameter at the beginning of a row in which all shapes follow it, and its shape. */
export const EDITED = 'p0'
export const SHAPE: readonly number[] = [4, 8]

const layout = (nodes: number) => {
  const rows = Math.max(2, Math.round(Math.sqrt((nodes * COLUMN) / (ROW * ASPECT))))
  return { rows, columns: Math.max(3, Math.round(nodes / rows)) }
}

const SCALAR = ['Tanh', 'Sigmoid', 'Neg', 'Softplus']
const TENSOR = ['Tanh', 'LeakyRelu', 'Sigmoid', 'Exp']

/** About so many nodes. */
export function rows(nodes: number): GraphDocument {
  const { rows, columns } = layout(nodes)
  const made: Record<string, Short> = {}
  const places = new Map<string, readonly [column: number, row: number]>()
  const ends: Record<string, string> = {}
  for (let r = 0; r < rows; r++) {
    const scalar = r % 2 === 1
    const [shape, unary] = scalar ? [[], SCALAR] : [SHAPE, TENSOR]
    made[`p${r}`] = ['Parameter', {}, { shape, init: { kind: 'uniform', low: -0.5, high: 0.5 } }]
    places.set(`p${r}`, [0, r])
    let before = `p${r}`
    for (let c = 1; c < columns; c++) {
      const id = `n${r}_${c}`
      const other = c === 1 ? `p${r - 2}` : `n${r - 2}_${c - 1}`
      // the first row is led by its parameter alone, and leads no other
      if (c === columns - 1 && !scalar) made[id] = ['ReduceMean', { x: before }]
      else if (r >= 3 && c % 3 === 0) made[id] = ['Add', { a: other, b: before }]
      else made[id] = [unary[(r + c) % unary.length] as string, { x: before }]
      places.set(id, [c, r])
      before = id
    }
    ends[`x${r}`] = before
  }
  made.loss = ['Sum', ends]
  places.set('loss', [columns, rows / 2])
  const document = graph(`${nodes} nodes`, made, settings({ kind: 'sgd', learningRate: 0.01 }, 1))
  const placed = document.nodes.map((node) => {
    const [column, row] = places.get(node.id) as readonly [number, number]
    return { ...node, position: { x: column * COLUMN, y: Math.round(row * ROW) } }
  })
  return { ...document, nodes: placed }
}
