import { describe, expect, it } from 'vitest'
import { byPixel, magnitudes, numbersOf } from '../../renderer/sample/maps.ts'
import { pictureOf, picturesIn } from '../../renderer/value/images.ts'

const orders = (...shape: number[]) => picturesIn(shape).map(({ order }) => order)

describe('pictures in a tensor', () => {
  it('are found in the usual orders of axes, the likeliest first', () => {
    expect(orders(128, 784)).toEqual(['square'])
    expect(orders(2, 1, 28, 28)).toEqual(['nchw'])
    expect(orders(2, 3, 32, 32)).toEqual(['nchw'])
    expect(orders(2, 32, 32, 3)).toEqual(['nhwc', 'nchw'])
    expect(orders(6, 1, 5, 5)).toEqual(['nchw'])
    expect(orders(4, 10)).toEqual([])
    expect(orders(3)).toEqual([])
    expect(orders()).toEqual([])
  })

  it('have every element once, where it is', () => {
    for (const shape of [
      [2, 3, 4, 5],
      [2, 4, 5, 3],
      [3, 64]
    ]) {
      for (const { count, channels, rows, columns, strides } of picturesIn(shape)) {
        const met = new Set<number>()
        for (let n = 0; n < count; n++)
          for (let c = 0; c < channels; c++)
            for (let y = 0; y < rows; y++)
              for (let x = 0; x < columns; x++)
                met.add(n * strides.picture + c * strides.channel + y * strides.row + x * strides.column)
        const size = shape.reduce((a, b) => a * b, 1)
        expect([met.size, Math.max(...met)], shape.join()).toEqual([size, size - 1])
      }
    }
  })

  it('are one for an example of images, none for features', () => {
    expect(pictureOf([784])).toMatchObject({ rows: 28, columns: 28, channels: 1 })
    expect(pictureOf([1, 28, 28])).toMatchObject({ order: 'nchw', rows: 28, channels: 1 })
    expect(pictureOf([32, 24, 3])).toMatchObject({ order: 'nhwc', rows: 32, columns: 24, channels: 3 })
    expect(pictureOf([28, 20])).toMatchObject({ order: 'plane', rows: 28, columns: 20 })
    expect(pictureOf([2])).toBeNull()
    expect(pictureOf([])).toBeNull()
    expect(pictureOf([5, 3])).toBeNull()
  })
})

describe('maps of an example', () => {
  const numbers = Float32Array.from([1, -2, 3, 0, -4, 5, 0, 1])

  it('take of several channels the largest, with its sign', () => {
    const [first] = picturesIn([2, 2, 2])
    if (!first) throw new Error('no picture')
    expect(Array.from(byPixel(numbers, first))).toEqual([-4, 5, 3, 1])
    expect(Array.from(magnitudes(byPixel(numbers, first)))).toEqual([4, 5, 3, 1])
  })

  it('are the gradient, or it times the input', () => {
    const input = { node: 'x', output: 'out', shape: [2], why: null, guided: null }
    const value = Float32Array.from([2, 3])
    const gradient = Float32Array.from([-1, 0.5])
    expect(Array.from(numbersOf({ ...input, value, gradient }, 'product') ?? [])).toEqual([-2, 1.5])
    expect(numbersOf({ ...input, value, gradient }, 'guided')).toBeNull()
    expect(numbersOf({ ...input, value, gradient: null }, 'product')).toBeNull()
  })
})
