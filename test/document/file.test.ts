/** Bad files: every problem named, with both values; nothing half open. */
import { describe, expect, test } from 'vitest'
import { MAX_FILE_BYTES, readGraph, writeGraph } from '../../engine/document/file.ts'
import { type Problem, ProblemError } from '../../engine/problem.ts'

const bytes = (value: unknown): Uint8Array =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value))

function problemsOf(value: unknown): readonly Problem[] {
  try {
    readGraph(value instanceof Uint8Array ? value : bytes(value))
  } catch (error) {
    if (error instanceof ProblemError) return error.problems
    throw error
  }
  return []
}

const good = {
  format: 'chainrule-graph',
  version: 1,
  name: 'Two apples',
  description: '',
  nodes: [
    {
      id: 'apple',
      op: 'Parameter',
      attributes: { shape: [], init: { kind: 'values', values: [100] } },
      position: { x: 0, y: 0 }
    },
    { id: 'count', op: 'Constant', attributes: { shape: [], values: [2] }, position: { x: 0, y: 120 } },
    { id: 'subtotal', op: 'Mul', position: { x: 240, y: 60 } }
  ],
  edges: [
    { id: 'e1', source: 'apple', sourceHandle: 'out', target: 'subtotal', targetHandle: 'a' },
    { id: 'e2', source: 'count', sourceHandle: 'out', target: 'subtotal', targetHandle: 'b' }
  ],
  groups: [],
  notes: [],
  objective: 'subtotal',
  training: null
}

describe('a good file', () => {
  test('opens, and is written back as it was', () => {
    const { document } = readGraph(bytes(good))
    expect(JSON.parse(writeGraph(document))).toEqual(good)
    expect(writeGraph(readGraph(bytes(writeGraph(document))).document)).toBe(writeGraph(document))
  })

  test('numbers of a tensor stand on one line, texts that look like lists stay', () => {
    const label = '[\n 1,\n 2\n]'
    const values = {
      id: 'c',
      op: 'Constant',
      attributes: { shape: [2, 2], values: [1, -2.5, 1e-7, 4] },
      label,
      position: { x: 0, y: 0 }
    }
    const text = writeGraph(readGraph(bytes({ ...good, nodes: [...good.nodes, values] })).document)
    expect(text).toContain('"values": [1, -2.5, 1e-7, 4]')
    expect(readGraph(bytes(text)).document.nodes[3]?.label).toBe(label)
  })
})

describe('bad files', () => {
  const edges = (...more: object[]) => ({ ...good, edges: [...good.edges, ...more] })
  const nodes = (...more: object[]) => ({ ...good, nodes: [...good.nodes, ...more] })
  const wire = { id: 'e3', source: 'apple', sourceHandle: 'out', target: 'subtotal', targetHandle: 'a' }
  const cases: [string, unknown, RegExp[]][] = [
    ['not JSON', '{ "format": "chainrule-graph",\n  nodes }', [/not JSON.*line 2, column 3/]],
    ['cut off', JSON.stringify(good).slice(0, 200), [/not JSON/]],
    ['nothing at all', '', [/The file is empty: 0 bytes/]],
    ['blanks', ' \n '.repeat(1000), [/empty: 3000 bytes, nothing but white space/]],
    ['no UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0xfe]), [/first bad byte at 2/]],
    ['another format', { format: 'onnx' }, [/Expected "format": "chainrule-graph", found "onnx"/]],
    ['a list', [1, 2], [/Expected "format"/]],
    ['a newer version', { ...good, version: 2 }, [/version 2; this program reads up to version 1/]],
    ['a version that never was', { ...good, version: 0 }, [/version: expected a whole number from 1 to 1, found 0/]],
    [
      'an unknown op',
      nodes({ id: 'n', op: 'MatMull', position: { x: 0, y: 0 } }),
      [/no operator "MatMull".*Did you mean MatMul/]
    ],
    ['an internal op', nodes({ id: 'n', op: 'BatchMatMul', position: { x: 0, y: 0 } }), [/no operator "BatchMatMul"/]],
    ['a duplicate id', nodes({ ...good.nodes[0] }), [/The id "apple" is taken by another node/]],
    [
      'a duplicate edge id',
      edges({ ...wire, id: 'e1' }),
      [/Two edges have the id "e1"/, /takes one edge, but has "e1" and "e1"/]
    ],
    [
      'a dangling source',
      edges({ ...wire, source: 'pear' }),
      [/Edge "e3" names the source node "pear"/, /takes one edge/]
    ],
    ['an unknown handle', edges({ ...wire, targetHandle: 'z' }), [/Edge "e3": Mul has no input "z".*It has: a, b/]],
    ['two edges on one input', edges(wire), [/Input "a" takes one edge, but has "e1" and "e3"/]],
    [
      'a circle',
      {
        ...good,
        nodes: [
          ...good.nodes,
          { id: 'neg', op: 'Neg', position: { x: 0, y: 0 } },
          { id: 'back', op: 'Neg', position: { x: 0, y: 0 } }
        ],
        edges: [
          { ...wire, id: 'c1', source: 'neg', target: 'back', targetHandle: 'x' },
          { ...wire, id: 'c2', source: 'back', target: 'neg', targetHandle: 'x' }
        ]
      },
      [/feed each other in a circle: neg, back/]
    ],
    ['an objective that is not there', { ...good, objective: 'gone' }, [/The objective "gone" is not a node/]],
    [
      'a wrong attribute',
      nodes({ id: 'd', op: 'Dense', attributes: { units: 0 }, position: { x: 0, y: 0 } }),
      [/"units" must be a whole number of at least 1, but is 0/]
    ],
    [
      'an unknown attribute',
      nodes({ id: 'd', op: 'Dense', attributes: { unit: 1 }, position: { x: 0, y: 0 } }),
      [/Dense has no attribute "unit".*units/]
    ],
    ['an unknown field', { ...good, weights: [] }, [/weights: expected no such field/]],
    ['a missing field', { ...good, nodes: [{ id: 'a', op: 'Add' }] }, [/nodes\[0\]\.position: expected/]],
    [
      'a wrong position',
      nodes({ id: 'a', op: 'Add', position: { x: 'left', y: 0 } }),
      [/nodes\[3\]\.position\.x: expected number, found "left"/]
    ]
  ]

  test.each(cases)('%s', (_name, file, expected) => {
    const texts = problemsOf(file).map((p) => `${p.message} ${p.hint ?? ''}`)
    expect(texts).toHaveLength(expected.length)
    for (const [i, pattern] of expected.entries()) expect(texts[i]).toMatch(pattern)
  })

  test('several at once are all told, each with its node', () => {
    const file = nodes(
      { id: 'p', op: 'Nope', position: { x: 0, y: 0 } },
      { id: 'q', op: 'Dense', attributes: { units: -1 }, position: { x: 0, y: 0 } }
    )
    expect(problemsOf(file).map((p) => [p.code, p.nodeId])).toEqual([
      ['graph.unknownOp', 'p'],
      ['graph.attribute', 'q']
    ])
  })

  test('a file of 200 MB of spaces is refused at once', () => {
    const start = performance.now()
    const [only] = problemsOf(new Uint8Array(200 * 2 ** 20).fill(0x20))
    expect(only?.code).toBe('file.tooLarge')
    expect(only?.params).toEqual({ bytes: 200 * 2 ** 20, limit: MAX_FILE_BYTES })
    expect(performance.now() - start).toBeLessThan(2000)
  })
})
