import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { compile } from '../../engine/compile/compile.ts'
import { Builder } from '../../engine/ir/builder.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { Random } from '../../engine/random.ts'
import { ReferenceExecutor } from '../../engine/runtime/reference.ts'
import { Heap } from '../../engine/runtime/wasm/heap.ts'
import { type Build, WasmExecutor } from '../../engine/runtime/wasm/index.ts'
import { binaries, TARGET } from '../../scripts/wasm.ts'
import { cases, difference, probe, run } from '../generated/harness.ts'

test('the binaries are those of the source', async () => {
  expect(readFileSync(TARGET, 'utf8')).toBe(await binaries())
}, 60_000)

describe('the heap', () => {
  test('pieces never overlap, are zero when handed out, and all come back', () => {
    const heap = new Heap(new WebAssembly.Memory({ initial: 1 }), 1000)
    const start = heap.used
    const random = new Random(1)
    const live: { piece: ReturnType<Heap['allocate']>; mark: number }[] = []
    for (let i = 1; i < 2000; i++) {
      if (random.int(2) === 0 || live.length === 0) {
        const piece = heap.allocate(random.int(5000))
        expect(piece.array.every((x) => x === 0)).toBe(true)
        piece.array.fill(i)
        live.push({ piece, mark: i })
      } else {
        const [{ piece, mark }] = live.splice(random.int(live.length), 1) as [(typeof live)[number]]
        expect(piece.array.every((x) => x === mark)).toBe(true)
        heap.free(piece)
      }
    }
    for (const { piece, mark } of live) {
      expect(piece.array.every((x) => x === mark)).toBe(true)
      heap.free(piece)
    }
    expect(heap.used).toBe(start)
  })
})

describe.each(['simd', 'relaxed'] as Build[])('%s', (build) => {
  const executor = new WasmExecutor(build)

  test.each(cases)('$name agrees with the reference', async (one) => {
    const p = probe(one)
    const [found, reference] = [await run(executor, p), await run(new ReferenceExecutor(), p)]
    const tolerance = one.op.tolerance ?? 1e-5
    expect(difference(found.output, reference.output)).toBeLessThanOrEqual(tolerance)
    for (const [i, gradient] of reference.gradients.entries()) {
      if (gradient) expect(difference(found.gradients[i] ?? [], gradient)).toBeLessThanOrEqual(tolerance)
    }
  })

  test.each([
    [1, 1, 1],
    [6, 8, 256],
    [7, 9, 257],
    [97, 5, 600],
    [200, 33, 1],
    [13, 100, 513],
    [7, 8195, 3],
    [2051, 3, 260]
  ])('a product of %i × %i × %i in all transposes', async (m, n, k) => {
    const matmul = cases.find((c) => c.op.kind === 'BatchMatMul')
    if (!matmul) throw new Error('BatchMatMul has no samples')
    for (const transA of [false, true]) {
      for (const transB of [false, true]) {
        const shapes = [transA ? [k, m] : [m, k], transB ? [n, k] : [k, n]]
        const p = probe({ ...matmul, sample: { shapes, attributes: { transA, transB } } })
        const [found, reference] = [await run(executor, p), await run(new ReferenceExecutor(), p)]
        // Rounding of a float32 sum of k products of this size walks about k·2⁻²⁴ away.
        expect(difference(found.output, reference.output)).toBeLessThan(1e-5 + k * 2 ** -24)
      }
    }
  })
})

test.each([
  [1, 1, 2_100_000],
  [3, 2, 9000]
])('%i products of %i rows and %i columns: panel by panel, in little memory', async (count, m, n) => {
  const b = new Builder(opOf)
  const [x, w] = [b.feed('x', [count, m, 1]), b.feed('w', [count, 1, n])]
  const y = b.emit('BatchMatMul', [x, w], { transA: false, transB: false })
  const executor = await WasmExecutor.open('simd', 2)
  const { plan, idOf } = compile(b.graph(), { batch: 1, wanted: [y.id] })
  const program = await executor.load(plan)
  const numbers = Float32Array.from({ length: count * n }, (_, i) => (i % 17) - 8)
  await program.run({ x: Float32Array.from({ length: count * m }, (_, i) => i + 2), w: numbers })
  const found = await program.read(idOf(y.id))
  const wrong = found.findIndex((value, i) => {
    const [row, column] = [Math.floor(i / n), i % n]
    return value !== (row + 2) * (numbers[Math.floor(row / m) * n + column] as number)
  })
  expect(wrong).toBe(-1)
  await executor.dispose()
})

test('a chain of 10,000 nodes', async () => {
  const b = new Builder(opOf)
  let y = b.feed('x', [5])
  for (let i = 0; i < 5000; i++) y = b.one('Tanh', b.add(y, 0.1))
  const { plan } = compile(b.graph(), { batch: 1, wanted: [y.id], maxOperands: 12 })
  const [wasm, reference] = [new WasmExecutor('simd'), new ReferenceExecutor()]
  const program = await wasm.load(plan)
  const oracle = await reference.load(plan)
  const feeds = { x: Float32Array.of(-2, -0.5, 0, 1, 3) }
  await program.run(feeds)
  await oracle.run(feeds)
  const id = [...plan.results.keys()][0] as number
  expect(difference(await program.read(id), await oracle.read(id))).toBeLessThan(1e-5)
})
