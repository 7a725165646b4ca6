/** Every operator, from the registry: inferred = executed, gradients = central differences, CPU = reference. */
import { describe, expect, test } from 'vitest'
import { verify } from '../../engine/ir/verify.ts'
import { opOf, ops } from '../../engine/ops/registry.ts'
import { CpuExecutor } from '../../engine/runtime/cpu.ts'
import { ReferenceExecutor } from '../../engine/runtime/reference.ts'
import { bindShape, sizeOf } from '../../engine/shape.ts'
import { type Case, cases, difference, probe, run } from './harness.ts'

const STEP = 1e-6

/** Elements that are differentiated: all of a small tensor, evenly spread ones of a large one. */
const chosen = (length: number): number[] => {
  const n = Math.min(length, 48)
  return Array.from({ length: n }, (_, i) => Math.floor((i * length) / n))
}

/** dL/dx by central differences in float64, at the chosen elements. */
async function centralDifferences(one: Case, input: number): Promise<number[]> {
  const p = probe(one)
  const name = p.names[input] as string
  const x = p.inputs[name] as Float64Array
  const objectiveAt = async (i: number, shift: number): Promise<number> => {
    const moved = x.slice()
    moved[i] = (moved[i] as number) + shift
    return (await run(new ReferenceExecutor(), p, { ...p.inputs, [name]: moved })).objective
  }
  const slopes: number[] = []
  for (const i of chosen(x.length))
    slopes.push(((await objectiveAt(i, STEP)) - (await objectiveAt(i, -STEP))) / (2 * STEP))
  return slopes
}

test('every operator that runs has samples', () => {
  // Sources have no inputs to draw, Branch is Identity several times over: the document tests run them.
  const without = ops.filter((op) => op.samples.length === 0).map((op) => op.kind)
  expect(without.sort()).toEqual([
    'Branch',
    'Constant',
    'Dataset',
    'Input',
    'Parameter',
    'RandomNormal',
    'RandomUniform'
  ])
})

describe.each(cases)('$name', (one) => {
  test('shapes, CPU against the reference', async () => {
    const p = probe(one)
    verify(p.compiled.plan.ir, opOf)
    const reference = await run(new ReferenceExecutor(), p)
    const cpu = await run(new CpuExecutor(), p)
    expect(reference.output.length).toBe(sizeOf(bindShape(p.outputType.shape, 3)))
    const tolerance = one.op.tolerance ?? 1e-5
    expect(difference(cpu.output, reference.output)).toBeLessThanOrEqual(tolerance)
    for (const [i, gradient] of reference.gradients.entries()) {
      if (gradient) expect(difference(cpu.gradients[i] ?? [], gradient)).toBeLessThanOrEqual(tolerance)
    }
  })

  test('gradients against central differences', async () => {
    const p = probe(one)
    const { gradients } = await run(new ReferenceExecutor(), p)
    if (one.op.notDifferentiable) {
      // Either nothing arrives, or what arrives is zero everywhere.
      expect(gradients.every((g) => g === null || g.every((x) => x === 0))).toBe(true)
      return
    }
    expect(gradients.some((g) => g !== null)).toBe(true)
    for (const [i, gradient] of gradients.entries()) {
      if (!gradient) continue
      const exact = chosen(gradient.length).map((at) => gradient[at] as number)
      expect(difference(exact, await centralDifferences(one, i))).toBeLessThanOrEqual(1e-6)
    }
  })
})
