/** The functions that GPU kernels call in the place of Math.*, against JavaScript's in double precision. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Device } from '../../engine/runtime/gpu/device.ts'
import { glslLibrary, helpersIn, replaceMath, wgslLibrary } from '../../engine/runtime/gpu/math.ts'
import { kernel } from '../../engine/runtime/gpu/text.ts'
import { WebGl2Device } from '../../engine/runtime/gpu/webgl2.ts'
import { WebGpuDevice } from '../../engine/runtime/gpu/webgpu.ts'

const { NaN: NAN, POSITIVE_INFINITY: INF, NEGATIVE_INFINITY: MINUS } = Number

const evenly = (low: number, high: number, n = 4001): number[] =>
  Array.from({ length: n }, (_, i) => Math.fround(low + ((high - low) * i) / (n - 1)))

interface Sweep {
  readonly name: string
  /** Where it is swept, with the largest relative error there; relative to `scale` where that is given. */
  readonly ranges: readonly (readonly [low: number, high: number, error: number])[]
  readonly edges: readonly number[]
  readonly scale?: number
}

const SPECIAL = [NAN, INF, MINUS, 0]

const SWEEPS: readonly Sweep[] = [
  { name: 'exp', ranges: [[-86, 88.6, 3e-7]], edges: [...SPECIAL, 88.73, 1000, -1000, -104] },
  {
    name: 'expm1',
    ranges: [
      [-1e-3, 1e-3, 2e-7],
      [-20, 80, 5e-7]
    ],
    edges: [...SPECIAL, 100, -100]
  },
  {
    name: 'log',
    ranges: [
      [1e-6, 0.9, 3e-7],
      [1.1, 1e6, 3e-7]
    ],
    edges: [...SPECIAL, -1, 1, 3e38, 1.2e-38]
  },
  {
    name: 'log1p',
    ranges: [
      [-1e-3, 1e-3, 2e-7],
      [-0.99, 50, 1e-6]
    ],
    edges: [NAN, INF, -1, -2]
  },
  { name: 'log2', ranges: [[1.1, 1e6, 4e-7]], edges: [...SPECIAL, -1] },
  { name: 'log10', ranges: [[1.1, 1e6, 4e-7]], edges: [...SPECIAL, -1] },
  {
    name: 'tanh',
    ranges: [
      [-12, 12, 5e-7],
      [-1e-3, 1e-3, 5e-7]
    ],
    edges: [...SPECIAL, 100, -100, 3e38]
  },
  {
    name: 'sinh',
    ranges: [
      [-80, 80, 1e-6],
      [-1e-3, 1e-3, 3e-7]
    ],
    edges: SPECIAL
  },
  { name: 'cosh', ranges: [[-80, 80, 1e-6]], edges: SPECIAL },
  {
    name: 'sin',
    ranges: [
      [-7, 7, 4e-7],
      [-8000, 8000, 1e-6]
    ],
    edges: SPECIAL,
    scale: 1
  },
  {
    name: 'cos',
    ranges: [
      [-7, 7, 4e-7],
      [-8000, 8000, 1e-6]
    ],
    edges: SPECIAL,
    scale: 1
  },
  { name: 'tan', ranges: [[-1.5, 1.5, 1e-6]], edges: SPECIAL },
  { name: 'sqrt', ranges: [[0.001, 1e6, 3e-7]], edges: [...SPECIAL, -1] },
  { name: 'cbrt', ranges: [[-1000, 1000, 1e-6]], edges: SPECIAL },
  { name: 'abs', ranges: [[-5, 5, 0]], edges: SPECIAL },
  { name: 'floor', ranges: [[-5, 5, 0]], edges: [INF, MINUS, 0] },
  { name: 'ceil', ranges: [[-5, 5, 0]], edges: [INF, MINUS, 0] },
  { name: 'trunc', ranges: [[-5, 5, 0]], edges: SPECIAL },
  { name: 'round', ranges: [[-5, 5, 0]], edges: [INF, MINUS, 0, 0.5, -0.5, 2.5] },
  { name: 'sign', ranges: [[-5, 5, 0]], edges: SPECIAL }
]

