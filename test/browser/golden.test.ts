/** Values and gradients that PyTorch computed, on both GPU backends: every operator, and ten composed graphs. */
import { afterAll, beforeAll, describe, test } from 'vitest'
import { createGpuExecutor, type GpuExecutor, type GpuMode } from '../../engine/runtime/gpu/index.ts'
import { checkGraph, checkOperator, graphs, operators } from '../golden/cases.ts'

const MODES: readonly GpuMode[] = ['webgl2', 'webgpu']

describe.each(MODES)('%s', (mode) => {
  let executor: GpuExecutor

  // One for all cases: each kernel takes a shader compilation.
  beforeAll(async () => {
    executor = await createGpuExecutor(mode)
  })
  afterAll(() => executor.dispose())

  test.each(operators)('$label', (c) => checkOperator(c, executor, mode))
  test.each(graphs)('graph: $name', (c) => checkGraph(c, executor, mode))
})
