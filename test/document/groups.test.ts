import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { build } from '../../engine/document/build.ts'
import { apply, type Command } from '../../engine/document/commands.ts'
import { readGraph, writeGraph } from '../../engine/document/file.ts'
import { commonGroup, groupOf, insideOf, portsOfGroup } from '../../engine/document/groups.ts'
import { applyPatch, type Patch, reversePatch } from '../../engine/document/patch.ts'
import { emptyDocument, type GraphDocument, type GraphNode } from '../../engine/document/types.ts'
import { validate } from '../../engine/document/validate.ts'
import { printIr } from '../../engine/ir/print.ts'
import { Random } from '../../engine/random.ts'
import { edge } from '../edge.ts'

const at = (x: number, y: number) => ({ x, y })
const node = (id: string, op: string, x = 0, y = 0): GraphNode => ({ id, op, position: at(x, y) })
const scalar = (id: string): GraphNode => ({
  ...node(id, 'Constant'),
  attributes: { shape: [], values: [2] }
})

/** x → neg → exp → sum ← y */
const base: GraphDocument = {
  ...emptyDocument,
  nodes: [scalar('x'), node('neg', 'Neg', 100), node('exp', 'Exp', 200), scalar('y'), node('sum', 'Add', 300)],
  edges: [
    edge('e1', 'x', 'neg', 'x'),
    edge('e2', 'neg', 'exp', 'x'),
    edge('e3', 'exp', 'sum', 'a'),
    edge('e4', 'y', 'sum', 'b')
  ],
  objective: 'sum'
}

function done(document: GraphDocument, ...commands: Command[]): GraphDocument {
  const applied = apply(document, { type: 'batch', commands })
  if (applied.problems) throw new Error(JSON.stringify(applied.problems))
  expect(validate(applied.document)).toEqual([])
  expect(applyPatch(applied.document, reversePatch(applied.patch))).toEqual(document)
  return applied.document
}
const codes = (document: GraphDocument, command: Command) => apply(document, command).problems?.map((p) => p.code)
const group = (id: string, nodes: readonly string[], rest: object = {}): Command => ({
  type: 'addGroup',
  group: { id, label: '', nodes, ...rest }
})
const labels = (document: GraphDocument, id: string) =>
  insideOf(document, id).nodes.map((n) => nodeOf(document, n).label)
const nodeOf = (document: GraphDocument, id: string) => document.nodes.find((n) => n.id === id) as GraphNode

