/** Jacobians and Hessians of small graphs against PyTorch's (make_derivatives.py), and what is said where there are none. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { emptyDocument, type GraphDocument } from '../../engine/document/types.ts'
import { ProblemError } from '../../engine/problem.ts'
import type { JacobianRequest, Target } from '../../engine/session/protocol.ts'
import { Session } from '../../engine/session/session.ts'

type Rows = number[][]

interface Golden {
  readonly softmax: { readonly logits: Rows; readonly jacobian: number[] }
  readonly twoLayers: {
    readonly x: Rows
    readonly t: Rows
    readonly w1: Rows
    readonly b1: number[]
    readonly w2: Rows
    readonly b2: number[]
    readonly jacobians: readonly { readonly wrt: string; readonly data: number[] }[]
    readonly hidden: number[]
    readonly hessian: number[]
  }
  readonly logistic: {
    readonly x: Rows
    readonly t: Rows
    readonly w: Rows
    readonly b: number[]
    readonly hessian: number[]
  }
}

const golden: Golden = JSON.parse(readFileSync(join(import.meta.dirname, 'derivatives.json'), 'utf8'))
const position = { x: 0, y: 0 }
const shapeOf = (values: Rows | number[]): number[] =>
  Array.isArray(values[0]) ? [values.length, values[0].length] : [values.length]
const input = (id: string, values: Rows) => ({
  id,
  op: 'Input',
  attributes: { shape: [null, (values[0] as number[]).length], values: values.flat() },
  position
})
const parameter = (id: string, values: Rows | number[]) => ({
  id,
  op: 'Parameter',
  attributes: { shape: shapeOf(values), init: { kind: 'values', values: values.flat() } },
  position
})
const node = (id: string, op: string) => ({ id, op, position })
/** "a.out > b.x" in words: source, target, handle. */
const edges = (list: readonly (readonly [string, string, string])[]) =>
  list.map(([source, target, targetHandle]) => ({
    id: `${source}-${target}`,
    source,
    sourceHandle: 'out',
    target,
    targetHandle
  }))
const out = (id: string): Target => ({ kind: 'node', id, output: 'out' })
const named = (name: string): Target => ({ kind: 'parameter', name })

const softmax: GraphDocument = {
  ...emptyDocument,
  nodes: [parameter('logits', golden.softmax.logits), node('softmax', 'Softmax'), node('places', 'ArgMax')],
  edges: edges([
    ['logits', 'softmax', 'x'],
    ['logits', 'places', 'x']
  ]),
  objective: 'softmax'
}

const { twoLayers: net, logistic: regression } = golden
const twoLayers: GraphDocument = {
  ...emptyDocument,
  nodes: [
    input('x', net.x),
    input('t', net.t),
    ...(['w1', 'b1', 'w2', 'b2'] as const).map((id) => parameter(id, net[id])),
    node('p1', 'MatMul'),
    node('a1', 'Add'),
    node('hidden', 'Tanh'),
    node('p2', 'MatMul'),
    node('y', 'Add'),
    node('loss', 'MeanSquaredError')
  ],
  edges: edges([
    ['x', 'p1', 'a'],
    ['w1', 'p1', 'b'],
    ['p1', 'a1', 'a'],
    ['b1', 'a1', 'b'],
    ['a1', 'hidden', 'x'],
    ['hidden', 'p2', 'a'],
    ['w2', 'p2', 'b'],
    ['p2', 'y', 'a'],
    ['b2', 'y', 'b'],
    ['y', 'loss', 'prediction'],
    ['t', 'loss', 'target']
  ]),
  objective: 'loss'
}

const logistic: GraphDocument = {
  ...emptyDocument,
  nodes: [
    input('x', regression.x),
    input('t', regression.t),
    parameter('w', regression.w),
    parameter('b', regression.b),
    node('product', 'MatMul'),
    node('y', 'Add'),
    node('loss', 'BinaryCrossEntropyWithLogits')
  ],
  edges: edges([
    ['x', 'product', 'a'],
    ['w', 'product', 'b'],
    ['product', 'y', 'a'],
    ['b', 'y', 'b'],
    ['y', 'loss', 'prediction'],
    ['t', 'loss', 'target']
  ]),
  objective: 'loss'
}

