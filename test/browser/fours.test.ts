/**
 * Kernels over many numbers, where these lie four to a texel or are computed four a thread, against the CPU: chains with
 * operands of every shape that broadcasts, products in every form, and what reads single numbers.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compile } from '../../engine/compile/compile.ts'
import { Builder, type Value } from '../../engine/ir/builder.ts'
import { withDefaults } from '../../engine/ops/attributes.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { Random } from '../../engine/random.ts'
import { CpuExecutor } from '../../engine/runtime/cpu.ts'
import type { Executor } from '../../engine/runtime/executor.ts'
import { createGpuExecutor, type GpuExecutor, type GpuMode } from '../../engine/runtime/gpu/index.ts'
import { probeBackends } from '../../engine/runtime/probe.ts'
import { type StaticShape, sizeOf } from '../../engine/shape.ts'

const MODES: readonly GpuMode[] = ['webgl2', 'webgpu']
const probes = await probeBackends()

type Chain = (b: Builder, v: (name: string, shape: StaticShape) => Value) => Value

const CHAINS: Readonly<Record<string, Chain>> = {
  'a row and a column': (b, v) => b.mul(b.add(v('x', [192, 60]), v('row', [60])), v('column', [192, 1])),
  'an operand twice': (b, v) => {
    const x = v('x', [128, 80])
    return b.add(b.mul(x, x), b.neg(x))
  },
  'a number from a tensor': (b, v) => b.mul(v('x', [20_000]), v('number', [])),
  'rows whose length is no multiple of four': (b, v) => b.add(v('x', [128, 81]), v('row', [81])),
  'a number of elements that is no multiple of four': (b, v) => b.add(v('x', [99, 99]), v('row', [99])),
  'four axes, the second and the last shared': (b, v) => b.mul(v('x', [16, 6, 10, 12]), v('part', [16, 1, 10, 1])),
  'a choice': (b, v) => b.where(b.greater(v('x', [140, 70]), 0.1), v('y', [140, 70]), v('row', [70]))
}

const emit = (b: Builder, kind: string, inputs: readonly Value[], attributes = {}): Value => {
  const op = opOf(kind)
  if (!op) throw new Error(`no operator ${kind}`)
  return b.emit(kind, inputs, withDefaults(op, attributes))
}

/** Other kernels over as many numbers, which read them one by one or as they lie. */
const KERNELS: Readonly<Record<string, Chain>> = {
  'more texels than a quotient of floats finds': (b, v) =>
    emit(b, 'Transpose', [v('x', [1049, 1051])], { perm: [1, 0] }),
  'a transpose': (b, v) => emit(b, 'Transpose', [v('x', [96, 100])], { perm: [1, 0] }),
  'sums over the first axis': (b, v) => b.sum(v('x', [120, 100]), [0]),
  'a sum over all': (b, v) => b.sum(emit(b, 'Abs', [v('x', [120, 100])]), [0, 1]),
  'a softmax': (b, v) => emit(b, 'Softmax', [v('x', [120, 100])], { axis: -1 }),
  'nine tensors joined': (b, v) =>
    emit(
      b,
      'Concat',
      Array.from({ length: 9 }, (_, n) => v(`x${n}`, [40, 24 + 4 * n])),
      { axis: 1 }
    ),
  'a convolution': (b, v) =>
    emit(b, 'Conv', [v('x', [4, 3, 28, 28]), v('k', [6, 3, 3, 3])], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
  'a pool': (b, v) => emit(b, 'MaxPool', [v('x', [4, 3, 56, 56])], { kernel_shape: [2, 2], strides: [2, 2] }),
  'a product as it lies': (b, v) => b.matmul(v('x', [96, 128]), v('y', [128, 100])),
  'a product with A transposed': (b, v) => b.matmul(v('x', [128, 96]), v('y', [128, 100]), true),
  'a product with B transposed': (b, v) => b.matmul(v('x', [96, 128]), v('y', [100, 128]), false, true),
  'a product with both transposed': (b, v) => b.matmul(v('x', [128, 96]), v('y', [100, 128]), true, true),
  'products of a batch': (b, v) => b.matmul(v('x', [3, 64, 60]), v('y', [3, 60, 72])),
  'products of a batch, A transposed, with rows of no multiple of four': (b, v) =>
    b.matmul(v('x', [4, 60, 66]), v('y', [4, 60, 70]), true),
  'one matrix for the batch': (b, v) => b.matmul(v('x', [3, 64, 60]), v('y', [100, 60]), false, true),
  'a product and what follows it': (b, v) =>
    b.mul(b.add(b.matmul(v('x', [96, 128]), v('y', [128, 100])), v('row', [100])), v('gate', [96, 100])),
  'a product of few columns': (b, v) => b.matmul(v('x', [128, 512]), v('y', [512, 10]))
}

async function result(executor: Executor, chain: Chain): Promise<ArrayLike<number>> {
  const b = new Builder(opOf)
  const shapes = new Map<string, StaticShape>()
  const y = chain(b, (name, shape) => {
    shapes.set(name, shape)
    return b.variable(name, shape)
  })
  for (const [name, shape] of shapes) {
    const random = new Random(7).fork(name)
    await executor.setVariable(
      name,
      Float32Array.from({ length: sizeOf(shape) }, () => random.uniform(-1, 1))
    )
  }
  const { maxOperands, maxOutputs } = executor
  const { plan, idOf } = compile(b.graph(), { batch: 1, wanted: [y.id], maxOperands, maxOutputs })
  const program = await executor.load(plan)
  await program.run({})
  const numbers = await program.read(idOf(y.id))
  program.dispose()
  return numbers
}

describe.each(MODES)('%s', (mode) => {
  const available = probes.some((p) => p.backend === mode && p.available)
  let gpu: GpuExecutor
  beforeAll(async () => {
    if (available) gpu = await createGpuExecutor(mode)
  })
  afterAll(() => gpu?.dispose())

  test.skipIf(!available).each(Object.entries({ ...CHAINS, ...KERNELS }))('%s', async (_, chain) => {
    const expected = await result(new CpuExecutor(), chain)
    const found = await result(gpu, chain)
    expect(found.length).toBe(expected.length)
    let [worst, largest] = [0, 1]
    for (let i = 0; i < found.length; i++) {
      worst = Math.max(worst, Math.abs((found[i] as number) - (expected[i] as number)))
      largest = Math.max(largest, Math.abs(expected[i] as number))
    }
    expect(worst / largest).toBeLessThan(2e-6)
  })
})