describe('groups', () => {
  const grouped = done(base, group('block', ['neg', 'exp']))

  test('hold nodes, and the numbers know nothing of them', () => {
    expect(groupOf(grouped, 'neg')).toBe('block')
    expect(groupOf(grouped, 'x')).toBeNull()
    expect(commonGroup(grouped, 'neg', 'exp')).toBe('block')
    expect(commonGroup(grouped, 'neg', 'x')).toBeNull()
    expect(printIr(build(grouped).ir)).toBe(printIr(build(base).ir))
    expect(readGraph(new TextEncoder().encode(writeGraph(grouped))).document).toEqual(grouped)
  })

  const examples = readdirSync('examples').filter((name) => name.endsWith('.chainrule.json'))
  test.each(examples)('change nothing of what %s computes, nested and linked', (name) => {
    const { document } = readGraph(readFileSync(join('examples', name)))
    const ids = document.nodes.map(({ id }) => id)
    const nested = done(document, group('inner', ids.slice(0, ids.length / 2), { link: 'link' }), {
      ...group('outer', ids.slice(-1)),
      groups: ['inner']
    } as Command)
    const text = (graph: GraphDocument, training: boolean) => printIr(build(graph, { training }).ir)
    for (const training of [false, true]) expect(text(nested, training)).toBe(text(document, training))
  })

  test('have as ports what crosses their border, and what is free', () => {
    expect(portsOfGroup(grouped, 'block')).toEqual({
      inputs: [{ node: 'neg', handle: 'x', name: 'neg' }],
      outputs: [{ node: 'exp', handle: 'out', name: 'exp' }]
    })
    const free = done(grouped, { type: 'remove', edges: ['e3', 'e4'] }, group('end', ['sum', 'y']))
    expect(portsOfGroup(free, 'end').inputs.map((p) => p.name)).toEqual(['sum.a', 'sum.b'])
    expect(portsOfGroup(free, 'block').outputs.map((p) => p.name)).toEqual(['exp'])
  })

  test('nest, and come apart to where they were', () => {
    const outer = done(grouped, { ...group('outer', ['sum']), groups: ['block'] } as Command)
    expect(insideOf(outer, 'outer')).toEqual({ nodes: ['sum', 'neg', 'exp'], groups: ['block'], notes: [] })
    const inner = done(outer, { type: 'ungroup', group: 'block' })
    expect(insideOf(inner, 'outer').nodes).toEqual(['sum', 'neg', 'exp'])
    expect(done(inner, { type: 'ungroup', group: 'outer' })).toEqual(base)
    const lifted = done(outer, { type: 'ungroup', group: 'outer' })
    expect(lifted).toEqual(grouped)
  })

  test('go with all that is in them', () => {
    const noted = done(grouped, { type: 'addNote', note: { id: 'n', text: '', position: at(0, 0), parent: 'block' } }, {
      ...group('outer', ['sum']),
      groups: ['block']
    } as Command)
    const gone = done(noted, { type: 'remove', groups: ['outer'] })
    expect(gone.nodes.map((n) => n.id)).toEqual(['x', 'y'])
    expect([gone.groups, gone.notes, gone.edges, gone.objective]).toEqual([[], [], [], null])
  })

  test('follow a rename, an added node and a removed one', () => {
    const edited = done(
      grouped,
      { type: 'renameNode', node: 'neg', id: 'minus' },
      { type: 'addNode', node: node('abs', 'Abs'), group: 'block' },
      { type: 'remove', nodes: ['exp'] }
    )
    expect(edited.groups[0]?.nodes).toEqual(['minus', 'abs'])
  })

  test.each<[string, Command, string]>([
    ['an id that a node has', group('x', []), 'graph.duplicateGroup'],
    ['a node of another group', group('b', ['x', 'neg']), 'graph.groupLevel'],
    ['a node that is not there', group('b', ['gone']), 'graph.groupMember'],
    ['a group that is not there', group('b', [], { parent: 'gone' }), 'graph.noSuchThing'],
    ['a link to what is not alike', group('b', ['x'], { link: 'l' }), 'graph.linkDiffers'],
    [
      'a node in a group that is not there',
      { type: 'addNode', node: node('n', 'Neg'), group: 'z' },
      'graph.noSuchThing'
    ],
    ['a node with the id of a group', { type: 'addNode', node: node('block', 'Neg') }, 'graph.duplicateGroup']
  ])('refuse %s', (_, command, code) => {
    const linked = done(grouped, { type: 'setGroup', group: 'block', link: 'l' })
    expect(codes(linked, command)).toEqual([code])
  })

  test.each<[string, Partial<GraphDocument>, string]>([
    [
      'two notes of one id',
      { notes: [1, 2].map(() => ({ id: 'n', text: '', position: at(0, 0) })) },
      'graph.duplicateNote'
    ],
    ['a note with the id of a node', { notes: [{ id: 'x', text: '', position: at(0, 0) }] }, 'graph.duplicateNode'],
    ['a group with the id of a node', { groups: [{ id: 'x', label: '', nodes: [] }] }, 'graph.duplicateNode'],
    ['a node in two groups', { groups: ['a', 'b'].map((id) => ({ id, label: '', nodes: ['x'] })) }, 'graph.groupTwice'],
    ['a node twice in one', { groups: [{ id: 'a', label: '', nodes: ['x', 'x'] }] }, 'graph.groupTwice'],
    ['a group in none', { groups: [{ id: 'a', label: '', nodes: [], parent: 'b' }] }, 'graph.groupParent'],
    ['a note in none', { notes: [{ id: 'n', text: '', position: at(0, 0), parent: 'b' }] }, 'graph.groupParent'],
    [
      'links that differ',
      {
        groups: [
          { id: 'a', label: '', nodes: ['x'], link: 'l' },
          { id: 'b', label: '', nodes: ['neg'], link: 'l' }
        ]
      },
      'graph.linkDiffers'
    ]
  ])('a file with %s is refused', (_, change, code) => {
    expect(validate({ ...base, ...change }).map((p) => p.code)).toEqual([code])
    const bytes = new TextEncoder().encode(writeGraph({ ...base, ...change }))
    expect(() => readGraph(bytes)).toThrow()
  })

  test('a circle of groups is refused', () => {
    const groups = [
      { id: 'a', label: '', nodes: [], parent: 'b' },
      { id: 'b', label: '', nodes: [], parent: 'a' }
    ]
    expect(validate({ ...base, groups }).map((p) => p.code)).toEqual(['graph.groupCycle', 'graph.groupCycle'])
  })
})

