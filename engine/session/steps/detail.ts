/** One step of a walk in all its numbers. */
import type { GraphEdge } from '../../document/types.ts'
import type { Value } from '../../ir/builder.ts'
import type { Attributes, IrNode } from '../../ir/types.ts'
import { fail } from '../../problem.ts'
import { type StaticShape, sizeOf } from '../../shape.ts'
import { backwardDetail } from './back.ts'
import { forwardTex, nameTex } from './formulas.ts'
import { type Learning, updateDetail } from './learn.ts'
import { broadcastCell, coordinatesOf } from './local.ts'
import { type Look, pieceOf } from './pieces.ts'
import { asRows, dotProduct, forwardShapes, operandCells } from './products.ts'
import type {
  Equation,
  ForkDetail,
  ForwardDetail,
  LayerSum,
  Piece,
  SeedDetail,
  ShapeAlgebra,
  StepDetail,
  StepInput,
  StepRequest,
  Term
} from './types.ts'
import { operatorOf, parameterName, type Walk, type WalkStep } from './walk.ts'

/** What is said of a step, before it is said of which walk. */
export type Made<T extends StepDetail = StepDetail> = T extends StepDetail
  ? Omit<T, 'walkId' | 'index' | 'milliseconds'>
  : never

/** @throws ProblemError graph.noSuchThing */
export async function detailOf(
  walk: Walk,
  { index, sample = 0, cells = {} }: StepRequest,
  learning: Learning
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
      return updateDetail(walk, step, look, learning)
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
  const product = await productOf(walk, step, outValue, out)
  const gemm = op.kind === 'Gemm' ? gemmShapes(walk, step, attributes, out) : null
  const inputs: StepInput[] = []
  const wires = walk.entering(step.name)
  for (const edge of wires) {
    const wire = walk.wire(edge.id)
    // an elementwise step reads its inputs at the place of its output, a product a row and a column
    const cell = op.scalar ? broadcastCell(at, walk.shape(wire)) : (product?.cells[edge.targetHandle] ?? undefined)
    inputs.push({
      handle: edge.targetHandle,
      edge: walk.drawn(edge.id),
      name: walk.nameOf(edge.source, edge.sourceHandle),
      value: await pieceOf(walk, wire, wire, cell ?? cells[edge.targetHandle], sample),
      ...lineOf(product, edge.targetHandle)
    })
  }
  const owned: StepInput[] = []
  for (const variable of walk.ownedBy(step.name)) {
    const handle = variable.origin?.part ?? parameterName(variable)
    const cell = product?.cells[handle] ?? cells[handle]
    owned.push({
      handle,
      edge: null,
      name: parameterName(variable),
      value: await pieceOf(walk, variable, variable, cell, sample),
      ...lineOf(product, handle)
    })
  }
  const single = op.scalar !== undefined || inputs.every(({ value }) => sizeOf(value.shape) === 1)
  const names = inputs.map((input) => input.name)
  const written = inputs.length > 0 ? forwardTex(op, attributes, names) : null
  const equation: Equation = {
    left: nameTex(walk.nameOf(step.name, made[0]?.[0] ?? 'out')),
    symbols: written?.symbols ?? null,
    put: written && single && !product ? written.put : null,
    values: written && single ? inputs.map(({ value }) => value.value) : [],
    result: out.value
  }
  const rule = kind === 'source' || written ? null : op.formula.forward
  const { terms, layer, shapes } = product ?? { terms: null, layer: null, shapes: gemm }
  return { kind, outputs, inputs, owned, equation, rule, terms, layer, shapes }
}

/** Gemm's first two inputs as boxes, without what is added. */
function gemmShapes(walk: Walk, step: WalkStep, { transA, transB }: Attributes, out: Piece): ShapeAlgebra | null {
  const [a, b] = walk.entering(step.name)
  if (!a || !b) return null
  const factor = (edge: GraphEdge) => ({
    tex: nameTex(walk.nameOf(edge.source, edge.sourceHandle)),
    shape: walk.shape(walk.wire(edge.id))
  })
  const y = { tex: nameTex(step.name), shape: out.shape }
  return forwardShapes({ a: factor(a), b: factor(b), y, transA: Boolean(transA), transB: Boolean(transB) })
}

