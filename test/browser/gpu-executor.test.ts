/** What the GPU executor does beyond single operators: large products, resident state, limits, leaks, lost devices. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compile } from '../../engine/compile/compile.ts'
import { Builder, type Value } from '../../engine/ir/builder.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { Random } from '../../engine/random.ts'
import { CpuExecutor } from '../../engine/runtime/cpu.ts'
import type { Executor } from '../../engine/runtime/executor.ts'
import { createGpuExecutor, GpuExecutor, type GpuMode, openDevice } from '../../engine/runtime/gpu/index.ts'
import { probeBackends } from '../../engine/runtime/probe.ts'
import { sizeOf } from '../../engine/shape.ts'
import { difference } from '../generated/harness.ts'
import { countAllocations } from './allocations.ts'
import { network, setVariables } from './network.ts'

const MODES: readonly GpuMode[] = ['webgl2', 'webgpu']

type Shape = readonly number[]
type Feeds = Readonly<Record<string, ArrayLike<number>>>

/** The value of a small graph, and how to compute it. */
function graphOf(make: (b: Builder) => Value, maxOperands = 6) {
  const b = new Builder(opOf)
  const value = make(b)
  const compiled = compile(b.graph(), { batch: 1, wanted: [value.id], maxOperands })
  return async (executor: Executor, feeds: Feeds) => {
    const program = await executor.load(compiled.plan)
    try {
      await program.run(feeds)
      return await program.read(compiled.idOf(value.id))
    } finally {
      program.dispose()
    }
  }
}

const uniform = (shape: Shape, seed: number, low = -1, high = 1): Float32Array => {
  const random = new Random(seed)
  return Float32Array.from({ length: sizeOf(shape) }, () => random.uniform(low, high))
}

interface Product {
  readonly a: Shape
  readonly b: Shape
  readonly transA?: boolean
  readonly transB?: boolean
}

// All large enough for blocks; sizes with and without a remainder by four on each side.
const PRODUCTS: readonly Product[] = [
  { a: [128, 64], b: [64, 96] },
  { a: [131, 37], b: [37, 97] },
  { a: [130, 61], b: [61, 96] },
  { a: [128, 64], b: [64, 95] },
  { a: [64, 128], b: [64, 96], transA: true },
  { a: [37, 131], b: [37, 97], transA: true },
  { a: [33, 128], b: [33, 100], transA: true },
  { a: [128, 64], b: [96, 64], transB: true },
  { a: [131, 37], b: [97, 37], transB: true },
  { a: [129, 64], b: [99, 64], transB: true },
  { a: [64, 132], b: [98, 64], transA: true, transB: true },
  { a: [5, 9, 40, 24], b: [9, 24, 36] },
  { a: [3, 1, 33, 18], b: [5, 18, 37] },
  { a: [48, 20], b: [7, 20, 44] },
  { a: [7, 20, 48], b: [44, 20], transA: true, transB: true }
]

const nameOf = (p: Product) => `[${p.a}]${p.transA ? 'ᵀ' : ''} · [${p.b}]${p.transB ? 'ᵀ' : ''}`

