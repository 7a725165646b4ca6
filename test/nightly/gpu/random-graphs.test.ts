/** The two thousand random graphs of the night on both GPU backends. */
import { afterAll, beforeAll, describe, test } from 'vitest'
import { commands } from 'vitest/browser'
import { createGpuExecutor, type GpuExecutor, type GpuMode } from '../../../engine/runtime/gpu/index.ts'
import { checkGraphOn } from '../../generated/check-graph.ts'
import { KEPT_SEEDS, keepIfItFails, NIGHTLY } from '../keep.ts'

const MODES: readonly GpuMode[] = ['webgl2', 'webgpu']

const path = `../../${KEPT_SEEDS}`
const file = { read: () => commands.readFile(path), write: (text: string) => commands.writeFile(path, text) }

describe.each(MODES)('%s', (mode) => {
  let executor: GpuExecutor
  beforeAll(async () => {
    executor = await createGpuExecutor(mode)
  })
  afterAll(() => executor.dispose())

  test.each(NIGHTLY)('random graph of seed $seed and size $size', (graph) =>
    keepIfItFails(graph, checkGraphOn(executor, graph.seed, graph.size), file)
  )
})
