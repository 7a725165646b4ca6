import { describe, expect, it } from 'vitest'
import { findOps } from '../../renderer/palette/search.ts'

const first = (query: string) => findOps(query)[0]?.kind

describe('the search for operators', () => {
  it.each([
    ['add', 'Add'],
    ['mul', 'Mul'],
    ['matmul', 'MatMul'],
    ['@', 'MatMul'],
    ['relu', 'Relu'],
    ['sigmoid', 'Sigmoid'],
    ['cross-entropy', 'SoftmaxCrossEntropyLoss'],
    ['mse', 'MeanSquaredError'],
    ['덧셈', 'Add'],
    ['행렬', 'MatMul'],
    ['시그모', 'Sigmoid'],
    ['fully', 'Dense'],
    ['entropy softmax', 'SoftmaxCrossEntropyLoss'],
    ['완전연결', 'Dense']
  ])('finds %s', (query, kind) => {
    expect(findOps(query).map((op) => op.kind)).toContain(kind)
  })

  it('puts the exact name first', () => {
    expect(first('add')).toBe('Add')
    expect(first('sum')).toMatch(/Sum/)
    expect(first('DENSE')).toBe('Dense')
    expect(first('곱')).toBe('Mul')
    expect(first('곱하기')).toBe('Mul')
    expect(first('빼기')).toBe('Sub')
    expect(first('나누기')).toBe('Div')
  })

  it('forgives left-out letters, but not everything', () => {
    expect(findOps('sgmd').map((op) => op.kind)).toContain('Sigmoid')
    expect(findOps('matmul').map((op) => op.kind)).not.toContain('Mul')
    expect(findOps('qqqq')).toEqual([])
  })
})