describe.each(MODES)('%s', (mode) => {
  let executor: GpuExecutor

  beforeAll(async () => {
    executor = await createGpuExecutor(mode)
  })
  afterAll(() => executor.dispose())

  test.each(PRODUCTS.map((p) => [nameOf(p), p] as const))('product %s', async (_, { a, b, transA, transB }) => {
    const value = graphOf((g) => g.matmul(g.feed('a', a), g.feed('b', b), transA, transB))
    const feeds = { a: uniform(a, 1), b: uniform(b, 2) }
    expect(difference(await value(executor, feeds), await value(new CpuExecutor(), feeds))).toBeLessThanOrEqual(1e-5)
  })

  test('a matrix times itself', async () => {
    const value = graphOf((g) => {
      const x = g.feed('x', [100, 100])
      return g.matmul(x, x, false, true)
    })
    const feeds = { x: uniform([100, 100], 3) }
    expect(difference(await value(executor, feeds), await value(new CpuExecutor(), feeds))).toBeLessThanOrEqual(1e-5)
  })

  test.each([
    ['ReduceSum', null],
    ['ReduceSum', [0]],
    ['ReduceSum', [0, 2]],
    ['ReduceMax', [0, 2, 3]],
    ['ReduceMin', [1, 2, 3]],
    ['ReduceMax', null]
  ] as const)('long %s over %j', async (op, axes) => {
    const shape = axes?.length === 1 ? [2050, 3] : [13, 5, 11, 17]
    const value = graphOf((g) => g.reduce(op, g.feed('x', shape), axes))
    const feeds = { x: uniform(shape, 4) }
    expect(difference(await value(executor, feeds), await value(new CpuExecutor(), feeds))).toBeLessThanOrEqual(1e-5)
  })

  test.each([
    [8, 0],
    [20, -1],
    [60, 1]
  ])('%i tensors joined along axis %i', async (count, axis) => {
    const shapeOf = (n: number): Shape => (axis === 0 ? [n % 3, 3] : [2, (n % 4) + 1])
    const value = graphOf((g) =>
      g.emit(
        'Concat',
        Array.from({ length: count }, (_, n) => g.feed(`x${n}`, shapeOf(n))),
        { axis }
      )
    )
    const feeds = Object.fromEntries(Array.from({ length: count }, (_, n) => [`x${n}`, uniform(shapeOf(n), n)]))
    expect([...(await value(executor, feeds))]).toEqual([...(await value(new CpuExecutor(), feeds))])
  })

  test('five resident steps end where the CPU ends', async () => {
    const net = network({ sizes: [20, 16, 4], batch: 12, update: 'sgd', maxOperands: executor.maxOperands })
    const losses = await Promise.all(
      [executor, new CpuExecutor()].map(async (one) => {
        await setVariables(one, net)
        const program = await one.load(net.plan)
        const seen: number[] = []
        for (let step = 0; step < 5; step++) {
          await program.run(net.feeds)
          seen.push((await program.read(net.loss))[0] as number)
        }
        for (const name of Object.keys(net.variables)) seen.push(...(await one.getVariable(name)))
        program.dispose()
        return seen
      })
    )
    const [gpu, cpu] = losses as [number[], number[]]
    expect(gpu[4]).toBeLessThan(gpu[0] as number)
    expect(difference(gpu, cpu)).toBeLessThanOrEqual(1e-5)
  })

  test('each step has a time of its own, and taking it changes no variable', async () => {
    const net = network({ sizes: [20, 16, 4], batch: 12, update: 'sgd', maxOperands: executor.maxOperands })
    await setVariables(executor, net)
    const program = await executor.load(net.plan)
    const times = (await program.time?.(net.feeds, 200, () => false)) ?? []
    expect(times).toHaveLength(net.plan.steps.length)
    expect(times.every((ms) => ms >= 0 && ms < 10_000)).toBe(true)
    expect(times.some((ms) => ms > 0)).toBe(true)
    for (const [name, data] of Object.entries(net.variables)) expect(await executor.getVariable(name)).toEqual(data)
    expect(await program.time?.(net.feeds, 200, () => true)).toBe(null)
    program.dispose()
  })

  test('a stopped run changes no variable', async () => {
    const net = network({ sizes: [6, 5, 3], batch: 4, update: 'sgd', maxOperands: executor.maxOperands })
    await setVariables(executor, net)
    const program = await executor.load(net.plan)
    let asked = 0
    expect(await program.run(net.feeds, () => ++asked > net.plan.steps.length - 1)).toBe(false)
    for (const [name, data] of Object.entries(net.variables)) expect(await executor.getVariable(name)).toEqual(data)
    program.dispose()
  })

  test('NaN and the infinities go where they go on the CPU', async () => {
    const edges = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -1, 1, 100, -100, 3e38]
    const unary = ['Exp', 'Log', 'Sqrt', 'Tanh', 'Sigmoid', 'Relu', 'Abs', 'Neg', 'Reciprocal', 'Sign']
    for (const op of unary) {
      const value = graphOf((g) => g.one(op, g.feed('x', [edges.length])))
      const got = await value(executor, { x: edges })
      expect(difference(got, await value(new CpuExecutor(), { x: edges })), `${op}: ${[...got]}`).toBeLessThanOrEqual(
        1e-5
      )
    }
    const pairs = edges.flatMap((x) => edges.map((y) => [x, y] as const))
    const [a, b] = [pairs.map((p) => p[0]), pairs.map((p) => p[1])]
    for (const op of ['Add', 'Mul', 'Max', 'Min', 'Equal', 'Greater', 'Less', 'Pow']) {
      const value = graphOf((g) => g.emit(op, [g.feed('a', [a.length]), g.feed('b', [a.length])]))
      const got = await value(executor, { a, b })
      const wanted = await value(new CpuExecutor(), { a, b })
      const wrong = pairs.filter((_, i) => difference([got[i] as number], [wanted[i] as number]) > 1e-5)
      expect(wrong, op).toEqual([])
    }
    for (const op of ['ReduceMax', 'ReduceSum'] as const) {
      const value = graphOf((g) => g.reduce(op, g.feed('x', [3, 3]), [1]))
      const x = [
        1,
        Number.NaN,
        2,
        Number.NEGATIVE_INFINITY,
        Number.NEGATIVE_INFINITY,
        Number.NEGATIVE_INFINITY,
        1,
        2,
        3e38
      ]
      expect(difference(await value(executor, { x }), await value(new CpuExecutor(), { x }))).toBeLessThanOrEqual(1e-5)
    }
  })

  test('constants that no shading language can write', async () => {
    const numbers = [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      1e300,
      -0,
      1e-300,
      -1e-7,
      2 ** 24 + 2
    ]
    for (const x of numbers) {
      const value = graphOf((g) => g.add(g.feed('x', [2]), x))
      const got = await value(executor, { x: [0, 0] })
      expect([...got], String(x)).toEqual([Math.fround(x) + 0, Math.fround(x) + 0])
    }
    const divided = graphOf((g) => g.mul(g.div(g.number(1), g.number(0)), g.feed('x', [1])))
    expect([...(await divided(executor, { x: [2] }))]).toEqual([Number.POSITIVE_INFINITY])
  })

  test('a variable of another size takes the place of the old one', async () => {
    const net = network({ sizes: [6, 5, 3], batch: 4, update: 'sgd', maxOperands: executor.maxOperands })
    const shrink = async () => {
      for (const name of Object.keys(net.variables)) await executor.setVariable(name, [1, 2])
    }
    await shrink()
    const { memories } = executor.held
    await setVariables(executor, net)
    const program = await executor.load(net.plan)
    await program.run(net.feeds)
    program.dispose()
    await shrink()
    expect([...(await executor.getVariable('w1'))]).toEqual([1, 2])
    expect(executor.held.memories).toBe(memories)
  })

  test('a tensor that is too large is refused before anything is allocated', async () => {
    const device = await openDevice(mode)
    // whole numbers are floats on WebGL2
    if (mode === 'webgl2') expect(device.limit).toBeLessThanOrEqual(2 ** 24)
    Object.defineProperty(device, 'limit', { value: 1000 })
    const small = new GpuExecutor(device)
    const value = graphOf((g) => g.reduce('ReduceMax', g.mul(g.feed('x', [32, 1]), g.feed('y', [33])), null))
    await expect(value(small, {})).rejects.toMatchObject({
      problem: { code: 'run.backendLimit', params: { size: '1056 elements', limit: '1000' } }
    })
    expect(small.held.memories).toBe(0)
    await small.dispose()
  })

  test('an unfed input and a wrong length are said', async () => {
    const value = graphOf((g) => g.neg(g.feed('x', [3])))
    await expect(value(executor, {})).rejects.toThrow('input x is not fed')
    await expect(value(executor, { x: [1] })).rejects.toThrow('input x takes 3 numbers, not 1')
  })

  test('three hundred runs and forty programs leave nothing behind', async () => {
    const counted = countAllocations()
    try {
      const own = await createGpuExecutor(mode)
      const net = network({ sizes: [100, 96, 10], batch: 96, update: 'rmsprop', maxOperands: own.maxOperands })
      await setVariables(own, net)
      const program = await own.load(net.plan)
      await program.run(net.feeds)
      await program.read(net.loss)
      const [held, real] = [own.held, counted.alive()]
      expect(real).toBeGreaterThan(10)
      for (let step = 0; step < 300; step++) {
        await program.run(net.feeds)
        if (step % 50 === 0) await program.read(net.loss)
      }
      expect(own.held).toEqual(held)
      expect(counted.alive()).toBe(real)
      for (let n = 0; n < 40; n++) (await own.load(net.plan)).dispose()
      expect(own.held).toEqual(held)
      expect(counted.alive()).toBe(real)
      // more kernels than are kept idle
      for (let n = 0; n < 100; n++) await graphOf((g) => g.add(g.feed('x', [1]), n + 0.5))(own, { x: [1] })
      expect(own.held.memories).toBe(held.memories)
      expect(own.held.kernels).toBeLessThanOrEqual(held.kernels + 64)
      // the kernels that are left still compute
      await program.run(net.feeds)
      expect(Number.isFinite((await program.read(net.loss))[0])).toBe(true)
      program.dispose()
      await own.dispose()
      expect(own.held).toEqual({ memories: 0, kernels: 0 })
      expect(counted.alive()).toBe(0)
    } finally {
      counted.restore()
    }
  }, 60_000)
})

