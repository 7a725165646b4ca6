import { describe, expect, test } from 'vitest'
import { build } from '../../engine/document/build.ts'
import { check } from '../../engine/document/check.ts'
import { apply } from '../../engine/document/commands.ts'
import { openingOf } from '../../engine/document/expand.ts'
import { readGraph, writeGraph } from '../../engine/document/file.ts'
import { formulaOf } from '../../engine/document/formula.ts'
import { applyPatch, reversePatch } from '../../engine/document/patch.ts'
import { emptyDocument, type GraphDocument, type Mode } from '../../engine/document/types.ts'
import { toText } from '../../engine/expression/print.ts'
import { Session } from '../../engine/session/session.ts'
import { edge } from '../edge.ts'

const at = { x: 0, y: 0 }

/** x → dense (3 → 3) → square → loss = sum; side = exp(square) */
const base: GraphDocument = {
  ...emptyDocument,
  nodes: [
    {
      id: 'x',
      op: 'Parameter',
      attributes: { shape: [1, 3], init: { kind: 'values', values: [1, 2, 3] } },
      position: at
    },
    { id: 'dense', op: 'Dense', attributes: { units: 3 }, position: at },
    { id: 'square', op: 'Mul', position: at },
    { id: 'loss', op: 'ReduceSum', position: at },
    { id: 'side', op: 'Exp', position: at },
    { id: 'end', op: 'Neg', position: at }
  ],
  edges: [
    edge('e1', 'x', 'dense', 'x'),
    edge('e2', 'dense', 'square', 'a'),
    edge('e3', 'dense', 'square', 'b'),
    edge('e4', 'square', 'loss', 'x'),
    edge('e5', 'square', 'side', 'x'),
    edge('e6', 'side', 'end', 'x')
  ],
  objective: 'loss'
}

function set(document: GraphDocument, node: string, mode: Mode | null): GraphDocument {
  const applied = apply(document, { type: 'setMode', nodes: [node], mode })
  if (applied.problems) throw new Error(JSON.stringify(applied.problems))
  expect(applyPatch(applied.document, reversePatch(applied.patch))).toEqual(document)
  return applied.document
}

async function run(document: GraphDocument) {
  const session = new Session({ breathe: async () => undefined })
  return (await session.run({ document, revision: 0, backend: 'reference' })).nodes
}

describe('bypass', () => {
  const passed = set(base, 'dense', 'bypass')

  test('passes the first fitting input on, and owns no parameters', async () => {
    const { problems, parameters, types } = check(passed)
    expect(problems).toEqual([])
    expect(parameters.map((p) => p.name)).toEqual(['x'])
    expect(types.get('dense')?.out).toEqual(types.get('x')?.out)
    const nodes = await run(passed)
    expect(nodes.loss?.out?.value.values).toEqual([14])
    expect(nodes.x?.out?.gradient?.values).toEqual([2, 4, 6])
    expect(nodes.dense?.out?.gradient?.values).toEqual([2, 4, 6])
  })

  test('of a product gives the first factor', async () => {
    const nodes = await run(set(passed, 'square', 'bypass'))
    expect(nodes.loss?.out?.value.values).toEqual([6])
    expect(nodes.x?.out?.gradient?.values).toEqual([1, 1, 1])
  })

  test('says which shapes do not fit', () => {
    const { problems } = check(set(base, 'loss', 'bypass'))
    expect(problems.map((p) => [p.code, p.nodeId])).toEqual([['graph.bypass', 'loss']])
    expect(problems[0]?.message).toBe(
      'Sum over axes cannot be bypassed: no input has the shape of its output, scalar (inputs: x [1, 3]).'
    )
    const source = check(set(base, 'x', 'bypass')).problems
    expect(source.map((p) => p.code)).toContain('graph.bypass')
  })

  test('works at each output of a node of several', () => {
    const forked: GraphDocument = {
      ...emptyDocument,
      nodes: [
        { id: 'x', op: 'Constant', attributes: { shape: [2], values: [1, 2] }, position: at },
        { id: 'fork', op: 'Branch', mode: 'bypass', position: at }
      ],
      edges: [edge('e1', 'x', 'fork', 'x')]
    }
    expect(check(forked).problems.filter((p) => p.severity === 'error')).toEqual([])
    expect(Object.keys(check(forked).types.get('fork') ?? {})).toEqual(['out0', 'out1'])
  })
})

describe('mute', () => {
  test('leaves out the node and all that depends on it, without a problem', async () => {
    const muted = set(base, 'side', 'mute')
    const { problems, types, leftOut } = check(muted)
    expect(problems).toEqual([])
    expect([...leftOut]).toEqual(['side', 'end'])
    expect([...types.keys()]).toEqual(['x', 'dense', 'square', 'loss'])
    const nodes = await run(muted)
    expect(Object.keys(nodes)).toEqual(['x', 'dense', 'square', 'loss'])
  })

  test('of what the objective depends on is said at the objective', () => {
    const { problems } = check(set(base, 'square', 'mute'))
    expect(problems.map((p) => [p.code, p.nodeId, p.params])).toEqual([
      ['graph.objectiveMuted', 'loss', { id: 'loss', muted: 'square' }]
    ])
    expect(build(set(base, 'square', 'mute')).objective).toBeNull()
  })
})

test('modes and collapsed cards are in the file, in their place', () => {
  const collapsed = apply(set(set(base, 'dense', 'bypass'), 'side', 'mute'), {
    type: 'setCollapsed',
    nodes: ['dense'],
    collapsed: true
  }).document as GraphDocument
  const text = writeGraph(collapsed)
  expect(text).toContain('"mode": "bypass",\n      "collapsed": true,\n      "position"')
  expect(readGraph(new TextEncoder().encode(text)).document).toEqual(collapsed)
  const back = set(set(collapsed, 'dense', null), 'side', null)
  expect(apply(back, { type: 'setCollapsed', nodes: ['dense'], collapsed: false }).document).toEqual(base)
  const odd = text.replace('"mute"', '"solo"')
  expect(() => readGraph(new TextEncoder().encode(odd))).toThrow(/mode/)
})

test('formulas say what a node at rest gives', () => {
  const said = (document: GraphDocument, id: string) => {
    const made = formulaOf(document, check(document).types, id)
    return made && toText(made.expression)
  }
  const passed = set(base, 'dense', 'bypass')
  expect(said(passed, 'square')).toBe('x * x')
  expect(said(set(passed, 'square', 'bypass'), 'loss')).toBe('sum(x)')
  expect(openingOf({ id: 'd', op: 'Dense', position: at })).not.toBeNull()
  expect(openingOf({ id: 'd', op: 'Dense', mode: 'bypass', position: at })).toBeNull()
})
