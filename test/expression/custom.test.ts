import { describe, expect, test } from 'vitest'
import { check } from '../../engine/document/check.ts'
import { apply } from '../../engine/document/commands.ts'
import { canConnect, inputsOf } from '../../engine/document/connect.ts'
import { readGraph, writeGraph } from '../../engine/document/file.ts'
import { emptyDocument, type GraphDocument } from '../../engine/document/types.ts'
import type { Attributes } from '../../engine/ir/types.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { Session } from '../../engine/session/session.ts'
import { edge } from '../edge.ts'

const position = { x: 0, y: 0 }

const parameter = (id: string, shape: readonly number[], values: readonly number[]) => ({
  id,
  op: 'Parameter',
  attributes: { shape, init: { kind: 'values', values } },
  position
})

/** p and q, of which `f` is made, and the sum of f. */
const graph = (attributes: Attributes): GraphDocument => ({
  ...emptyDocument,
  nodes: [
    parameter('p', [2, 3], [0.5, -1.2, 0.7, 1.4, -0.3, 0.9]),
    parameter('q', [3], [0.4, 1.1, -0.8]),
    { id: 'f', op: 'Custom', attributes, position },
    { id: 'loss', op: 'ReduceSum', position }
  ],
  edges: [edge('e1', 'p', 'f', 'a'), edge('e2', 'q', 'f', 'b'), edge('e3', 'f', 'loss', 'x')],
  objective: 'loss'
})

const session = () => new Session({ breathe: () => Promise.resolve() })

async function numbers(document: GraphDocument) {
  const { nodes } = await session().run({ document, revision: 1, backend: 'cpu' })
  const of = (id: string, which: 'value' | 'gradient') => [...(nodes[id]?.out?.[which]?.values ?? [])]
  return { loss: of('loss', 'value'), p: of('p', 'gradient'), q: of('q', 'gradient') }
}

const problemsOf = (attributes: Attributes) =>
  check(graph(attributes)).problems.filter((p) => p.code !== 'graph.incompleteUpstream')

describe('the numbers', () => {
  test('are those of the graph written by hand', async () => {
    const byHand: GraphDocument = {
      ...graph({}),
      nodes: [
        ...graph({}).nodes.filter((node) => node.id !== 'f'),
        { id: 's', op: 'Sigmoid', position },
        { id: 'f', op: 'Mul', position }
      ],
      edges: [edge('e1', 'p', 's', 'x'), edge('e4', 's', 'f', 'a'), ...graph({}).edges.slice(1)]
    }
    expect(await numbers(graph({ forward: 'sigmoid(a) * b' }))).toEqual(await numbers(byHand))
  })

  test('of a given backward are those of differentiation, where it is right', async () => {
    const forward = 'a * exp(b) + a^2'
    const found = await numbers(graph({ forward }))
    const given = await numbers(graph({ forward, backward: 'a = g * (exp(b) + 2*a); b = g * a * exp(b)' }))
    expect(given.loss).toEqual(found.loss)
    for (const which of ['p', 'q'] as const)
      for (const [i, x] of given[which].entries()) expect(x).toBeCloseTo(found[which][i] as number, 6)
  })

  test('of a given backward are the user’s, where it is another', async () => {
    const { p, q } = await numbers(graph({ forward: 'a > b', backward: 'a = g; b = 0' }))
    expect(p).toEqual([1, 1, 1, 1, 1, 1])
    expect(q).toEqual([0, 0, 0])
  })
})

test('gradients against central differences, by the session that the command line uses', async () => {
  for (const attributes of [
    { forward: 'tanh(a * b) + sum(a^2) / 2' },
    { forward: 'a * b', backward: 'a = g * b; b = g * a' },
    { forward: 'softmax(a) * b - max(a)' }
  ]) {
    const { parameters } = await session().gradcheck(graph(attributes))
    expect(parameters.map(({ name, relativeError }) => [name, relativeError < 1e-6])).toEqual([
      ['p', true],
      ['q', true]
    ])
  }
})

