/** Every operator on both GPU backends, values and gradients, against the float64 reference. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createGpuExecutor, type GpuExecutor, type GpuMode } from '../../engine/runtime/gpu/index.ts'
import { ReferenceExecutor } from '../../engine/runtime/reference.ts'
import { cases, difference, probe, type Ran, run } from '../generated/harness.ts'
import { shapeCases } from '../generated/shape-cases.ts'

const MODES: readonly GpuMode[] = ['webgl2', 'webgpu']

/** A kernel has no open batch: those are tested without a GPU. */
const shapes = shapeCases.filter(({ sample }) => !sample.shapes.some((s) => s.includes('B')))

const references = new Map<string, Promise<Ran>>()

describe.each(MODES)('%s', (mode) => {
  let executor: GpuExecutor

  // One for all cases: each kernel takes a shader compilation.
  beforeAll(async () => {
    executor = await createGpuExecutor(mode)
  })
  afterAll(() => executor.dispose())

  test.each([...cases, ...shapes])('$name', async (one) => {
    const p = probe(one, executor.maxOperands)
    const known = references.get(one.name) ?? run(new ReferenceExecutor(), p)
    references.set(one.name, known)
    const reference = await known
    const gpu = await run(executor, p)
    const tolerance = one.op.tolerance ?? 1e-5
    expect(difference(gpu.output, reference.output)).toBeLessThanOrEqual(tolerance)
    for (const [i, gradient] of reference.gradients.entries()) {
      if (gradient) expect(difference(gpu.gradients[i] ?? [], gradient)).toBeLessThanOrEqual(tolerance)
    }
  })
})
