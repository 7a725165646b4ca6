/** Ten thousand random edits, several times over: see test/document/random-edits.ts. */
import { expect, test } from 'vitest'
import { emptyDocument, type GraphDocument } from '../../engine/document/types.ts'
import { editAtRandom } from '../document/random-edits.ts'

const at = (x: number, y: number) => ({ x, y })

const base: GraphDocument = {
  ...emptyDocument,
  name: 'xy',
  nodes: [
    { id: 'x', op: 'Parameter', position: at(0, 0) },
    { id: 'y', op: 'Parameter', position: at(0, 80) },
    { id: 'sum', op: 'Add', position: at(200, 40) }
  ],
  edges: [
    { id: 'e1', source: 'x', sourceHandle: 'out', target: 'sum', targetHandle: 'a' },
    { id: 'e2', source: 'y', sourceHandle: 'out', target: 'sum', targetHandle: 'b' }
  ],
  objective: 'sum'
}

test.each(Array.from({ length: 8 }, (_, i) => 101 + i))('10,000 edits of seed %i', (seed) => {
  const { met, done } = editAtRandom(base, seed, 10_000)
  expect(done).toBeGreaterThan(3000)
  for (const what of ['wires gone', 'ungroup', 'addGroup', 'setGroup', 'reorder', 'route', 'setMode', 'batch'])
    expect(met.get(what), what).toBeGreaterThan(0)
})
