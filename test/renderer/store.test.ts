import { beforeEach, describe, expect, it } from 'vitest'
import { emptyDocument, type GraphDocument } from '../../engine/document/types.ts'
import { dispatch, load, markSaved, redo, select, undo, useEditor } from '../../renderer/store/editor.ts'

const origin = { path: 'a', name: 'a.chainrule.json' }
const editor = () => useEditor.getState()

const document: GraphDocument = {
  ...emptyDocument,
  nodes: [
    { id: 'x', op: 'Constant', attributes: { shape: [], values: [3] }, position: { x: 0, y: 0 } },
    { id: 'y', op: 'Exp', position: { x: 200, y: 0 } }
  ],
  edges: [{ id: 'e1', source: 'x', sourceHandle: 'out', target: 'y', targetHandle: 'x' }],
  objective: 'y'
}

const move = (x: number) => dispatch({ type: 'move', positions: { x: { x, y: 0 } } })

beforeEach(() => load(document, origin))

describe('history', () => {
  it('has nothing to undo right after a document was opened', () => {
    move(10)
    load(document, origin)
    expect(undo()).toBe(false)
    expect(editor().document).toBe(document)
    expect(editor().dirty).toBe(false)
  })

  it('makes one step of one action, and none of an action that changes nothing', () => {
    dispatch({ type: 'remove', nodes: ['x'] })
    expect(editor().history.past).toHaveLength(1)
    expect(editor().document.edges).toEqual([])
    undo()
    expect(editor().document).toEqual(document)
    move(0)
    dispatch({ type: 'set', setting: 'name', value: document.name })
    expect(editor().history.past).toHaveLength(0)
  })

  it('keeps what can be redone when an action changes nothing', () => {
    move(10)
    undo()
    move(0)
    expect(redo()).toBe(true)
    expect(editor().document.nodes[0]?.position.x).toBe(10)
  })

  it('is clean again where undo comes back to what was saved', () => {
    move(10)
    markSaved(origin)
    move(20)
    expect(editor().dirty).toBe(true)
    undo()
    expect(editor().dirty).toBe(false)
    undo()
    expect(editor().dirty).toBe(true)
    redo()
    expect(editor().dirty).toBe(false)
  })

  it('stays changed where the saved state can no longer be reached', () => {
    move(10)
    markSaved(origin)
    undo()
    move(30)
    undo()
    redo()
    expect(editor().dirty).toBe(true)
  })
})

describe('dispatch', () => {
  it('gives the problems of a refused command, and changes nothing', () => {
    const before = editor()
    const problems = dispatch({ type: 'addNode', node: { id: 'x', op: 'Exp', position: { x: 0, y: 0 } } })
    expect(problems?.[0]?.code).toBe('graph.duplicateNode')
    expect(editor()).toBe(before)
  })

  it('counts revisions, and those of the numbers apart', () => {
    const { revision, graphRevision } = editor()
    move(10)
    dispatch({ type: 'setLabel', node: 'x', label: 'three' })
    expect(editor().revision).toBe(revision + 2)
    expect(editor().graphRevision).toBe(graphRevision)
    dispatch({ type: 'setAttribute', node: 'x', attribute: 'values', value: [4] })
    expect(editor().graphRevision).toBe(graphRevision + 1)
    undo()
    expect(editor().graphRevision).toBe(graphRevision + 2)
  })

  it('keeps the types and problems of nodes that an edit does not touch', () => {
    const { checked } = editor()
    dispatch({ type: 'addNode', node: { id: 'z', op: 'Log', position: { x: 0, y: 0 } } })
    expect(editor().checked.types.get('x')).toBe(checked.types.get('x'))
    expect(editor().checked.errors).toBe(1)
    expect(editor().checked.byNode.get('z')?.[0]?.code).toBe('graph.inputMissing')
  })

  it('takes what is gone out of the selection', () => {
    select({ nodes: ['x', 'y'], edges: ['e1'] })
    dispatch({ type: 'remove', nodes: ['x'] })
    expect([...editor().selection.nodes]).toEqual(['y'])
    expect([...editor().selection.edges]).toEqual([])
  })
})
