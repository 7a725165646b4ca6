/** Chains over many numbers, which take four neighbours a thread: operands of every shape that broadcasts, against the CPU. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compile } from '../../engine/compile/compile.ts'
import { Builder, type Value } from '../../engine/ir/builder.ts'
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
  'a row and a column': (b, v) => b.mul(b.add(v('x', [96, 60]), v('row', [60])), v('column', [96, 1])),
  'an operand twice': (b, v) => {
    const x = v('x', [80, 64])
    return b.add(b.mul(x, x), b.neg(x))
  },
  'a number from a tensor': (b, v) => b.mul(v('x', [5000]), v('number', [])),
  'rows whose length is no multiple of four': (b, v) => b.add(v('x', [64, 81]), v('row', [81])),
  'four axes, the second and the last shared': (b, v) => b.mul(v('x', [8, 6, 10, 12]), v('part', [8, 1, 10, 1])),
  'a choice': (b, v) => b.where(b.greater(v('x', [70, 70]), 0.1), v('y', [70, 70]), v('row', [70]))
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

  test.skipIf(!available).each(Object.entries(CHAINS))('%s', async (_, chain) => {
    const expected = await result(new CpuExecutor(), chain)
    const found = await result(gpu, chain)
    expect(found.length).toBe(expected.length)
    let worst = 0
    for (let i = 0; i < found.length; i++)
      worst = Math.max(worst, Math.abs((found[i] as number) - (expected[i] as number)))
    expect(worst).toBeLessThan(1e-6)
  })
})
