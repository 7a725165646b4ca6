/** Five steps of each optimizer from the same start, against PyTorch's (make_optimizers.py). */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { compile } from '../../engine/compile/compile.ts'
import { build } from '../../engine/document/build.ts'
import { emptyDocument, type GraphDocument, type OptimizerSettings } from '../../engine/document/types.ts'
import { CpuExecutor } from '../../engine/runtime/cpu.ts'
import type { Executor } from '../../engine/runtime/executor.ts'
import { ReferenceExecutor } from '../../engine/runtime/reference.ts'
import { sizeOf } from '../../engine/shape.ts'
import { otherFeeds } from '../../engine/train/feeds.ts'
import { trainingGraph } from '../../engine/train/graph.ts'
import { optimizers } from '../../engine/train/optimizers.ts'
import { edge } from '../edge.ts'

interface Golden {
  readonly start: number[][]
  readonly curvature: number[][]
  readonly target: number[][]
  readonly cases: readonly {
    readonly kind: string
    readonly settings: Record<string, number | boolean>
    readonly steps: number[][]
  }[]
}

const golden: Golden = JSON.parse(readFileSync(join(import.meta.dirname, 'optimizers.json'), 'utf8'))
const position = { x: 0, y: 0 }
const constant = (id: string, values: number[][]) => ({
  id,
  op: 'Constant',
  attributes: { shape: [2, 3], values: values.flat() },
  position
})

/** loss = Σ c (w - t)² */
const document: GraphDocument = {
  ...emptyDocument,
  nodes: [
    {
      id: 'w',
      op: 'Parameter',
      attributes: { shape: [2, 3], init: { kind: 'values', values: golden.start.flat() } },
      position
    },
    constant('c', golden.curvature),
    constant('t', golden.target),
    { id: 'd', op: 'Sub', position },
    { id: 'square', op: 'Mul', position },
    { id: 'scaled', op: 'Mul', position },
    { id: 'loss', op: 'ReduceSum', position }
  ],
  edges: [
    edge('e1', 'w', 'd', 'a'),
    edge('e2', 't', 'd', 'b'),
    edge('e3', 'd', 'square', 'a'),
    edge('e4', 'd', 'square', 'b'),
    edge('e5', 'square', 'scaled', 'a'),
    edge('e6', 'c', 'scaled', 'b'),
    edge('e7', 'scaled', 'loss', 'x')
  ],
  objective: 'loss'
}

async function fiveSteps(executor: Executor, settings: OptimizerSettings): Promise<number[][]> {
  const graph = trainingGraph(document, build(document), {
    optimizer: settings,
    batchSize: 1,
    epochs: 1,
    shuffle: false,
    seed: 0,
    metrics: [],
    validationSplit: 0
  })
  await executor.setVariable('w', golden.start.flat())
  for (const { name, shape } of graph.states) await executor.setVariable(name, new Float64Array(sizeOf(shape)))
  const { plan } = compile(graph.ir, { batch: 1, wanted: [graph.loss], updates: graph.updates })
  const program = await executor.load(plan)
  const found: number[][] = []
  for (let t = 1; t <= 5; t++) {
    const scalars = graph.optimizer.scalars(t, settings.learningRate)
    await program.run(otherFeeds(plan, { step: t, training: true, rows: 1, scalars }))
    found.push(Array.from(await executor.getVariable('w')))
  }
  return found
}

const worst = (a: number[][], b: readonly number[][]): number =>
  Math.max(...a.flatMap((step, t) => step.map((x, i) => Math.abs(x - (b[t]?.[i] ?? Number.NaN)))))

test('every optimizer whose step is IR has a case', () => {
  const onDevice = Object.entries(optimizers).filter(([, definition]) => definition.make)
  expect([...new Set(golden.cases.map((c) => c.kind))].sort()).toEqual(onDevice.map(([kind]) => kind).sort())
})

describe.each(golden.cases)('$kind $settings', ({ kind, settings, steps }) => {
  const chosen = { kind, ...settings } as OptimizerSettings

  test('float64 agrees to 1e-12', async () => {
    expect(worst(await fiveSteps(new ReferenceExecutor(), chosen), steps)).toBeLessThan(1e-12)
  })

  test('float32 agrees to 1e-6', async () => {
    expect(worst(await fiveSteps(new CpuExecutor(), chosen), steps)).toBeLessThan(1e-6)
  })
})
