/** One step of a walk in all its numbers. */
import type { Value } from '../../ir/builder.ts'
import type { IrNode } from '../../ir/types.ts'
import { fail } from '../../problem.ts'
import { sizeOf } from '../../shape.ts'
import { rateAt } from '../../train/schedules.ts'
import { backwardDetail } from './back.ts'
import { forwardTex, nameTex } from './formulas.ts'
import { broadcastCell, coordinatesOf } from './local.ts'
import { type Look, pieceOf } from './pieces.ts'
import { dotProduct, forwardShapes } from './products.ts'
import type {
  Equation,
  ForkDetail,
  ForwardDetail,
  Piece,
  SeedDetail,
  StepDetail,
  StepInput,
  StepRequest,
  UpdateDetail
} from './types.ts'
import { updateLines } from './update.ts'
import { operatorOf, parameterName, type Walk, type WalkStep } from './walk.ts'

/** What is said of a step, before it is said of which walk. */
export type Made<T extends StepDetail = StepDetail> = T extends StepDetail
  ? Omit<T, 'walkId' | 'index' | 'milliseconds'>
  : never

/** @throws ProblemError graph.noSuchThing */
export async function detailOf(
  walk: Walk,
  { index, sample = 0, cells = {} }: StepRequest,
  rows: number | null
): Promise<Made> {
  const step = walk.steps[index] ?? fail('graph.noSuchThing', { what: 'step', id: String(index) })
  const look: Look = { sample: Math.min(sample, walk.batch - 1), cells }
  switch (step.kind) {
    case 'source':
    case 'forward':
      return forwardDetail(walk, step, step.kind, look)
    case 'seed':
      return seedDetail(walk, look)
    case 'fork':
      return forkDetail(walk, step, look)
    case 'backward':
      return backwardDetail(walk, step, look)
    case 'update':
      return updateDetail(walk, step, look, rows)
  }
}

const gradientOf = (walk: Walk, value: Value): Value => walk.gradients.get(value.id) as Value

async function forwardDetail(
  walk: Walk,
  step: WalkStep,
  kind: 'source' | 'forward',
  { sample, cells }: Look
): Promise<Made<ForwardDetail>> {
  const { op, attributes } = operatorOf(walk, step)
  const made = Object.entries(walk.built.outputs.get(step.name) ?? {})
  const outputs: { handle: string; value: Piece }[] = []
  for (const [handle, value] of made)
    outputs.push({ handle, value: await pieceOf(walk, value, value, cells[handle] ?? cells.out, sample) })
  const out = (outputs[0] as { value: Piece }).value
  const [, outValue] = made[0] as [string, Value]
  const at = coordinatesOf(out.cell, out.shape)
  const inputs: StepInput[] = []
  const wires = walk.entering(step.name)
  for (const edge of wires) {
    const wire = walk.wire(edge.id)
    // an elementwise step reads its inputs at the place of its output
    const cell = op.scalar ? broadcastCell(at, walk.shape(wire)) : cells[edge.targetHandle]
    inputs.push({
      handle: edge.targetHandle,
      edge: walk.drawn(edge.id),
      name: walk.nameOf(edge.source, edge.sourceHandle),
      value: await pieceOf(walk, wire, wire, cell, sample)
    })
  }
  const owned: StepInput[] = []
  for (const variable of walk.ownedBy(step.name)) {
    const handle = variable.origin?.part ?? parameterName(variable)
    owned.push({
      handle,
      edge: null,
      name: parameterName(variable),
      value: await pieceOf(walk, variable, variable, cells[handle], sample)
    })
  }
  const single = op.scalar !== undefined || inputs.every(({ value }) => sizeOf(value.shape) === 1)
  const names = inputs.map((input) => input.name)
  const written = inputs.length > 0 ? forwardTex(op, attributes, names) : null
  const product = op.kind === 'MatMul'
  const equation: Equation = {
    left: nameTex(walk.nameOf(step.name, made[0]?.[0] ?? 'out')),
    symbols: written?.symbols ?? null,
    put: written && single && !product ? written.put : null,
    values: written && single ? inputs.map(({ value }) => value.value) : [],
    result: out.value
  }
  const shapes = product
    ? await productOf(walk, step, outValue, out)
    : { terms: null, shapes: op.kind === 'Dense' ? denseShapes(inputs, owned, step.name, out) : null }
  const rule = kind === 'source' || written ? null : op.formula.forward
  return { kind, outputs, inputs, owned, equation, rule, ...shapes }
}

