/** What runs one row at a time, on GPUs: one kernel for each output, each thread going over its row. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compile } from '../../engine/compile/compile.ts'
import { Builder } from '../../engine/ir/builder.ts'
import { opOf } from '../../engine/ops/registry.ts'
import type { Executor } from '../../engine/runtime/executor.ts'
import { createGpuExecutor, type GpuExecutor, type GpuMode } from '../../engine/runtime/gpu/index.ts'
import { ReferenceExecutor } from '../../engine/runtime/reference.ts'
import type { Numbers } from '../../engine/tensor.ts'
import { asOne, asParts, feedsOf, type Make, normalised } from '../compile/row-graphs.ts'
import { difference } from '../generated/harness.ts'

const MODES: readonly GpuMode[] = ['webgl2', 'webgpu']

const GRAPHS: readonly (readonly [string, Make, number])[] = [
  ['softmax with cross-entropy', asOne(40, 10, false, 'mean'), 1],
  ['class indices', asOne(40, 7, true, 'mean'), 1],
  ['weighed one by one', asOne(40, 10, true, 'none'), 1],
  ['logits up to 2000', asOne(40, 10, true, 'mean'), 1000],
  ['drawn as parts', asParts(40, 10), 1],
  // on WebGL2 four numbers of the gradient lie in a texel
  ['many rows', asOne(1000, 11, true, 'sum'), 1],
  ['a normalisation', normalised, 1]
]

describe.each(MODES)('%s', (mode) => {
  let executor: GpuExecutor

  beforeAll(async () => {
    executor = await createGpuExecutor(mode)
  })
  afterAll(() => executor.dispose())

  test.each(GRAPHS)('%s', async (_, make, scale) => {
    const b = new Builder(opOf)
    const wanted = make(b).map((v) => v.id)
    const { maxOperands, maxOutputs } = executor
    const { plan, idOf } = compile(b.graph(), { batch: 1, wanted, maxOperands, maxOutputs, longestRow: 32 })
    expect(plan.steps.filter((s) => s.kind === 'rows').length).toBeGreaterThan(0)
    const feeds = feedsOf(plan, scale)
    const read = async (on: Executor): Promise<Numbers[]> => {
      const program = await on.load(plan)
      await program.run(feeds)
      return Promise.all(wanted.map((id) => program.read(idOf(id))))
    }
    const [found, exact] = [await read(executor), await read(new ReferenceExecutor())]
    for (const [i, values] of exact.entries()) expect(difference(found[i] as Numbers, values)).toBeLessThan(1e-5)
  })
})