let session: Session
beforeEach(() => {
  session = new Session({ breathe: async () => undefined })
})

const worst = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length)
  return Math.max(...Array.from(a, (x, i) => Math.abs(x - (b[i] as number))))
}
const problemOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
    return 'none'
  } catch (error) {
    if (error instanceof ProblemError) return error.problem.code
    throw error
  }
}

describe('Jacobian', () => {
  const jacobian = (document: GraphDocument, of: Target, wrt: Target, more: Partial<JacobianRequest> = {}) =>
    session.jacobian({ document, of, wrt, ...more })

  test('of softmax', async () => {
    const found = await jacobian(softmax, out('softmax'), named('logits'))
    expect([found.of, found.wrt, found.batch, found.why]).toEqual([[2, 4], [2, 4], null, null])
    expect(worst(found.data, golden.softmax.jacobian)).toBeLessThan(1e-15)
  })

  test.each(net.jacobians)('of two layers with regard to $wrt', async ({ wrt, data }) => {
    const found = await jacobian(twoLayers, out('y'), named(wrt))
    expect([found.of, found.batch]).toEqual([[5, 2], 5])
    expect(worst(found.data, data)).toBeLessThan(1e-14)
  })

  test('of a hidden node, which is not the objective', async () => {
    expect(worst((await jacobian(twoLayers, out('hidden'), named('w1'))).data, net.hidden)).toBeLessThan(1e-14)
  })

  test('with regard to an input, by its edge: only what goes along it', async () => {
    const document: GraphDocument = {
      ...emptyDocument,
      nodes: [parameter('x', [3]), node('square', 'Mul')],
      edges: [
        { id: 'left', source: 'x', sourceHandle: 'out', target: 'square', targetHandle: 'a' },
        { id: 'right', source: 'x', sourceHandle: 'out', target: 'square', targetHandle: 'b' }
      ]
    }
    expect([...(await jacobian(document, out('square'), { kind: 'edge', id: 'left' })).data]).toEqual([3])
    expect([...(await jacobian(document, out('square'), out('x'))).data]).toEqual([6])
  })

  test('is zero where nothing leads, and says why', async () => {
    const apart = await jacobian(twoLayers, out('hidden'), named('w2'))
    expect(apart.data.length).toBe(20 * 8)
    expect([...new Set(apart.data)]).toEqual([0])
    expect(apart.why?.code).toBe('gradient.independent')
    const whole = await jacobian(softmax, out('places'), named('logits'))
    expect([[...new Set(whole.data)], whole.why?.code]).toEqual([[0], 'gradient.blocked'])
  })

  test('is refused where it is too large, or of nothing', async () => {
    const feeds = {
      x: { shape: [600, 3], data: new Float64Array(1800) },
      t: { shape: [600, 2], data: new Float64Array(1200) }
    }
    expect(await problemOf(jacobian(twoLayers, out('y'), named('w1'), { feeds }))).toBe('derivative.tooLarge')
    expect(await problemOf(jacobian(softmax, out('nobody'), named('logits')))).toBe('graph.noSuchThing')
    expect(await problemOf(jacobian(softmax, out('softmax'), named('w')))).toBe('graph.noSuchThing')
  })
})