describe('a backward', () => {
  test('that is right is not warned of', () => {
    expect(problemsOf({ forward: 'a * b', backward: 'a = g * b; b = g * a' })).toEqual([])
    expect(problemsOf({ forward: 'log(a) + sqrt(b)', backward: 'a = g / a; b = g / (2 * sqrt(b))' })).toEqual([])
    expect(problemsOf({ forward: 'a + relu(b)', backward: 'a = g; b = g * (b > 0)' })).toEqual([])
    expect(problemsOf({ forward: 'a * sum(b)', backward: 'a = g * sum(b); b = sum(g * a)' })).toEqual([])
  })

  test('that is wrong is, by input and with both numbers', () => {
    const [problem, ...more] = problemsOf({ forward: 'a * b', backward: 'a = g * b; b = g * b' })
    expect(more).toEqual([])
    expect(problem).toMatchObject({ code: 'custom.gradient', severity: 'warning', nodeId: 'f', params: { input: 'b' } })
    expect(Number(problem?.params.given)).not.toBeCloseTo(Number(problem?.params.slope), 3)
    expect(problem?.message).toContain('a = ')
  })

  test('that is only wrong where numbers are negative is, too', () => {
    const [problem] = problemsOf({ forward: 'abs(a) + b', backward: 'a = g; b = g' })
    expect(problem).toMatchObject({ code: 'custom.gradient', params: { input: 'a' } })
  })
})

test.each([
  [{ inputs: 'a b' }, 'custom.inputs'],
  [{ inputs: 'a, a' }, 'custom.inputs'],
  [{ inputs: '' }, 'custom.inputs'],
  [{ inputs: 'a, g' }, 'custom.inputs'],
  [{ forward: 'a +' }, 'expression.ends'],
  [{ forward: '' }, 'expression.empty'],
  [{ forward: 'a * c' }, 'custom.name'],
  [{ forward: 'a @ b @ b' }, 'shape.matmul'],
  [{ backward: 'a = g * h; b = g' }, 'custom.name'],
  [{ backward: 'c = g' }, 'custom.backward'],
  [{ backward: 'a = g' }, 'custom.backwardMissing'],
  [{ backward: 'a = g; b = g; b = g' }, 'expression.twice'],
  [{ backward: 'a' }, 'expression.assignment']
])('%j: %s', (attributes, code) => {
  const problems = problemsOf(attributes)
  expect(problems.map((p) => p.code)).toContain(code)
  expect(problems.filter((p) => p.code === code).every((p) => p.nodeId === 'f')).toBe(true)
})

describe('ports', () => {
  const named = (document: GraphDocument) => {
    const node = document.nodes.find((n) => n.id === 'f')!
    return inputsOf(document, node, opOf('Custom')!).map((port) => port.name)
  }

  test('are those that the attribute names', () => {
    expect(named(graph({}))).toEqual(['a', 'b'])
    expect(named(graph({ inputs: 'u, v,w' }))).toEqual(['u', 'v', 'w'])
    expect(canConnect(graph({}), edge('e9', 'p', 'f', 'c'))?.code).toBe('graph.unknownHandle')
  })

  test('wires go along with a new name, and go with an input that is gone', () => {
    const set = (value: string) => {
      const applied = apply(graph({}), { type: 'setAttribute', node: 'f', attribute: 'inputs', value })
      if (applied.problems) throw new Error('refused')
      return applied.document.edges.map((e) => `${e.id} ${e.targetHandle}`)
    }
    expect(set('u, b')).toEqual(['e1 u', 'e2 b', 'e3 x'])
    expect(set('b, a')).toEqual(['e1 a', 'e2 b', 'e3 x'])
    expect(set('b')).toEqual(['e2 b', 'e3 x'])
    expect(set('a, b, c')).toEqual(['e1 a', 'e2 b', 'e3 x'])
  })
})

test('saved and opened it is the same, also with a formula that is not finished', () => {
  for (const attributes of [{ forward: 'sigmoid(a) * b', backward: 'a = g; b = g' }, { forward: 'a +' }]) {
    const document = graph(attributes)
    expect(readGraph(new TextEncoder().encode(writeGraph(document))).document).toEqual(document)
  }
})
