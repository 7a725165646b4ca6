import { describe, expect, it } from 'vitest'
import { check } from '../../engine/document/check.ts'
import { apply } from '../../engine/document/commands.ts'
import { readGraph, writeGraph } from '../../engine/document/file.ts'
import { type Fix, fixesFor, fixesForWire } from '../../engine/document/fixes.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import { applyPatch, reversePatch } from '../../engine/document/patch.ts'
import { emptyDocument, type GraphDocument, type GraphNode } from '../../engine/document/types.ts'
import type { Attributes } from '../../engine/ir/types.ts'
import { isError } from '../../engine/problem.ts'

type Nodes = Readonly<Record<string, readonly [op: string, attributes?: Attributes]>>

/** Nodes from left to right; wires as "source>target.handle" or "source.handle>target.handle". */
function graph(nodes: Nodes, ...wires: string[]): GraphDocument {
  return {
    ...emptyDocument,
    nodes: Object.entries(nodes).map(
      ([id, [op, attributes]], i): GraphNode => ({
        id,
        op,
        ...(attributes && { attributes }),
        position: { x: 220 * i, y: 0 }
      })
    ),
    edges: wires.map((wire, i) => {
      const [from = '', to = ''] = wire.split('>')
      const [source = '', sourceHandle = 'out'] = from.split('.')
      const [target = '', targetHandle = ''] = to.split('.')
      return { id: `e${i + 1}`, source, sourceHandle, target, targetHandle }
    })
  }
}

const param = (...shape: number[]): [string, Attributes] => ['Parameter', { shape, init: { kind: 'zeros' } }]
const input = (...shape: (number | null)[]): [string, Attributes] => ['Input', { shape }]

const errorsOf = (document: GraphDocument) => check(document).problems.filter(isError)
const outputOf = (document: GraphDocument, id: string) => check(document).types.get(id)?.out?.shape

const nameOf = ({ key, params }: Fix): string =>
  key === 'insert'
    ? `${params.op} before ${params.input}: ${params.from} → ${params.to}`
    : `${params.node}.${params.attribute} = ${params.value}`

/** All fixes of the graph's first error, each of which must leave it without one, in one step that can be undone. */
function fixed(document: GraphDocument): readonly string[] {
  const [problem] = errorsOf(document)
  if (!problem) throw new Error('the graph has no error to begin with')
  const fixes = fixesFor(document, problem)
  for (const fix of fixes) {
    const applied = apply(document, { type: 'batch', commands: fix.commands })
    if (applied.problems) throw new Error(`${nameOf(fix)}: ${applied.problems[0]?.message}`)
    expect(errorsOf(applied.document), nameOf(fix)).toEqual([])
    expect(readGraph(new TextEncoder().encode(writeGraph(applied.document))).document).toEqual(applied.document)
    expect(writeGraph(applyPatch(applied.document, reversePatch(applied.patch)))).toBe(writeGraph(document))
  }
  return fixes.map(nameOf)
}

const two = (op: string, a: readonly [string, Attributes?], b: readonly [string, Attributes?]): GraphDocument =>
  graph({ a, b, y: [op] }, 'a>y.a', 'b>y.b')

