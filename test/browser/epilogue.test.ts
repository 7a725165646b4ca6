/** Bias, activation and gate inside the kernel that writes a product: small and tiled products, on both GPU backends. */
import { afterAll, describe, expect, test } from 'vitest'
import { compile } from '../../engine/compile/compile.ts'
import { Builder, type Value } from '../../engine/ir/builder.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { Random } from '../../engine/random.ts'
import type { Executor } from '../../engine/runtime/executor.ts'
import { createGpuExecutor, type GpuMode } from '../../engine/runtime/gpu/index.ts'
import { ReferenceExecutor } from '../../engine/runtime/reference.ts'
import { sizeOf } from '../../engine/shape.ts'

type Sizes = readonly [m: number, k: number, n: number]

const product = (b: Builder, [m, k, n]: Sizes): Value => b.matmul(b.feed('x', [m, k]), b.feed('w', [k, n]))

const EPILOGUES: Readonly<Record<string, (b: Builder, sizes: Sizes) => Value>> = {
  'bias and relu': (b, s) => b.one('Relu', b.add(product(b, s), b.feed('bias', [s[2]]))),
  'a gate of the same shape': (b, s) => b.where(b.greater(b.feed('gate', [s[0], s[2]]), 0), product(b, s), 0),
  'a column, a number and a gelu': (b, s) =>
    b.one('Gelu', b.mul(b.add(product(b, s), b.feed('column', [s[0], 1])), b.feed('number', [])), {
      approximate: 'none'
    }),
  'choices in choices': (b, s) => {
    const y = product(b, s)
    return b.where(b.greater(y, 1), 1, b.where(b.less(y, -1), b.one('Elu', y, { alpha: 1 }), b.one('Abs', y)))
  }
}

const SIZES: readonly Sizes[] = [
  [5, 7, 3],
  [128, 20, 96],
  [101, 18, 90]
]

describe.each(['webgl2', 'webgpu'] as const)('%s', (mode: GpuMode) => {
  const made = createGpuExecutor(mode)
  afterAll(async () => (await made).dispose())

  describe.each(SIZES)('%i × %i × %i', (...sizes) => {
    test.each(Object.keys(EPILOGUES))('%s', async (name) => {
      const b = new Builder(opOf)
      const value = EPILOGUES[name]?.(b, sizes) as Value
      const { plan, idOf } = compile(b.graph(), { batch: 1, wanted: [value.id] })
      expect(plan.steps).toHaveLength(1)
      expect(plan.steps[0]).toMatchObject({ kind: 'product', epilogue: { kind: 'elementwise' } })
      const random = new Random(3)
      const feeds = Object.fromEntries(
        plan.feeds.map((f) => [f.name, Float32Array.from({ length: sizeOf(f.shape) }, () => random.normal(0, 0.5))])
      )
      const run = async (executor: Executor) => {
        const program = await executor.load(plan)
        await program.run(feeds)
        const found = await program.read(idOf(value.id))
        program.dispose()
        return found
      }
      const [found, exact] = [await run(await made), await run(new ReferenceExecutor())]
      const off = Math.max(...Array.from(exact, (y, i) => Math.abs(y - (found[i] as number))))
      expect(off).toBeLessThan(2e-5)
    })
  })
})
