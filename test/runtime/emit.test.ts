/** What the emitter writes: its functions against float64, its loops against plain ones. */
import { describe, expect, test } from 'vitest'
import { Random } from '../../engine/random.ts'
import { broadcastIndex } from '../../engine/runtime/kernel-text.ts'
import { encodeModule, signed, unsigned } from '../../engine/runtime/wasm/emit/bytes.ts'
import { emitKernel, HOST_FUNCTIONS, turnsOf } from '../../engine/runtime/wasm/emit/kernel.ts'
import { LaneBuilder } from '../../engine/runtime/wasm/emit/lanes.ts'
import { nestOf } from '../../engine/runtime/wasm/emit/nest.ts'
import { lanesOf } from '../../engine/runtime/wasm/emit/text.ts'
import { type StaticShape, sizeOf } from '../../engine/shape.ts'

/** Runs a kernel text over `shape`; the operands are called a, b, c. */
function run(
  text: string,
  shape: StaticShape,
  operands: readonly { shape: StaticShape; data: ArrayLike<number> }[],
  fused = false
): Float32Array {
  const b = new LaneBuilder(fused)
  const value = lanesOf(b, text, (name) => b.operand(name.charCodeAt(0) - 97))
  const nest = nestOf(
    shape,
    operands.map((o) => o.shape)
  )
  const functions = [emitKernel([value], b.nodes, nest)]
  const memory = new WebAssembly.Memory({ initial: 64 })
  const module = new WebAssembly.Module(encodeModule({ imports: HOST_FUNCTIONS, functions, sharedPages: null }))
  const { exports } = new WebAssembly.Instance(module, { env: { memory }, math: Math as never })
  let end = 64
  const place = (data: ArrayLike<number>): Float32Array => {
    const array = new Float32Array(memory.buffer, end, data.length)
    array.set(data)
    end = Math.ceil((end + 4 * data.length) / 64) * 64 + 64
    return array
  }
  const out = place(new Float32Array(sizeOf(shape)))
  const inputs = operands.map(({ data }) => place(data))
  ;(exports[0] as (...all: number[]) => void)(out.byteOffset, ...inputs.map((x) => x.byteOffset), 0, turnsOf(nest))
  return out
}

const unary = (text: string, xs: Float32Array, fused = false): Float32Array =>
  run(text, [xs.length], [{ shape: [xs.length], data: xs }], fused)

/** Distance of neighbouring float32 numbers at |x|. */
const spacing = (x: number): number => 2 ** (Math.max(Math.floor(Math.log2(Math.abs(x))), -126) - 23)

/** Largest error in units in the last place, over evenly spread numbers and over all magnitudes. */
function worst(text: string, exact: (x: number) => number, low: number, high: number, fused: boolean): number {
  const random = new Random(3)
  const xs = Float32Array.from({ length: 200_000 }, (_, i) => {
    const x = random.uniform(low, high)
    return i % 2 === 0 ? x : x * 2 ** -random.int(40)
  })
  const ys = unary(text, xs, fused)
  let most = 0
  for (const [i, x] of xs.entries()) {
    const y = exact(x)
    if (Math.abs(y) > 3.4028234e38) continue
    const off = Math.abs((ys[i] as number) - y) / spacing(Math.fround(y) || 2 ** -126)
    most = Math.max(most, Number.isNaN(off) ? Number.POSITIVE_INFINITY : off)
  }
  return most
}

describe('functions', () => {
  test.each([
    ['Math.exp(a)', Math.exp, -103, 88.7, 1.5],
    ['Math.log(a)', Math.log, 0, 3.4e38, 1.5],
    ['Math.log(a)', Math.log, 0, 4, 1.5],
    ['Math.expm1(a)', Math.expm1, -20, 88, 3],
    ['Math.log1p(a)', Math.log1p, -0.999, 1000, 3],
    ['Math.tanh(a)', Math.tanh, -20, 20, 3],
    ['Math.sin(a)', Math.sin, -1000, 1000, 0.5001],
    ['Math.cos(a)', Math.cos, -1000, 1000, 0.5001],
    ['Math.tan(a)', Math.tan, -1000, 1000, 0.5001],
    ['Math.pow(a, 1.7)', (x: number) => x ** Math.fround(1.7), 0, 1000, 0.5001],
    ['Math.pow(a, 2)', (x: number) => x * x, -1000, 1000, 0.5001],
    ['Math.sqrt(a)', Math.sqrt, 0, 3e38, 0.5001]
  ] as const)('%s', (text, exact, low, high, most) => {
    for (const fused of [false, true]) expect(worst(text, exact, low, high, fused)).toBeLessThanOrEqual(most)
  })

  const SPECIAL = Float32Array.of(
    ...[0, -0, 1, -1, 1e-45, -1e-45, 1e-40, 1e-38, 3.4e38, -3.4e38, 88.8, -88.8, 104, -104, 200, -200, 0.5, -0.5],
    ...[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]
  )
  test.each([
    ...['exp', 'log', 'expm1', 'log1p', 'tanh', 'sin', 'cos', 'tan', 'sqrt', 'abs', 'floor', 'ceil'].map(
      (name) => [`Math.${name}(a)`, (Math as unknown as Record<string, (x: number) => number>)[name]] as const
    ),
    ['(a < 0 ? 0 : a)', (x: number) => (x < 0 ? 0 : x)] as const,
    ['(a > 0 ? a : 0)', (x: number) => (x > 0 ? x : 0)] as const,
    ['((a > 0 ? 1 : 0) != 0 ? 2 : 3)', (x: number) => (x > 0 ? 2 : 3)] as const,
    ['(a != 0 ? 1 : 0)', (x: number) => (x !== 0 ? 1 : 0)] as const,
    [
      '(a == 0 ? 1 : (a >= 1 ? 2 : (a <= -1 ? 3 : 4)))',
      (x: number) => (x === 0 ? 1 : x >= 1 ? 2 : x <= -1 ? 3 : 4)
    ] as const,
    ['Math.max(a, 0.25)', (x: number) => Math.max(x, 0.25)] as const,
    ['Math.min(a, (-0.25))', (x: number) => Math.min(x, -0.25)] as const,
    ['-a * 1e-3 - 2 + .5', (x: number) => -x * 1e-3 - 2 + 0.5] as const
  ])('%s of zeros, denormals, infinities, NaN', (text, exact) => {
    for (const [i, y] of [...unary(text, SPECIAL), ...unary(text, SPECIAL, true)].entries()) {
      const x = SPECIAL[i % SPECIAL.length] as number
      const expected = Math.fround((exact as (x: number) => number)(x))
      if (Number.isFinite(expected)) {
        expect(Math.abs(y - expected) / spacing(expected || 2 ** -126), `${text} at ${x}`).toBeLessThanOrEqual(3)
      } else expect(y, `${text} at ${x}`).toBe(expected)
    }
  })
})

