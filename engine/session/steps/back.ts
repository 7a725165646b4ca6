/** A backward step: what arrives, times the local derivative, goes back to each input. */
import type { Value } from '../../ir/builder.ts'
import type { IrNode } from '../../ir/types.ts'
import { broadcastAxes, type StaticShape, sizeOf } from '../../shape.ts'
import { gradientTex, localFormula, localTex, nameTex } from './formulas.ts'
import { broadcastCell, column, coordinatesOf, type Sparse } from './local.ts'
import { type Look, pieceOf } from './pieces.ts'
import { asRows, backwardShapes, sharesOfSamples, termsOf } from './products.ts'
import type { BackwardDetail, Equation, Piece, ShapeAlgebra, Share, Term, Terms, Zero } from './types.ts'
import { type Operator, operatorOf, parameterName, type Walk, type WalkStep } from './walk.ts'

/** An input that a gradient may go back to: a wire, or a parameter that the layer owns. */
interface Input {
  readonly handle: string
  readonly edge: string | null
  /** The node that it comes from, along a wire. */
  readonly source: string | null
  readonly name: string
  readonly value: Value
  /** The value goes to several places, and this is the part of one. */
  readonly partial: boolean
}

interface Site {
  readonly walk: Walk
  readonly step: WalkStep
  readonly node: Operator
  readonly look: Look
  readonly inputs: readonly Input[]
  /** Outputs with what arrives at them. */
  readonly outputs: readonly { readonly handle: string; readonly value: Value; readonly gradient: Value }[]
}

export async function backwardDetail(
  walk: Walk,
  step: WalkStep,
  look: Look
): Promise<Omit<BackwardDetail, 'walkId' | 'index' | 'milliseconds'>> {
  const site = siteOf(walk, step, look)
  const { node, outputs } = site
  const upstream: { handle: string; gradient: Piece }[] = []
  for (const { handle, value, gradient } of outputs) {
    upstream.push({ handle, gradient: await pieceOf(walk, value, gradient, look.cells[handle], look.sample) })
  }
  const shares: Share[] = []
  for (const [i, input] of site.inputs.entries()) shares.push(await shareOf(site, input, i))
  return { kind: 'backward', upstream, shares, reads: readsOf(site), rules: node.op.formula.backward ?? {} }
}

function siteOf(walk: Walk, step: WalkStep, look: Look): Site {
  const outputs = Object.entries(walk.built.outputs.get(step.name) ?? {}).flatMap(([handle, value]) => {
    const gradient = walk.gradients.get(value.id)
    return gradient ? [{ handle, value, gradient }] : []
  })
  return { walk, step, node: operatorOf(walk, step), look, inputs: inputsOf(walk, step), outputs }
}

/**
 * What each sample of the batch adds to the gradient of one element of a parameter, over all that read it.
 * Null where a reader's output has no row for each sample, or its derivative would take too long.
 */
export async function samplesOf(walk: Walk, variable: IrNode, cell: number): Promise<number[] | null> {
  const look: Look = { sample: 0, cells: {} }
  const node = variable.origin?.node ?? ''
  const owner = walk.find(node)?.op === 'Parameter' ? node : null
  let sum: number[] | null = null
  for (const step of walk.steps) {
    if (step.kind !== 'backward') continue
    const site = siteOf(walk, step, look)
    for (const input of site.inputs) {
      const reads = input.value.id === variable.id || (owner !== null && input.source === owner)
      if (!reads || !walk.gradients.has(input.value.id)) continue
      const found = await columnOf(site, input, cell)
      const shares = found && sharesOfSamples(await allTerms(site, found), walkNodes(site), walk.batch)
      if (!shares) return null
      sum = sum ? sum.map((x, i) => x + (shares[i] as number)) : shares
    }
  }
  return sum
}

function inputsOf(walk: Walk, step: WalkStep): Input[] {
  const wires = walk.entering(step.name).map((edge) => {
    const back = walk.leaving(edge.source, edge.sourceHandle).filter((e) => walk.gradients.has(walk.wire(e.id).id))
    return {
      handle: edge.targetHandle,
      edge: walk.drawn(edge.id),
      source: edge.source,
      name: walk.nameOf(edge.source, edge.sourceHandle),
      value: walk.wire(edge.id),
      partial: back.length > 1
    }
  })
  const owned = walk.ownedBy(step.name).map((variable) => ({
    handle: variable.origin?.part ?? parameterName(variable),
    edge: null,
    source: null,
    name: parameterName(variable),
    value: variable,
    partial: false
  }))
  return [...wires, ...owned]
}

