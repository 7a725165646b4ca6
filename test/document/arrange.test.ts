import { describe, expect, it } from 'vitest'
import { pointsAlong, splitPoints } from '../../engine/document/arrange.ts'
import { apply, type Command } from '../../engine/document/commands.ts'
import { readGraph, writeGraph } from '../../engine/document/file.ts'
import { applyPatch, reversePatch } from '../../engine/document/patch.ts'
import { emptyDocument, type GraphDocument, type GraphEdge } from '../../engine/document/types.ts'
import { changesNumbers } from '../../renderer/store/history.ts'

const graph: GraphDocument = {
  ...emptyDocument,
  nodes: ['x', 'y', 'z'].map((id, i) => ({ id, op: i === 0 ? 'Constant' : 'Relu', position: { x: 200 * i, y: 0 } })),
  edges: [
    { id: 'e1', source: 'x', sourceHandle: 'out', target: 'y', targetHandle: 'x' },
    { id: 'e2', source: 'y', sourceHandle: 'out', target: 'z', targetHandle: 'x' }
  ]
}

function done(document: GraphDocument, command: Command): GraphDocument {
  const applied = apply(document, command)
  if (applied.problems) throw new Error(applied.problems[0]?.message)
  expect(writeGraph(applyPatch(applied.document, reversePatch(applied.patch)))).toBe(writeGraph(document))
  expect(readGraph(new TextEncoder().encode(writeGraph(applied.document))).document).toEqual(applied.document)
  return applied.document
}

const pointsOf = (document: GraphDocument, id: string) => document.edges.find((e) => e.id === id)?.points
const led = done(graph, { type: 'route', edge: 'e1', points: [{ x: 90, y: 50 }] })

describe('points of wires', () => {
  it('are kept in the file, and leave no trace when taken out', () => {
    expect(pointsOf(led, 'e1')).toEqual([{ x: 90, y: 50 }])
    expect(writeGraph(led)).toContain('"points": [')
    expect(writeGraph(done(led, { type: 'route', edge: 'e1', points: [] }))).toBe(writeGraph(graph))
  })

  it('change no numbers', () => {
    const { patch } = apply(graph, { type: 'route', edge: 'e1', points: [{ x: 1, y: 2 }] }) as unknown as {
      patch: never
    }
    expect(changesNumbers(patch)).toBe(false)
    expect(changesNumbers((apply(graph, { type: 'remove', edges: ['e1'] }) as unknown as { patch: never }).patch)).toBe(
      true
    )
  })

  it('move along where both ends move by the same way, and stay where one does', () => {
    const both = done(led, { type: 'move', positions: { x: { x: 10, y: 5 }, y: { x: 210, y: 5 } } })
    expect(pointsOf(both, 'e1')).toEqual([{ x: 100, y: 55 }])
    const one = done(led, { type: 'move', positions: { x: { x: 10, y: 5 } } })
    expect(pointsOf(one, 'e1')).toEqual([{ x: 90, y: 50 }])
    expect(pointsAlong(led, { x: { x: 10, y: 5 }, y: { x: 200, y: 9 } })).toEqual([])
  })

  it('are refused where they are no places, and where the wire is not there', () => {
    const bad = { type: 'route', edge: 'e1', points: [{ x: Number.NaN, y: 0 }] } as const
    expect(apply(graph, bad).problems?.[0]?.code).toBe('graph.position')
    expect(apply(graph, { ...bad, edge: 'e9' }).problems?.[0]?.code).toBe('graph.noSuchThing')
    const edge = {
      ...(graph.edges[0] as GraphEdge),
      id: 'e3',
      target: 'z',
      points: [{ x: 0, y: Number.POSITIVE_INFINITY }]
    }
    expect(apply(graph, { type: 'addEdge', edge, replace: true }).problems?.[0]?.code).toBe('graph.position')
  })

  it('an empty list of points is refused by the reader', () => {
    const text = writeGraph(led).replace(/"points": \[[^\]]*\]/, '"points": []')
    expect(() => readGraph(new TextEncoder().encode(text))).toThrow(/edges\[0\]\.points/)
  })

  it('go to the part of a cut wire that they are on', () => {
    const edge = {
      ...(graph.edges[0] as GraphEdge),
      points: [
        { x: 50, y: 0 },
        { x: 150, y: 9 }
      ]
    }
    expect(splitPoints(edge, { x: 100, y: 0 })).toEqual([[{ x: 50, y: 0 }], [{ x: 150, y: 9 }]])
    expect(splitPoints(edge, { x: 300, y: 0 })).toEqual([edge.points, []])
    expect(splitPoints(graph.edges[0] as GraphEdge, { x: 0, y: 0 })).toEqual([[], []])
  })
})

describe('the order of nodes', () => {
  const ids = (document: GraphDocument) => document.nodes.map((n) => n.id).join('')

  it('changes by one command', () => {
    expect(ids(done(graph, { type: 'reorder', node: 'x', index: 2 }))).toBe('yzx')
    expect(ids(done(graph, { type: 'reorder', node: 'z', index: 0 }))).toBe('zxy')
    expect(ids(done(graph, { type: 'reorder', node: 'y', index: 99 }))).toBe('xzy')
    expect(ids(done(graph, { type: 'reorder', node: 'y', index: -5 }))).toBe('yxz')
  })

  it('stays where nothing moves', () => {
    const { patch } = apply(graph, { type: 'reorder', node: 'y', index: 1 }) as unknown as { patch: unknown[] }
    expect(patch).toEqual([])
    expect(apply(graph, { type: 'reorder', node: 'q', index: 0 }).problems?.[0]?.code).toBe('graph.noSuchThing')
  })
})