describe.each(['webgl2', 'webgpu'] as const)('%s', (mode) => {
  let device: Device

  beforeAll(async () => {
    device = mode === 'webgl2' ? WebGl2Device.open() : await WebGpuDevice.open()
  })
  afterAll(() => device.dispose())

  async function compute(expression: string, ...arguments_: readonly (readonly number[])[]): Promise<Float32Array> {
    const n = (arguments_[0] as readonly number[]).length
    const inputs = arguments_.map((numbers) => {
      const memory = device.allocate(n)
      device.upload(memory, numbers)
      return memory
    })
    const output = device.allocate(n)
    const source = kernel(
      inputs.length,
      n,
      ['const x = a0[i];', 'const y = a1[i];'].slice(0, inputs.length).concat(`return ${expression};`)
    )
    const compiled = await device.compile(source, [output], inputs)
    compiled.run([output], inputs)
    const result = await device.download(output)
    compiled.destroy()
    for (const memory of [...inputs, output]) device.release(memory)
    return result
  }

  test.each(SWEEPS)('Math.$name', async ({ name, ranges, edges, scale }) => {
    const exact = (Math as unknown as Record<string, (x: number) => number>)[name] as (x: number) => number
    for (const [low, high, error] of ranges) {
      const xs = evenly(low, high)
      const got = await compute(`Math.${name}(x)`, xs)
      let [worst, at] = [0, 0]
      for (const [i, x] of xs.entries()) {
        const wanted = exact(x)
        const off = Math.abs((got[i] as number) - wanted) / (scale ?? Math.max(Math.abs(wanted), 1e-30))
        if (!(off <= worst)) [worst, at] = [off, x]
      }
      expect(worst, `at ${at}`).toBeLessThanOrEqual(error)
    }
    const got = await compute(`Math.${name}(x)`, edges)
    const wrong = edges.filter((x, i) => {
      const [wanted, mine] = [Math.fround(exact(Math.fround(x))), got[i] as number]
      return !(
        Object.is(wanted, mine) ||
        wanted === mine ||
        Math.abs(wanted - mine) < 1e-6 * Math.max(1, Math.abs(wanted))
      )
    })
    expect(wrong, `${[...got]}`).toEqual([])
  })

  test('Math.pow', async () => {
    const bases = [...evenly(0.01, 20, 60), -1, -2, -2.5, -0.5, 0, 1, INF, MINUS, NAN]
    const exponents = [...evenly(-8, 8, 33), 0.5, 1, 2, 3, -1, 7, 0, INF, MINUS, NAN, 1 / 3]
    const pairs = bases.flatMap((x) => exponents.map((y) => [Math.fround(x), Math.fround(y)] as const))
    const [xs, ys] = [pairs.map((p) => p[0]), pairs.map((p) => p[1])]
    const got = await compute('Math.pow(x, y)', xs, ys)
    const wrong = pairs.flatMap(([x, y], i) => {
      const [wanted, mine] = [Math.fround(x ** y), got[i] as number]
      const same = Object.is(wanted, mine) || wanted === mine
      return same || Math.abs(wanted - mine) <= 2e-6 * Math.abs(wanted) ? [] : [`${x}^${y} = ${wanted}, not ${mine}`]
    })
    expect(wrong).toEqual([])
  })

  test('a kernel that does not compile is told and leaves nothing behind', async () => {
    const before = device.held
    const output = device.allocate(1)
    const source = { text: 'function (a0) { return nothing(a0[0]); }', threads: 1, helpers: [] }
    await expect(device.compile(source, [output], [output])).rejects.toThrow()
    device.release(output)
    expect(device.held).toEqual(before)
  })

  test('whole numbers divide exactly up to the largest index', async () => {
    const xs = [0, 1, 6, 7, 8, 16777215, 16777214, 8388608, 12345678, 9999991]
    for (const d of [1, 2, 3, 7, 10, 784, 4096, 4099, 16777213]) {
      expect([...(await compute(`crDiv(x, ${d})`, xs))]).toEqual(xs.map((x) => Math.floor(x / d)))
      expect([...(await compute(`crMod(x, ${d})`, xs))]).toEqual(xs.map((x) => x % d))
    }
  })
})

test('a function without a kernel is said by name', () => {
  expect(() => replaceMath('Math.hypot(x, 1)')).toThrow('Math.hypot has no kernel for the GPU')
  expect(replaceMath('Math.PI * Math.exp(x)')).toBe(`${Math.PI} * crExp(x)`)
})

test('a library holds what is called, and nothing else', () => {
  const names = helpersIn('crSinh(x) + crSinh(y)')
  expect(names).toEqual(['crSinh'])
  expect([...glslLibrary(names).matchAll(/^(?:float|bool) (\w+)/gm)].map((m) => m[1])).toEqual([
    'crIsNan',
    'crInf',
    'crSign',
    'crScale',
    'crExpNear',
    'crExp',
    'crExpm1',
    'crSinh'
  ])
  expect(wgslLibrary(names)).toContain('fn fn_crSinh(x : f32) -> f32 {')
})
