/** Chains of Jacobians: each way's product, their sum, and the gradients that PyTorch has for the same graphs. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readGraph } from '../../engine/document/file.ts'
import { emptyDocument, type GraphDocument, type GraphNode } from '../../engine/document/types.ts'
import { waysBetween } from '../../engine/document/ways.ts'
import { product } from '../../engine/session/chains.ts'
import type { ChainRequest, ChainResult, ChainWay } from '../../engine/session/protocol.ts'
import { Session } from '../../engine/session/session.ts'
import { edge } from '../edge.ts'
import golden from '../golden/steps.json'

const position = { x: 0, y: 0 }
const parameter = (id: string, shape: number[], values: number[]): GraphNode => ({
  id,
  op: 'Parameter',
  attributes: { shape, init: { kind: 'values', values } },
  position
})
const node = (id: string) => ({ kind: 'node', id, output: 'out' }) as const

const session = new Session({ breathe: async () => undefined })
const ask = (document: GraphDocument, wrt: ChainRequest['wrt'], of = node(document.objective as string)) =>
  session.chains({ document, of, wrt })

function documentOf(graph: string): GraphDocument {
  const read = readGraph(readFileSync(join(import.meta.dirname, '../..', `${graph}.chainrule.json`)))
  if (!read.document) throw new Error(JSON.stringify(read.problems))
  return read.document
}

const size = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1)

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  expect(found.length, what).toBe(expected.length)
  const largest = Math.max(1e-12, ...Array.from(expected, Math.abs))
  for (let i = 0; i < expected.length; i++)
    expect(
      Math.abs((found[i] as number) - (expected[i] as number)) / largest,
      `${what}[${i}]: ${found[i]}, not ${expected[i]}`
    ).toBeLessThan(1e-12)
}

const whole = (way: ChainWay): Float64Array => way.back.at(-1) as Float64Array

/** Both orders of every product, multiplied out here from the factors, and the sum over all ways. */
function checkProducts(result: ChainResult): void {
  const sum = new Float64Array(result.total.length)
  for (const way of result.ways) {
    const factors = way.factors.map((key) => result.factors[key] as NonNullable<ChainResult['factors'][string]>)
    const written = factors.flatMap(({ data }) => data ?? [])
    expect(written.length).toBe(factors.length)
    const all = written.reduce((right, left, i) => product(left, right, size(factors[i]?.wrt ?? [])))
    expectClose(whole(way), all, `back along ${way.edges.join()}`)
    expectClose(way.ahead.at(-1) as Float64Array, all, `ahead along ${way.edges.join()}`)
    // each Jacobian fits the next
    for (const [i, factor] of factors.entries()) if (i > 0) expect(factor.wrt).toEqual(factors[i - 1]?.of)
    for (const [i, x] of whole(way).entries()) sum[i] = (sum[i] as number) + x
  }
  if (result.ways.length === result.count) expectClose(sum, result.total, 'the sum over all ways')
}

describe('the ways between two nodes', () => {
  /** n diamonds one after the other: two ways through each. */
  const diamonds = (n: number): GraphDocument => ({
    ...emptyDocument,
    nodes: Array.from({ length: n + 1 }, (_, i) => ({ id: `n${i}`, op: i === 0 ? 'Parameter' : 'Add', position })),
    edges: Array.from({ length: n }, (_, i) => [
      edge(`a${i}`, `n${i}`, `n${i + 1}`, 'a'),
      edge(`b${i}`, `n${i}`, `n${i + 1}`, 'b')
    ]).flat()
  })
  const ways = (n: number, most: number, passes = (_: { id: string }) => true) =>
    waysBetween({ document: diamonds(n), from: 'n0', to: `n${n}`, starts: () => true, passes, most })

  test('are counted without being walked one by one, and the first are listed in file order', () => {
    const { shown, count } = ways(60, 3)
    expect(count).toBe(2 ** 60)
    expect(shown.map((way) => way.slice(-2).map(({ id }) => id))).toEqual([
      ['a58', 'a59'],
      ['a58', 'b59'],
      ['b58', 'a59']
    ])
    expect(ways(5000, 1).count).toBe(Number.POSITIVE_INFINITY)
  })

  test('lead only along wires that let gradients through', () => {
    const { shown, count } = ways(3, 12, ({ id }) => !id.startsWith('b'))
    expect([count, shown.map((way) => way.map(({ id }) => id))]).toEqual([1, [['a0', 'a1', 'a2']]])
    expect(ways(3, 12, ({ id }) => id !== 'a1' && id !== 'b1')).toEqual({ shown: [], count: 0 })
  })
})

