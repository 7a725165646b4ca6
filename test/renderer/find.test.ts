import { describe, expect, it } from 'vitest'
import { check } from '../../engine/document/check.ts'
import { emptyDocument, type GraphDocument } from '../../engine/document/types.ts'
import { findNodes, shapeIn } from '../../renderer/find/findNodes.ts'

const at = { x: 0, y: 0 }
const graph: GraphDocument = {
  ...emptyDocument,
  nodes: [
    { id: 'x', op: 'Input', attributes: { shape: [null, 784] }, label: '숫자 그림', position: at },
    { id: 'w', op: 'Parameter', attributes: { shape: [784, 10], init: { kind: 'zeros' } }, position: at },
    { id: 'scores', op: 'MatMul', position: at },
    { id: 'gate', op: 'Relu', label: 'First $W_1$', position: at }
  ],
  edges: [
    { id: 'e1', source: 'x', sourceHandle: 'out', target: 'scores', targetHandle: 'a' },
    { id: 'e2', source: 'w', sourceHandle: 'out', target: 'scores', targetHandle: 'b' },
    { id: 'e3', source: 'scores', sourceHandle: 'out', target: 'gate', targetHandle: 'x' }
  ]
}
const found = (query: string) => findNodes(query, graph, check(graph).types)

describe('find', () => {
  it('finds by id, label, operator and Korean name, best first', () => {
    expect(found('scores')).toEqual(['scores'])
    expect(found('first')).toEqual(['gate'])
    expect(found('relu')).toEqual(['gate'])
    expect(found('숫자')).toEqual(['x'])
    expect(found('행렬')).toEqual(['scores'])
    expect(found('w')[0]).toBe('w')
  })

  it('takes decomposed Hangul for the same word', () => {
    expect(found('숫자'.normalize('NFD'))).toEqual(['x'])
  })

  it('wants every word, in any of the names', () => {
    expect(found('matmul scores')).toEqual(['scores'])
    expect(found('matmul gate')).toEqual([])
  })

  it('finds by shape: whole, in part, by one dimension', () => {
    expect(found('[B, 10]')).toEqual(['scores', 'gate'])
    expect(found('784×10')).toEqual(['w'])
    expect(found('b x 784')).toEqual(['x'])
    expect(found('784')).toEqual(['x', 'w'])
    expect(found('?,784')).toEqual(['x'])
    expect(found('78')).toEqual([])
  })

  it('finds nothing by nothing, nor by strewn letters', () => {
    expect(found(' ')).toEqual([])
    expect(found('srs')).toEqual([])
  })

  it('tells shapes from words', () => {
    expect(shapeIn('[B, 512]')).toEqual(['B', '512'])
    expect(shapeIn('2*b')).toEqual(['2*B'])
    expect(shapeIn('box')).toBeNull()
    expect(shapeIn('x')).toBeNull()
  })
})
