import { describe, expect, test } from 'vitest'
import { check } from '../../engine/document/check.ts'
import { formulaOf, graphOfStatement, suggestedSource } from '../../engine/document/formula.ts'
import { emptyDocument, type GraphDocument } from '../../engine/document/types.ts'
import { parseStatement } from '../../engine/expression/parse.ts'
import { toText } from '../../engine/expression/print.ts'
import { Session } from '../../engine/session/session.ts'

const none = new Set<string>()
const graphOf = (text: string, document = emptyDocument, reused: ReadonlySet<string> = none) =>
  graphOfStatement(document, parseStatement(text), new Map(), reused)

test.each([
  'relu(x @ W + b)',
  '(x + y) * z',
  'sum((y - t)^2) / n',
  'sigmoid(w0 * x0 + w1 * x1 + w2)',
  'softmax(x @ W1 + b1)',
  'mean((x @ w - t)^2)',
  'max(x, 0) - max(W @ v)',
  'logsoftmax(x, 0)',
  'where(a > b, a, -b)',
  'A.T @ A',
  'mse(x @ W, t)'
])('%s: there and back', (text) => {
  const { fragment, result } = graphOf(text)
  const { problems, types } = check(fragment)
  expect(problems).toEqual([])
  const formula = formulaOf(fragment, types, result as string)
  expect(formula && toText(formula.expression)).toBe(text)
})

test('each name is one node, each number a constant of its own', () => {
  const { fragment } = graphOf('x * x + 2 * x + 2')
  expect(fragment.nodes.map((node) => `${node.id} ${node.op}`)).toEqual([
    'x Parameter',
    'mul Mul',
    'c Constant',
    'mul2 Mul',
    'add Add',
    'c2 Constant',
    'add2 Add'
  ])
  expect(fragment.edges.map((edge) => `${edge.source} ${edge.target}.${edge.targetHandle}`)).toContain('x mul.b')
})

test('a name before the sign of equality is the id of the result', () => {
  expect(graphOf('loss = mean((y - t)^2)').result).toBe('loss')
  expect(graphOf('x').result).toBe('x')
})

test('nodes of the document are reused where they are asked for', () => {
  const document: GraphDocument = {
    ...emptyDocument,
    nodes: [
      { id: 'x', op: 'Parameter', position: { x: 0, y: 0 } },
      { id: 'data', op: 'Dataset', label: 't', position: { x: 0, y: 0 } }
    ]
  }
  const { fragment, feeds } = graphOf('(x - t) * k', document, new Set(['x', 't']))
  expect(fragment.nodes.map((node) => node.id)).toEqual(['k', 'sub', 'mul'])
  expect(feeds.map((wire) => `${wire.source}.${wire.sourceHandle} ${wire.target}.${wire.targetHandle}`)).toEqual([
    'x.out sub.a',
    'data.features sub.b'
  ])
  expect(graphOf('x + 1', document).fragment.nodes.map((node) => node.id)).toContain('x')
})

test('sizes that fit are suggested', () => {
  const { value } = parseStatement('relu(x @ W + b)')
  expect(['x', 'W', 'b'].map((name) => suggestedSource(value, name).shape)).toEqual([[2, 2], [2, 2], [2]])
})

describe('from a graph', () => {
  const { fragment, result } = graphOf('sigmoid(w * x + b)')
  const { types } = check(fragment)

  test('of the selected nodes alone: the others are names', () => {
    const formula = formulaOf(fragment, types, result as string, new Set(['sigmoid', 'add']))
    expect(formula && toText(formula.expression)).toBe('sigmoid(mul + b)')
  })

  test('an input that is missing, and what is too long, has none', () => {
    const cut = { ...fragment, edges: fragment.edges.slice(1) }
    expect(formulaOf(cut, types, result as string)).toBe(null)
    let text = 'x'
    for (let i = 0; i < 30; i++) text = `sin(${text}) + cos(y)`
    const long = graphOf(text)
    expect(formulaOf(long.fragment, new Map(), long.result as string)).toBe(null)
  })
})

test('(x+y)*z gives the gradients of the lecture', async () => {
  const sources = new Map(
    Object.entries({ x: -2, y: 5, z: -4 }).map(([name, value]) => [
      name,
      { kind: 'Parameter' as const, shape: [], value }
    ])
  )
  const { fragment, result } = graphOfStatement(emptyDocument, parseStatement('(x+y)*z'), sources, none)
  const session = new Session({ breathe: () => Promise.resolve() })
  const { nodes } = await session.run({ document: { ...fragment, objective: result }, revision: 1, backend: 'cpu' })
  const gradient = (id: string) => nodes[id]?.out?.gradient?.values?.[0]
  expect([nodes.mul?.out?.value.values?.[0], gradient('x'), gradient('y'), gradient('z')]).toEqual([-12, -4, -4, 3])
})
