import { describe, expect, test } from 'vitest'
import { apply, type Command, freeId } from '../../engine/document/commands.ts'
import { readGraph, writeGraph } from '../../engine/document/file.ts'
import { applyPatch, type Patch, reversePatch } from '../../engine/document/patch.ts'
import {
  defaultTraining,
  emptyDocument,
  type GraphDocument,
  type TrainingSettings
} from '../../engine/document/types.ts'
import { validate } from '../../engine/document/validate.ts'
import { Random } from '../../engine/random.ts'

const at = (x: number, y: number) => ({ x, y })
const edge = (id: string, source: string, target: string, targetHandle: string) => ({
  id,
  source,
  sourceHandle: 'out',
  target,
  targetHandle
})

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

/** Any command that the screen can send, right or wrong. */
function randomCommand(document: GraphDocument, random: Random): Command {
  const pick = <T>(list: readonly T[]): T => list[random.int(list.length)] as T
  const nodes = document.nodes.map((n) => n.id)
  const some = () => (nodes.length === 0 ? 'none' : pick(nodes))
  const position = at(random.int(500), random.int(500))
  const number = random.int(1000)
  const forks = document.nodes.filter((n) => n.op === 'Branch').map((n) => n.id)
  const used = document.edges.map((e) => e.source).filter((id) => forks.includes(id))
  const fork = () => (forks.length === 0 ? some() : pick(forks))
  const notes = document.notes.map((n) => n.id)
  const training = (): TrainingSettings => ({
    ...defaultTraining,
    optimizer: { kind: pick(['sgd', 'adam']), learningRate: pick([0.1, 0, -1, Number.NaN]), momentum: 0.9 },
    batchSize: pick([1, 32, 0, 1.5]),
    epochs: pick([0, 3, 1.5]),
    metrics: pick([[], ['accuracy'], [some()]]),
    ...pick([{}, { schedule: { kind: 'step', stepSize: pick([1, 0]) } }, { clip: { norm: pick([1, 0]) } }])
  })
  const commands: (() => Command)[] = [
    () => ({
      type: 'addNode',
      node: {
        id: `n${number}`,
        op: pick(['Add', 'Mul', 'Neg', 'Parameter', 'Constant', 'Relu', 'Concat']),
        position
      }
    }),
    () => ({ type: 'addNode', node: { id: `n${number}`, op: 'Branch', attributes: { count: 4 }, position } }),
    () => ({ type: 'addNode', node: { id: `n${number}`, op: 'MatMul', label: '행렬 곱', position } }),
    () => ({
      type: 'addEdge',
      edge: edge(`e${number}`, some(), some(), pick(['a', 'b', 'x', 'x0', 'x1'])),
      replace: random.int(2) === 0
    }),
    () => ({ type: 'addEdge', edge: edge(`e${number}`, some(), some(), pick(['a', 'b', 'x'])) }),
    () => ({
      type: 'remove',
      nodes: random.int(3) === 0 ? [some()] : [],
      edges: document.edges.length > 0 ? [pick(document.edges).id] : []
    }),
    () => ({ type: 'move', positions: { [some()]: position } }),
    () => ({ type: 'setLabel', node: some(), label: pick(['', 'loss', '손실']) }),
    () => ({
      type: 'setAttribute',
      node: some(),
      attribute: pick(['shape', 'axis', 'values']),
      value: pick([undefined, [2], [1, 2], 1])
    }),
    () => ({ type: 'renameNode', node: some(), id: `n${number}` }),
    () => ({ type: 'set', setting: 'objective', value: pick([null, some()]) }),
    () => ({ type: 'set', setting: 'name', value: `graph ${number}` }),
    () => ({ type: 'addNote', note: { id: `note${number}`, text: '$x$', position } }),
    () => ({ type: 'addNote', note: { id: notes.length > 0 ? pick(notes) : 'note', text: '', position } }),
    () => ({ type: 'move', positions: { [some()]: at(pick([1, Number.NaN, Number.POSITIVE_INFINITY]), 0) } }),
    () => ({
      type: 'setAttribute',
      node: used.length > 0 ? pick(used) : fork(),
      attribute: 'count',
      value: pick([undefined, 1, 2, 3, 4, 0])
    }),
    () => ({
      type: 'batch',
      commands: [
        { type: 'addNode', node: { id: `n${number}`, op: 'Neg', position } },
        {
          type: 'addEdge',
          edge: { ...edge(`e${number}`, fork(), `n${number}`, 'x'), sourceHandle: `out${random.int(4)}` }
        }
      ]
    }),
    () => ({ type: 'set', setting: 'training', value: pick([null, training(), training(), training()]) })
  ]
  return pick(commands)()
}

describe('random edits', () => {
  test.each([1, 2, 3])('seed %i: undo all gives the first document byte for byte, redo all the last', (seed) => {
    const random = new Random(seed)
    const history: Patch[] = []
    const met = new Map<string, number>()
    const count = (what: string) => met.set(what, (met.get(what) ?? 0) + 1)
    let document = base
    for (let i = 0; i < 1000; i++) {
      const command = randomCommand(document, random)
      const applied = apply(document, command)
      if (applied.problems) {
        for (const { code } of applied.problems) count(code)
        continue
      }
      if (command.type === 'set') count(command.setting)
      if (command.type === 'setAttribute' && applied.document.edges.length < document.edges.length) count('wires gone')
      document = applied.document
      history.push(applied.patch)
      const place = `seed ${seed}, step ${i}: ${JSON.stringify(command)}`
      expect(validate(document), place).toEqual([])
      expect(readGraph(new TextEncoder().encode(writeGraph(document))).document, place).toEqual(document)
    }
    for (const what of ['wires gone', 'training', 'file.field', 'graph.position', 'graph.duplicateNote']) {
      expect(met.get(what), what).toBeGreaterThan(0)
    }
    expect(history.length).toBeGreaterThan(200)
    const last = writeGraph(document)
    const undone = history.toReversed().reduce((d, patch) => applyPatch(d, reversePatch(patch)), document)
    expect(writeGraph(undone)).toBe(writeGraph(base))
    expect(writeGraph(history.reduce(applyPatch, undone))).toBe(last)
    expect(writeGraph(readGraph(new TextEncoder().encode(last)).document)).toBe(last)
  })
})
