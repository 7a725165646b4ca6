/** The bowl that schedules and clipping are tried on (make_schedules.py), and its training on any executor. */
import { compile } from '../../engine/compile/compile.ts'
import { build } from '../../engine/document/build.ts'
import {
  type ClipSettings,
  defaultTraining,
  emptyDocument,
  type GraphDocument,
  type OptimizerSettings,
  type Schedule,
  type TrainingSettings
} from '../../engine/document/types.ts'
import type { Executor } from '../../engine/runtime/executor.ts'
import { sizeOf } from '../../engine/shape.ts'
import { otherFeeds } from '../../engine/train/feeds.ts'
import { trainingGraph } from '../../engine/train/graph.ts'
import { rateAt } from '../../engine/train/schedules.ts'
import { edge } from '../edge.ts'
import json from './schedules.json'

export interface Golden {
  readonly start: number[][]
  readonly bias: number[]
  readonly curvature: number[][]
  readonly target: number[][]
  readonly epochs: number
  readonly stepsPerEpoch: number
  readonly cases: readonly {
    readonly optimizer: OptimizerSettings
    readonly schedule?: Schedule
    readonly clip?: ClipSettings
    readonly rates: number[]
    readonly steps: number[][]
  }[]
}

export const golden = json as unknown as Golden
const steps = golden.epochs * golden.stepsPerEpoch
const position = { x: 0, y: 0 }
const constant = (id: string, values: number[][]) => ({
  id,
  op: 'Constant',
  attributes: { shape: [2, 3], values: values.flat() },
  position
})

/** loss = Σ c (w + b - t)² */
const document: GraphDocument = {
  ...emptyDocument,
  nodes: [
    { id: 'w', op: 'Parameter', attributes: { shape: [2, 3], init: { kind: 'zeros' } }, position },
    { id: 'b', op: 'Parameter', attributes: { shape: [3], init: { kind: 'zeros' } }, position },
    constant('c', golden.curvature),
    constant('t', golden.target),
    { id: 'sum', op: 'Add', position },
    { id: 'd', op: 'Sub', position },
    { id: 'square', op: 'Mul', position },
    { id: 'scaled', op: 'Mul', position },
    { id: 'loss', op: 'ReduceSum', position }
  ],
  edges: [
    edge('e0', 'w', 'sum', 'a'),
    edge('e1', 'b', 'sum', 'b'),
    edge('e2', 'sum', 'd', 'a'),
    edge('e3', 't', 'd', 'b'),
    edge('e4', 'd', 'square', 'a'),
    edge('e5', 'd', 'square', 'b'),
    edge('e6', 'square', 'scaled', 'a'),
    edge('e7', 'c', 'scaled', 'b'),
    edge('e8', 'scaled', 'loss', 'x')
  ],
  objective: 'loss'
}

export const rates = (settings: TrainingSettings): number[] =>
  Array.from({ length: steps }, (_, step) =>
    rateAt(settings, { step, epoch: Math.floor(step / golden.stepsPerEpoch), steps })
  )

/** All parameters after each step. */
export async function train(executor: Executor, settings: TrainingSettings): Promise<number[][]> {
  const graph = trainingGraph(document, build(document), settings)
  await executor.setVariable('w', golden.start.flat())
  await executor.setVariable('b', golden.bias)
  for (const { name, shape } of graph.states) await executor.setVariable(name, new Float64Array(sizeOf(shape)))
  const { plan } = compile(graph.ir, {
    batch: 1,
    wanted: [graph.loss],
    updates: graph.updates,
    maxOperands: executor.maxOperands
  })
  const program = await executor.load(plan)
  const found: number[][] = []
  for (const [i, rate] of rates(settings).entries()) {
    const scalars = graph.optimizer.scalars(i + 1, rate)
    await program.run(otherFeeds(plan, { step: i + 1, training: true, rows: 1, scalars }))
    found.push([...(await executor.getVariable('w')), ...(await executor.getVariable('b'))])
  }
  return found
}

/** Largest difference of any number. */
export const worst = (a: number[][], b: readonly number[][]): number =>
  Math.max(...a.flatMap((step, t) => step.map((x, i) => Math.abs(x - (b[t]?.[i] ?? Number.NaN)))))

export const settingsOf = ({ optimizer, schedule, clip }: Golden['cases'][number]): TrainingSettings => ({
  ...defaultTraining,
  optimizer,
  ...(schedule ? { schedule } : {}),
  ...(clip ? { clip } : {})
})
