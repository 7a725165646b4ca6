/** What a screen reads of the tensors of a run: parts, histograms, and the dot product behind one number. */
import { beforeEach, describe, expect, test } from 'vitest'
import { emptyDocument, type GraphDocument } from '../../engine/document/types.ts'
import { ProblemError } from '../../engine/problem.ts'
import type { ProductDetail, RunResult, Target } from '../../engine/session/protocol.ts'
import { Session } from '../../engine/session/session.ts'
import { partOf } from '../../engine/session/tensors/slices.ts'

const position = { x: 0, y: 0 }
const wire = (source: string, target: string, targetHandle: string) => ({
  id: `${source} ${target}.${targetHandle}`,
  source,
  sourceHandle: 'out',
  target,
  targetHandle
})

const values = (n: number, seed: number): number[] => Array.from({ length: n }, (_, i) => ((i * 7 + seed) % 11) - 5)
const parameter = (id: string, shape: readonly number[], seed: number) => ({
  id,
  op: 'Parameter',
  attributes: {
    shape,
    init: {
      kind: 'values',
      values: values(
        shape.reduce((a, b) => a * b, 1),
        seed
      )
    }
  },
  position
})

/** a [2, 3, 4] · w [4, 5], and a layer behind it. */
const document: GraphDocument = {
  ...emptyDocument,
  nodes: [
    parameter('a', [2, 3, 4], 1),
    parameter('w', [4, 5], 3),
    { id: 'product', op: 'MatMul', position },
    { id: 'layer', op: 'Dense', attributes: { units: 2, activation: 'relu', biasInit: { kind: 'ones' } }, position },
    { id: 'after', op: 'Exp', position },
    { id: 'sum', op: 'ReduceSum', position }
  ],
  edges: [
    wire('a', 'product', 'a'),
    wire('w', 'product', 'b'),
    wire('product', 'layer', 'x'),
    wire('product', 'after', 'x'),
    wire('layer', 'sum', 'x')
  ],
  objective: 'sum'
}

let session: Session
let run: RunResult
beforeEach(async () => {
  session = new Session({ breathe: async () => undefined })
  run = await session.run({ document, revision: 0, backend: 'reference' })
})

const node = (id: string): Target => ({ kind: 'node', id, output: 'out' })
const numbersOf = async (target: Target, which: 'value' | 'gradient' = 'value') =>
  Array.from((await session.readTensor({ runId: run.runId, target, which })).data)

describe('parts of a tensor', () => {
  const all = Float64Array.from({ length: 24 }, (_, i) => i)

  test('along any two axes, and in any order', () => {
    // [2, 3, 4] at [:, 1, :], turned
    const grid = [
      { count: 4, stride: 1 },
      { count: 2, stride: 12 }
    ]
    expect(Array.from(partOf(all, { offset: 4, grid }))).toEqual([4, 16, 5, 17, 6, 18, 7, 19])
    expect(Array.from(partOf(all, { offset: 20, count: 3 }))).toEqual([20, 21, 22])
    expect(Array.from(partOf(all, { offset: 3, grid: [] }))).toEqual([3])
    expect(partOf(all, { grid: [{ count: 0, stride: 1 }] })).toHaveLength(0)
  })

  test('not beyond its end', () => {
    const beyond = () => partOf(all, { offset: 13, grid: [{ count: 2, stride: 11 }] })
    expect(beyond).toThrow(ProblemError)
  })

  test('with the histogram of the whole', async () => {
    const request = { runId: run.runId, target: node('a'), which: 'value', count: 0, bins: 10 } as const
    const { data, histogram } = await session.readTensor(request)
    expect(data).toHaveLength(0)
    expect(histogram).toHaveLength(10)
    expect(histogram?.reduce((sum, bin) => sum + bin.count, 0)).toBe(24)
    expect((await session.readTensor({ ...request, bins: 0 })).histogram).toBeNull()
  })
})

describe('the product behind a number', () => {
  const product = (target: Target, index: number, which: 'value' | 'gradient' = 'value') =>
    session.readProduct({ runId: run.runId, target, which, index })

  const total = ({ left, right }: ProductDetail): number =>
    left.numbers.reduce((sum, x, k) => sum + x * (right.numbers[k] as number), 0)

  test.each([['node'], ['edge']] as const)('of a MatMul, read on its %s', async (kind) => {
    const target: Target = kind === 'node' ? node('product') : { kind, id: 'product layer.x' }
    const [a, w, y] = [await numbersOf(node('a')), await numbersOf(node('w')), await numbersOf(node('product'))]
    for (const [batch, row, column] of [
      [0, 0, 0],
      [1, 2, 3]
    ] as const) {
      const index = (batch * 3 + row) * 5 + column
      const found = (await product(target, index)) as ProductDetail
      expect(found).toMatchObject({ at: [batch, row, column], after: [], result: y[index] })
      expect(found.left).toMatchObject({ name: 'a', shape: [3, 4], at: row, turned: false })
      expect(found.right).toMatchObject({ name: 'w', shape: [4, 5], at: column })
      expect(Array.from(found.left.numbers)).toEqual(a.slice((batch * 3 + row) * 4, (batch * 3 + row + 1) * 4))
      expect(Array.from(found.right.numbers)).toEqual([0, 1, 2, 3].map((k) => w[k * 5 + column]))
      expect(found.sum).toBe(total(found))
      expect(found.sum).toBe(y[index])
    }
  })

  test('of a layer, with its bias and activation', async () => {
    const y = await numbersOf(node('layer'))
    for (const index of y.keys()) {
      const found = (await product(node('layer'), index)) as ProductDetail
      expect(found.right).toMatchObject({ name: 'layer.kernel', shape: [5, 2] })
      expect(found.after).toEqual([
        { op: 'Add', added: 1 },
        { op: 'Relu', added: null }
      ])
      expect(Math.max(0, found.sum + 1)).toBeCloseTo(y[index] as number, 10)
      expect(found.result).toBe(y[index])
    }
  })

  test('of gradients too, where the run has their factors', async () => {
    const gradient = await numbersOf({ kind: 'parameter', name: 'a' }, 'gradient')
    const found = (await product({ kind: 'parameter', name: 'a' }, 7, 'gradient')) as ProductDetail
    expect(found).toMatchObject({ left: { name: '∂layer' }, right: { name: 'w', turned: true }, result: gradient[7] })
    expect(found.sum).toBeCloseTo(gradient[7] as number, 10)
  })

  test('is none where the number comes about otherwise', async () => {
    for (const id of ['after', 'sum', 'a']) expect(await product(node(id), 0)).toBeNull()
    const stale = session.readProduct({ runId: run.runId + 1, target: node('product'), which: 'value', index: 0 })
    await expect(stale).rejects.toThrow(ProblemError)
  })
})
