import { describe, expect, test } from 'vitest'
import { createDataSet } from '../../engine/data/dataset.ts'
import { isMnistFile, MNIST_FILES, mnistFromFiles } from '../../engine/data/mnist.ts'
import { gatherAll, type Table } from '../../engine/data/table.ts'
import { genuineMnist, gzipped, idx, problemOf, syntheticMnist } from './fixtures.ts'

const layout = { flatten: true, oneHot: true }
const replaced = (name: string, bytes: Uint8Array) =>
  syntheticMnist().map((file) => (file.name === name ? { name, bytes } : file))

/** Mean pixel and how often each label comes. */
function summary(table: Table) {
  const features = new Float32Array(784)
  const label = new Float32Array(1)
  const counts = new Array<number>(10).fill(0)
  let sum = 0
  for (let row = 0; row < table.rows; row++) {
    table.gather([row], features, label)
    counts[label[0] as number]! += 1
    for (const pixel of features) sum += pixel
  }
  return { mean: sum / table.rows / 784, counts }
}

describe('mnistFromFiles', () => {
  test('reads images and labels, scaled and one-hot', () => {
    const { train, test: held } = mnistFromFiles(syntheticMnist(), layout)
    expect([train.rows, held.rows]).toEqual([25, 12])
    expect([train.featureShape, train.labelShape]).toEqual([[784], [10]])
    const [features, labels] = [new Float32Array(2 * 784), new Float32Array(20)]
    held.gather([3, 11], features, labels)
    expect(features[0]).toBe(1)
    expect(features[1]).toBe(Math.fround(24 / 255))
    expect(features[785]).toBe(Math.fround(80 / 255))
    expect([...labels]).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])
  })

  test('images may keep their shape and labels their index', () => {
    const { train } = mnistFromFiles(syntheticMnist(), { flatten: false, oneHot: false })
    expect([train.featureShape, train.labelShape]).toEqual([[1, 28, 28], []])
    expect([...gatherAll(train).labels].slice(0, 12)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1])
  })

  test('finds the files by name: gzip, dots, paths, capitals, among others', () => {
    const [a, b, c, d] = syntheticMnist()
    const files = [
      { name: 'README.md', bytes: new Uint8Array(3) },
      gzipped({ ...a!, name: 'C:\\data\\train-images.idx3-ubyte' }),
      { ...b!, name: '/home/x/Train-Labels-idx1-ubyte' },
      { ...c!, name: 't10k-images.idx3-ubyte' },
      gzipped(d!)
    ]
    expect(mnistFromFiles(files, layout).train.rows).toBe(25)
    expect(files.map((f) => isMnistFile(f.name))).toEqual([false, true, true, true, true])
  })

  test('names the missing files', () => {
    const files = syntheticMnist().slice(0, 2)
    expect(problemOf(() => mnistFromFiles(files, layout))).toMatchObject({
      code: 'data.filesMissing',
      params: {
        missing: 't10k-images-idx3-ubyte, t10k-labels-idx1-ubyte',
        found: 'train-images-idx3-ubyte, train-labels-idx1-ubyte'
      }
    })
    expect(problemOf(() => createDataSet('mnist')).params).toEqual({
      missing: MNIST_FILES.join(', '),
      found: 'no files'
    })
  })

  test('refuses unequal counts, with both', () => {
    const files = replaced('train-labels-idx1-ubyte', idx(8, [24], new Array(24).fill(0)))
    expect(problemOf(() => mnistFromFiles(files, layout))).toMatchObject({
      code: 'data.count',
      message: 'train-images-idx3-ubyte holds 25 images, but train-labels-idx1-ubyte holds 24 labels.'
    })
  })

  test('refuses a label outside 0…9, with its place', () => {
    const labels = Array.from({ length: 12 }, (_, i) => (i === 7 ? 10 : 1))
    const files = replaced('t10k-labels-idx1-ubyte', idx(8, [12], labels))
    expect(problemOf(() => mnistFromFiles(files, layout))).toMatchObject({
      code: 'data.label',
      params: { file: 't10k-labels-idx1-ubyte', value: 10, position: 7, last: 9 }
    })
  })

  test('refuses other shapes and types', () => {
    const name = 'train-images-idx3-ubyte'
    const wrong = [
      idx(8, [1, 28, 27], new Array(756).fill(0)),
      idx(8, [25], new Array(25).fill(0)),
      idx(8, [0, 28, 28], []),
      idx(9, [1, 28, 28], new Array(784).fill(0))
    ]
    const messages = wrong.map((bytes) => problemOf(() => mnistFromFiles(replaced(name, bytes), layout)).message)
    expect(messages).toEqual([
      `${name}: expected uint8 [n, 28, 28], found uint8 [1, 28, 27].`,
      `${name}: expected uint8 [n, 28, 28], found uint8 [25].`,
      `${name}: expected uint8 [n, 28, 28], found uint8 [0, 28, 28].`,
      `${name}: expected uint8 [n, 28, 28], found int8 [1, 28, 28].`
    ])
  })

  test('passes on what is wrong inside a file', () => {
    const cut = replaced('train-images-idx3-ubyte', syntheticMnist()[0]!.bytes.subarray(0, 5000))
    expect(problemOf(() => mnistFromFiles(cut, layout)).message).toContain('needs 19616 bytes, but the file has 5000')
  })
})

test('the genuine files, or made ones in their place', () => {
  const genuine = genuineMnist()
  const set = createDataSet('mnist', { files: genuine ?? syntheticMnist().map(gzipped), oneHot: false })
  expect(set).toMatchObject({ title: 'MNIST', seed: null, classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] })
  const [train, held] = [summary(set.train), summary(set.test)]
  if (genuine) {
    // Published: 60,000 and 10,000 images, mean pixel 0.1307 of the training images.
    expect(train.counts).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
    expect(held.counts).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009])
    expect(train.mean).toBeCloseTo(0.1307, 4)
  } else {
    expect(train.counts).toEqual([3, 3, 3, 3, 3, 2, 2, 2, 2, 2])
    expect(held.counts).toEqual([2, 2, 1, 1, 1, 1, 1, 1, 1, 1])
    expect(train.mean).toBeCloseTo(84.205 / 255, 3)
  }
})
