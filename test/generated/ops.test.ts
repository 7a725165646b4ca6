/** Every operator, from the registry: inferred = executed, gradients = central differences, CPU = reference. */
import { describe, expect, test } from 'vitest'
import { verify } from '../../engine/ir/verify.ts'
import { withDefaults } from '../../engine/ops/attributes.ts'
import { opOf, ops } from '../../engine/ops/registry.ts'
import { CpuExecutor } from '../../engine/runtime/cpu.ts'
import { ReferenceExecutor } from '../../engine/runtime/reference.ts'
import { bindShape, sizeOf } from '../../engine/shape.ts'
import type { Numbers } from '../../engine/tensor.ts'
import { cases, difference, type Probe, probe, type Ran, run } from './harness.ts'

const STEP = 1e-6

/** Elements that are differentiated: all of a small tensor, evenly spread ones of a large one. */
const chosen = (length: number): number[] => {
  const n = Math.min(length, 48)
  return Array.from({ length: n }, (_, i) => Math.floor((i * length) / n))
}

/** dL/dx by central differences in float64, at the chosen elements of an input or of a variable. */
async function centralDifferences(p: Probe, name: string): Promise<number[]> {
  const x = (p.inputs[name] ?? p.variables[name]) as Float64Array
  const objectiveAt = async (i: number, shift: number): Promise<number> => {
    const moved = x.slice()
    moved[i] = (moved[i] as number) + shift
    const given = (all: Probe['inputs']) => (name in all ? { ...all, [name]: moved } : all)
    return (await run(new ReferenceExecutor(), p, given(p.inputs), given(p.variables))).objective
  }
  const slopes: number[] = []
  for (const i of chosen(x.length))
    slopes.push(((await objectiveAt(i, STEP)) - (await objectiveAt(i, -STEP))) / (2 * STEP))
  return slopes
}

/** All gradients of a run by name: of the inputs, and of the variables that a layer owns. */
const gradientsOf = (p: Probe, ran: Ran): (readonly [string, Numbers])[] =>
  [...p.names.map((name, i) => [name, ran.gradients[i] ?? null] as const), ...Object.entries(ran.owned)].flatMap(
    ([name, g]) => (g ? [[name, g] as const] : [])
  )

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
    const same = new Map(gradientsOf(p, cpu))
    for (const [name, gradient] of gradientsOf(p, reference))
      expect(difference(same.get(name) ?? [], gradient), name).toBeLessThanOrEqual(tolerance)
  })

  test('gradients against central differences', async () => {
    const p = probe(one)
    const gradients = gradientsOf(p, await run(new ReferenceExecutor(), p))
    if (one.op.notDifferentiable) {
      // Either nothing arrives, or what arrives is zero everywhere.
      expect(gradients.every(([, g]) => g.every((x) => x === 0))).toBe(true)
      return
    }
    expect(gradients.length).toBeGreaterThan(0)
    for (const [name, gradient] of gradients) {
      const exact = chosen(gradient.length).map((at) => gradient[at] as number)
      expect(difference(exact, await centralDifferences(p, name)), name).toBeLessThanOrEqual(1e-6)
    }
  })
})

// The reference executor runs what is left after lowering; an operator that is lowered has its own definition too.
test.each(cases.filter(({ op }) => op.lower && op.reference))(
  'lowered, the same numbers as by its own definition: $name',
  async (one) => {
    const p = probe(one)
    const { output } = await run(new ReferenceExecutor(), p)
    const inputs = one.sample.shapes.map((shape, i) => ({
      shape: bindShape(shape, 3),
      data: p.inputs[p.names[i] as string] as Float64Array
    }))
    const shape = bindShape(p.outputType.shape, 3)
    const own = one.op.reference?.(inputs, withDefaults(one.op, one.sample.attributes), shape)
    expect(difference(output, own ?? [])).toBeLessThanOrEqual(1e-12)
  }
)