describe('Hessian', () => {
  test('of two layers', async () => {
    const found = await session.hessian({ document: twoLayers })
    expect(found.parameters.map(({ name, offset }) => [name, offset])).toEqual([
      ['w1', 0],
      ['b1', 12],
      ['w2', 16],
      ['b2', 24]
    ])
    expect([found.size, found.batch]).toEqual([26, 5])
    expect(worst(found.data, net.hessian)).toBeLessThan(1e-14)
  })

  test('of logistic regression; of a part of it', async () => {
    const { data } = await session.hessian({ document: logistic })
    expect(worst(data, regression.hessian)).toBeLessThan(1e-15)
    const bias = await session.hessian({ document: logistic, wrt: ['b'] })
    expect([...bias.data]).toEqual([data[15]])
  })

  test('wants an objective, and is refused where it is too large', async () => {
    expect(await problemOf(session.hessian({ document: { ...logistic, objective: null } }))).toBe('train.noObjective')
    const wide = twoLayers.nodes.map((n) =>
      n.id === 'w1'
        ? parameter(
            'w1',
            Array.from({ length: 3 }, () => Array(400).fill(0))
          )
        : n.id === 'b1'
          ? parameter('b1', Array(400).fill(0))
          : n.id === 'w2'
            ? parameter('w2', Array(400).fill([0, 0]))
            : n
    )
    expect(await problemOf(session.hessian({ document: { ...twoLayers, nodes: wide } }))).toBe('derivative.tooLarge')
  })
})

describe('gradient check', () => {
  test.each([
    ['central differences', {}, 1e-8],
    ['forward differences', { forward: true }, 1e-4],
    ['a step of one’s own', { h: 1e-3 }, 1e-3]
  ] as const)('%s agree with autodiff on every parameter and every edge', async (_name, options, limit) => {
    const { parameters, edges, method } = await session.gradcheck(twoLayers, { ...options, edges: true })
    expect(parameters.map((p) => p.name)).toEqual(['w1', 'b1', 'w2', 'b2'])
    expect(edges?.map((e) => e.name)).toEqual(twoLayers.edges.map((e) => e.id))
    for (const check of [...parameters, ...(edges ?? [])]) {
      expect(check.checked).toBeGreaterThan(0)
      expect(check.relativeError).toBeLessThan(limit)
      expect(Object.keys(check.worst)).toEqual(['index', 'autodiff', method])
    }
  })

  test('a longer step, and a difference on one side, are less exact', async () => {
    const worstOf = async (options: object): Promise<number> =>
      Math.max(...(await session.gradcheck(twoLayers, options)).parameters.map((p) => p.relativeError))
    const [fine, coarse, oneSided] = [
      await worstOf({}),
      await worstOf({ h: 0.01 }),
      await worstOf({ h: 0.01, forward: true })
    ]
    expect(fine).toBeLessThan(coarse as number)
    expect(coarse).toBeLessThan(oneSided as number)
  })

  test('a difference that is no number counts as wrong, whatever comes after it', async () => {
    const document: GraphDocument = {
      ...emptyDocument,
      nodes: [parameter('x', [2, -1, 3]), node('log', 'Log'), node('loss', 'ReduceSum')],
      edges: edges([
        ['x', 'log', 'x'],
        ['log', 'loss', 'x']
      ]),
      objective: 'loss'
    }
    const { parameters } = await session.gradcheck(document)
    expect(parameters[0]).toMatchObject({ relativeError: Number.POSITIVE_INFINITY, checked: 3 })
    expect(parameters[0]?.worst.central).toBeNaN()
  })

  test('an edge of a fork carries its own part alone', async () => {
    const document: GraphDocument = {
      ...emptyDocument,
      nodes: [
        parameter('x', [3]),
        parameter('y', [2]),
        node('sum', 'Add'),
        node('product', 'Mul'),
        node('loss', 'ReduceSum')
      ],
      edges: [
        ...edges([
          ['x', 'sum', 'a'],
          ['y', 'sum', 'b'],
          ['sum', 'product', 'a'],
          ['product', 'loss', 'x']
        ]),
        { id: 'fork', source: 'x', sourceHandle: 'out', target: 'product', targetHandle: 'b' }
      ],
      objective: 'loss'
    }
    const { edges: checks } = await session.gradcheck(document, { edges: true })
    const central = Object.fromEntries((checks ?? []).map((c) => [c.name, c.relativeError]))
    expect(Object.keys(central)).toHaveLength(5)
    for (const error of Object.values(central)) expect(error).toBeLessThan(1e-9)
  })
})
