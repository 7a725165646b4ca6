/** What might mend a shape: edits worth trying, most likely first. `fixes.ts` tries them and keeps those that help. */
import type { Attributes, AttributeValue, TensorType } from '../ir/types.ts'
import { withDefaults } from '../ops/attributes.ts'
import { opOf } from '../ops/registry.ts'
import type { Problem } from '../problem.ts'
import { countOf, type Dim, isStatic, type Shape, sameShape } from '../shape.ts'
import type { Command } from './commands.ts'
import { insertInto } from './insert.ts'
import { indexOf } from './lookup.ts'
import type { GraphDocument, GraphEdge, GraphNode } from './types.ts'

export type FixKey = 'insert' | 'set'

export interface Candidate {
  readonly key: FixKey
  readonly params: Readonly<Record<string, string | number>>
  readonly commands: readonly Command[]
  /** The new node. */
  readonly inserted?: string
}

export type TypesOf = (node: string) => Readonly<Record<string, TensorType>> | undefined

interface Operand {
  readonly edge: GraphEdge
  readonly shape: Shape
}

/** Values written out one by one, where one number fills a shape. */
const WRITTEN = 4096

function operandsOf(document: GraphDocument, node: GraphNode, typesOf: TypesOf): readonly Operand[] {
  return indexOf(document)
    .incoming(node.id)
    .flatMap((edge) => {
      const type = typesOf(edge.source)?.[edge.sourceHandle]
      return type ? [{ edge, shape: type.shape }] : []
    })
}

const show = (value: AttributeValue): string =>
  Array.isArray(value)
    ? `[${value.length > 8 ? `${value.slice(0, 8).join(', ')}, …` : value.join(', ')}]`
    : typeof value === 'object' && value !== null
      ? Object.values(value).join(' ')
      : String(value)

function setting(node: string, attribute: string, value: AttributeValue, more: readonly Command[] = []): Candidate {
  return {
    key: 'set',
    params: { node, attribute, value: show(value) },
    commands: [{ type: 'setAttribute', node, attribute, value }, ...more]
  }
}

function insertion(document: GraphDocument, { edge }: Operand, op: string, attributes?: Attributes): Candidate {
  const { id, commands } = insertInto(document, edge, op, attributes)
  return { key: 'insert', params: { op, input: edge.targetHandle }, commands, inserted: id }
}

/** As Reshape takes it: the one open dimension is what is left over. Null where there are several. */
function reshapeTo(shape: Shape): readonly number[] | null {
  const open = shape.filter((d) => typeof d !== 'number').length
  return open > 1 ? null : shape.map((d) => (typeof d === 'number' ? d : -1))
}

/** [B, 784] as pictures: one or three square channels. */
function asImages(shape: Shape): readonly number[] | null {
  const pixels = shape[1]
  if (shape.length !== 2 || typeof pixels !== 'number') return null
  for (const channels of [1, 3]) {
    const side = Math.sqrt(pixels / channels)
    if (Number.isInteger(side) && side > 1) return [-1, channels, side, side]
  }
  return null
}

const swapLast = (rank: number): number[] =>
  Array.from({ length: rank }, (_, i) => (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i))

function* insertions(document: GraphDocument, operand: Operand, others: readonly Operand[]): Iterable<Candidate> {
  const { shape } = operand
  const rank = shape.length
  const put = (op: string, attributes?: Attributes) => insertion(document, operand, op, attributes)
  if (rank === 2) yield put('Transpose')
  if (rank > 2) {
    yield put('Flatten')
    yield put('Transpose', { perm: swapLast(rank) })
  }
  const images = asImages(shape)
  if (images) yield put('Reshape', { shape: images })
  if (rank === 3) yield put('Unsqueeze', { axes: [1] })
  if (shape.includes(1)) yield put('Squeeze', { axes: shape.flatMap((d, i) => (d === 1 ? [i] : [])).slice(-1) })
  for (const other of others) {
    const target = sameShape(shape, other.shape) ? null : reshapeTo(other.shape)
    if (target && target.length > 0 && countOf(shape) === countOf(other.shape)) yield put('Reshape', { shape: target })
    // of two vectors each could be the column: that would be an outer product, which nobody asked for
    if (rank < other.shape.length) yield put('Unsqueeze', { axes: [-1] })
  }
  if (others.length === 0 && rank < 2) yield put('Unsqueeze', { axes: [0] })
}

/** Shapes that the parameter on this input could have instead. */
function* parameterShapes(operand: Operand, others: readonly Operand[], node: GraphNode): Iterable<readonly Dim[]> {
  const second = operand.edge.targetHandle === 'b'
  for (const { shape } of others) {
    if (node.op === 'MatMul' || node.op === 'Gemm') {
      if (second && operand.shape.length > 1) yield [shape.at(-1) ?? 1, operand.shape.at(-1) ?? 1]
      else if (!second && operand.shape.length > 1) yield [operand.shape.at(-2) ?? 1, shape.at(-2) ?? 1]
      else yield [shape.at(second ? -1 : 0) ?? 1]
    } else {
      yield shape.slice(shape.length - operand.shape.length)
      yield shape.slice(-1)
    }
  }
}

