import { describe, expect, test } from 'vitest'
import { apply, type Command, freeId } from '../../engine/document/commands.ts'
import { writeGraph } from '../../engine/document/file.ts'
import { applyPatch, type Patch, reversePatch } from '../../engine/document/patch.ts'
import {
  defaultTraining,
  emptyDocument,
  type GraphDocument,
  type TrainingSettings
} from '../../engine/document/types.ts'
import { validate } from '../../engine/document/validate.ts'
import { edge } from '../edge.ts'
import { editAtRandom } from './random-edits.ts'

const at = (x: number, y: number) => ({ x, y })

function done(document: GraphDocument, command: Command): { document: GraphDocument; patch: Patch } {
  const applied = apply(document, command)
  if (applied.problems) throw new Error(applied.problems.map((p) => p.message).join())
  return applied
}

const refused = (document: GraphDocument, command: Command): string[] =>
  (apply(document, command).problems ?? []).map((p) => p.code)

const base = (
  [
    { type: 'addNode', node: { id: 'x', op: 'Parameter', position: at(0, 0) } },
    { type: 'addNode', node: { id: 'y', op: 'Constant', position: at(0, 100) } },
    { type: 'addNode', node: { id: 'sum', op: 'Add', position: at(200, 50) } },
    { type: 'addEdge', edge: edge('e1', 'x', 'sum', 'a') },
    { type: 'addEdge', edge: edge('e2', 'y', 'sum', 'b') },
    { type: 'set', setting: 'objective', value: 'sum' }
  ] satisfies Command[]
).reduce<GraphDocument>((document, command) => done(document, command).document, emptyDocument)