describe('linked groups', () => {
  const copy: GraphDocument = {
    ...base,
    nodes: [...base.nodes, node('neg2', 'Neg', 100, 200), node('exp2', 'Exp', 200, 200)],
    edges: [...base.edges, edge('e5', 'y', 'neg2', 'x'), edge('e6', 'neg2', 'exp2', 'x')]
  }
  const linked = done(
    copy,
    group('a', ['neg', 'exp'], { link: 'link' }),
    group('b', ['neg2', 'exp2'], { link: 'link' })
  )

  test('take an edit in one as an edit in all', () => {
    const edited = done(
      linked,
      { type: 'setLabel', node: 'exp2', label: 'grows' },
      { type: 'move', positions: { neg: at(90, 5) } }
    )
    expect([nodeOf(edited, 'exp').label, nodeOf(edited, 'exp2').label]).toEqual(['grows', 'grows'])
    expect(nodeOf(edited, 'neg2').position).toEqual(at(90, 205))
    const grown = done(
      edited,
      { type: 'addNode', node: { ...node('abs', 'Abs', 150, 50), label: 'new' }, group: 'a' },
      { type: 'addEdge', edge: edge('e7', 'neg', 'abs', 'x') },
      { type: 'addEdge', edge: edge('e8', 'abs', 'exp', 'x'), replace: true }
    )
    expect(labels(grown, 'b')).toEqual([undefined, 'grows', 'new'])
    expect(nodeOf(grown, 'b.abs').position).toEqual(at(150, 250))
    expect(grown.edges.filter((e) => e.source.startsWith('b.') || e.target.startsWith('b.'))).toHaveLength(2)
    const shrunk = done(grown, { type: 'remove', nodes: ['b.abs'] })
    expect(insideOf(shrunk, 'a').nodes).toEqual(['neg', 'exp'])
  })

  test('keep the wires at their borders to themselves', () => {
    const cut = done(linked, { type: 'remove', edges: ['e1'] })
    expect(cut.edges.map((e) => e.id)).toContain('e5')
    const inner = done(linked, { type: 'remove', edges: ['e2'] })
    expect(inner.edges.map((e) => e.id)).not.toContain('e6')
    const outer = done(linked, { type: 'addEdge', edge: edge('e9', 'x', 'exp', 'x'), replace: true })
    expect(outer.edges.map((e) => e.id)).toEqual(['e1', 'e3', 'e4', 'e5', 'e9'])
  })

  test('groups made inside of one are made in all, and are linked', () => {
    const nested = done(linked, group('inner', ['exp'], { parent: 'a' }))
    expect(nested.groups.map(({ id, nodes, parent }) => [id, nodes, parent])).toEqual([
      ['a', ['neg'], undefined],
      ['b', ['neg2'], undefined],
      ['inner', ['exp'], 'a'],
      ['b.inner', ['exp2'], 'b']
    ])
    expect(nested.groups[2]?.link).toBe(nested.groups[3]?.link)
    expect(codes(nested, { type: 'setGroup', group: 'inner', link: null })).toEqual(['graph.linkDiffers'])
    expect(done(nested, { type: 'ungroup', group: 'b.inner' })).toEqual(linked)
    const named = done(nested, { type: 'setGroup', group: 'inner', label: 'core' })
    expect(named.groups.map((g) => g.label)).toEqual(['', '', 'core', 'core'])

    const apart = done(nested, { type: 'setGroup', group: 'a', link: null })
    const edited = done(apart, { type: 'setLabel', node: 'exp', label: 'mine' })
    expect(nodeOf(edited, 'exp2').label).toBeUndefined()
  })

  test('refuse what would close a circle at another copy', () => {
    const chained = done(linked, { type: 'addEdge', edge: edge('e9', 'exp', 'neg2', 'x'), replace: true })
    expect(chained.edges).toHaveLength(6)
    const free = done(chained, { type: 'remove', edges: ['e2'] })
    // in b the wire would lead from exp2 to neg2, which exp2 does not lead to: fine; in a, back to what a feeds
    expect(codes(free, { type: 'addEdge', edge: edge('e10', 'exp2', 'neg', 'x'), replace: true })).toEqual(undefined)
    expect(codes(chained, { type: 'addEdge', edge: edge('e10', 'exp2', 'neg', 'x'), replace: true })).toEqual([
      'graph.cycle'
    ])
  })
})

