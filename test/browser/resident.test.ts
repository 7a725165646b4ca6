/**
 * Data sets that lie on the GPU: the losses are those of feeding them, in one piece and in several, and nothing stays.
 * Batches over the limit of a tensor go through in parts.
 */
import { afterAll, describe, expect, test } from 'vitest'
import { createDataSet } from '../../engine/data/dataset.ts'
import { CpuExecutor } from '../../engine/runtime/cpu.ts'
import type { Executor } from '../../engine/runtime/executor.ts'
import { createGpuExecutor, GpuExecutor, type GpuMode, openDevice } from '../../engine/runtime/gpu/index.ts'
import { oneLayer } from '../graphs.ts'
import { trained } from '../trained.ts'

const document = oneLayer('spiral', 3)
const data = createDataSet('spiral', {})

/** Losses by epoch. */
async function train(executor: Executor): Promise<number[]> {
  const optimizer = { kind: 'rmsprop', learningRate: 0.01 } as const
  const { epochs } = await trained(executor, document, 'spiral', { optimizer, batchSize: 32, epochs: 3 })
  return epochs.map((e) => e.loss)
}

/** As the executor, on a device of smaller tensors, or one that keeps no data. */
const limited = (executor: Executor, dataLimit: number | undefined): Executor =>
  new Proxy(executor, {
    get: (of, name) => {
      if (name === 'dataLimit') return dataLimit
      const value = Reflect.get(of, name, of)
      return typeof value === 'function' ? value.bind(of) : value
    }
  })

describe.each(['webgl2', 'webgpu'] as const)('%s', (mode: GpuMode) => {
  const made = createGpuExecutor(mode)
  afterAll(async () => (await made).dispose())

  test('the same losses as fed batch by batch, and as on the CPU', async () => {
    const executor = await made
    // these devices are made of software
    expect(executor.dataLimit).toBeUndefined()
    const fed = await train(executor)
    const cpu = await train(new CpuExecutor())
    for (const limit of [2 ** 24, Math.ceil(data.train.rows / 3) * 3]) {
      const found = await train(limited(executor, limit))
      expect(found).toEqual(fed)
      for (const [i, loss] of cpu.entries()) expect(found[i]).toBeCloseTo(loss, 4)
    }
  })

  test('a batch over the limit of a tensor goes through in parts, to the same losses', async () => {
    const device = await openDevice(mode)
    // a batch has 32 × 3 logits
    Object.defineProperty(device, 'limit', { value: 50 })
    const small = new GpuExecutor(device)
    const parts = await train(small)
    const whole = await train(await made)
    for (const [i, loss] of whole.entries()) expect(parts[i]).toBeCloseTo(loss, 5)
    // the sums of the gradients stay beside the parameters, as the optimizer's states do; no program does
    const { memories } = small.held
    await train(small)
    expect(small.held.memories).toBe(memories)
    await small.dispose()
    expect(small.held).toEqual({ memories: 0, kernels: 0 })
  })

  test('gives the memory of the tables back', async () => {
    const executor = await made
    const there = limited(executor, 2 ** 24)
    await train(there)
    const { memories } = executor.held
    for (let i = 0; i < 3; i++) await train(there)
    expect(executor.held.memories).toBe(memories)
  })
})