test('WebGPU counts beyond what a float counts exactly', async () => {
  const [rows, columns] = [4099, 4100]
  expect(rows * columns).toBeGreaterThan(2 ** 24)
  const executor = await createGpuExecutor('webgpu')
  try {
    const x = Float32Array.from({ length: rows * columns }, (_, i) => i % 1021)
    const value = graphOf((g) => {
      const turned = g.transpose(g.neg(g.feed('x', [rows, columns])), [1, 0])
      // the last rows of the transposed one, each number of which lies far behind in x
      return g.emit('Slice', [turned], { starts: [columns - 2], ends: [columns], axes: [0], steps: [1] })
    })
    const got = await value(executor, { x })
    const wanted = [columns - 2, columns - 1].flatMap((c) =>
      Array.from({ length: rows }, (_, r) => -(x[r * columns + c] as number))
    )
    expect(got.length).toBe(2 * rows)
    expect(wanted.filter((w, i) => w !== got[i] && !(w === 0 && got[i] === 0))).toEqual([])
  } finally {
    await executor.dispose()
  }
}, 60_000)

test('a lost WebGL2 context is a problem with a name', async () => {
  const { getContext } = OffscreenCanvas.prototype
  const contexts: WebGL2RenderingContext[] = []
  OffscreenCanvas.prototype.getContext = function (this: OffscreenCanvas, ...args: unknown[]) {
    const context = getContext.apply(this, args as never)
    contexts.push(context as unknown as WebGL2RenderingContext)
    return context
  } as never
  try {
    const executor = await createGpuExecutor('webgl2')
    const value = graphOf((g) => g.neg(g.feed('x', [3])))
    expect([...(await value(executor, { x: [1, 2, 3] }))]).toEqual([-1, -2, -3])
    for (const context of contexts) context.getExtension('WEBGL_lose_context')?.loseContext()
    await expect(value(executor, { x: [1, 2, 3] })).rejects.toMatchObject({ problem: { code: 'run.deviceLost' } })
    await executor.dispose()
  } finally {
    OffscreenCanvas.prototype.getContext = getContext
  }
})