async function shareOf(site: Site, input: Input, index: number): Promise<Share> {
  const { walk, look } = site
  const found = walk.gradients.get(input.value.id)
  const chosen = look.cells[input.handle]
  const gradient = found ? await pieceOf(walk, input.value, found, chosen, look.sample) : null
  const value = await pieceOf(walk, input.value, input.value, gradient?.cell ?? chosen, look.sample)
  const column = gradient ? await columnOf(site, input, gradient.cell) : null
  const all = column && (await allTerms(site, column))
  const terms = all && fits(termsOf(all), gradient as Piece)
  const first = terms?.shown[0]
  return {
    handle: input.handle,
    edge: input.edge,
    name: input.name,
    value,
    gradient,
    why: gradient ? null : walk.why(input.value.id),
    given: isGiven(walk, input),
    terms,
    chain: chainOf(site, input),
    local: first ? await localOf(site, index, input, first) : null,
    summed: summedOver(site, input),
    shapes: shapesOf(site, index),
    zero: gradient && all && gradient.value === 0 ? zeroOf(site, all) : null,
    saturated: first !== undefined && terms !== null && isSaturated(site, terms),
    samples: all && terms && terms.count > 1 ? sharesOfSamples(all, walkNodes(site), walk.batch) : null
  }
}

/** ∂L/∂x = ∂L/∂y · ∂y/∂x, added up over the outputs. */
function chainOf({ walk, step, outputs }: Site, input: Input): string {
  const through = outputs.map(({ handle }) => {
    const name = walk.nameOf(step.name, handle)
    return `${gradientTex(name)} \\cdot ${localTex(name, input.name)}`
  })
  return `${gradientTex(input.name, input.partial ? step.name : null)} = ${through.join(' + ')}`
}

/** Constants, inputs and data are given; only a parameter is learned. */
const GIVEN = new Set(['Constant', 'Input', 'Dataset', 'RandomNormal', 'RandomUniform'])
const isGiven = (walk: Walk, { name }: Input): boolean => GIVEN.has(walk.find(name)?.op ?? 'Parameter')

const walkNodes = ({ walk, outputs }: Site): IrNode[] => outputs.map(({ value }) => walk.ir.nodes[value.id] as IrNode)

async function columnOf({ walk, step }: Site, input: Input, cell: number): Promise<ReadonlyMap<number, Sparse> | null> {
  const nodes = walk.forwardOf(step.name)
  const ground = { batch: walk.batch, read: (id: number) => walk.read(id) }
  return column(ground, walk.ir.nodes, nodes, input.value.id, cell)
}

async function allTerms({ walk, outputs }: Site, found: ReadonlyMap<number, Sparse>): Promise<Term[]> {
  const terms: Term[] = []
  for (const { handle, value, gradient } of outputs) {
    const upstream = await walk.read(gradient.id)
    const shape = walk.shape(value)
    const locals = [...(found.get(value.id) ?? [])].sort(([a], [b]) => a - b)
    for (const [flat, local] of locals)
      terms.push({ factors: [upstream[flat] as number, local], at: coordinatesOf(flat, shape), handle })
  }
  return terms
}

/** How far rounding may take the sum from the number on the wire, of the sum of magnitudes. */
const ROUNDING = 1e-3

/** A gradient that a person wrote need be no product; then nothing is claimed. */
function fits(terms: Terms, gradient: Piece): Terms | null {
  const { sum } = terms
  if (!Number.isFinite(sum) || !Number.isFinite(gradient.value)) return terms
  const size = terms.shown.reduce(
    (most, { factors: [a, b] }) => Math.max(most, Math.abs(a * b)),
    Math.abs(gradient.value)
  )
  return Math.abs(sum - gradient.value) <= ROUNDING * size + Number.MIN_VALUE ? terms : null
}