describe('the chain rule', () => {
  test.each(golden.cases.map(({ graph }) => graph))(
    '%s: the sum over all ways is the gradient of PyTorch',
    async (graph) => {
      const document = documentOf(graph)
      const found = golden.cases.find((one) => one.graph === graph)?.gradients as unknown as Record<string, number[]>
      for (const { id, op } of document.nodes) {
        if (id === document.objective || !found[id]) continue
        const result = await ask(document, op === 'Parameter' ? { kind: 'parameter', name: id } : node(id))
        expect(result.ways.length, id).toBe(result.count)
        expectClose(result.total, found[id], id)
        checkProducts(result)
      }
    }
  )

  test('of several variables: x · x² has two ways, which add up to 3x²', async () => {
    const document: GraphDocument = {
      ...emptyDocument,
      nodes: [parameter('x', [], [2]), { id: 'square', op: 'Mul', position }, { id: 'cube', op: 'Mul', position }],
      edges: [
        edge('e1', 'x', 'square', 'a'),
        edge('e2', 'x', 'square', 'b'),
        edge('e3', 'x', 'cube', 'a'),
        edge('e4', 'square', 'cube', 'b')
      ],
      objective: 'cube'
    }
    const result = await ask(document, { kind: 'parameter', name: 'x' })
    expect(result.ways.map((way) => [way.edges, whole(way)[0]])).toEqual([
      [['e1', 'e4'], 4],
      [['e2', 'e4'], 4],
      [['e3'], 4]
    ])
    expect([...result.total]).toEqual([12])
    checkProducts(result)
  })

  test('between two tensors: whole matrices, softmax’s with s(1 - s) and -s·s', async () => {
    const document: GraphDocument = {
      ...emptyDocument,
      nodes: [
        parameter('x', [2], [0.3, -1.2]),
        parameter('w', [2, 3], [1, -0.5, 0.25, 2, 0.75, -1]),
        { id: 'scores', op: 'MatMul', position },
        { id: 'softmax', op: 'Softmax', position },
        { id: 'log', op: 'Log', position }
      ],
      edges: [
        edge('e1', 'x', 'scores', 'a'),
        edge('e2', 'w', 'scores', 'b'),
        edge('e3', 'scores', 'softmax'),
        edge('e4', 'softmax', 'log')
      ],
      objective: 'log'
    }
    const result = await ask(document, { kind: 'parameter', name: 'x' }, node('softmax'))
    expect([result.of, result.wrt, result.count]).toEqual([[3], [2], 1])
    checkProducts(result)
    const [way] = result.ways as [ChainWay]
    expect(way.back.map((m) => m.length)).toEqual([9, 6])
    expect(way.ahead.map((m) => m?.length)).toEqual([6, 6])
    const s = result.factors[way.factors[1] as string]?.data as Float64Array
    const row = (i: number) => [...s.subarray(3 * i, 3 * i + 3)]
    for (let i = 0; i < 3; i++) expect(row(i).reduce((sum, x) => sum + x, 0)).toBeCloseTo(0, 14)
    expect(row(1)[0]).toBe(row(0)[1])
    // w's Jacobian is the same x in each column, none of which is asked for twice
    const kernel = await ask(document, { kind: 'parameter', name: 'w' })
    expect(kernel.total).toHaveLength(18)
    checkProducts(kernel)
  })

  test('begins at a parameter that a layer owns, and at one of several outputs', async () => {
    const document = documentOf('examples/xor-mlp')
    const result = await ask(document, { kind: 'parameter', name: 'hidden.kernel' })
    expect(result.batch).toBe(1)
    expect(result.factors[result.ways[0]?.factors[0] as string]).toMatchObject({ node: 'hidden', edge: null })
    checkProducts(result)
    const branch: GraphDocument = {
      ...emptyDocument,
      nodes: [
        parameter('x', [], [3]),
        { id: 'copies', op: 'Branch', attributes: { count: 2 }, position },
        { id: 'exp', op: 'Exp', position },
        { id: 'sum', op: 'Mul', position }
      ],
      edges: [
        edge('e1', 'x', 'copies'),
        edge('e2', 'copies', 'exp', 'x', 'out0'),
        edge('e3', 'exp', 'sum', 'a'),
        edge('e4', 'copies', 'sum', 'b', 'out1')
      ],
      objective: 'sum'
    }
    const all = await ask(branch, { kind: 'parameter', name: 'x' })
    expect(all.count).toBe(2)
    checkProducts(all)
    expectClose(all.total, [4 * Math.exp(3)], 'x eˣ')
    const one = await ask(branch, { kind: 'node', id: 'copies', output: 'out1' })
    expect([one.count, one.ways[0]?.edges]).toEqual([1, ['e4']])
    expectClose(one.total, [Math.exp(3)], 'one copy')
  })

  test('multiplies by what is too large to be written down', async () => {
    const document: GraphDocument = {
      ...emptyDocument,
      nodes: [
        { id: 'x', op: 'Input', attributes: { shape: [null, 30], values: [] }, position },
        { id: 'dense', op: 'Dense', attributes: { units: 200 }, position },
        { id: 'relu', op: 'Relu', position },
        { id: 'loss', op: 'ReduceMean', position }
      ],
      edges: [edge('e1', 'x', 'dense'), edge('e2', 'dense', 'relu'), edge('e3', 'relu', 'loss')],
      objective: 'loss'
    }
    const feeds = { x: { shape: [1, 30], data: Float32Array.from({ length: 30 }, (_, i) => Math.sin(i)) } }
    const wrt = { kind: 'parameter', name: 'dense.kernel' } as const
    const result = await session.chains({ document, of: node('loss'), wrt, feeds })
    const [way] = result.ways as [ChainWay]
    expect(way.factors.map((key) => result.factors[key]?.data?.length ?? null)).toEqual([null, 200 * 200, 200])
    expect(way.ahead).toEqual([null, null, null])
    expectClose(whole(way), result.total, 'dense.kernel')
  })

  test('says why there is no way', async () => {
    const document: GraphDocument = {
      ...emptyDocument,
      nodes: [
        parameter('x', [], [2]),
        { id: 'stop', op: 'StopGradient', position },
        { id: 'exp', op: 'Exp', position },
        parameter('other', [], [2])
      ],
      edges: [edge('e1', 'x', 'stop'), edge('e2', 'stop', 'exp')],
      objective: 'exp'
    }
    const blocked = await ask(document, { kind: 'parameter', name: 'x' })
    expect(blocked).toMatchObject({ count: 0, ways: [], why: { code: 'gradient.blocked' } })
    const apart = await ask(document, { kind: 'parameter', name: 'other' })
    expect(apart).toMatchObject({ count: 0, why: { code: 'gradient.independent' } })
  })

  test('adds up where there are too many ways to list', async () => {
    const n = 6
    const document: GraphDocument = {
      ...emptyDocument,
      nodes: [
        parameter('n0', [], [1.1]),
        ...Array.from({ length: n }, (_, i) => ({ id: `n${i + 1}`, op: 'Mul', position }))
      ],
      edges: Array.from({ length: n }, (_, i) => [
        edge(`a${i}`, `n${i}`, `n${i + 1}`, 'a'),
        edge(`b${i}`, `n${i}`, `n${i + 1}`, 'b')
      ]).flat(),
      objective: `n${n}`
    }
    const result = await ask(document, { kind: 'parameter', name: 'n0' })
    expect([result.ways.length, result.count]).toEqual([12, 64])
    // each way has the same share of 64 x⁶³
    expectClose(result.total, [64 * 1.1 ** 63], 'x⁶⁴')
    expectClose(whole(result.ways[7] as ChainWay), [1.1 ** 63], 'one way')
  })
})
