import { expect, test } from 'vitest'
import {
  asCsv,
  asJson,
  asNumpy,
  histogram,
  imageLayout,
  imageSide,
  LIMIT,
  layoutOf,
  sliceAt
} from '../../renderer/value/slices.ts'

test('a scalar is one cell', () => {
  const layout = layoutOf([])
  expect(layout).toMatchObject({ rows: 1, columns: 1, leading: [], size: 1 })
  expect(sliceAt(layout, [], 0)).toEqual({ offset: 0, count: 1 })
})

test('a long vector is broken into rows, the last one short', () => {
  const layout = layoutOf([100])
  expect(layout).toMatchObject({ rows: 2, columns: 64, size: 100 })
  expect(sliceAt(layout, [], 0)).toEqual({ offset: 0, count: 100 })
})

test('leading axes choose a table', () => {
  const layout = layoutOf([2, 3, 4, 5])
  expect(layout.leading).toEqual([2, 3])
  expect(sliceAt(layout, [1, 2], 0)).toEqual({ offset: 5 * 20, count: 20 })
})

test('a large matrix comes in windows of rows', () => {
  const layout = layoutOf([60_000, 784])
  expect(layout.window * 784).toBeLessThanOrEqual(LIMIT)
  expect(sliceAt(layout, [], 10)).toEqual({ offset: 7840, count: layout.window * 784 })
  expect(sliceAt(layout, [], 59_999)).toEqual({ offset: 59_999 * 784, count: 784 })
})

test('histograms count finite numbers', () => {
  expect(histogram([Number.NaN])).toEqual([])
  expect(histogram([3, 3])).toEqual([{ from: 3, to: 4, count: 2 }])
  const bins = histogram([0, 0.1, 0.9, 1, Number.POSITIVE_INFINITY], 2)
  expect(bins.map((b) => b.count)).toEqual([2, 2])
})

test('rows that are squares are shown as pictures', () => {
  expect(imageSide([128, 784])).toBe(28)
  expect(imageSide([64])).toBe(8)
  expect([[4, 9], [128, 785], [2, 3, 784], []].map(imageSide)).toEqual([null, null, null, null])
  const layout = imageLayout([128, 784], 28)
  expect(layout).toMatchObject({ rows: 28, columns: 28, leading: [128] })
  expect(sliceAt(layout, [3], 0)).toEqual({ offset: 3 * 784, count: 784 })
})

test('as text', () => {
  expect(asNumpy([1, 2.5, Number.NaN, -Infinity], 2, 'float32')).toBe(
    'np.array([[1, 2.5],\n          [np.nan, -np.inf]], dtype=np.float32)'
  )
  expect(asNumpy([1, 2], 2, 'float64')).toBe('np.array([1, 2], dtype=np.float64)')
  expect(asCsv([1, 2, 3, 4, 5], 2)).toBe('1,2\n3,4\n5')
  expect(JSON.parse(asJson([1, Number.NaN], [2, 2], 2))).toEqual({ shape: [2, 2], from: [1, 0], data: [1, 'NaN'] })
})
