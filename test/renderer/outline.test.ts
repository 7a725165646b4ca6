import { describe, expect, it } from 'vitest'
import { emptyDocument, type GraphDocument } from '../../engine/document/types.ts'
import { type Opened, placeBeside, rowsOf } from '../../renderer/outline/rows.ts'

const at = { x: 0, y: 0 }
const graph: GraphDocument = {
  ...emptyDocument,
  nodes: ['a', 'b', 'c', 'd'].map((id) => ({ id, op: 'Add', position: at })),
  edges: [{ id: 'e1', source: 'a', sourceHandle: 'out', target: 'b', targetHandle: 'a' }],
  groups: [
    { id: 'outer', label: 'Outer', nodes: ['c'] },
    { id: 'inner', label: '', nodes: ['b'], parent: 'outer' }
  ]
}
const closed: Opened = { nodes: new Set(), closedGroups: new Set() }
const lines = (document: GraphDocument, opened = closed) =>
  rowsOf(document, opened).map(
    ({ level, kind, id, port, place, siblings }) =>
      `${'  '.repeat(level - 1)}${kind === 'node' ? '' : `${kind} `}${port ?? id} ${place}/${siblings}`
  )

describe('outline', () => {
  it('lists nodes in the order of the file, groups with what is in them', () => {
    expect(lines(graph)).toEqual(['group outer 1/3', '  group inner 1/2', '    b 1/1', '  c 2/2', 'a 2/3', 'd 3/3'])
  })

  it('lists inputs and outputs of a node that is open, and nothing of a group that is closed', () => {
    const opened = { nodes: new Set(['a']), closedGroups: new Set(['outer']) }
    expect(lines(graph, opened)).toEqual([
      'group outer 1/3',
      'a 2/3',
      '  input a 1/3',
      '  input b 2/3',
      '  output out 3/3',
      'd 3/3'
    ])
  })

  it('has a name of its own for each row', () => {
    const keys = rowsOf(graph, { nodes: new Set(['a', 'b', 'c', 'd']), closedGroups: new Set() }).map((row) => row.key)
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('finds the neighbour among those of the same group', () => {
    expect(placeBeside(graph, 'a', 1)).toBe(3)
    expect(placeBeside(graph, 'd', -1)).toBe(0)
    expect(placeBeside(graph, 'd', 1)).toBeNull()
    expect(placeBeside(graph, 'b', -1)).toBeNull()
  })

  it('makes the rows of three thousand nodes in a moment', () => {
    const nodes = Array.from({ length: 3000 }, (_, i) => ({ id: `n${i}`, op: 'Relu', position: at }))
    const start = performance.now()
    expect(rowsOf({ ...emptyDocument, nodes }, closed)).toHaveLength(3000)
    expect(performance.now() - start).toBeLessThan(200)
  })
})
