import { describe, expect, test } from 'vitest'
import { addDims, bindShape, broadcast, countOf, divideDims, multiplyDims } from '../engine/shape.ts'

describe('dimensions with an open batch', () => {
  test('sums and products', () => {
    expect(addDims('B', 3)).toBe('B+3')
    expect(addDims('B+3', 'B')).toBe('2*B+3')
    expect(multiplyDims('B+1', 'B+2')).toBe('B*B+3*B+2')
    expect(countOf(['B', 28, 28])).toBe('784*B')
    expect(multiplyDims('B', 0)).toBe(0)
  })

  test('exact quotients, and null where there is none', () => {
    expect(divideDims('784*B', 784)).toBe('B')
    expect(divideDims('784*B', 'B')).toBe(784)
    expect(divideDims('B*B+3*B+2', 'B+1')).toBe('B+2')
    expect(divideDims('3*B', 2)).toBeNull()
    expect(divideDims(7, 'B')).toBeNull()
    expect(divideDims(5, 0)).toBeNull()
  })

  test.each([1, 2, 7])('binding commutes with arithmetic at B = %i', (batch) => {
    const dims = ['B', '2*B', 'B+3', 5] as const
    for (const a of dims) {
      for (const b of dims) {
        const [x, y] = bindShape([a, b], batch) as [number, number]
        expect(bindShape([multiplyDims(a, b), addDims(a, b)], batch)).toEqual([x * y, x + y])
      }
    }
  })

  test('broadcasting by NumPy rules', () => {
    expect(broadcast([3, 1], [1, 4])).toEqual({ shape: [3, 4] })
    expect(broadcast(['B', 4], [4])).toEqual({ shape: ['B', 4] })
    expect(broadcast([], [2])).toEqual({ shape: [2] })
    expect(broadcast([2, 3], [4, 3])).toEqual({ clash: 2, da: 2, db: 4 })
  })
})
