/**
 * Every operator, stepped through: upstream × local, summand by summand, is the number on the wire, in the engine and as
 * it stands on the screen.
 */
import { beforeAll, describe, expect, test, vi } from 'vitest'

vi.hoisted(() => {
  const localStorage = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined }
  return Object.assign(globalThis, { localStorage, window: { innerWidth: 1440, localStorage } })
})
// stores as they are now, and formulas as LaTeX
vi.mock('zustand', async () => (await import('../renderer/static.ts')).stores())
vi.mock('../../renderer/value/Formula.tsx', async () => (await import('../renderer/static.ts')).formulas())

import { emptyDocument, type GraphDocument, type GraphEdge, type GraphNode } from '../../engine/document/types.ts'
import { portsOf } from '../../engine/ir/op.ts'
import { Random } from '../../engine/random.ts'
import { Session } from '../../engine/session/session.ts'
import type { BackwardDetail, Share } from '../../engine/session/steps/types.ts'
import { bindShape, type Shape, sizeOf } from '../../engine/shape.ts'
import { chainOf, rounding, shareOf, show, sumOf } from '../renderer/shown.ts'
import { texts } from '../renderer/static.ts'
import { type Case, cases, drawInput } from './harness.ts'

beforeAll(texts)

const position = { x: 0, y: 0 }
const BATCH = 3

/** L = Σ w ∘ op(inputs): each element of the output has an upstream gradient of its own. */
function documentOf({ op, sample }: Case, outputShape: readonly number[] | null): GraphDocument {
  const random = new Random(11).fork(op.kind)
  const ports = op.variadic
    ? sample.shapes.map((_, i) => `${op.variadic?.name}${i}`)
    : portsOf(op, sample.attributes).map((port) => port.name)
  const inputs = sample.shapes.map((shape, i): GraphNode => {
    const kind = sample.kinds?.[i] ?? null
    const values = [...drawInput(sample, i, random)]
    const fixed = bindShape(shape as Shape, BATCH)
    const whole = kind !== null && typeof kind === 'object'
    return whole
      ? { id: `in${i}`, op: 'Constant', attributes: { shape: fixed, values }, position }
      : { id: `in${i}`, op: 'Parameter', attributes: { shape: fixed, init: { kind: 'values', values } }, position }
  })
  const edges = sample.shapes.map(
    (_, i): GraphEdge => ({
      id: `e${i}`,
      source: `in${i}`,
      sourceHandle: 'out',
      target: 'node',
      targetHandle: ports[i] as string
    })
  )
  const node: GraphNode = {
    id: 'node',
    op: op.kind,
    ...(sample.attributes ? { attributes: sample.attributes } : {}),
    position
  }
  if (!outputShape) return { ...emptyDocument, nodes: [...inputs, node], edges, objective: 'node' }
  const [first] = typeof op.outputs === 'function' ? op.outputs(sample.attributes ?? {}) : op.outputs
  const weights = Array.from({ length: sizeOf(outputShape) }, () => random.uniform(0.5, 1.5))
  return {
    ...emptyDocument,
    nodes: [
      ...inputs,
      node,
      { id: 'w', op: 'Constant', attributes: { shape: [...outputShape], values: weights }, position },
      { id: 'weighted', op: 'Mul', position }
    ],
    edges: [
      ...edges,
      { id: 'y', source: 'node', sourceHandle: first?.name ?? 'out', target: 'weighted', targetHandle: 'a' },
      { id: 'w', source: 'w', sourceHandle: 'out', target: 'weighted', targetHandle: 'b' }
    ],
    objective: 'weighted'
  }
}

/** Upstream times local as a person reads them off the card, beside the number that goes back there. */
function checkShown(share: Share, detail: BackwardDetail, op: string): void {
  const card = shareOf(share, detail, op)
  const chain = chainOf(card)
  if (chain) {
    const [upstream = 0, local = 0, result = Number.NaN] = chain
    const error = 2 * rounding(4) * Math.abs(upstream * local) + rounding(4) * Math.abs(result)
    expect(Math.abs(upstream * local - result), `${op}: ${chain.join(', ')}`).toBeLessThanOrEqual(error + 1e-12)
    return
  }
  const sum = sumOf(card)
  if (share.terms?.count === 0) return
  expect(sum, `${op} shows its summands: ${card}`).not.toBeNull()
  if (!sum) return
  const total = sum.products.reduce((t, [a, b]) => t + a * b, sum.rest)
  const size = sum.products.reduce((t, [a, b]) => t + Math.abs(a * b), Math.abs(sum.rest))
  expect(sum.products.length).toBe(share.terms?.shown.length)
  expect(Math.abs(total - sum.result), `${op}: ${card}`).toBeLessThanOrEqual(
    2 * rounding(3) * size + rounding(4) * Math.abs(sum.result) + 1e-12
  )
}

const shown = cases.filter(({ op, sample }) => op.family !== 'internal' && sample.shapes.length > 0)
/** Elements of an input that are asked for, from first to last. */
const CELLS = 12

describe.each(shown)('$name', (one) => {
  test('upstream times local is what goes back', async () => {
    const session = new Session({ breathe: async () => undefined })
    const walk = async (document: GraphDocument) => session.steps({ document, revision: 0, backend: 'reference' })
    const plain = await walk(documentOf(one, null))
    const forward = plain.steps.findIndex((step) => step.name === 'node' && step.phase === 'forward')
    const shape = plain.steps[forward]?.outcomes[0]?.shape
    expect(shape, 'the node is computed').toBeDefined()
    const document = documentOf(one, shape as number[])
    const walked = await walk(document)
    const { walkId, steps } = walked
    const index = steps.findIndex((step) => step.name === 'node' && step.kind === 'backward')
    const read = async (cells: Record<string, number>) =>
      (await session.readStep({ walkId, index, cells })) as BackwardDetail
    if (one.op.notDifferentiable || index < 0) {
      // nothing goes back, and the reason is said
      const shares = index < 0 ? [] : (await read({})).shares
      for (const { gradient, why } of shares) expect(gradient === null && why !== null).toBe(true)
      return
    }
    const first = await read({})
    expect(first.shares.length).toBeGreaterThanOrEqual(one.sample.shapes.length)
    for (const { handle, gradient, why } of first.shares) {
      if (!gradient) {
        expect(why, handle).not.toBeNull()
        continue
      }
      const size = sizeOf(gradient.shape)
      for (let k = 0; k < Math.min(CELLS, size); k++) {
        const cell = Math.floor((k * size) / Math.min(CELLS, size))
        const share = (await read({ [handle]: cell })).shares.find((s) => s.handle === handle)
        const { terms, gradient: at } = share as NonNullable<typeof share>
        expect(at?.cell).toBe(cell)
        expect(terms, `${handle}[${cell}]`).not.toBeNull()
        const total = terms?.shown.reduce((sum, { factors: [a, b] }) => sum + a * b, terms.rest) as number
        const value = at?.value as number
        const scale = Math.max(1e-3, Math.abs(value))
        expect(Math.abs(total - value) / scale, `${handle}[${cell}]: ${total} is not ${value}`).toBeLessThan(1e-6)
        if (k > 1) continue
        const detail = await read({ [handle]: cell })
        show(document, walked, detail)
        checkShown(share as Share, detail, one.op.kind)
      }
    }
  })
})