describe('loops', () => {
  const shapes: (readonly [StaticShape, StaticShape, StaticShape])[] = [
    [[7], [7], [7]],
    [[8], [8], []],
    [[3, 5], [3, 5], [5]],
    [[3, 5], [3, 1], [5]],
    [
      [3, 5],
      [3, 1],
      [1, 1]
    ],
    [
      [4, 8],
      [4, 1],
      [1, 8]
    ],
    [
      [2, 3, 4],
      [3, 1],
      [2, 1, 4]
    ],
    [
      [2, 3, 2, 2],
      [2, 3, 2, 2],
      [3, 1, 1]
    ],
    [
      [2, 3, 1],
      [2, 3, 1],
      [3, 1]
    ],
    [[5, 2], [5, 2], [2]],
    [[5, 3], [5, 1], [3]],
    [
      [2, 3, 4, 5],
      [2, 1, 4, 1],
      [3, 1, 5]
    ],
    [[], [], []],
    [
      [6, 1],
      [1, 1],
      [6, 1]
    ],
    [[29], [29], []],
    [[32], [32], [32]],
    [[3, 15], [3, 1], [15]],
    [[3, 16], [3, 1], [16]],
    [
      [2, 3, 23],
      [2, 1, 23],
      [3, 1]
    ]
  ]
  /** Adds 1 as often as makes the kernel compute two vectors side by side. */
  const LONG = 12
  test.each(shapes.flatMap((s) => [0, LONG].map((more) => [...s, more] as const)))(
    '%j from %j and %j, %i more',
    (shape, left, right, more) => {
      const random = new Random(5)
      const draw = (s: StaticShape) => Float32Array.from({ length: sizeOf(s) }, () => random.uniform(-2, 2))
      const [a, b] = [draw(left), draw(right)]
      const text = `${'('.repeat(more)}((a * 3 - b) * (b + 1))${' + 1)'.repeat(more)}`
      const found = run(text, shape, [
        { shape: left, data: a },
        { shape: right, data: b }
      ])
      const index = (own: StaticShape) => {
        const text = broadcastIndex(
          own,
          shape.map((_, i) => `i[${i}]`)
        )
        return new Function('i', `return ${text}`) as (i: number[]) => number
      }
      const [at, bt] = [index(left), index(right)]
      for (const [flat, y] of found.entries()) {
        let rest = flat
        const place = shape.map((_, i) => {
          const inside = sizeOf(shape.slice(i + 1))
          const digit = Math.floor(rest / inside)
          rest %= inside
          return digit
        })
        const [x, z] = [a[at(place)] as number, b[bt(place)] as number]
        const f = Math.fround
        let expected = f(f(f(x * 3) - z) * f(z + 1))
        for (let i = 0; i < more; i++) expected = f(expected + 1)
        expect(y, String(place)).toBe(expected)
      }
    }
  )

  test('axes that are walked alike are one loop', () => {
    expect(nestOf([2, 3, 4], [[2, 3, 4], []])).toEqual({ extents: [24], strides: [[1], [0]] })
    expect(nestOf([2, 3, 4, 5], [[3, 1, 1]])).toEqual({ extents: [2, 3, 20], strides: [[0, 1, 0]] })
  })
})

test('text that is no kernel text is refused', () => {
  const b = new LaneBuilder()
  for (const text of ['a +', 'a # b', 'foo(a)', '(a', 'a b', 'a ? b'])
    expect(() => lanesOf(b, text, () => b.number(1)), text).toThrow(/kernel text/)
})

test('LEB128', () => {
  expect(unsigned(624485)).toEqual([0xe5, 0x8e, 0x26])
  expect(signed(-123456)).toEqual([0xc0, 0xbb, 0x78])
  expect(signed(64)).toEqual([0xc0, 0x00])
})
