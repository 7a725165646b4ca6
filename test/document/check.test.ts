import { describe, expect, test } from 'vitest'
import { check } from '../../engine/document/check.ts'
import { emptyDocument, type GraphDocument, type GraphNode } from '../../engine/document/types.ts'

/** "a.out -> b.x" as edges; handles default to out and x. */
function graph(
  nodes: readonly Omit<GraphNode, 'position'>[],
  wires: readonly string[],
  objective: string | null = null
): GraphDocument {
  return {
    ...emptyDocument,
    nodes: nodes.map((n) => ({ ...n, position: { x: 0, y: 0 } })),
    edges: wires.map((wire, i) => {
      const [[source = '', sourceHandle = 'out'] = [], [target = '', targetHandle = 'x'] = []] = wire
        .split(' -> ')
        .map((end) => end.split('.'))
      return { id: `e${i}`, source, sourceHandle, target, targetHandle }
    }),
    objective
  }
}

const parameter = (id: string, ...shape: number[]) => ({
  id,
  op: 'Parameter',
  attributes: { shape, init: { kind: 'zeros' } }
})
const messages = (document: GraphDocument) => check(document).problems.map((p) => `${p.nodeId}: ${p.message}`)

describe('shapes on every wire', () => {
  test('an open batch stays B through a network', () => {
    const { types, edgeTypes, parameters, problems } = check(
      graph(
        [
          { id: 'data', op: 'Dataset', attributes: { source: 'digits', flatten: false } },
          { id: 'flat', op: 'Flatten' },
          { id: 'dense', op: 'Dense', attributes: { units: 32, activation: 'relu' } }
        ],
        ['data.features -> flat', 'flat -> dense']
      )
    )
    expect(problems).toEqual([])
    expect(types.get('data')?.features?.shape).toEqual(['B', 1, 28, 28])
    expect(edgeTypes.get('e1')?.shape).toEqual(['B', 784])
    expect(types.get('dense')?.out?.shape).toEqual(['B', 32])
    expect(parameters.map((p) => [p.name, p.shape, p.count, p.nodeId])).toEqual([
      ['dense.kernel', [784, 32], 25088, 'dense'],
      ['dense.bias', [32], 32, 'dense']
    ])
  })

  test('two equal open batches fit, an open and a fixed one do not', () => {
    const input = (id: string, first: number | null) => ({ id, op: 'Input', attributes: { shape: [first, 3] } })
    expect(
      messages(graph([input('x', null), input('y', null), { id: 'sum', op: 'Add' }], ['x -> sum.a', 'y -> sum.b']))
    ).toEqual([])
    expect(
      messages(graph([input('x', null), input('y', 5), { id: 'sum', op: 'Add' }], ['x -> sum.a', 'y -> sum.b']))
    ).toEqual(['sum: Add: shapes [B, 3] and [5, 3] do not broadcast: dimension 2 from the right is B and 5.'])
  })
})

describe('a check with the one before', () => {
  const nodes = [
    parameter('p', 2, 3),
    { id: 'leaky', op: 'LeakyRelu' },
    { id: 'sum', op: 'ReduceSum' },
    parameter('q', 4)
  ]
  const document = graph(nodes, ['p -> leaky', 'leaky -> sum'], 'sum')
  const before = check(document)
  const edited = (id: string, attributes: GraphNode['attributes']): GraphDocument => ({
    ...document,
    nodes: document.nodes.map((node) => (node.id === id ? { ...node, attributes } : node))
  })
  const inferredAnew = (after: ReturnType<typeof check>) =>
    [...after.inferred].filter(([id, made]) => made !== before.inferred.get(id)).map(([id]) => id)

  test('infers only what follows from an edit, as far as types change', () => {
    const wider = check(edited('p', { shape: [2, 5], init: { kind: 'zeros' } }), before)
    expect(inferredAnew(wider)).toEqual(['p', 'leaky', 'sum'])
    expect(wider.types.get('leaky')?.out?.shape).toEqual([2, 5])
    // a number is a number, of however many it is the sum
    expect(wider.types.get('sum')).toBe(before.types.get('sum'))
    expect(wider.types.get('q')).toBe(before.types.get('q'))

    const steeper = check(edited('leaky', { alpha: 0.3 }), before)
    expect(inferredAnew(steeper)).toEqual(['leaky'])
    expect(steeper.types).toBe(before.types)
    expect(steeper.edgeTypes).toBe(before.edgeTypes)
    expect(steeper.parameters).toBe(before.parameters)
  })

  test('infers nothing where only places and labels change', () => {
    const moved = {
      ...document,
      nodes: document.nodes.map((node) => ({ ...node, label: 'x', position: { x: 9, y: 9 } }))
    }
    expect(inferredAnew(check(moved, before))).toEqual([])
  })
})

