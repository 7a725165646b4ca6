import { describe, expect, test } from 'vitest'
import { Batches, split } from '../../engine/data/batches.ts'
import { createDataSet } from '../../engine/data/dataset.ts'
import { gatherAll } from '../../engine/data/table.ts'
import { problemOf } from './fixtures.ts'

const flat = (batches: readonly Uint32Array[]) => batches.flatMap((batch) => [...batch])
const range = (n: number) => Array.from({ length: n }, (_, i) => i)

describe('Batches', () => {
  test('without shuffling rows come in order, the last batch as it falls', () => {
    const batches = new Batches(10, 4, { shuffle: false, seed: 0 })
    expect(batches.epoch(0).map((b) => [...b])).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9]
    ])
    expect(batches.count).toBe(3)
  })

  test('dropLast leaves out a batch that is not full', () => {
    const batches = new Batches(10, 4, { shuffle: true, seed: 0, dropLast: true })
    expect(batches.count).toBe(2)
    expect(batches.epoch(1).map((b) => b.length)).toEqual([4, 4])
    expect(new Batches(3, 4, { shuffle: false, seed: 0, dropLast: true }).epoch(0)).toEqual([])
  })

  test('each epoch holds each row once, in an order of its own', () => {
    const batches = new Batches(1000, 128, { shuffle: true, seed: 42 })
    const epochs = range(5).map((e) => flat(batches.epoch(e)))
    for (const order of epochs) expect([...order].sort((a, b) => a - b)).toEqual(range(1000))
    expect(new Set(epochs.map(String)).size).toBe(5)
  })

  test('the order is a function of seed and epoch alone', () => {
    const make = (seed: number) => new Batches(100, 7, { shuffle: true, seed })
    const resumed = make(1)
    const first = make(1)
    for (const e of range(3)) first.epoch(e)
    expect(flat(resumed.epoch(3))).toEqual(flat(first.epoch(3)))
    expect(flat(make(2).epoch(3))).not.toEqual(flat(resumed.epoch(3)))
    // The batch size cuts the same order elsewhere.
    expect(flat(new Batches(100, 10, { shuffle: true, seed: 1 }).epoch(3))).toEqual(flat(resumed.epoch(3)))
  })

  test('refuses batch sizes that cut nothing', () => {
    for (const size of [0, -1, 1.5, Number.NaN]) {
      expect(problemOf(() => new Batches(10, size, { shuffle: false, seed: 0 })).code).toBe('data.batchSize')
    }
  })
})

describe('split', () => {
  const { train: table } = createDataSet('linear', { size: 50 })
  const keys = (t: typeof table) => [...gatherAll(t).features]

  test('parts a table by chance, without loss', () => {
    const { train, validation } = split(table, 0.2, 7)
    expect([train.rows, validation?.rows]).toEqual([40, 10])
    const both = [...keys(train), ...keys(validation!)]
    expect(both.sort()).toEqual(keys(table).sort())
    expect(keys(split(table, 0.2, 7).validation!)).toEqual(keys(validation!))
    expect(keys(split(table, 0.2, 8).validation!)).not.toEqual(keys(validation!))
    expect(keys(validation!)).not.toEqual(keys(table).slice(40))
  })

  test('keeps the order of the table in both parts', () => {
    const { train } = split(table, 0.2, 7)
    const place = new Map(keys(table).map((x, i) => [x, i]))
    const places = keys(train).map((x) => place.get(x) as number)
    expect(places).toEqual([...places].sort((a, b) => a - b))
  })

  test('a share of 0 keeps nothing back', () => {
    expect(split(table, 0, 1)).toEqual({ train: table, validation: null })
  })

  test('refuses shares that leave a part empty', () => {
    for (const share of [1, -0.1, 0.001, 0.999, Number.NaN])
      expect(problemOf(() => split(table, share, 1)).code).toBe('data.split')
  })
})
