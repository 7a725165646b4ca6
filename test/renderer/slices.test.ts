import { expect, test } from 'vitest'
import { asCsv, asJson, histogram, LIMIT, layoutOf, sliceAt } from '../../renderer/value/slices.ts'

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

test('as text', () => {
  expect(asCsv([1, 2, 3, 4, 5], 2)).toBe('1,2\n3,4\n5')
  expect(JSON.parse(asJson([1, Number.NaN], [2, 2], 2))).toEqual({ shape: [2, 2], from: [1, 0], data: [1, 'NaN'] })
})
