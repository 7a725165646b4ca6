import { expect, test } from 'vitest'
import { picturesIn } from '../../renderer/value/images.ts'
import { endsOf } from '../../renderer/value/scale.ts'
import {
  type Axes,
  asCsv,
  asJson,
  asNumpy,
  firstAxes,
  histogram,
  LIMIT,
  otherAxes,
  placeIn,
  rowsAtOnce,
  sliceName,
  tableOf,
  windowOf
} from '../../renderer/value/slices.ts'
import { placeOf, planOf, tilesOf } from '../../renderer/value/tiles.ts'

const whole = (shape: readonly number[], axes: Axes = firstAxes(shape)) => {
  const table = tableOf(shape, axes)
  return windowOf(table, { from: 0, to: table.rows })
}

test('a scalar is one cell', () => {
  expect(tableOf([], firstAxes([]))).toMatchObject({ rows: 1, columns: 1, count: 1 })
  expect(whole([]).offset).toBe(0)
})

test('a long vector is broken into rows, the last one short', () => {
  const table = tableOf([100], firstAxes([100]))
  expect(table).toMatchObject({ rows: 2, columns: 64, count: 100 })
  expect(whole([100])).toEqual({ offset: 0, count: 100 })
  expect(windowOf(table, { from: 1, to: 2 })).toEqual({ offset: 64, count: 36 })
})

test('any two axes are the table, an index of each other chooses it', () => {
  const shape = [2, 3, 4, 5]
  expect(otherAxes(shape, firstAxes(shape))).toEqual([0, 1])
  const last = { ...firstAxes(shape), at: [1, 2, 0, 0] }
  expect(whole(shape, last)).toEqual({
    offset: 5 * 20,
    grid: [
      { count: 4, stride: 5 },
      { count: 5, stride: 1 }
    ]
  })
  expect(sliceName(shape, last)).toBe('[1, 2, :, :]')
  const turned = { rows: 3, columns: 1, at: [1, 0, 2, 0] }
  const table = tableOf(shape, turned)
  expect(whole(shape, turned)).toEqual({
    offset: 70,
    grid: [
      { count: 5, stride: 1 },
      { count: 3, stride: 20 }
    ]
  })
  // row 4, column 2 is [1, 2, 2, 4]
  expect(placeIn(table, 4 * 3 + 2)).toBe(60 + 40 + 10 + 4)
  expect(sliceName(shape, turned)).toBe('[1, :, 2, :]')
})

test('a very large matrix comes in windows of rows, and in windows of both', () => {
  const table = tableOf([60_000, 784], firstAxes([60_000, 784]))
  expect(rowsAtOnce(table) * 784).toBeLessThanOrEqual(LIMIT)
  expect(rowsAtOnce(tableOf([784, 512], firstAxes([784, 512])))).toBe(784)
  expect(windowOf(table, { from: 10, to: 12 }, { from: 5, to: 9 })).toEqual({
    offset: 7845,
    grid: [
      { count: 2, stride: 784 },
      { count: 4, stride: 1 }
    ]
  })
})

test('histograms count finite numbers', () => {
  expect(histogram([Number.NaN])).toEqual([])
  expect(histogram([3, 3])).toEqual([{ from: 3, to: 4, count: 2 }])
  const bins = histogram([0, 0.1, 0.9, 1, Number.POSITIVE_INFINITY], 2)
  expect(bins.map((b) => b.count)).toEqual([2, 2])
})

test('colours stand for what is chosen', () => {
  const statistics = { count: 2, min: -3, max: 2, mean: 0, std: 1, norm: 1, zeros: 0, nan: 0, infinite: 0 }
  expect(endsOf({ kind: 'symmetric', fixed: null }, statistics)).toEqual({ extent: 3, low: -3, high: 3 })
  expect(endsOf({ kind: 'fixed', fixed: 8 }, statistics)).toEqual({ extent: 8, low: -8, high: 8 })
  expect(endsOf({ kind: 'range', fixed: null }, statistics)).toMatchObject({
    low: -3,
    high: 2,
    range: { min: -3, max: 2 }
  })
})

test('pictures lie side by side, each pixel where its number is', () => {
  for (const [shape, merged] of [
    [[5, 3, 8, 9], false],
    [[5, 3, 8, 9], true],
    [[5, 8, 9, 3], true],
    [[40, 784], false]
  ] as const) {
    const picture = picturesIn(shape)[0]
    if (!picture) throw new Error('no picture')
    const tiles = tilesOf(picture, merged)
    const grid = planOf(picture, tiles)
    expect(grid.width * grid.scale).toBeLessThanOrEqual(560)
    expect(grid.height * grid.scale).toBeLessThanOrEqual(380)
    const from = tiles - grid.count
    const places = Array.from({ length: grid.width * grid.height }, (_, cell) => placeOf(grid, cell, from))
    const met = places.filter((place) => place !== null)
    expect(met).toHaveLength(grid.count * picture.rows * picture.columns)
    expect(new Set(met).size).toBe(met.length)
    const size = shape.reduce((a, b) => a * b, 1)
    expect(Math.max(...met)).toBeLessThan(size)
    expect(placeOf(grid, 0, 0)).toBe(0)
    // one to the right, one down, and the line between two tiles
    expect(placeOf(grid, 1, 0)).toBe(picture.strides.column)
    expect(placeOf(grid, grid.width, 0)).toBe(picture.strides.row)
    expect(placeOf(grid, picture.columns, 0)).toBeNull()
    expect(placeOf(grid, picture.columns + 1, 0)).toBe(
      merged || picture.channels === 1 ? picture.strides.picture : picture.strides.channel
    )
  }
})

test('as text', () => {
  expect(asNumpy([1, 2.5, Number.NaN, -Infinity], 2, 'float32')).toBe(
    'np.array([[1, 2.5],\n          [np.nan, -np.inf]], dtype=np.float32)'
  )
  expect(asNumpy([1, 2], 2, 'float64')).toBe('np.array([1, 2], dtype=np.float64)')
  expect(asCsv([1, 2, 3, 4, 5], 2)).toBe('1,2\n3,4\n5')
  expect(JSON.parse(asJson([1, Number.NaN, 2, 3], 2, [4, 2, 2], '[1, :, :]'))).toEqual({
    shape: [4, 2, 2],
    slice: '[1, :, :]',
    data: [
      [1, 'NaN'],
      [2, 3]
    ]
  })
  expect(asNumpy([1, 2, 3, 4], 2, 'float32', [2, 1, 2])).toContain('.reshape(2, 1, 2)')
})
