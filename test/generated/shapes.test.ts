/** Sizes of 0, an open batch and six dimensions: every operator, on every executor that needs no GPU. */
import { expect, test } from 'vitest'
import { documentOps } from '../../engine/ops/registry.ts'
import { CpuExecutor } from '../../engine/runtime/cpu.ts'
import { ReferenceExecutor } from '../../engine/runtime/reference.ts'
import { WasmExecutor } from '../../engine/runtime/wasm/index.ts'
import { bindShape, MAX_RANK, type Shape, sizeOf } from '../../engine/shape.ts'
import { cases, difference, probe, run } from './harness.ts'
import { shapeCases } from './shape-cases.ts'

/** Means over nothing, as in PyTorch. */
const NOT_A_NUMBER = (name: string): boolean =>
  /^(ReduceMean \[2,0]|\w*Accuracy \[0)/.test(name) ||
  /^(Mean|Huber|Hinge|BinaryCrossEntropy )\S* ?\[0,2] \[0,2]$/.test(name)

test.each(shapeCases)('$name', async (one) => {
  const p = probe(one)
  const exact = await run(new ReferenceExecutor(), p)
  expect(exact.output.length).toBe(sizeOf(bindShape(p.outputType.shape, 3)))
  expect(exact.output.some(Number.isNaN), 'NaN').toBe(NOT_A_NUMBER(one.name))
  for (const executor of [new CpuExecutor(), new WasmExecutor('simd'), new WasmExecutor('relaxed')]) {
    const found = await run(executor, p)
    expect(difference(found.output, exact.output), executor.device).toBeLessThanOrEqual(1e-5)
    for (const [i, gradient] of exact.gradients.entries())
      if (gradient) expect(difference(found.gradients[i] ?? [], gradient), executor.device).toBeLessThanOrEqual(1e-5)
  }
})

/** The most dimensions that an operator takes, where these are not any number; Outer’s result has those of both. */
const RANKS: Readonly<Record<string, number>> = { Gemm: 2, Outer: 3, Conv2D: 4 }
/** Spatial dimensions, three of them at most, and two more. */
const WINDOWS = ['Conv', 'MaxPool', 'AveragePool']
/** Their own tests give them shapes of every kind; they compute nothing from one. */
const SOURCES = ['Parameter', 'Constant', 'Input', 'Dataset', 'RandomNormal', 'RandomUniform', 'Branch']

const tested = documentOps
  .filter((op) => !SOURCES.includes(op.kind))
  .map((op) => {
    const all = [...cases, ...shapeCases].filter((c) => c.op === op).map((c) => c.sample.shapes)
    return { kind: op.kind, shapes: all.flat() as readonly Shape[] }
  })

test('every operator is tested with a size of 0', () => {
  expect(tested.filter(({ shapes }) => !shapes.some((s) => s.includes(0))).map((t) => t.kind)).toEqual([])
})

test('every operator is tested with an open batch', () => {
  const closed = tested.filter(({ shapes }) => !shapes.some((s) => s.includes('B')))
  expect(closed.map((t) => t.kind)).toEqual([])
})

test('every operator is tested with as many dimensions as it takes, or with five at least', () => {
  const low = tested.filter(({ kind, shapes }) => {
    const most = Math.max(...shapes.map((s) => s.length))
    return most < (RANKS[kind] ?? 5)
  })
  expect(low.map((t) => t.kind)).toEqual([])
  expect(tested.filter(({ shapes }) => shapes.some((s) => s.length === MAX_RANK)).length).toBeGreaterThan(40)
  for (const kind of WINDOWS) expect(tested.find((t) => t.kind === kind)?.shapes.some((s) => s.length === 5)).toBe(true)
})
