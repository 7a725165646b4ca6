/** The update as the GPU runs it: schedules and clipping against PyTorch's, like test/golden/schedules.test.ts. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createGpuExecutor, type GpuExecutor, type GpuMode } from '../../engine/runtime/gpu/index.ts'
import { probeBackends } from '../../engine/runtime/probe.ts'
import { golden, settingsOf, train, worst } from '../golden/bowl.ts'

const MODES: readonly GpuMode[] = ['webgl2', 'webgpu']
const probes = await probeBackends()

describe.each(MODES)('%s', (mode) => {
  const available = probes.some((p) => p.backend === mode && p.available)
  let executor: GpuExecutor
  beforeAll(async () => {
    if (available) executor = await createGpuExecutor(mode)
  })
  afterAll(() => executor?.dispose())

  test.skipIf(!available).each(golden.cases)(
    '$optimizer.kind, $schedule, $clip: float32 agrees to 1e-6',
    async (one) => {
      expect(worst(await train(executor, settingsOf(one)), one.steps)).toBeLessThan(1e-6)
    }
  )
})
