/** Weights that are larger than the GPU takes for one tensor are held and learned in pieces. */
import { describe, expect, test } from 'vitest'
import { createDataSet } from '../../engine/data/dataset.ts'
import { CpuExecutor } from '../../engine/runtime/cpu.ts'
import type { Executor } from '../../engine/runtime/executor.ts'
import { GpuExecutor, type GpuMode, openDevice } from '../../engine/runtime/gpu/index.ts'
import { Inspection } from '../../engine/session/inspect.ts'
import { BatchFeeder, feedAll } from '../../engine/train/feeds.ts'
import { oneLayer } from '../graphs.ts'
import { trained } from '../trained.ts'

/** 784 pixels to 10 classes; a batch of 8 rows is as large as a tensor may be, the weights are larger. */
const document = oneLayer('digits', 10)
const digits = createDataSet('digits', {})
const MOST = 8 * 784

async function train(executor: Executor) {
  const optimizer = { kind: 'rmsprop', learningRate: 0.001 } as const
  const { epochs } = await trained(executor, document, 'digits', {
    optimizer,
    batchSize: 8,
    epochs: 1,
    validationSplit: 0.9
  })
  const kernel = await executor.getVariable('dense.kernel')
  return { losses: epochs.flatMap((e) => [e.loss, e.validation?.loss ?? 0]), kernel }
}

describe.each(['webgl2', 'webgpu'] as const)('%s', (mode: GpuMode) => {
  test('the losses and the weights are those of the CPU, and nothing stays', async () => {
    const device = await openDevice(mode)
    Object.defineProperty(device, 'limit', { value: MOST })
    const small = new GpuExecutor(device)
    const [there, here] = [await train(small), await train(new CpuExecutor())]
    for (const [i, loss] of here.losses.entries()) expect(there.losses[i]).toBeCloseTo(loss, 4)
    expect(there.kernel).toHaveLength(7840)
    const apart = here.kernel.map((w, i) => Math.abs(w - (there.kernel[i] as number)))
    expect(Math.max(...apart)).toBeLessThan(1e-4)

    // what looks at every value reads the weights and their gradient as a whole
    const inspection = new Inspection(document)
    const { program, compiled } = await inspection.program(small, 4)
    const feeds = new BatchFeeder(new Map([['data', digits.train]])).gather([0, 1, 2, 3])
    await program.run(feedAll(compiled.plan, feeds, { step: 0, training: false, rows: 4 }))
    const { joined } = compiled.plan
    expect(joined.size).toBeGreaterThan(0)
    for (const id of joined.keys()) expect(await program.read(id)).toHaveLength(7840)
    program.dispose()

    await small.dispose()
    expect(small.held).toEqual({ memories: 0, kernels: 0 })
  })
})