describe('wrong shapes name the node, the rule and both values', () => {
  const cases: [string, Omit<GraphNode, 'position'>, string][] = [
    ['MatMul', { id: 'n', op: 'MatMul' }, 'n: MatMul: inner dimensions 3 and 2 differ (shapes [2, 3] and [2, 4]).'],
    [
      'Add',
      { id: 'n', op: 'Add' },
      'n: Add: shapes [2, 3] and [2, 4] do not broadcast: dimension 1 from the right is 3 and 4.'
    ],
    ['Concat', { id: 'n', op: 'Concat' }, 'n: Concat: shapes [2, 3] and [2, 4] must be equal except along axis 0.'],
    [
      'loss',
      { id: 'n', op: 'MeanSquaredError' },
      'n: MeanSquaredError: prediction has shape [2, 3], target has shape [2, 4].'
    ]
  ]
  test.each(cases)('%s', (_name, node, expected) => {
    const [first, second] =
      node.op === 'Concat' ? ['x0', 'x1'] : node.op === 'MeanSquaredError' ? ['prediction', 'target'] : ['a', 'b']
    expect(
      messages(graph([parameter('p', 2, 3), parameter('q', 2, 4), node], [`p -> n.${first}`, `q -> n.${second}`]))
    ).toEqual([expected])
  })

  test('what hangs behind a problem is told once, as a warning', () => {
    const document = graph(
      [parameter('p', 2, 3), { id: 'm', op: 'MatMul' }, { id: 'r', op: 'Relu' }],
      ['p -> m.a', 'p -> m.b', 'm -> r']
    )
    expect(check(document).problems.map((p) => [p.nodeId, p.code, p.severity])).toEqual([
      ['m', 'shape.matmul', 'error'],
      ['r', 'graph.incompleteUpstream', 'warning']
    ])
  })

  test('a missing input, wrong values', () => {
    const constant = { id: 'c', op: 'Constant', attributes: { shape: [2, 2], values: [1, 2, 3] } }
    expect(messages(graph([constant, { id: 'n', op: 'Neg' }], []))).toEqual([
      'c: Constant: numbers needed for shape [2, 2]: 4; given: 3.',
      'n: Negate: nothing is connected to input "x".'
    ])
  })

  test('a node that takes the name of a layer’s parameter', () => {
    const data = { id: 'data', op: 'Dataset', attributes: { source: 'spiral' } }
    const document = graph([data, { id: 'd', op: 'Dense' }, parameter('d.kernel', 2)], ['data.features -> d'])
    expect(check(document).problems.map((p) => [p.code, p.params])).toEqual([
      ['graph.parameterName', { name: 'd.kernel', other: expect.any(String) }]
    ])
  })

  test('a tensor that no machine should hold', () => {
    expect(messages(graph([parameter('p', 1_000_000, 1_000_000)], []))).toEqual([
      `p: Parameter: shape [1000000, 1000000] has more than ${2 ** 28} elements.`
    ])
  })
})
