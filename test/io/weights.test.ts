import { describe, expect, test } from 'vitest'
import { readGraph, writeGraph } from '../../engine/document/file.ts'
import { emptyDocument } from '../../engine/document/types.ts'
import { printFloat32, readWeights, writeWeights } from '../../engine/io/weights.ts'
import { ProblemError, problemsOf } from '../../engine/problem.ts'
import { Random } from '../../engine/random.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const bits = (x: number) => new Uint32Array(Float32Array.of(x).buffer)[0]

describe('float32 as text', () => {
  test.each([
    0,
    -0,
    1,
    -1,
    0.1,
    1 / 3,
    16777217,
    3.4028234663852886e38,
    1.401298464324817e-45,
    1.17549435e-38,
    -123456.789
  ])('%d comes back bit for bit', (x) => {
    const value = Math.fround(x)
    expect(bits(JSON.parse(printFloat32(value)))).toBe(bits(value))
  })

  test('random bit patterns come back', () => {
    const random = new Random(3)
    const view = new Uint32Array(1)
    const float = new Float32Array(view.buffer)
    for (let i = 0; i < 20_000; i++) {
      view[0] = random.uint32()
      const x = float[0] as number
      if (Number.isFinite(x)) expect(bits(JSON.parse(printFloat32(x)))).toBe(view[0])
    }
  })

  test('it is short where it can be', () => {
    expect(printFloat32(Math.fround(0.1))).toBe('0.1')
    expect(printFloat32(Math.fround(-0.04))).toBe('-0.04')
  })
})

describe('the weights file', () => {
  const data = Float32Array.of(1.5, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-30)
  const file = {
    graph: 'A "quoted" graph',
    tensors: [{ name: 'dense1.kernel', shape: [2, 3], data }],
    training: { epochs: 1, steps: 9, loss: 0.5, metrics: { accuracy: 1 } }
  }

  test('writes and reads the same', () => {
    const read = readWeights(bytes(writeWeights(file)))
    expect(read).toEqual(file)
    expect(Object.is(read.tensors[0]?.data[1], -0)).toBe(true)
  })

  test('is told from a graph, and a graph from it', () => {
    const codesOf = (act: () => unknown): readonly string[] => {
      try {
        act()
        return []
      } catch (error) {
        return problemsOf(error).map((p) => p.code)
      }
    }
    expect(codesOf(() => readGraph(bytes(writeWeights(file))))).toEqual(['file.isWeights'])
    expect(codesOf(() => readWeights(bytes(writeGraph(emptyDocument))))).toEqual(['file.isGraph'])
  })

  test.each([
    ['{', 'file.notJson'],
    ['{}', 'file.format'],
    ['{"format":"chainrule-graph"}', 'file.isGraph'],
    ['{"format":"chainrule-weights","version":2,"tensors":[]}', 'file.newerVersion'],
    [
      '{"format":"chainrule-weights","version":1,"tensors":[{"name":"a","dtype":"float32","shape":[],"data":[1]},{"name":"a","dtype":"float32","shape":[],"data":[1]}]}',
      'weights.duplicate'
    ],
    [
      '{"format":"chainrule-weights","version":1,"tensors":[{"name":"a","dtype":"float64","shape":[],"data":[1]}]}',
      'file.field'
    ],
    [
      '{"format":"chainrule-weights","version":1,"tensors":[{"name":"a","dtype":"float32","shape":[2],"data":[1]}]}',
      'file.field'
    ],
    [
      '{"format":"chainrule-weights","version":1,"tensors":[{"name":"a","dtype":"float32","shape":[1],"data":["x"]}]}',
      'file.field'
    ]
  ])('%s is refused', (text, code) => {
    expect(() => readWeights(bytes(text))).toThrow(ProblemError)
    try {
      readWeights(bytes(text))
    } catch (error) {
      expect((error as ProblemError).problem.code).toBe(code)
    }
  })

  const weights = ({ training = 'null', data = '1' }: { training?: string; data?: string }): Uint8Array =>
    bytes(
      `{"format":"chainrule-weights","version":1,\n"tensors":[{"name":"a","dtype":"float32","shape":[2],"data":[0,${data}]}],\n"training":${training}}`
    )
  const record = { epochs: 1, steps: 2, loss: 0.5, metrics: {} }

  test.each([
    [{ ...record, epochs: '5' }, /training\.epochs: expected number, found "5"/],
    [{ ...record, epochs: -1 }, /training\.epochs: expected >=0, found -1/],
    [{ ...record, steps: 1.5 }, /training\.steps/],
    [{ epochs: 1, loss: null, metrics: {} }, /training\.steps/],
    [{ ...record, loss: '0' }, /training\.loss/],
    [{ ...record, metrics: { accuracy: 'high' } }, /training\.metrics\.accuracy/],
    [[], /training/],
    [5, /training/]
  ])('a training of %j is refused', (training, message) => {
    expect(() => readWeights(weights({ training: JSON.stringify(training) }))).toThrow(message)
  })

  test('a training with further fields, and with numbers that JSON cannot say, is read', () => {
    expect(readWeights(weights({ training: JSON.stringify({ ...record, by: 'hand' }) })).training).toEqual(record)
    const training = { ...record, loss: null, metrics: { accuracy: Number.NaN } }
    expect(readWeights(bytes(writeWeights({ ...file, training }))).training).toEqual(training)
  })

  test.each(['1e39', '-1e39', '3.5e38', '1e999'])('%s, too large for float32, is refused with its place', (data) => {
    expect(() => readWeights(weights({ data }))).toThrow(
      /tensors\[0\]\.data\[1\]: expected a number that float32 can hold/
    )
  })

  test('a key that stands twice is refused', () => {
    const training = '{"epochs":1,"epochs":2,"steps":3,"loss":null,"metrics":{}}'
    expect(() => readWeights(weights({ training }))).toThrow('The key "epochs" stands twice in one object (line 3)')
  })
})