describe('fixes', () => {
  it('transpose the operand of a product', () => {
    expect(fixed(two('MatMul', input(null, 784), input(512, 784)))).toEqual([
      'Transpose before b: [512, 784] → [784, 512]'
    ])
  })

  it('flatten pictures before a product', () => {
    expect(fixed(two('MatMul', input(null, 28, 28), param(784, 10)))[0]).toBe(
      'Flatten before a: [B, 28, 28] → [B, 784]'
    )
  })

  it('give a parameter the shape that fits: a kernel, a bias', () => {
    expect(fixed(two('MatMul', input(null, 784), param(512, 10)))).toContain('b.shape = [784, 10]')
    expect(fixed(two('Add', input(null, 10), param(5)))).toContain('b.shape = [10]')
  })

  it('leave numbers of a parameter alone that are not all the same', () => {
    const bias: [string, Attributes] = ['Parameter', { shape: [2], init: { kind: 'values', values: [1, 2] } }]
    expect(fixed(two('Add', input(null, 10), bias))).toEqual([])
  })

  it('set the units of the layer before, through what stands between', () => {
    const document = graph(
      { x: input(null, 4), d: ['Dense', { units: 5 }], r: ['Relu'], t: input(null, 3), y: ['SoftmaxCrossEntropyLoss'] },
      'x>d.x',
      'd>r.x',
      'r>y.prediction',
      't>y.target'
    )
    expect(fixed(document)).toEqual(['d.units = 3'])
  })

  it('squeeze or reshape a prediction to its targets', () => {
    const document = graph(
      { x: input(null, 1), t: input(null), y: ['MeanSquaredError'] },
      'x>y.prediction',
      't>y.target'
    )
    expect(fixed(document)).toEqual([
      'Reshape before target: [B] → [B, 1]',
      'Unsqueeze before target: [B] → [B, 1]',
      'Squeeze before prediction: [B, 1] → [B]',
      'Reshape before prediction: [B, 1] → [B]'
    ])
  })

  it('make pictures of rows for a convolution', () => {
    const document = graph({ x: input(null, 784), y: ['Conv2D'] }, 'x>y.x')
    expect(fixed(document)[0]).toBe('Reshape before x: [B, 784] → [B, 1, 28, 28]')
  })

  it('add the axis of channels', () => {
    const document = graph({ x: input(null, 28, 28), y: ['Conv2D'] }, 'x>y.x')
    expect(fixed(document)[0]).toBe('Unsqueeze before x: [B, 28, 28] → [B, 1, 28, 28]')
  })

  it('leave one size of a Reshape open', () => {
    const document = graph({ x: input(null, 12), y: ['Reshape', { shape: [32, 3, 4] }] }, 'x>y.x')
    expect(fixed(document)[0]).toBe('y.shape = [-1, 3, 4]')
  })

  it('name an axis that there is', () => {
    expect(fixed(graph({ x: input(null, 12), y: ['Softmax', { axis: 3 }] }, 'x>y.x'))[0]).toBe('y.axis = -1')
    expect(fixed(graph({ x: input(null, 12), y: ['ReduceSum', { axes: [1, 4] }] }, 'x>y.x'))[0]).toBe('y.axes = [1]')
    expect(fixed(graph({ x: input(null, 12), y: ['ReduceSum', { axes: [1, 1] }] }, 'x>y.x'))[0]).toBe('y.axes = [1]')
  })

  it('fill a parameter and a constant', () => {
    expect(fixed(graph({ w: ['Parameter', { shape: [784, 10] }] }))).toEqual([
      'w.init = glorotUniform',
      'w.init = constant 0',
      'w.shape = []'
    ])
    expect(fixed(graph({ c: ['Constant', { shape: [3], values: [2] }] }))).toEqual([
      'c.values = [2, 2, 2]',
      'c.shape = []'
    ])
    expect(fixed(graph({ c: ['Constant', { shape: [3], values: [1, 2, 3, 4] }] }))).toEqual(['c.shape = [4]'])
  })

  it('break nothing elsewhere: a layer that also feeds another keeps its width', () => {
    const document = graph(
      {
        x: input(null, 4),
        d: ['Dense', { units: 5 }],
        w: ['Parameter', { shape: [5, 2], init: { kind: 'values', values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] } }],
        p: ['MatMul'],
        t: input(null, 3),
        y: ['SoftmaxCrossEntropyLoss']
      },
      'x>d.x',
      'd>p.a',
      'w>p.b',
      'd>y.prediction',
      't>y.target'
    )
    expect(fixed(document)).toEqual([])
  })

  it('make room: the new card covers none, and what stands behind moves along', () => {
    const document = two('MatMul', input(null, 784), input(512, 784))
    const [fix] = fixesFor(document, errorsOf(document)[0] as never)
    const after = apply(document, { type: 'batch', commands: fix?.commands ?? [] }).document as GraphDocument
    const at = (id: string) => indexOf(after).nodes.get(id)?.position.x as number
    expect(at('transpose')).toBeGreaterThanOrEqual(at('b') + 156 + 40)
    expect(at('y')).toBeGreaterThanOrEqual(at('transpose') + 156 + 40)
    expect(outputOf(after, 'y')).toEqual(['B', 512])
  })

  it('are offered for a wire before it is drawn', () => {
    const document = graph({ a: input(null, 784), b: input(512, 784), y: ['MatMul'] }, 'a>y.a')
    const wire = { id: 'e2', source: 'b', sourceHandle: 'out', target: 'y', targetHandle: 'b' }
    const [fix] = fixesForWire(document, wire)
    expect(fix && nameOf(fix)).toBe('Transpose before b: [512, 784] → [784, 512]')
    const after = apply(document, { type: 'batch', commands: fix?.commands ?? [] }).document as GraphDocument
    expect(errorsOf(after)).toEqual([])
    expect(fixesForWire(document, { ...wire, source: 'a' })).toEqual(fixesForWire(document, { ...wire, source: 'a' }))
  })

  it('are none where the graph is right, or where nothing helps', () => {
    const right = two('Add', input(null, 10), input(10))
    expect(errorsOf(right)).toEqual([])
    expect(fixed(two('Add', input(3), input(4)))).toEqual([])
    expect(fixed(graph({ y: ['Relu'] }))).toEqual([])
  })
})

describe('inside a group', () => {
  const wires = ['a>m.a', 'b>m.b', 'c>n.a', 'd>n.b']
  const two = graph(
    { a: param(2, 3), b: param(2, 3), m: ['MatMul'], c: param(2, 3), d: param(2, 3), n: ['MatMul'] },
    ...wires
  )
  const transposed = (document: GraphDocument): GraphDocument => {
    const [problem] = errorsOf(document)
    const fix = problem && fixesFor(document, problem).find((one) => one.params.op === 'Transpose')
    const applied = apply(document, { type: 'batch', commands: fix?.commands ?? [] })
    if (applied.problems) throw new Error(applied.problems[0]?.message)
    return applied.document
  }

  it('what is inserted is inside too', () => {
    const [first, second] = ['m', 'n'].map((id) => ({ id: `g${id}`, label: '' }))
    const groups = [
      { ...first, nodes: ['a', 'b', 'm'] },
      { ...second, nodes: ['c', 'd', 'n'] }
    ] as GraphDocument['groups']
    const { groups: after } = transposed({ ...two, groups })
    expect(after.map(({ nodes }) => nodes.length)).toEqual([4, 3])
  })

  it('of linked groups the copies are mended as well', () => {
    const groups = [
      { id: 'g', label: '', nodes: ['a', 'b', 'm'], link: 'link' },
      { id: 'h', label: '', nodes: ['c', 'd', 'n'], link: 'link' }
    ]
    const mended = transposed({ ...two, groups })
    expect(mended.groups.map(({ nodes }) => nodes.length)).toEqual([4, 4])
    expect(errorsOf(mended)).toEqual([])
    expect(mended.edges).toHaveLength(6)
  })
})
