/**
 * IDX, the file format of MNIST (http://yann.lecun.com/exdb/mnist/, "the IDX file format"): two zero bytes, a type byte,
 * the number of dimensions, each dimension as a big-endian 32-bit number, then the elements, big-endian, row-major.
 */
import { fail } from '../problem.ts'
import { gunzip } from './gzip.ts'

/** A file as the screen or the command line hands it over: any path before the name is ignored. */
export interface DataFile {
  readonly name: string
  readonly bytes: Uint8Array
}

export type IdxData = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array

export interface IdxArray {
  readonly shape: readonly number[]
  readonly data: IdxData
}

interface ElementType {
  readonly bytes: number
  read(view: DataView, count: number): IdxData
}

/** Reads with DataView, which is big-endian whatever the machine is. */
function reader(bytes: number, make: (n: number) => IdxData, get: (view: DataView, at: number) => number): ElementType {
  return {
    bytes,
    read(view, count) {
      const data = make(count)
      for (let i = 0; i < count; i++) data[i] = get(view, i * bytes)
      return data
    }
  }
}

const types: Readonly<Record<number, ElementType>> = {
  8: { bytes: 1, read: (view, count) => new Uint8Array(view.buffer, view.byteOffset, count) },
  9: { bytes: 1, read: (view, count) => new Int8Array(view.buffer, view.byteOffset, count) },
  11: reader(
    2,
    (n) => new Int16Array(n),
    (view, at) => view.getInt16(at)
  ),
  12: reader(
    4,
    (n) => new Int32Array(n),
    (view, at) => view.getInt32(at)
  ),
  13: reader(
    4,
    (n) => new Float32Array(n),
    (view, at) => view.getFloat32(at)
  ),
  14: reader(
    8,
    (n) => new Float64Array(n),
    (view, at) => view.getFloat64(at)
  )
}

const hex = (n: number, digits: number): string => `0x${n.toString(16).padStart(digits, '0')}`

/**
 * Reads an IDX file, gzip-compressed or not. Data of one byte per element share the memory of `file.bytes` where that
 * is not compressed. Nothing is allocated before the header is known to fit the length of the file.
 * @throws ProblemError data.gzip, data.idxMagic, data.idxType, data.idxLength
 */
export function readIdx(file: DataFile): IdxArray {
  const bytes = gunzip(file)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const name = file.name
  if (bytes.length < 4)
    return fail('data.idxLength', { file: name, expected: 'at least 4', found: bytes.length, shape: '?' })
  const magic = view.getUint32(0)
  if (magic >>> 16 !== 0) return fail('data.idxMagic', { file: name, found: hex(magic, 8) })
  const type = types[(magic >>> 8) & 0xff]
  if (!type) return fail('data.idxType', { file: name, found: hex((magic >>> 8) & 0xff, 2) })

  const rank = magic & 0xff
  const start = 4 + 4 * rank
  if (bytes.length < start) {
    return fail('data.idxLength', {
      file: name,
      expected: `at least ${start}`,
      found: bytes.length,
      shape: `${rank} dimensions`
    })
  }
  const shape = Array.from({ length: rank }, (_, d) => view.getUint32(4 + 4 * d))
  const count = shape.reduce((a, b) => a * b, 1)
  // Past 2^53 the product is rounded, but still larger than any file.
  const expected = start + count * type.bytes
  if (expected !== bytes.length) {
    return fail('data.idxLength', { file: name, expected, found: bytes.length, shape: describeShape(shape) })
  }
  return { shape, data: type.read(new DataView(bytes.buffer, bytes.byteOffset + start), count) }
}

export const describeShape = (shape: readonly number[]): string => `[${shape.join(', ')}]`