interface Product extends Pick<ForwardDetail, 'terms' | 'layer' | 'shapes'> {
  /** Elements of the operands that are looked at, by handle, and which of their lines take part. */
  readonly cells: Readonly<Record<string, number>>
  readonly lines: Readonly<Record<string, 'row' | 'column'>>
}

function lineOf(product: Product | null, handle: string): Pick<StepInput, 'line'> {
  const line = product?.lines[handle]
  return line ? { line } : {}
}

/** An element of a product, or of a layer that is one: its row times its column, summand by summand. */
async function productOf(walk: Walk, step: WalkStep, value: Value, out: Piece): Promise<Product | null> {
  const layer = step.op === 'Dense'
  if ((step.op !== 'MatMul' && !layer) || sizeOf(out.shape) === 0) return null
  const nodes = walk.forwardOf(step.name)
  const node = nodes.find(({ op }) => op === 'MatMul')
  const wires = walk.entering(step.name)
  const kernel = walk.ownedBy(step.name).find((variable) => variable.origin?.part === 'kernel')
  const [a, b] = [wires[0], layer ? kernel : wires[1] && walk.wire(wires[1].id)]
  if (!node || !a || !b) return null
  const operand = async (from: Value) => ({ shape: walk.shape(from), data: await walk.read(from.id) })
  const [left, right] = [await operand(walk.wire(a.id)), await operand(b)]
  const terms = dotProduct(node, [left, right], walk.shape(value), out.cell)
  const heaviest = [...terms.shown].sort((x, y) => sizeOfTerm(y) - sizeOfTerm(x))[0]
  const [p, q] = operandCells(node, [left.shape, right.shape], out.cell, heaviest?.at[0] ?? 0)
  const rows = (shape: StaticShape): StaticShape => (layer ? asRows(shape) : shape)
  const [first, second] = layer ? ['x', 'kernel'] : ['a', 'b']
  const bias = walk.ownedBy(step.name).find((variable) => variable.origin?.part === 'bias')
  const place = out.cell % (out.shape.at(-1) ?? 1)
  return {
    terms,
    layer: layer ? await layerOf(walk, step, nodes, out.cell) : null,
    shapes: forwardShapes({
      a: { tex: nameTex(walk.nameOf(a.source, a.sourceHandle)), shape: rows(left.shape) },
      b: { tex: nameTex(kernel ? parameterName(kernel) : (wires[1]?.source ?? '')), shape: rows(right.shape) },
      y: { tex: nameTex(step.name), shape: rows(out.shape) }
    }),
    cells: { [first as string]: p, [second as string]: q, ...(bias && { bias: place }) },
    lines: {
      ...(left.shape.length > 1 && { [first as string]: 'row' as const }),
      ...(right.shape.length > 1 && { [second as string]: 'column' as const })
    }
  }
}

const sizeOfTerm = ({ factors: [a, b] }: Term): number => Math.abs(a * b)

/** What comes behind the products of a dense layer. */
async function layerOf(walk: Walk, step: WalkStep, nodes: readonly IrNode[], cell: number): Promise<LayerSum> {
  const { attributes } = operatorOf(walk, step)
  const activation = String(attributes.activation ?? 'linear')
  const sum = nodes.findLast(({ origin }) => origin?.part === 'add' || origin?.part === 'matmul') as IrNode
  const bias = nodes.find(({ op, origin }) => op === 'Variable' && origin?.part === 'bias')
  const units = bias ? sizeOf(walk.shape(bias)) : 1
  return {
    bias: bias ? ((await walk.read(bias.id))[cell % units] as number) : null,
    sum: (await walk.read(sum.id))[cell] as number,
    activation: activation === 'linear' ? null : activation
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