/** The local derivative as a formula, for steps whose output elements each read one element of the input. */
async function localOf(site: Site, index: number, input: Input, term: Term): Promise<Equation | null> {
  const { walk, step, node, inputs } = site
  const single = inputs.every(({ value }) => sizeOf(walk.shape(value)) === 1)
  const left = localTex(step.name, input.name)
  const result = term.factors[1]
  const bare: Equation = { left, symbols: null, put: null, values: [], result }
  if (!node.op.scalar && node.op.kind !== 'Sum' && !single) return null
  const written = localFormula(
    node.op,
    node.attributes,
    inputs.map(({ name }) => name),
    index
  )
  if (!written) return bare
  const values: number[] = []
  for (const { value } of inputs) {
    const data = await walk.read(value.id)
    values.push(data[broadcastCell(term.at, walk.shape(value))] as number)
  }
  const put = written.put === written.symbols ? null : written.put
  return { left, symbols: written.symbols, put, values, result }
}

function summedOver({ walk, node, outputs }: Site, input: Input): number[] {
  const [output] = outputs
  return node.op.scalar && output ? broadcastAxes(walk.shape(input.value), walk.shape(output.value)) : []
}

/** Operators that are a product of their first two inputs. */
const PRODUCTS = new Set(['MatMul', 'Gemm', 'Dense'])

function shapesOf({ walk, step, node, inputs, outputs }: Site, index: number): ShapeAlgebra | null {
  const [output] = outputs
  const [a, b] = inputs
  if (!output || !a || !b || index > 1 || !PRODUCTS.has(node.op.kind)) return null
  const { activation, transA, transB } = node.attributes
  const dense = node.op.kind === 'Dense'
  // what arrives goes through the activation first
  const arrives = dense && activation !== 'linear' ? '\\frac{\\partial L}{\\partial Z}' : gradientTex(step.name)
  const shapeOf = (value: Value): StaticShape => (dense ? asRows(walk.shape(value)) : walk.shape(value))
  const factors = {
    a: { tex: nameTex(a.name), shape: shapeOf(a.value) },
    b: { tex: nameTex(b.name), shape: shapeOf(b.value) },
    y: { tex: arrives, shape: shapeOf(output.value) },
    transA: Boolean(transA),
    transB: Boolean(transB)
  }
  return backwardShapes(index as 0 | 1, factors, gradientTex((index === 0 ? a : b).name))
}

function zeroOf({ node }: Site, terms: readonly Term[]): Zero {
  if (terms.length === 0) return node.op.pattern === 'routes' ? 'routed' : 'independent'
  if (terms.every(({ factors: [upstream] }) => upstream === 0)) return 'upstream'
  const open = terms.filter(({ factors: [upstream] }) => upstream !== 0)
  if (open.some(({ factors: [, local] }) => local !== 0)) return 'cancels'
  return node.op.pattern === 'gates' ? 'gate' : node.op.pattern === 'routes' ? 'routed' : 'flat'
}

/** Squashing activations whose slope is below this share of its largest are at their flat ends. */
const FLAT: Readonly<Record<string, number>> = { Sigmoid: 0.25, Tanh: 1, Softsign: 1, Erf: 2 / Math.sqrt(Math.PI) }
const FLAT_SHARE = 0.05

function isSaturated({ node }: Site, { shown }: Terms): boolean {
  const steepest = FLAT[node.op.kind]
  return steepest !== undefined && shown.every(({ factors: [, local] }) => Math.abs(local) < FLAT_SHARE * steepest)
}

/** Operators that ask a tensor for its sizes, not for its numbers. */
const SIZES = new Set(['CountOf'])

/** Values of the forward pass that the backward IR of this step reads. */
function readsOf({ walk, step, inputs, outputs }: Site): BackwardDetail['reads'] {
  const read = new Set<number>()
  for (const node of walk.ir.nodes) {
    if (node.phase !== 'backward' || node.origin?.node !== step.name || node.origin.edge || SIZES.has(node.op)) continue
    for (const id of node.inputs) if ((walk.ir.nodes[id] as IrNode).phase === 'forward') read.add(id)
  }
  return {
    inputs: inputs.filter(({ value }) => read.has(value.id)).map(({ handle }) => handle),
    output: outputs.some(({ value }) => read.has(value.id))
  }
}
