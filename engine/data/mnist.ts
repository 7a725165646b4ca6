/** MNIST (LeCun, Cortes, Burges) from its four IDX files. */
import { fail } from '../problem.ts'
import { type DataFile, describeShape, readIdx } from './idx.ts'
import { MemoryTable, type Table } from './table.ts'

export const MNIST_FILES = [
  'train-images-idx3-ubyte',
  'train-labels-idx1-ubyte',
  't10k-images-idx3-ubyte',
  't10k-labels-idx1-ubyte'
] as const

export type MnistFile = (typeof MNIST_FILES)[number]

const SIDE = 28
const CLASSES = 10

/** "C:\\data\\Train-Images.idx3-ubyte.gz" and the like name train-images-idx3-ubyte. */
const canonical = (path: string): string =>
  path
    .replace(/^.*[\\/]/, '')
    .toLowerCase()
    .replace(/\.gz$/, '')
    .replace('.idx', '-idx')

/** Whether `name`, with or without a path and .gz, is one of the four files: to pick them out of a folder unread. */
export const isMnistFile = (name: string): boolean => (MNIST_FILES as readonly string[]).includes(canonical(name))

export interface ImageLayout {
  /** One row of 784 pixels, else [1, 28, 28] (channel, height, width). */
  readonly flatten: boolean
  /** Ten numbers per label, else the class index. */
  readonly oneHot: boolean
}

/** Shape of one image in a layout. */
export const imageShape = (flatten: boolean): readonly number[] => (flatten ? [SIDE * SIDE] : [1, SIDE, SIDE])

/** A table over `images`, 784 bytes each, and a class index 0…9 per image. Copies nothing. */
export const imageTable = (images: Uint8Array, labels: Uint8Array, layout: ImageLayout): Table =>
  new MemoryTable(images, imageShape(layout.flatten), {
    kind: 'classes',
    values: labels,
    classes: CLASSES,
    oneHot: layout.oneHot
  })

/**
 * Finds the four files by name (`train-images-idx3-ubyte`, `train-images.idx3-ubyte`, with or without `.gz` and path;
 * other files are passed over; of two that mean the same the first is taken) and reads them.
 * @throws ProblemError data.filesMissing, data.idx…, data.idxShape, data.count, data.label, data.gzip
 */
export function mnistFromFiles(files: readonly DataFile[], layout: ImageLayout): { train: Table; test: Table } {
  const found = new Map<string, DataFile>()
  for (const file of files) if (!found.has(canonical(file.name))) found.set(canonical(file.name), file)
  const missing = MNIST_FILES.filter((name) => !found.has(name))
  if (missing.length > 0) {
    fail('data.filesMissing', { missing: missing.join(', '), found: files.map((f) => f.name).join(', ') || 'no files' })
  }
  const table = (images: MnistFile, labels: MnistFile) =>
    readPair(found.get(images) as DataFile, found.get(labels) as DataFile, layout)
  return {
    train: table('train-images-idx3-ubyte', 'train-labels-idx1-ubyte'),
    test: table('t10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte')
  }
}

function readPair(imageFile: DataFile, labelFile: DataFile, layout: ImageLayout): Table {
  const images = readBytes(imageFile, [SIDE, SIDE])
  const labels = readBytes(labelFile, [])
  if (images.count !== labels.count) {
    fail('data.count', {
      images: imageFile.name,
      imageCount: images.count,
      labels: labelFile.name,
      labelCount: labels.count
    })
  }
  const position = labels.data.findIndex((label) => label >= CLASSES)
  if (position >= 0) {
    fail('data.label', { file: labelFile.name, value: labels.data[position] as number, position, last: CLASSES - 1 })
  }
  return imageTable(images.data, labels.data, layout)
}

/** An IDX file of unsigned bytes with shape [n, …row] and n ≥ 1. */
function readBytes(file: DataFile, row: readonly number[]): { count: number; data: Uint8Array } {
  const { shape, data } = readIdx(file)
  const [count = 0, ...rest] = shape
  if (
    !(data instanceof Uint8Array) ||
    shape.length !== row.length + 1 ||
    rest.some((n, d) => n !== row[d]) ||
    count < 1
  ) {
    const type = data.constructor.name.replace('Array', '').toLowerCase()
    return fail('data.idxShape', {
      file: file.name,
      expected: `uint8 [n, ${row.join(', ')}]`.replace(', ]', ']'),
      found: `${type} ${describeShape(shape)}`
    })
  }
  return { count, data }
}