test('a lost WebGPU device is a problem with a name, and the next executor has a new one', async () => {
  const { createCommandEncoder } = GPUDevice.prototype
  let device: GPUDevice | null = null
  GPUDevice.prototype.createCommandEncoder = function (...args) {
    device = this
    return createCommandEncoder.apply(this, args)
  }
  const value = graphOf((g) => g.neg(g.feed('x', [3])))
  const executor = await createGpuExecutor('webgpu')
  GPUDevice.prototype.createCommandEncoder = createCommandEncoder
  const lost = device as GPUDevice | null
  lost?.destroy()
  await lost?.lost
  await expect(value(executor, { x: [1, 2, 3] })).rejects.toMatchObject({ problem: { code: 'run.deviceLost' } })
  await executor.dispose()
  const next = await createGpuExecutor('webgpu')
  expect([...(await value(next, { x: [1, 2, 3] }))]).toEqual([-1, -2, -3])
  await next.dispose()
})

test('software GPUs are there, and not for auto', async () => {
  const probes = await probeBackends()
  expect(probes.map((p) => p.backend)).toEqual(['webgpu', 'webgl2'])
  for (const p of probes) {
    expect(p).toMatchObject({ available: true, software: true })
    expect(p.device).toMatch(/swiftshader/i)
    expect(p.why).toMatchObject({ code: 'backend.software' })
  }
})

