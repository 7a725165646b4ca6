import { describe, expect, test } from 'vitest'
import { createDataSet } from '../../engine/data/dataset.ts'
import { gatherAll, type Table } from '../../engine/data/table.ts'
import { cosSin } from '../../engine/data/trig.ts'

/** Rows as [...features, ...labels]. */
function rows(table: Table): number[][] {
  const { features, labels } = gatherAll(table)
  const part = (data: Float32Array, size: number, i: number) => [...data.subarray(i * size, (i + 1) * size)]
  return Array.from({ length: table.rows }, (_, i) => [
    ...part(features, table.featureSize, i),
    ...part(labels, table.labelSize, i)
  ])
}

const points = (name: string, options: object = {}) =>
  rows(createDataSet(name, { oneHot: false, noise: 0, ...options }).train) as [number, number, number][]

test('cosSin agrees with Math', () => {
  for (let angle = -20; angle < 20; angle += 0.0137) {
    const [cos, sin] = cosSin(angle)
    expect(Math.abs(cos - Math.cos(angle))).toBeLessThan(3e-15)
    expect(Math.abs(sin - Math.sin(angle))).toBeLessThan(3e-15)
  }
  expect(cosSin(0)).toEqual([1, 0])
})

describe('formulas, without noise', () => {
  test('spiral: the angle of class j at radius r is 4(j + r)', () => {
    for (const [x, y, label] of points('spiral')) {
      const r = Math.hypot(x, y)
      expect(x).toBeCloseTo(r * Math.sin(4 * (label + r)), 5)
      expect(y).toBeCloseTo(r * Math.cos(4 * (label + r)), 5)
    }
  })

  test('moons: half circles around (0, 0) above and (1, ½) below', () => {
    for (const [x, y, label] of points('moons')) {
      expect(label === 0 ? Math.hypot(x, y) : Math.hypot(x - 1, y - 0.5)).toBeCloseTo(1, 5)
      expect(label === 0 ? y : 0.5 - y).toBeGreaterThan(-1e-6)
    }
  })

  test('circles: radius 1 and ½', () => {
    for (const [x, y, label] of points('circles')) expect(Math.hypot(x, y)).toBeCloseTo(label === 0 ? 1 : 0.5, 5)
  })

  test('linear: y = 2x + 1', () => {
    for (const [x, y] of points('linear')) {
      expect(y).toBeCloseTo(2 * x + 1, 5)
      expect(Math.abs(x)).toBeLessThanOrEqual(1)
    }
  })

  test('xor: the truth table is the default, in train and test', () => {
    const set = createDataSet('xor')
    const table = [
      [0, 0, 0],
      [0, 1, 1],
      [1, 0, 1],
      [1, 1, 0]
    ]
    expect(rows(set.train)).toEqual(table)
    expect(rows(set.test)).toEqual(table)
    expect([set.train.featureShape, set.train.labelShape]).toEqual([[2], [1]])
  })
})

describe('noise, size, classes, seed', () => {
  test('noise has its standard deviation', () => {
    const rest = points('linear', { size: 20_000, noise: 0.3 }).map(([x, y]) => y - 2 * x - 1)
    expect(Math.sqrt(rest.reduce((sum, e) => sum + e * e, 0) / rest.length)).toBeCloseTo(0.3, 2)
    const corners = points('xor', { size: 20_000, noise: 0.2 })
    expect(Math.sqrt(corners.reduce((sum, [x], i) => sum + (x - ((i >> 1) & 1)) ** 2, 0) / corners.length)).toBeCloseTo(
      0.2,
      2
    )
  })

  test.each(['spiral', 'moons', 'circles', 'linear', 'xor'])('%s: sizes, seeds and splits', (name) => {
    const make = (seed: number) => createDataSet(name, { size: 42, noise: 0.1, seed })
    const set = make(5)
    expect([set.train.rows, set.test.rows]).toEqual([42, 11])
    expect(rows(set.train)).toEqual(rows(make(5).train))
    expect(rows(set.train)).not.toEqual(rows(make(6).train))
    // All arms of a spiral begin at the origin.
    const away = rows(set.test).filter((row) => row[0] !== 0 || row[1] !== 0)
    const trained = new Set(rows(set.train).map(String))
    expect(away.filter((row) => trained.has(String(row)))).toEqual([])
    expect(away.length).toBeGreaterThanOrEqual(8)
    expect(set.seed).toBe(5)
  })

  test.each([
    ['spiral', 3],
    ['moons', 2],
    ['circles', 2]
  ])('%s: classes are even and come mixed', (name, k) => {
    const labels = points(name, { size: 100 }).map((row) => row[2])
    for (let label = 0; label < k; label++) {
      const count = labels.filter((l) => l === label).length
      expect(Math.abs(count - 100 / k)).toBeLessThan(1)
    }
    expect(new Set(labels.slice(0, 12)).size).toBe(k)
    expect(labels.slice(k).some((label, i) => label !== labels[i])).toBe(true)
  })

  test('a spiral of six arms keeps them apart', () => {
    const outer = points('spiral', { classes: 6, size: 600 }).filter(([x, y]) => Math.hypot(x, y) > 0.999)
    expect(outer.length).toBe(6)
    for (const [i, a] of outer.entries()) {
      for (const b of outer.slice(i + 1)) expect(Math.hypot(a[0] - b[0], a[1] - b[1])).toBeGreaterThan(0.9)
    }
  })

  test('the smallest size works everywhere', () => {
    for (const name of ['spiral', 'moons', 'circles', 'linear', 'xor', 'digits']) {
      const set = createDataSet(name, { size: 1 })
      const { features, labels } = gatherAll(set.train)
      expect([...features, ...labels].every(Number.isFinite), name).toBe(true)
      expect(set.test.rows).toBeGreaterThan(0)
    }
  })
})