/** Numbers that follow a new shape: those that are all the same fill it. */
function following(node: GraphNode, shape: readonly number[]): readonly Command[] {
  const init = node.attributes?.init as { kind?: string; values?: readonly number[] } | undefined
  const values = init === undefined ? [0] : init.kind === 'values' ? (init.values ?? []) : null
  const [first = 0] = values ?? []
  if (!values || values.some((x) => x !== first) || values.length === shape.reduce((n, d) => n * d, 1)) return []
  return [{ type: 'setAttribute', node: node.id, attribute: 'init', value: { kind: 'constant', value: first } }]
}

function* sources(document: GraphDocument, node: GraphNode, operands: readonly Operand[]): Iterable<Candidate> {
  const index = indexOf(document)
  for (const operand of operands) {
    const others = operands.filter((other) => other !== operand)
    const source = index.nodes.get(operand.edge.source)
    if (source?.op !== 'Parameter') continue
    for (const shape of parameterShapes(operand, others, node)) {
      if (!isStatic(shape) || sameShape(shape, operand.shape)) continue
      yield setting(source.id, 'shape', [...shape], following(source, shape))
    }
  }
}

/** The attribute that says how wide a layer's output is, along which axis. */
const WIDTHS: Readonly<Record<string, { readonly attribute: string; readonly axis: number }>> = {
  Dense: { attribute: 'units', axis: -1 },
  Conv2D: { attribute: 'filters', axis: 1 }
}

/** The layer whose width comes through to this input. */
function layerBefore(document: GraphDocument, from: string): GraphNode | undefined {
  const index = indexOf(document)
  for (let id: string | undefined = from; id !== undefined; ) {
    const node = index.nodes.get(id)
    if (!node || WIDTHS[node.op]) return node
    const [only, ...more] = index.incoming(id)
    id = more.length === 0 ? only?.source : undefined
  }
}

function* widths(document: GraphDocument, operands: readonly Operand[]): Iterable<Candidate> {
  for (const operand of operands) {
    const layer = layerBefore(document, operand.edge.source)
    const width = layer && WIDTHS[layer.op]
    if (!layer || !width) continue
    for (const other of operands) {
      if (other === operand) continue
      for (const wanted of new Set([other.shape.at(width.axis), other.shape.at(0)])) {
        if (typeof wanted === 'number') yield setting(layer.id, width.attribute, wanted)
      }
    }
  }
}

function* ownAttributes(node: GraphNode, problem: Problem): Iterable<Candidate> {
  const op = opOf(node.op)
  const given = op ? withDefaults(op, node.attributes) : {}
  if (node.op === 'Reshape' && Array.isArray(given.shape)) {
    const sizes = (given.shape as number[]).map((d) => (d === -1 ? 1 : d))
    for (let i = 0; i < sizes.length; i++) yield setting(node.id, 'shape', sizes.with(i, -1))
  }
  if (problem.code === 'shape.values') yield* numbersOf(node, given)
  if (problem.code === 'shape.axisTwice' && Array.isArray(given.axes)) {
    yield setting(node.id, 'axes', [...new Set(given.axes as number[])])
  }
  if (problem.code === 'shape.axis' && typeof given.axis === 'number') {
    for (const axis of [-1, 0]) yield setting(node.id, 'axis', axis)
  }
  if (problem.code === 'shape.axis' && Array.isArray(given.axes)) {
    const { low, high } = problem.params as { low: number; high: number }
    const inside = (given.axes as number[]).filter((axis) => axis >= low && axis <= high)
    yield setting(node.id, 'axes', inside.length > 0 ? inside : [-1])
  }
  const named = problem.params.attribute
  if (problem.code === 'shape.attribute' && typeof named === 'string' && node.attributes?.[named] !== undefined) {
    const value = op?.attributes[named]?.default
    if (value !== undefined) yield setting(node.id, named, value)
  }
}

/** A parameter or constant whose numbers do not fill its shape. */
function* numbersOf(node: GraphNode, given: Attributes): Iterable<Candidate> {
  const shape = given.shape as readonly number[]
  const count = shape.reduce((n, d) => n * d, 1)
  const init = given.init as { readonly values?: readonly number[] } | undefined
  const values = (node.op === 'Constant' ? given.values : init?.values) as readonly number[] | undefined
  const [first = 0] = values ?? []
  if (node.op === 'Constant' && values?.length === 1 && count <= WRITTEN) {
    yield setting(node.id, 'values', Array<number>(count).fill(first))
  }
  if (node.op === 'Parameter') {
    if (shape.length > 1) yield setting(node.id, 'init', { kind: 'glorotUniform' })
    if (values?.length === 1) yield setting(node.id, 'init', { kind: 'constant', value: first })
  }
  if (values && values.length > 0) yield setting(node.id, 'shape', values.length === 1 ? [] : [values.length])
}

export function* candidatesFor(
  document: GraphDocument,
  node: GraphNode,
  problem: Problem,
  typesOf: TypesOf
): Iterable<Candidate> {
  const operands = operandsOf(document, node, typesOf)
  yield* ownAttributes(node, problem)
  // the second operand is more often the one that was made to fit: a kernel, a bias, a target
  for (const operand of operands.toReversed()) {
    yield* insertions(
      document,
      operand,
      operands.filter((other) => other !== operand)
    )
  }
  yield* sources(document, node, operands.toReversed())
  yield* widths(document, operands)
}