test('a GPU is told from software by what it calls itself', async () => {
  // gpu.js claims the global name GPU
  const prototype = Object.getPrototypeOf(navigator.gpu) as GPU
  const { requestAdapter } = prototype
  const asIf = async (adapter: unknown) => {
    prototype.requestAdapter = async () => adapter as GPUAdapter
    try {
      return (await probeBackends())[0]
    } finally {
      prototype.requestAdapter = requestAdapter
    }
  }
  const info = { vendor: 'nvidia', architecture: 'ampere', device: '', description: '' }
  expect(await asIf({ info })).toEqual({
    backend: 'webgpu',
    available: true,
    device: 'nvidia ampere',
    software: false,
    why: null
  })
  expect(await asIf({ info: { ...info, isFallbackAdapter: true } })).toMatchObject({ available: true, software: true })
  expect(await asIf({ info, isFallbackAdapter: true })).toMatchObject({ available: true, software: true })
  expect(await asIf({ info: { ...info, description: 'llvmpipe (LLVM 19)' } })).toMatchObject({ software: true })
  expect(await asIf(null)).toMatchObject({
    available: false,
    software: false,
    why: { code: 'backend.noAdapter' }
  })

  const { getParameter } = WebGL2RenderingContext.prototype
  const renderers = {
    'ANGLE (NVIDIA, NVIDIA GeForce RTX 4070 Direct3D11 vs_5_0 ps_5_0, D3D11)': false,
    'ANGLE (Apple, ANGLE Metal Renderer: Apple M2, Unspecified Version)': false,
    'ANGLE (Microsoft, Microsoft Basic Render Driver Direct3D11 vs_5_0 ps_5_0, D3D11)': true,
    'ANGLE (Mesa, llvmpipe (LLVM 15.0.7 256 bits), OpenGL 4.5)': true,
    'Apple Software Renderer': true,
    softpipe: true
  }
  for (const [renderer, software] of Object.entries(renderers)) {
    WebGL2RenderingContext.prototype.getParameter = () => renderer
    const probe = (await probeBackends())[1]
    WebGL2RenderingContext.prototype.getParameter = getParameter
    expect(probe).toMatchObject({ available: true, device: renderer, software })
  }
})

test('the executor works in a module worker', async () => {
  const worker = new Worker(new URL('./gpu-worker.ts', import.meta.url), { type: 'module' })
  const answer = await new Promise<unknown>((resolve, reject) => {
    worker.onmessage = (event) => resolve(event.data)
    worker.onerror = (event) => reject(new Error(event.message))
  })
  worker.terminate()
  expect(answer).toEqual({ webgl2: [-1, -2, -3], webgpu: [-1, -2, -3], software: [true, true] })
})
