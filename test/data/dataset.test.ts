import { describe, expect, test } from 'vitest'
import { createDataSet, dataSetInfo, dataSetNames, laterDataSetNames } from '../../engine/data/dataset.ts'
import { gatherAll, MemoryTable, TableView } from '../../engine/data/table.ts'
import { problemOf, syntheticMnist } from './fixtures.ts'

describe('dataSetInfo', () => {
  test('tells shapes before there is data', () => {
    const shapes = dataSetNames.map((name) => {
      const info = dataSetInfo(name)
      return [name, info.features, info.labels, info.classes, info.task, info.needsFiles]
    })
    expect(shapes).toEqual([
      ['mnist', [784], [10], 10, 'classification', true],
      ['digits', [784], [10], 10, 'classification', false],
      ['spiral', [2], [3], 3, 'classification', false],
      ['moons', [2], [2], 2, 'classification', false],
      ['circles', [2], [2], 2, 'classification', false],
      ['xor', [2], [1], 2, 'classification', false],
      ['linear', [1], [1], null, 'regression', false]
    ])
    expect(dataSetInfo('mnist', { flatten: false, oneHot: false })).toMatchObject({ features: [1, 28, 28], labels: [] })
    expect(dataSetInfo('spiral', { classes: 5 })).toMatchObject({ labels: [5], classes: 5 })
  })

  test('and the data have those shapes, under all attributes', () => {
    for (const name of dataSetNames) {
      for (const flatten of [true, false]) {
        for (const oneHot of [true, false]) {
          const info = dataSetInfo(name, { flatten, oneHot })
          const set = createDataSet(name, { flatten, oneHot, size: 4, files: syntheticMnist() })
          for (const table of [set.train, set.test]) {
            expect([table.featureShape, table.labelShape], name).toEqual([info.features, info.labels])
          }
          expect(set.classes?.length ?? null).toBe(info.classes)
          expect(set.title).toBe(info.title)
          expect(set.note).toMatch(/^[A-Z].*\.$/)
        }
      }
    }
  })

  test('each option has a default that it allows', () => {
    for (const name of dataSetNames) {
      for (const o of dataSetInfo(name).options) expect(() => dataSetInfo(name, { [o.name]: o.default })).not.toThrow()
    }
  })

  test('absent and null attributes take the default, those of other sets are passed over', () => {
    expect(dataSetInfo('xor', { size: null, noise: undefined, flatten: 'yes', name: 'xor' })).toMatchObject({
      features: [2]
    })
  })

  test.each([
    ['spiral', { classes: 11 }, 'Data set "spiral": classes must be a whole number from 2 to 10, but is 11.'],
    ['moons', { size: 0 }, 'Data set "moons": size must be a whole number from 1 to 100000, but is 0.'],
    ['moons', { size: 2.5 }, 'Data set "moons": size must be a whole number from 1 to 100000, but is 2.5.'],
    ['moons', { noise: -1 }, 'Data set "moons": noise must be a number from 0 to 100, but is -1.'],
    ['moons', { noise: Number.NaN }, 'Data set "moons": noise must be a number from 0 to 100, but is null.'],
    ['mnist', { flatten: 'no' }, 'Data set "mnist": flatten must be true or false, but is "no".']
  ])('refuses %s %o', (name, attributes, message) => {
    expect(problemOf(() => dataSetInfo(name, attributes))).toMatchObject({ code: 'data.option', message })
    expect(problemOf(() => createDataSet(name, attributes as object)).message).toBe(message)
  })

  test('names that come later or not at all', () => {
    for (const name of laterDataSetNames) expect(problemOf(() => dataSetInfo(name)).code).toBe('data.unavailable')
    expect(problemOf(() => dataSetInfo('cifar'))).toMatchObject({
      code: 'data.unknown',
      hint: 'Known: mnist, digits, spiral, moons, circles, xor, linear.'
    })
    expect(problemOf(() => createDataSet('toString')).code).toBe('data.unknown')
  })
})

describe('tables', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
  const labels = { kind: 'classes', values: bytes.map((b) => b % 3), classes: 3, oneHot: true } as const
  const table = new MemoryTable(bytes, [1], labels)

  test('a byte is value / 255 to the last bit of float32', () => {
    const { features } = gatherAll(table)
    for (let b = 0; b < 256; b++) expect(features[b]).toBe(Math.fround(b / 255))
  })

  test('rows may repeat, and what lies behind them is left as it was', () => {
    const [x, y] = [new Float32Array(4).fill(-1), new Float32Array(12).fill(-1)]
    table.gather([255, 0, 255], x, y)
    expect([...x]).toEqual([1, 0, 1, -1])
    expect([...y]).toEqual([1, 0, 0, 1, 0, 0, 1, 0, 0, -1, -1, -1])
  })

  test('wide rows of floats', () => {
    const cells = Float32Array.from({ length: 60 }, (_, i) => i)
    const wide = new MemoryTable(cells, [4, 5], { kind: 'targets', values: Float32Array.of(1, 2, 3), shape: [1] })
    const [x, y] = [new Float32Array(40), new Float32Array(2)]
    wide.gather([2, 0], x, y)
    expect([...x]).toEqual([...cells.subarray(40), ...cells.subarray(0, 20)])
    expect([...y]).toEqual([3, 1])
  })

  test('a view of a view reads the rows that it names', () => {
    const view = new TableView(new TableView(table, Uint32Array.of(9, 8, 7)), Uint32Array.of(2, 0))
    const { features, labels: hot } = gatherAll(view)
    expect([...features]).toEqual([Math.fround(7 / 255), Math.fround(9 / 255)])
    expect([...hot]).toEqual([0, 1, 0, 1, 0, 0])
    expect(() => view.gather([2], new Float32Array(9), new Float32Array(9))).toThrow('Row 2 of a table with 2 rows.')
  })

  test('refuses rows that are not there and arrays that are too short', () => {
    const room = () => new Float32Array(9)
    for (const row of [-1, 256, Number.NaN]) expect(() => table.gather([row], room(), room())).toThrow(RangeError)
    expect(() => table.gather([1, 2], new Float32Array(1), room())).toThrow(RangeError)
    expect(() => table.gather([1, 2], room(), new Float32Array(5))).toThrow(RangeError)
    expect(() => new MemoryTable(bytes, [2], labels)).toThrow('128 rows of features, 256 of labels.')
  })

  test('gathering a batch of 128 images takes well under a millisecond', () => {
    const { train } = createDataSet('digits', { size: 512 })
    const [x, y] = [new Float32Array(128 * 784), new Float32Array(1280)]
    const order = Uint32Array.from({ length: 128 }, (_, i) => (i * 37) % 512)
    const times = Array.from({ length: 200 }, () => {
      const start = performance.now()
      train.gather(order, x, y)
      return performance.now() - start
    }).sort((a, b) => a - b)
    expect(times[100]).toBeLessThan(1)
  })
})
