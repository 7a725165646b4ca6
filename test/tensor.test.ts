import { expect, test } from 'vitest'
import { Random } from '../engine/random.ts'
import { statisticsOf } from '../engine/tensor.ts'

/** From the definitions, in two passes. */
function plain(all: readonly number[]) {
  const xs = all.filter(Number.isFinite)
  const mean = xs.reduce((a, b) => a + b, 0) / xs.length
  return {
    min: Math.min(...xs),
    max: Math.max(...xs),
    mean,
    std: Math.sqrt(xs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / xs.length),
    norm: Math.hypot(...xs)
  }
}

test.each([
  ['one block', 100, 0],
  ['several blocks, the last one short', 5000, 0],
  ['far from 0', 5000, 1e7]
])('statistics of %s', (_, count, offset) => {
  const random = new Random(1)
  const xs = Array.from({ length: count }, () => offset + random.normal(0, 1))
  xs[7] = Number.NaN
  xs[count - 1] = Number.POSITIVE_INFINITY
  xs[count - 2] = Number.NEGATIVE_INFINITY
  xs[3] = 0
  const found = statisticsOf(xs)
  expect(found).toMatchObject({ count, nan: 1, infinite: 2, zeros: 1 / count })
  for (const [name, expected] of Object.entries(plain(xs)))
    expect(Math.abs(found[name as 'mean'] - expected), name).toBeLessThan(1e-10 * Math.max(1, Math.abs(expected)))
})

test('a narrow spread far from 0 keeps its digits', () => {
  const xs = Array.from({ length: 5000 }, (_, i) => 1e8 + (i % 2))
  expect(statisticsOf(xs)).toMatchObject({ mean: 1e8 + 0.5, std: 0.5 })
})

test('of nothing, and of nothing finite', () => {
  expect(statisticsOf([])).toMatchObject({ count: 0, min: Number.NaN, norm: 0, zeros: 0 })
  expect(statisticsOf([Number.NaN])).toMatchObject({ mean: Number.NaN, std: Number.NaN, norm: Number.NaN, nan: 1 })
})
