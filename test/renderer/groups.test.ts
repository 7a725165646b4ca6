import { beforeEach, describe, expect, it } from 'vitest'
import { apply, type Command } from '../../engine/document/commands.ts'
import { groupOf, insideOf } from '../../engine/document/groups.ts'
import { emptyDocument, type GraphDocument } from '../../engine/document/types.ts'
import { validate } from '../../engine/document/validate.ts'
import { fragmentOf, insertion, linking } from '../../renderer/canvas/fragment.ts'
import { framedBy, levelOf, nodeEnd } from '../../renderer/canvas/level.ts'
import { neighbour } from '../../renderer/canvas/neighbours.ts'
import { placeLabels } from '../../renderer/canvas/places.ts'
import { wireTo } from '../../renderer/canvas/wires.ts'
import { dispatch, load, open, redo, select, showLevelOf, undo, useEditor } from '../../renderer/store/editor.ts'
import { edge } from '../edge.ts'

const at = (x: number, y: number) => ({ x, y })
const constant = (id: string, x: number, y: number) => ({
  id,
  op: 'Constant',
  attributes: { shape: [], values: [2] },
  position: at(x, y)
})

/** x → [neg → exp] → sum ← y, the part in brackets being the group "block". */
const document: GraphDocument = {
  ...emptyDocument,
  nodes: [
    constant('x', 0, 0),
    { id: 'neg', op: 'Neg', position: at(200, 0) },
    { id: 'exp', op: 'Exp', position: at(400, 0) },
    constant('y', 400, 200),
    { id: 'sum', op: 'Add', position: at(700, 0) }
  ],
  edges: [
    edge('e1', 'x', 'neg', 'x'),
    edge('e2', 'neg', 'exp', 'x'),
    edge('e3', 'exp', 'sum', 'a'),
    edge('e4', 'y', 'sum', 'b')
  ],
  groups: [{ id: 'block', label: 'Block', nodes: ['neg', 'exp'] }]
}
const editor = () => useEditor.getState()

function done(from: GraphDocument, ...commands: Command[]): GraphDocument {
  const applied = apply(from, { type: 'batch', commands })
  if (applied.problems) throw new Error(JSON.stringify(applied.problems))
  expect(validate(applied.document)).toEqual([])
  return applied.document
}

describe('a level', () => {
  it('shows a closed group as one card, and its wires at its ports', () => {
    const level = levelOf(document, null)
    expect([...level.items.keys()]).toEqual(['x', 'y', 'sum', 'block'])
    expect(level.links.map((l) => [l.id, l.source, l.sourceHandle, l.target, l.targetHandle])).toEqual([
      ['e1', 'x', 'out', 'block', 'neg:x'],
      ['e3', 'block', 'exp:out', 'sum', 'a'],
      ['e4', 'y', 'out', 'sum', 'b']
    ])
    const card = level.items.get('block')
    expect(card?.body.inputs.map((port) => port.label)).toEqual(['neg'])
    expect(placeLabels(level.links, level.items, new Map()).size).toBe(3)
  })

  it('stays the same object while an edit changes nothing of it', () => {
    const values: Command = { type: 'setAttribute', node: 'x', attribute: 'values', value: [3] }
    const changes: readonly Command[] = [
      { type: 'move', positions: { x: at(0, 10) } },
      { type: 'setLabel', node: 'x', label: 'a label that takes two lines of a card' },
      { type: 'ungroup', group: 'block' },
      { type: 'remove', edges: ['e4'] },
      { type: 'addNote', note: { id: 'note', text: '', position: at(0, 0) } }
    ]
    const level = levelOf(document, null)
    const edited = done(document, values)
    expect(levelOf(edited, null)).toBe(level)
    expect(levelOf(edited, 'block')).not.toBe(level)
    for (const command of changes) expect(levelOf(done(edited, command), null), command.type).not.toBe(level)
    expect(levelOf(edited, null)).toBe(level)
  })

  it('is another where an attribute changes the ports of a card', () => {
    const branch = done(document, {
      type: 'addNode',
      node: { id: 'branch', op: 'Branch', attributes: { count: 2 }, position: at(0, 300) }
    })
    const outputs = (of: GraphDocument) => levelOf(of, null).items.get('branch')?.body.outputs.length
    expect(outputs(branch)).toBe(2)
    const three: Command = { type: 'setAttribute', node: 'branch', attribute: 'count', value: 3 }
    expect(outputs(done(branch, three))).toBe(3)
  })

  it('shows inside where wires come from and lead to', () => {
    const level = levelOf(document, 'block')
    expect([...level.items.values()].map(({ id, kind }) => [id, kind])).toEqual([
      ['neg', 'node'],
      ['exp', 'node'],
      [':source:x:out', 'outer'],
      [':target:e3', 'outer']
    ])
    const [first] = level.links
    expect(nodeEnd(first?.source ?? '', first?.sourceHandle ?? '')).toEqual({ node: 'x', handle: 'out' })
    expect(nodeEnd('neg', 'x')).toEqual({ node: 'neg', handle: 'x' })
  })

  it('is walked by arrows, card by card', () => {
    const level = levelOf(document, null)
    expect(neighbour(level, 'x', 'ArrowRight')?.id).toBe('block')
    expect(neighbour(level, 'block', 'ArrowRight')?.id).toBe('sum')
    expect(neighbour(levelOf(document, 'block'), 'neg', 'ArrowLeft')?.id).toBe(undefined)
  })

  it('takes a wire onto a group at the first free input that fits', () => {
    const free = done(document, { type: 'remove', edges: ['e1'] })
    const wire = wireTo(free, { node: 'x', handle: 'out', side: 'source' }, 'block')
    expect(wire && [wire.target, wire.targetHandle]).toEqual(['neg', 'x'])
    expect(wireTo(document, { node: 'x', handle: 'out', side: 'source' }, 'block')).toBeNull()
  })

  it('knows what lies in a frame', () => {
    const frame = {
      id: 'f',
      text: 'Frame',
      position: at(-20, -40),
      size: { width: 400, height: 120 },
      kind: 'frame'
    } as const
    const level = levelOf(done(document, { type: 'addNote', note: frame }), null)
    expect(framedBy(level, 'f')).toEqual(['x', 'block'])
    expect(framedBy(level, 'x')).toEqual([])
  })
})