/** X·W as boxes, without the bias that is added to each row. */
function denseShapes(
  inputs: readonly StepInput[],
  owned: readonly StepInput[],
  name: string,
  out: Piece
): ForwardDetail['shapes'] {
  const [x, w] = [inputs[0], owned[0]]
  if (!x || !w) return null
  return forwardShapes(
    { name: x.name, shape: x.value.shape },
    { name: w.name, shape: w.value.shape },
    { name, shape: out.shape }
  )
}

async function productOf(
  walk: Walk,
  step: WalkStep,
  value: Value,
  out: Piece
): Promise<Pick<ForwardDetail, 'terms' | 'shapes'>> {
  const [a, b] = walk.entering(step.name)
  const node = walk.forwardOf(step.name).at(-1)
  if (!a || !b || !node || sizeOf(out.shape) === 0) return { terms: null, shapes: null }
  const operand = async (edge: string) => ({
    shape: walk.shape(walk.wire(edge)),
    data: await walk.read(walk.wire(edge).id)
  })
  const [left, right] = [await operand(a.id), await operand(b.id)]
  return {
    terms: dotProduct(node, [left, right], walk.shape(value), out.cell),
    shapes: forwardShapes(
      { name: a.source, shape: left.shape },
      { name: b.source, shape: right.shape },
      { name: step.name, shape: out.shape }
    )
  }
}

async function seedDetail(walk: Walk, { sample, cells }: Look): Promise<Made<SeedDetail>> {
  const objective = walk.built.objective as Value
  const gradient = await pieceOf(walk, objective, gradientOf(walk, objective), cells.out, sample)
  const data = await walk.read(objective.id)
  let sum = 0
  for (const x of data) sum += x
  return { kind: 'seed', gradient, objective: sum }
}

async function forkDetail(walk: Walk, step: WalkStep, { sample, cells }: Look): Promise<Made<ForkDetail>> {
  const output = step.output as string
  const value = walk.built.outputs.get(step.name)?.[output] as Value
  const sum = await pieceOf(walk, value, gradientOf(walk, value), cells.out, sample)
  const parts: { edge: string | null; name: string; gradient: Piece }[] = []
  for (const edge of walk.leaving(step.name, output)) {
    const wire = walk.wire(edge.id)
    const gradient = walk.gradients.get(wire.id)
    if (!gradient) continue
    parts.push({
      edge: walk.drawn(edge.id),
      name: edge.target,
      gradient: await pieceOf(walk, wire, gradient, sum.cell, sample)
    })
  }
  return { kind: 'fork', parts, sum }
}

async function updateDetail(
  walk: Walk,
  step: WalkStep,
  { sample, cells }: Look,
  rows: number | null
): Promise<Made<UpdateDetail>> {
  const variable = walk.ir.nodes.find((n) => n.op === 'Variable' && parameterName(n) === step.parameter) as IrNode
  const gradient = await pieceOf(walk, variable, gradientOf(walk, variable), cells.out, sample)
  const before = await pieceOf(walk, variable, variable, gradient.cell, sample)
  const settings = walk.training
  const steps = Math.ceil((rows ?? 1) / settings.batchSize) * settings.epochs
  const made = updateLines({
    settings,
    learningRate: rateAt(settings, { step: 0, epoch: 0, steps }),
    weight: before.value,
    gradient: gradient.value,
    shortened: await shortening(walk)
  })
  return {
    kind: 'update',
    parameter: step.parameter as string,
    before,
    gradient,
    optimizer: settings.optimizer.kind,
    assumed: walk.document.training === null,
    lines: made?.lines ?? [],
    after: made?.after ?? null
  }
}

/** min(1, c / ‖g‖) over all gradients as one vector, as engine/train/clip.ts has it. */
async function shortening(walk: Walk): Promise<number> {
  const { clip } = walk.training
  if (!clip || !('norm' in clip)) return 1
  let squares = 0
  for (const { kind, parameter } of walk.steps) {
    if (kind !== 'update') continue
    const variable = walk.ir.nodes.find((n) => n.op === 'Variable' && parameterName(n) === parameter) as IrNode
    squares += (await walk.statistics(gradientOf(walk, variable).id)).norm ** 2
  }
  return Math.min(1, clip.norm / (Math.sqrt(squares) + 1e-6))
}
