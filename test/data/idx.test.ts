import { gzipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { crc32, gunzip } from '../../engine/data/gzip.ts'
import { readIdx } from '../../engine/data/idx.ts'
import { gzipped, idx, problemOf } from './fixtures.ts'

const read = (bytes: Uint8Array, name = 'a-file') => readIdx({ name, bytes })

describe('readIdx', () => {
  test.each([
    ['u8', 8, [0, 127, 128, 255], Uint8Array, [0, 127, 128, 255]],
    ['i8', 9, [0, 127, 128, 255], Int8Array, [0, 127, -128, -1]],
    ['i16', 11, [0x01, 0x02, 0xff, 0xfe], Int16Array, [258, -2]],
    ['i32', 12, [0, 1, 0, 0, 0xff, 0xff, 0xff, 0xff], Int32Array, [65536, -1]],
    ['f32', 13, [0x3f, 0x80, 0, 0, 0xc0, 0x20, 0, 0], Float32Array, [1, -2.5]],
    ['f64', 14, [0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xc0, 4, 0, 0, 0, 0, 0, 0], Float64Array, [1, -2.5]]
  ])('reads big-endian %s', (_, type, body, kind, values) => {
    const array = read(idx(type, [values.length], body))
    expect(array.data).toBeInstanceOf(kind)
    expect([...array.data]).toEqual(values)
    expect(array.shape).toEqual([values.length])
  })

  test('reads any rank, an empty dimension too', () => {
    expect(
      read(
        idx(
          8,
          [2, 1, 3, 2],
          Array.from({ length: 12 }, (_, i) => i)
        )
      )
    ).toEqual({
      shape: [2, 1, 3, 2],
      data: Uint8Array.from({ length: 12 }, (_, i) => i)
    })
    expect(read(idx(8, [], [7]))).toEqual({ shape: [], data: Uint8Array.of(7) })
    expect(read(idx(12, [0, 5], [])).data.length).toBe(0)
  })

  test('reads out of the middle of a larger buffer', () => {
    const file = idx(11, [2], [1, 2, 3, 4])
    const buffer = new Uint8Array(file.length + 8)
    buffer.set(file, 5)
    expect([...read(buffer.subarray(5, 5 + file.length)).data]).toEqual([258, 772])
  })

  test('reads gzip by its magic, whatever the name', () => {
    const bytes = gzipSync(idx(8, [3], [4, 5, 6]))
    expect([...read(bytes, 'plain').data]).toEqual([4, 5, 6])
  })

  test('says which file is too short or too long, with both lengths', () => {
    const whole = idx(8, [2, 3], [1, 2, 3, 4, 5, 6])
    expect(problemOf(() => read(whole.subarray(0, 17)))).toMatchObject({
      code: 'data.idxLength',
      message: 'a-file: its header (shape [2, 3]) needs 18 bytes, but the file has 17.'
    })
    expect(problemOf(() => read(idx(8, [2], [1, 2, 3]))).message).toContain('needs 10 bytes, but the file has 11')
    expect(problemOf(() => read(whole.subarray(0, 9))).message).toContain('needs at least 12 bytes, but the file has 9')
    expect(problemOf(() => read(whole.subarray(0, 3))).code).toBe('data.idxLength')
    expect(problemOf(() => read(new Uint8Array(0))).code).toBe('data.idxLength')
  })

  test('refuses implausible sizes before it allocates', () => {
    const huge = idx(14, [0xffffffff, 0xffffffff, 0xffffffff], [1, 2, 3])
    const before = process.memoryUsage().arrayBuffers
    expect(problemOf(() => read(huge)).code).toBe('data.idxLength')
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e6)
  })

  test('refuses another magic and another element type', () => {
    const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0)
    expect(problemOf(() => read(png))).toMatchObject({
      code: 'data.idxMagic',
      message: 'a-file is not an IDX file: it begins with 0x89504e47, not with two zero bytes.'
    })
    expect(problemOf(() => read(idx(10, [1], [1])))).toMatchObject({ code: 'data.idxType', params: { found: '0x0a' } })
  })
})

describe('gunzip', () => {
  const file = { name: 'x', bytes: Uint8Array.from({ length: 5000 }, (_, i) => (i * i) % 251) }
  const packed = gzipped(file)
  const damaged = (change: (bytes: Uint8Array) => Uint8Array) =>
    problemOf(() => gunzip({ name: 'x.gz', bytes: change(packed.bytes.slice()) }))

  test('unpacks, and leaves other bytes alone', () => {
    expect(gunzip(packed)).toEqual(file.bytes)
    expect(gunzip(file)).toBe(file.bytes)
  })

  test('crc32 gives the check value of the standard', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
  })

  test('finds a shortened file', () => {
    for (const length of [2, 10, 17, 18, 300, packed.bytes.length - 1]) {
      expect(damaged((b) => b.subarray(0, length)).code, `${length} bytes`).toBe('data.gzip')
    }
  })

  test('a damaged byte behind the header is found, or changes nothing', () => {
    let found = 0
    for (let at = 10; at < packed.bytes.length; at++) {
      const bytes = packed.bytes.slice()
      bytes[at] = (bytes[at] ?? 0) ^ 0x10
      try {
        // A few bits say nothing: padding, the lengths of codes that are never used.
        expect(gunzip({ name: 'x.gz', bytes }), `byte ${at}`).toEqual(file.bytes)
      } catch (error) {
        expect(
          problemOf(() => {
            throw error
          }).code,
          `byte ${at}`
        ).toBe('data.gzip')
        found++
      }
    }
    expect(found).toBeGreaterThanOrEqual(packed.bytes.length - 10 - 6)
  })

  test('does not believe an impossible size', () => {
    const problem = damaged((b) => {
      b.fill(0xff, b.length - 4)
      return b
    })
    expect(problem.message).toContain('cannot hold the 4294967295 it claims')
  })
})