describe('commands', () => {
  test('removing a node takes its edges and the objective with it, and one undo brings all back', () => {
    const { document, patch } = done(base, { type: 'remove', nodes: ['sum'] })
    expect(document.nodes.map((n) => n.id)).toEqual(['x', 'y'])
    expect(document.edges).toEqual([])
    expect(document.objective).toBeNull()
    expect(applyPatch(document, reversePatch(patch))).toEqual(base)
  })

  test('removing from the middle comes back in its place', () => {
    const { document, patch } = done(base, { type: 'remove', nodes: ['x'], edges: ['e2'] })
    expect(document.nodes.map((n) => n.id)).toEqual(['y', 'sum'])
    expect(writeGraph(applyPatch(document, reversePatch(patch)))).toBe(writeGraph(base))
  })

  test('what does not fit is refused and changes nothing', () => {
    expect(refused(base, { type: 'addNode', node: { id: 'x', op: 'Add', position: at(0, 0) } })).toEqual([
      'graph.duplicateNode'
    ])
    expect(refused(base, { type: 'addNode', node: { id: '1x', op: 'Nope', position: at(0, 0) } })).toEqual([
      'graph.nodeId',
      'graph.unknownOp'
    ])
    expect(refused(base, { type: 'addEdge', edge: edge('e3', 'sum', 'sum', 'a') })).toEqual(['graph.selfEdge'])
    expect(refused(base, { type: 'addEdge', edge: edge('e3', 'x', 'sum', 'a') })).toEqual(['graph.inputTaken'])
    expect(refused(base, { type: 'addEdge', edge: edge('e3', 'x', 'sum', 'c') })).toEqual(['graph.unknownHandle'])
    expect(refused(base, { type: 'addEdge', edge: edge('e1', 'x', 'sum', 'a') })).toEqual(['graph.duplicateEdge'])
    expect(refused(base, { type: 'setAttribute', node: 'x', attribute: 'shape', value: [-1] })).toEqual([
      'graph.attribute'
    ])
    expect(refused(base, { type: 'setAttribute', node: 'x', attribute: 'size', value: 1 })).toEqual([
      'graph.unknownAttribute'
    ])
    expect(refused(base, { type: 'renameNode', node: 'x', id: 'y' })).toEqual(['graph.duplicateNode'])
    expect(refused(base, { type: 'set', setting: 'objective', value: 'gone' })).toEqual(['graph.objectiveMissing'])
    expect(refused(base, { type: 'move', positions: { gone: at(0, 0) } })).toEqual(['graph.noSuchThing'])
  })

  test('what the file could not say is refused', () => {
    const set = (change: object): Command => ({
      type: 'set',
      setting: 'training',
      value: { ...defaultTraining, ...change } as TrainingSettings
    })
    expect(apply(base, set({ batchSize: 0, epochs: 1.5 })).problems?.map((p) => [p.code, p.params.path])).toEqual([
      ['file.field', 'training.batchSize'],
      ['file.field', 'training.epochs']
    ])
    expect(refused(base, set({ patience: 3 }))).toEqual(['file.field'])
    expect(done(base, set({ batchSize: 1 })).document.training).toEqual({ ...defaultTraining, batchSize: 1 })
    expect(done(base, { type: 'set', setting: 'training', value: null }).document).toEqual(base)

    const note = { id: 'n', text: '', position: at(0, 0) }
    const noted = done(base, { type: 'addNote', note }).document
    expect(refused(noted, { type: 'addNote', note })).toEqual(['graph.duplicateNote'])
    const nowhere = at(Number.NaN, 0)
    const size = { width: Number.POSITIVE_INFINITY, height: 1 }
    const commands: Command[] = [
      { type: 'move', positions: { x: nowhere } },
      { type: 'move', positions: { x: at(1, 1), n: nowhere } },
      { type: 'addNode', node: { id: 'z', op: 'Add', position: nowhere } },
      { type: 'addNote', note: { ...note, id: 'm', position: nowhere } },
      { type: 'editNote', note: { ...note, size } }
    ]
    for (const command of commands) expect(refused(noted, command)).toEqual(['graph.position'])
  })

  test.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf'])(
    'no node is called %s',
    (id) => {
      const position = at(0, 0)
      expect(refused(base, { type: 'addNode', node: { id, op: 'Add', position } })).toEqual(['graph.nodeId'])
      expect(refused(base, { type: 'renameNode', node: 'x', id })).toEqual(['graph.nodeId'])
      done(base, { type: 'renameNode', node: 'x', id: `${id}2` })
    }
  )

  test('attributes stand in the order of the operator, whichever was set first', () => {
    const node = { id: 'g', op: 'Gemm', position: at(0, 0) }
    const set = (attribute: string, value: number): Command => ({ type: 'setAttribute', node: 'g', attribute, value })
    const written = (...commands: Command[]) => {
      const document = commands.reduce((document, command) => done(document, command).document, base)
      return [JSON.stringify(document.nodes.at(-1)), writeGraph(document)]
    }
    const empty: Command = { type: 'addNode', node }
    const there = written(empty, set('alpha', 2), set('beta', 3))
    expect(written(empty, set('beta', 3), set('alpha', 2))).toEqual(there)
    const attributes = { beta: 3, alpha: 2 }
    expect(written({ type: 'addNode', node: { ...node, attributes } })[1]).toBe(there[1])
  })

  test('an edge that closes a circle is refused', () => {
    const longer = done(base, { type: 'addNode', node: { id: 'neg', op: 'Neg', position: at(400, 0) } }).document
    const wired = done(longer, { type: 'addEdge', edge: edge('e3', 'sum', 'neg', 'x') }).document
    const free = done(wired, { type: 'remove', edges: ['e1'] }).document
    expect(refused(free, { type: 'addEdge', edge: edge('e4', 'neg', 'sum', 'a') })).toEqual(['graph.cycle'])
  })

  test('replacing an edge is one reversible step', () => {
    const { document, patch } = done(base, { type: 'addEdge', edge: edge('e3', 'y', 'sum', 'a'), replace: true })
    expect(document.edges.map((e) => e.id)).toEqual(['e2', 'e3'])
    expect(applyPatch(document, reversePatch(patch))).toEqual(base)
  })

  test('renaming carries edges and objective along', () => {
    const { document } = done(base, { type: 'renameNode', node: 'sum', id: 'total' })
    expect(document.objective).toBe('total')
    expect(document.edges.every((e) => e.target === 'total')).toBe(true)
  })

  test('renaming carries metrics along, except the words that are no ids', () => {
    const training = { ...defaultTraining, metrics: ['accuracy', 'x', 'y'] }
    const measured = done(base, { type: 'set', setting: 'training', value: training }).document
    const { document, patch } = done(measured, { type: 'renameNode', node: 'x', id: 'weight' })
    expect(document.training).toEqual({ ...training, metrics: ['accuracy', 'weight', 'y'] })
    expect(applyPatch(document, reversePatch(patch))).toEqual(measured)
    const named = done(measured, { type: 'renameNode', node: 'sum', id: 'accuracy' }).document
    expect(done(named, { type: 'renameNode', node: 'accuracy', id: 'sum' }).document).toEqual(measured)
  })

  test('edges on outputs that are gone go with them, and one undo brings them back', () => {
    const commands: Command[] = [
      { type: 'addNode', node: { id: 'fork', op: 'Branch', attributes: { count: 3 }, position: at(100, 0) } },
      { type: 'remove', edges: ['e1', 'e2'] },
      { type: 'addEdge', edge: edge('e3', 'x', 'fork', 'x') },
      { type: 'addEdge', edge: { ...edge('e4', 'fork', 'sum', 'a'), sourceHandle: 'out2' } },
      { type: 'addEdge', edge: { ...edge('e5', 'fork', 'sum', 'b'), sourceHandle: 'out0' } }
    ]
    const wired = commands.reduce((document, command) => done(document, command).document, base)
    for (const value of [undefined, 1]) {
      const { document, patch } = done(wired, { type: 'setAttribute', node: 'fork', attribute: 'count', value })
      expect(document.edges.map((e) => e.id)).toEqual(['e3', 'e5'])
      expect(validate(document)).toEqual([])
      expect(applyPatch(document, reversePatch(patch))).toEqual(wired)
    }
    const more = done(wired, { type: 'setAttribute', node: 'fork', attribute: 'count', value: 4 }).document
    expect(more.edges).toEqual(wired.edges)
  })

  test('a batch is all or nothing', () => {
    const command: Command = {
      type: 'batch',
      commands: [
        { type: 'remove', edges: ['e1'] },
        { type: 'renameNode', node: 'gone', id: 'z' }
      ]
    }
    expect(refused(base, command)).toEqual(['graph.noSuchThing'])
  })

  test('freeId counts on', () => {
    expect(freeId(new Set(['add', 'add2']), 'add')).toBe('add3')
    expect(freeId(new Set(), 'add')).toBe('add')
  })
})

describe('random edits', () => {
  test.each([1, 2, 3])('seed %i: undo all gives the first document byte for byte, redo all the last', (seed) => {
    const { met, done } = editAtRandom(base, seed, 400)
    const kinds = ['addGroup', 'setMode', 'route', 'editNote', 'move', 'renameNode', 'setLabel', 'setCollapsed']
    const checked = ['graph.inputMissing', 'graph.incompleteUpstream']
    for (const what of ['training', 'file.field', 'graph.position', ...kinds, ...checked]) {
      expect(met.get(what) ?? 0, what).toBeGreaterThan(0)
    }
    expect(done).toBeGreaterThan(80)
  })
})
