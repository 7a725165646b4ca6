/** A document as one training step: forward, backward and update in one IR graph. */
import { backward } from '../compile/backward.ts'
import { type Built, build } from '../document/build.ts'
import { indexOf } from '../document/lookup.ts'
import type { GraphDocument, TrainingSettings } from '../document/types.ts'
import type { Builder, Value } from '../ir/builder.ts'
import type { Attributes, IrGraph, IrNode } from '../ir/types.ts'
import { accuracyOf } from '../ops/metrics.ts'
import { fail, isError, ProblemError } from '../problem.ts'
import { type StaticShape, showShape } from '../shape.ts'
import { clipped } from './clip.ts'
import { makeOptimizer, type Optimizer } from './optimizers.ts'
import { type SecondOrder, secondOrder } from './second-order.ts'

export interface Variable {
  readonly name: string
  readonly shape: StaticShape
  readonly init: Attributes['init']
}

/** Loss and metrics of a graph that nothing is learned in: running statistics in the place of the batch's. */
export interface EvaluationGraph {
  readonly ir: IrGraph
  readonly loss: number
  readonly metrics: Readonly<Record<string, number>>
  /** The loss of a batch is a sum over its rows, not a mean. */
  readonly summed: boolean
}

export interface TrainingGraph {
  readonly ir: IrGraph
  /** The same graph as it is evaluated between epochs and after them. */
  readonly evaluation: EvaluationGraph
  readonly optimizer: Optimizer
  /** Where steps are taken on the host: what they need. */
  readonly secondOrder: SecondOrder | null
  readonly loss: number
  readonly metrics: Readonly<Record<string, number>>
  /** Variable name → IR id of its value after the step; sums for the epoch's means among them. */
  readonly updates: ReadonlyMap<string, number>
  /** Parameter that is learned → IR id of its gradient, before it is clipped. */
  readonly gradients: ReadonlyMap<string, number>
  readonly clip: TrainingSettings['clip']
  readonly parameters: readonly Variable[]
  /** Everything else that the step keeps, starting at 0. */
  readonly states: readonly Variable[]
  /** Names of the variables that add up the loss and the metrics, times the rows of each batch. */
  readonly sums: Readonly<Record<string, string>>
  /** The loss of a batch is a sum over its rows, not a mean. */
  readonly summed: boolean
}

/** Feed of the rows in the batch, by which sums are weighted. */
export const ROWS = '#rows'
/** Feeds of the optimizer's numbers begin so; no node id can. */
export const SCALAR = '#optimizer.'

export const variablesOf = (ir: IrGraph): Variable[] =>
  ir.nodes
    .filter((node) => node.op === 'Variable')
    .map((node) => ({
      name: node.attributes.name as string,
      shape: node.type.shape as StaticShape,
      init: node.attributes.init
    }))

/**
 * The metrics that the settings name. "accuracy" is the graph's own Accuracy or BinaryAccuracy node, or is made from
 * what the loss compares; any other name is the id of a scalar node.
 */
export function metricValues(document: GraphDocument, built: Built, names: readonly string[]): Record<string, Value> {
  const index = indexOf(document)
  const outputOf = (id: string): Value | undefined => built.outputs.get(id)?.out
  const accuracy = (): Value => {
    const own = document.nodes.find((n) => n.op === 'Accuracy' || n.op === 'BinaryAccuracy')
    const made = own && outputOf(own.id)
    if (made) return made
    const loss = index.nodes.get(document.objective ?? '')
    const kind = loss && accuracyOf(loss.op)
    if (!loss || !kind) {
      return fail('train.metricAccuracy', { metric: 'accuracy', op: loss?.op ?? '' })
    }
    const wire = (handle: string): Value => built.wires.get(index.into(loss.id, handle)?.id ?? '') as Value
    return built.builder.emit(kind.op, [wire('prediction'), wire('target')], kind.attributes)
  }
  return Object.fromEntries(
    names.map((name) => {
      if (name === 'loss') fail('train.metricLoss', { metric: name })
      if (name === 'accuracy') return [name, accuracy()]
      const value = outputOf(name)
      return [name, value?.type.shape.length === 0 ? value : fail('train.metric', { metric: name })]
    })
  )
}

/** The loss of a graph. @throws ProblemError with what stands in its way, or where it is no single number. */
export function objectiveOf(document: GraphDocument, built: Built): Value {
  if (document.objective === null) return fail('train.noObjective')
  const { objective } = built
  if (!objective) {
    const errors = built.problems.filter(isError)
    if (errors.length > 0) throw new ProblemError(errors)
    return fail('run.nothing')
  }
  if (objective.type.shape.length > 0) {
    return fail(
      'train.notScalar',
      { node: document.objective, shape: showShape(objective.type.shape) },
      { nodeId: document.objective }
    )
  }
  return objective
}