describe('copies of groups', () => {
  const copied = (linked: boolean, from = document, ids = ['block']) => {
    const { command, ids: made, links } = insertion(from, fragmentOf(from, new Set(ids)), at(0, 100))
    return { made, document: done(from, command, ...(linked ? linking(from, links) : [])) }
  }

  it('are independent, or linked', () => {
    const alone = copied(false)
    expect(alone.made).toEqual(['block2'])
    expect(alone.document.groups[1]).toMatchObject({ id: 'block2', label: 'Block', nodes: ['neg2', 'exp2'] })
    const edited = done(alone.document, { type: 'setLabel', node: 'neg2', label: 'minus' })
    expect(edited.nodes.find(({ id }) => id === 'neg')?.label).toBeUndefined()

    const together = copied(true).document
    expect(together.groups.map(({ link }) => link)).toEqual(['link', 'link'])
    const both = done(together, { type: 'setLabel', node: 'neg2', label: 'minus' })
    expect(both.nodes.find(({ id }) => id === 'neg')?.label).toBe('minus')
    const third = copied(true, both, ['block2']).document
    expect(third.groups.map(({ link }) => link)).toEqual(['link', 'link', 'link'])
  })

  it('link the groups inside as well', () => {
    const nested = done(document, {
      type: 'addGroup',
      group: { id: 'core', label: '', nodes: ['exp'], parent: 'block' }
    })
    const linked = copied(true, nested).document
    expect(linked.groups.map(({ id, parent, link }) => [id, parent, link])).toEqual([
      ['block', undefined, 'link2'],
      ['core', 'block', 'link'],
      ['block2', undefined, 'link2'],
      ['core2', 'block2', 'link']
    ])
    const grown = done(linked, { type: 'addNode', node: { id: 'abs', op: 'Abs', position: at(0, 0) }, group: 'core2' })
    expect(insideOf(grown, 'block').nodes).toHaveLength(3)
    // pasted together, they stay linked with each other and with nothing else
    const pasted = copied(false, linked, ['block', 'block2']).document
    expect(pasted.groups.slice(4).map(({ link }) => link)).toEqual(['link3', 'link3', 'link4', 'link4'])
  })
})

describe('the open group', () => {
  beforeEach(() => load(document, { path: null, name: null }))

  it('takes what is made while it is open', () => {
    open('block')
    dispatch({ type: 'addNode', node: { id: 'abs', op: 'Abs', position: at(0, 0) } })
    expect(groupOf(editor().document, 'abs')).toBe('block')
    dispatch({ type: 'addNode', node: { id: 'top', op: 'Abs', position: at(0, 0) }, group: null })
    expect(groupOf(editor().document, 'top')).toBeNull()
    expect(editor().history.past).toHaveLength(2)
  })

  it('is left where undo takes it away', () => {
    dispatch({ type: 'ungroup', group: 'block' })
    dispatch({ type: 'addGroup', group: { id: 'again', label: '', nodes: ['neg'] } })
    open('again')
    undo()
    expect(editor().inside).toBeNull()
    expect(editor().document.nodes).toHaveLength(5)
    redo()
    expect(groupOf(editor().document, 'neg')).toBe('again')
  })

  it('is gone back into by undo of an edit inside, after it was left', () => {
    open('block')
    dispatch({ type: 'move', positions: { neg: at(210, 30) } })
    open(null)
    undo()
    expect(editor().inside).toBe('block')
    expect(editor().document).toEqual(document)
    open(null)
    redo()
    expect(editor().inside).toBe('block')
    expect(editor().document.nodes[1]?.position).toEqual(at(210, 30))
  })

  it('stays open where the change is seen from inside', () => {
    dispatch({ type: 'remove', edges: ['e1'] })
    open('block')
    undo()
    expect(editor().inside).toBe('block')
    dispatch({ type: 'move', positions: { x: at(1, 1) } })
    undo()
    expect(editor().inside).toBeNull()
  })

  it('is that of a node which is selected elsewhere, or looked for', () => {
    select({ nodes: ['exp'] })
    expect(editor().inside).toBe('block')
    expect([...editor().selection.nodes]).toEqual(['exp'])
    expect(showLevelOf('neg')).toBe(false)
    open(null)
    expect(editor().selection.nodes.size).toBe(0)
    expect(showLevelOf('exp')).toBe(true)
    expect(editor().inside).toBe('block')
    select({ nodes: ['sum', 'exp'] })
    expect(editor().inside).toBe('block')
  })
})