/** Edits of groups, nested and linked, right or wrong. */
function randomCommand(document: GraphDocument, random: Random, n: number): Command {
  const pick = <T>(list: readonly T[]): T => list[random.int(list.length)] as T
  const nodes = document.nodes.map(({ id }) => id)
  const groups = document.groups.map(({ id }) => id)
  const notes = document.notes.map(({ id }) => id)
  const some = () => (nodes.length === 0 ? 'none' : pick(nodes))
  const place = () => (random.int(4) === 0 || groups.length === 0 ? null : pick(groups))
  const parent = (group: string | null) => (group === null ? {} : { parent: group })
  const position = at(random.int(500), random.int(500))
  const linked = document.groups.filter(({ link }) => link !== undefined).map(({ id }) => id)
  const level = place()
  const there = nodes.filter((id) => groupOf(document, id) === level)
  const commands: (() => Command)[] = [
    () => ({
      type: 'addNode',
      node: { ...node(`n${n}`, pick(['Neg', 'Add', 'Exp', 'Branch'])), position },
      group: random.int(2) === 0 && linked.length > 0 ? pick(linked) : place()
    }),
    () => ({ type: 'addEdge', edge: edge(`e${n}`, some(), some(), pick(['x', 'a', 'b'])), replace: random.int(3) > 0 }),
    () => ({ type: 'addEdge', edge: edge(`e${n}`, some(), some(), pick(['x', 'a'])), replace: true }),
    () => ({ type: 'remove', nodes: [some()], edges: document.edges.length > 0 ? [pick(document.edges).id] : [] }),
    () => ({
      type: 'remove',
      groups: groups.length > 12 ? [pick(groups)] : [],
      notes: notes.length > 0 ? [pick(notes)] : []
    }),
    () => ({ type: 'move', positions: { [pick([...nodes, ...groups, ...notes, 'gone'])]: position } }),
    () => ({
      type: 'addGroup',
      group: { id: `g${n}`, label: '', nodes: there.slice(0, random.int(3)), ...parent(level), position },
      groups: document.groups.filter((g) => (g.parent ?? null) === level && random.int(4) === 0).map(({ id }) => id)
    }),
    () => ({ type: 'ungroup', group: groups.length > 9 ? pick(groups) : 'gone' }),
    () => ({
      type: 'setGroup',
      group: groups.length > 0 ? pick(groups) : 'gone',
      ...pick([{ label: `g ${n}` }, random.int(8) === 0 ? { link: null } : {}, { link: pick(['link', 'link2']) }])
    }),
    () => ({
      type: 'batch',
      commands: ['k', 'l'].map((id) => group(`${id}${n}`, [], { link: `link${n}`, ...parent(level) }))
    }),
    () => ({ type: 'setAttribute', node: some(), attribute: 'count', value: pick([undefined, 2, 3]) }),
    () => ({ type: 'setLabel', node: some(), label: pick(['', '층']) }),
    () => ({ type: 'renameNode', node: some(), id: `r${n}` }),
    () => ({ type: 'setMode', nodes: [some()], mode: pick(['bypass', 'mute', null] as const) }),
    () => ({ type: 'setCollapsed', nodes: [some(), some()], collapsed: random.int(2) === 0 }),
    () => ({ type: 'addNote', note: { id: `t${n}`, text: '$x$', position, ...parent(place()) } }),
    () => ({
      type: 'editNote',
      note: { id: notes.length > 0 ? pick(notes) : 'gone', text: `${n}`, position, size: { height: n, width: 9 } }
    })
  ]
  return pick(commands)()
}

describe('random edits of groups', () => {
  test.each([1, 2, 3, 4])(
    'seed %i: each step is sound and copies stay alike; undo gives the first document',
    (seed) => {
      const random = new Random(seed)
      const first = done(
        base,
        group('p', [], { link: 'link' }),
        group('q', [], { link: 'link' }),
        group('r', [], { link: 'link' })
      )
      let document = first
      const history: Patch[] = []
      let mirrored = 0
      for (let n = 0; n < 800; n++) {
        const command = randomCommand(document, random, n)
        const applied = apply(document, command)
        if (applied.problems) continue
        if (command.type === 'addNode' && applied.document.nodes.length > document.nodes.length + 1) mirrored++
        document = applied.document
        history.push(applied.patch)
        const place = `seed ${seed}, step ${n}: ${JSON.stringify(command)}`
        expect(validate(document), place).toEqual([])
        if (n % 10 === 0)
          expect(readGraph(new TextEncoder().encode(writeGraph(document))).document, place).toEqual(document)
      }
      expect(history.length).toBeGreaterThan(200)
      expect(mirrored).toBeGreaterThan(5)
      const undone = history.toReversed().reduce((d, patch) => applyPatch(d, reversePatch(patch)), document)
      expect(writeGraph(undone)).toBe(writeGraph(first))
      expect(writeGraph(history.reduce(applyPatch, undone))).toBe(writeGraph(document))
    },
    30_000
  )
})