/**
 * Whether the loss of a batch is the sum over its rows. What is reported is the mean per example all the same, so that
 * batches of any size can be compared.
 */
export function isSummed(document: GraphDocument, { wires }: Built): boolean {
  const index = indexOf(document)
  const loss = index.nodes.get(document.objective ?? '')
  if (loss?.op !== 'ReduceSum') return loss?.attributes?.reduction === 'sum'
  const summed = wires.get(index.into(loss.id, 'x')?.id ?? '')?.type.shape
  return summed?.some((d) => typeof d !== 'number') ?? false
}

const idsOf = (values: Readonly<Record<string, Value>>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.id]))

/** @throws ProblemError where the graph has no loss, or a metric is not to be had. */
export function evaluationGraph(document: GraphDocument, metrics: readonly string[]): EvaluationGraph {
  const built = build(document)
  const loss = objectiveOf(document, built)
  const values = metricValues(document, built, metrics)
  return { ir: built.builder.graph(), loss: loss.id, metrics: idsOf(values), summed: isSummed(document, built) }
}

/**
 * @param built for training (`build` with `training`): else running statistics stay as they are
 * @throws ProblemError where the graph cannot be trained.
 */
export function trainingGraph(document: GraphDocument, built: Built, settings: TrainingSettings): TrainingGraph {
  const objective = objectiveOf(document, built)
  const optimizer = makeOptimizer(settings.optimizer)
  const b = built.builder
  const parameters = b.graph().nodes.filter((node) => node.op === 'Variable')
  const trainable = parameters.filter((p) => p.attributes.trainable !== false)
  const gradients = backward(b, objective, new Set(trainable.map((p) => p.id)))
  const trained = trainable.filter((p) => gradients.has(p.id))
  if (trained.length === 0) fail('train.noParameters')
  const metrics = metricValues(document, built, settings.metrics)
  const order = secondOrder(document, built, settings, trained)
  b.phase = 'update'
  const found = trained.map((p) => gradients.get(p.id) as Value)
  const emitted = emitUpdates(b, trained, found, optimizer, settings.clip)
  const updates = new Map([...[...b.updates].map(([name, { id }]) => [name, id] as const), ...emitted.updates])
  const states = [...emitted.states]
  b.origin = null
  const rows = b.feed(ROWS, [])
  const sums: Record<string, string> = {}
  const summed = isSummed(document, built)
  for (const [name, value] of Object.entries({ loss: objective, ...metrics })) {
    const sum = `#sum.${name}`
    sums[name] = sum
    states.push({ name: sum, shape: [], init: undefined })
    const share = name === 'loss' && summed ? value : b.mul(value, rows)
    updates.set(sum, b.add(b.variable(sum, []), share).id)
  }
  b.phase = 'forward'
  return {
    ir: b.graph(),
    evaluation: evaluationGraph(document, settings.metrics),
    optimizer,
    secondOrder: order,
    loss: objective.id,
    metrics: idsOf(metrics),
    updates,
    gradients: new Map(trained.map((p, i) => [p.attributes.name as string, (found[i] as Value).id])),
    clip: settings.clip,
    parameters: variablesOf({ nodes: parameters }),
    states,
    sums,
    summed
  }
}

/** What parameters and the optimizer's states become, by their gradients. */
export function emitUpdates(
  b: Builder,
  parameters: readonly IrNode[],
  gradients: readonly Value[],
  optimizer: Optimizer,
  clip: TrainingSettings['clip']
): { readonly updates: ReadonlyMap<string, number>; readonly states: readonly Variable[] } {
  const into: Collected = { updates: new Map(), states: [], scalars: new Map() }
  b.origin = null
  for (const [i, gradient] of clipped(b, gradients, clip).entries())
    emitUpdate(b, parameters[i] as IrNode, gradient, optimizer, into)
  return into
}

interface Collected {
  readonly updates: Map<string, number>
  readonly states: Variable[]
  readonly scalars: Map<string, Value>
}

function emitUpdate(b: Builder, parameter: IrNode, gradient: Value, optimizer: Optimizer, into: Collected): void {
  const name = parameter.attributes.name as string
  const shape = parameter.type.shape as StaticShape
  b.origin = parameter.origin
  const stateName = (state: string): string => `${name}#${state}`
  const after = optimizer.update({
    b,
    parameter,
    gradient,
    state: (state) => b.variable(stateName(state), shape),
    scalar: (scalar) => {
      const known = into.scalars.get(scalar) ?? b.feed(`${SCALAR}${scalar}`, [])
      into.scalars.set(scalar, known)
      return known
    }
  })
  for (const [state, value] of Object.entries(after)) {
    into.updates.set(state === 'parameter' ? name : stateName(state), value.id)
    if (state !== 'parameter') into.states.push({ name: stateName(state), shape, init: undefined })
  }
}
