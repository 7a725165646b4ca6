/** Training and evaluation of a network with batch normalisation, against torch.nn (make_batch_norm.py). */
import { describe, expect, test } from 'vitest'
import { backward } from '../../engine/compile/backward.ts'
import { compile } from '../../engine/compile/compile.ts'
import { build } from '../../engine/document/build.ts'
import { defaultTraining, emptyDocument, type GraphDocument } from '../../engine/document/types.ts'
import type { Value } from '../../engine/ir/builder.ts'
import { CpuExecutor } from '../../engine/runtime/cpu.ts'
import { ReferenceExecutor } from '../../engine/runtime/reference.ts'
import { WasmExecutor } from '../../engine/runtime/wasm/index.ts'
import { sizeOf } from '../../engine/shape.ts'
import type { Numbers } from '../../engine/tensor.ts'
import { otherFeeds } from '../../engine/train/feeds.ts'
import { trainingGraph } from '../../engine/train/graph.ts'
import { edge } from '../edge.ts'
import golden from './batch_norm.json'

const position = { x: 0, y: 0 }

const document: GraphDocument = {
  ...emptyDocument,
  nodes: [
    { id: 'x', op: 'Input', attributes: { shape: [golden.batch, golden.channels] }, position },
    { id: 't', op: 'Input', attributes: { shape: [golden.batch, golden.units] }, position },
    { id: 'norm', op: 'BatchNorm', attributes: { momentum: golden.momentum }, position },
    { id: 'dense', op: 'Dense', attributes: { units: golden.units }, position },
    { id: 'loss', op: 'MeanSquaredError', position }
  ],
  edges: [
    edge('e1', 'x', 'norm'),
    edge('e2', 'norm', 'dense'),
    edge('e3', 'dense', 'loss', 'prediction'),
    edge('e4', 't', 'loss', 'target')
  ],
  objective: 'loss'
}

const optimizer = { kind: 'sgd', learningRate: golden.learningRate, momentum: 0.5 } as const

/** Largest |a - b| relative to |b|, or to 1. */
const off = (a: Numbers, b: readonly number[]): number => {
  expect(a.length).toBe(b.length)
  return b.reduce((worst, v, i) => Math.max(worst, Math.abs((a[i] as number) - v) / Math.max(1, Math.abs(v))), 0)
}

describe.each([
  ['reference', () => new ReferenceExecutor(), 1e-12],
  ['cpu', () => new CpuExecutor(), 1e-6],
  ['wasm', () => new WasmExecutor('simd'), 1e-6]
] as const)('%s', (_, make, tolerance) => {
  test('five steps: weights, running statistics and losses; then the answers by running statistics', async () => {
    const executor = make()
    const limits = { batch: 1, maxOperands: executor.maxOperands, maxOutputs: executor.maxOutputs }
    const settings = { ...defaultTraining, optimizer }
    const graph = trainingGraph(document, build(document, { training: true }), settings)
    for (const [name, values] of Object.entries(golden.start)) await executor.setVariable(name, values)
    for (const { name, shape } of graph.states) await executor.setVariable(name, new Float64Array(sizeOf(shape)))
    const { plan, idOf } = compile(graph.ir, { ...limits, wanted: [graph.loss], updates: graph.updates })
    const program = await executor.load(plan)
    for (const [i, { x, t, loss, after }] of golden.steps.entries()) {
      const scalars = graph.optimizer.scalars(i + 1, golden.learningRate)
      await program.run({ ...otherFeeds(plan, { step: i + 1, training: true, rows: 1, scalars }), x, t })
      expect(off(await program.read(idOf(graph.loss)), [loss]), `loss ${i}`).toBeLessThan(tolerance)
      for (const [name, values] of Object.entries(after))
        expect(off(await executor.getVariable(name), values), `${name} ${i}`).toBeLessThan(tolerance)
    }

    const { builder: b, outputs } = build(document)
    const y = outputs.get('dense')?.out as Value
    const slope = backward(b, y).get(outputs.get('x')?.out?.id as number) as Value
    const evaluated = compile(b.graph(), { ...limits, wanted: [y.id, slope.id] })
    const answers = await executor.load(evaluated.plan)
    await answers.run({ x: golden.evaluated.x })
    expect(off(await answers.read(evaluated.idOf(y.id)), golden.evaluated.y)).toBeLessThan(tolerance)
    expect(off(await answers.read(evaluated.idOf(slope.id)), golden.evaluated.dx)).toBeLessThan(tolerance)
  })
})
