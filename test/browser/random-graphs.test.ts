/** The random graphs of test/generated on both GPU backends; two thousand more at night. */
import { afterAll, beforeAll, describe, test } from 'vitest'
import { createGpuExecutor, type GpuExecutor, type GpuMode } from '../../engine/runtime/gpu/index.ts'
import { checkGraphOn } from '../generated/check-graph.ts'
import kept from '../generated/kept-seeds.json'

const MODES: readonly GpuMode[] = ['webgl2', 'webgpu']

describe.each(MODES)('%s', (mode) => {
  let executor: GpuExecutor
  beforeAll(async () => {
    executor = await createGpuExecutor(mode)
  })
  afterAll(() => executor.dispose())

  test.each(Array.from({ length: 100 }, (_, seed) => seed))('random graph of seed %i', (seed) =>
    checkGraphOn(executor, seed)
  )

  for (const { seed, size } of kept)
    test(`kept: seed ${seed} of size ${size}`, () => checkGraphOn(executor, seed, size))
})
