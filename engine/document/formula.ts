/** Expressions as graphs, and graphs as expressions. */
import { FUNCTIONS, stepOf } from '../expression/functions.ts'
import { type Expression, namesIn, num, type Statement, shapeOf, sizeOf } from '../expression/tree.ts'
import { type Op, portsOf } from '../ir/op.ts'
import type { AttributeValue, TensorType } from '../ir/types.ts'
import { opOf } from '../ops/registry.ts'
import { type Shape, sameShape } from '../shape.ts'
import { freeId } from './commands.ts'
import { inputsOf } from './connect.ts'
import { expressionOf } from './expression-of.ts'
import { indexOf } from './lookup.ts'
import { emptyDocument, type GraphDocument, type GraphEdge, type GraphNode } from './types.ts'

export const SOURCE_KINDS = ['Parameter', 'Constant', 'Input'] as const
export type SourceKind = (typeof SOURCE_KINDS)[number]

/** What a name of the expression becomes. */
export interface NewSource {
  readonly kind: SourceKind
  readonly shape: readonly (number | null)[]
  /** One number fills the shape; null leaves a parameter to chance. */
  readonly value: number | null
}

export interface FormulaGraph {
  /** The new nodes and the wires among them, all at one place. */
  readonly fragment: GraphDocument
  /** Wires from nodes of the document into the fragment. */
  readonly feeds: readonly GraphEdge[]
  /** The node that the expression is; null where it is a name that the document has. */
  readonly result: string | null
}

const at = { x: 0, y: 0 }
const MOST_VALUES = 4096

/** Half of the matrices that a lecture starts with, and numbers for the rest. */
export function suggestedSource(e: Expression, name: string): NewSource {
  const shape = suggestedShape(e, name)
  const kind: SourceKind = /^(n|N|k|c|eps|epsilon)$/.test(name)
    ? 'Constant'
    : /^[tXxT]$/.test(name) && shape.length > 0
      ? 'Input'
      : 'Parameter'
  return { kind, shape, value: shape.length > 0 && kind === 'Parameter' ? null : 1 }
}

/** The sizes of a part when its names have those that are suggested. */
function guessed(e: Expression): Shape {
  const put = (part: Expression): Expression =>
    part.kind === 'name'
      ? { ...part, shape: suggestedShape(e, part.name) }
      : part.kind === 'call'
        ? { ...part, args: part.args.map(put) }
        : part
  return shapeOf(put(e)) ?? []
}

const TARGETED = new Set(['sub', 'mse', 'mae', 'bce', 'huber', 'crossentropy'])

function suggestedShape(e: Expression, name: string): readonly number[] {
  if (e.kind !== 'call') return []
  const [a, b] = e.args
  const is = (part: Expression | undefined): boolean => part?.kind === 'name' && part.name === name
  if (e.fn === 'matmul') {
    if (is(a)) return [2, 2]
    if (is(b)) return /^[a-z]/.test(name) ? [2] : [2, 2]
  }
  if (e.fn === 'dot' && (is(a) || is(b))) return [2]
  if (e.fn === 'transpose' && is(a)) return [2, 2]
  // an axis has to be there
  if (e.axes && is(a)) return Array<number>(Math.max(2, ...e.axes.map((axis) => (axis < 0 ? -axis : axis + 1)))).fill(3)
  if ((e.fn === 'softmax' || e.fn === 'logsoftmax') && is(a)) return [3]
  // a bias is a row of what it is added to, a target has all of its sizes
  if (a && is(b) && e.fn === 'add') return guessed(a).slice(-1) as number[]
  if (a && is(b) && TARGETED.has(e.fn)) return guessed(a) as number[]
  for (const arg of e.args) {
    const found = suggestedShape(arg, name)
    if (found.length > 0) return found
  }
  return []
}

function sourceNode(id: string, { kind, shape, value }: NewSource): GraphNode {
  const count = shape.reduce<number>((n, d) => n * (d ?? 1), 1)
  const values = (x: number): number[] => Array<number>(Math.min(count, MOST_VALUES)).fill(x)
  const attributes: Record<string, AttributeValue> = { shape: [...shape] }
  if (kind !== 'Parameter') attributes.values = values(value ?? 1)
  else if (value === null) attributes.init = { kind: shape.length > 1 ? 'glorotUniform' : 'zeros' }
  else if (count === 1) attributes.init = { kind: 'values', values: [value] }
  else attributes.init = { kind: 'constant', value }
  return { id, op: kind, attributes, position: at }
}

/** A name of the expression in the document: a node of that id, or one that is shown by it. */
export const nodeNamed = (document: GraphDocument, name: string): GraphNode | undefined =>
  indexOf(document).nodes.get(name) ?? document.nodes.find((node) => node.label === name)

/** The nodes that the statement is. Names in `reused` stand for nodes of the document. */
export function graphOfStatement(
  document: GraphDocument,
  { name, value }: Statement,
  sources: ReadonlyMap<string, NewSource>,
  reused: ReadonlySet<string>
): FormulaGraph {
  const nodes = new Map<string, GraphNode>()
  const edges: GraphEdge[] = []
  const feeds: GraphEdge[] = []
  const names = namesIn(value)
  const taken = { has: (id: string) => nodes.has(id) || names.has(id) || id === name }
  const add = (node: GraphNode): string => {
    nodes.set(node.id, node)
    return node.id
  }
  const olds = new Map<string, GraphNode>()
  for (const one of names) {
    const old = reused.has(one) ? nodeNamed(document, one) : undefined
    if (old) olds.set(one, old)
    else add(sourceNode(one, sources.get(one) ?? suggestedSource(value, one)))
  }
  const make = (e: Expression, id?: string): { id: string; old?: GraphNode } => {
    if (e.kind === 'name') {
      const old = olds.get(e.name)
      return old ? { id: old.id, old } : { id: e.name }
    }
    if (e.kind === 'number') {
      return { id: add(sourceNode(id ?? freeId(taken, 'c'), { kind: 'Constant', shape: [], value: e.value })) }
    }
    const { op, handles, attributes } = stepOf(e)
    const inputs = e.args.map((arg) => make(arg))
    const target = add({
      id: id ?? freeId(taken, e.fn),
      op,
      ...(Object.keys(attributes).length > 0 ? { attributes } : {}),
      position: at
    })
    for (const [i, from] of inputs.entries()) {
      const wire = {
        id: `e${edges.length + feeds.length + 1}`,
        source: from.id,
        sourceHandle: from.old ? firstOutput(from.old) : 'out',
        target,
        targetHandle: handles[i] as string
      }
      if (from.old) feeds.push(wire)
      else edges.push(wire)
    }
    return { id: target }
  }
  const result = make(value, name ?? undefined)
  const fragment: GraphDocument = { ...emptyDocument, nodes: [...nodes.values()], edges }
  return { fragment, feeds, result: result.old ? null : result.id }
}

function firstOutput(node: GraphNode): string {
  const outputs = opOf(node.op)?.outputs
  return (typeof outputs === 'function' ? outputs(node.attributes ?? {}) : outputs)?.[0]?.name ?? 'out'
}

export interface NodeFormula {
  readonly expression: Expression
  /** Names in it that it can be differentiated by, in the order in which they are read. */
  readonly names: readonly string[]
}

/** More parts cannot be read at one glance. */
const MOST_PARTS = 120

type Types = ReadonlyMap<string, Readonly<Record<string, TensorType>>>

/** The number that a constant is. */
function numberOf(node: GraphNode): number | null {
  const { shape = [], values = [0] } = (node.attributes ?? {}) as {
    shape?: readonly number[]
    values?: readonly number[]
  }
  return node.op === 'Constant' && shape.length === 0 && values.length === 1 ? (values[0] as number) : null
}

/** Names of the user's own stay names; a constant that has no name is its number. */
const isNamed = (node: GraphNode): boolean => !/(^|\.)(c|const|constant)\d*$/.test(node.id) || node.label !== undefined

/** The wire whose number a bypassed node gives: the first of the output's shape. */
const passedOn = (document: GraphDocument, types: Types, node: GraphNode, op: Op, handle: string) =>
  inputsOf(document, node, op)
    .map((port) => indexOf(document).into(node.id, port.name))
    .find((edge) => {
      const [from, to] = [edge && types.get(edge.source)?.[edge.sourceHandle], types.get(node.id)?.[handle]]
      return from && to && from.dtype === to.dtype && sameShape(from.shape, to.shape)
    })

/**
 * The node as an expression of what feeds it: of all that leads to it, or of the nodes in `within` alone, where others are
 * names. Null where an input is missing or it would be too long to read.
 */
export function formulaOf(
  document: GraphDocument,
  types: Types,
  id: string,
  within: ReadonlySet<string> | null = null
): NodeFormula | null {
  const index = indexOf(document)
  const made = new Map<string, Expression | null>()
  const named = (node: GraphNode, handle: string): Expression => {
    const shape = types.get(node.id)?.[handle]?.shape
    const name = handle === 'out' ? node.id : `${node.id}_${handle}`
    return { kind: 'name', name, ...(shape ? { shape } : {}) }
  }
  const read = (nodeId: string, handle: string): Expression | null => {
    const key = `${nodeId} ${handle}`
    const known = made.get(key)
    if (known !== undefined) return known
    const node = index.nodes.get(nodeId)
    const op = node && opOf(node.op)
    const found = !node || !op ? null : part(node, op, handle)
    made.set(key, found)
    return found
  }
  const part = (node: GraphNode, op: Op, handle: string): Expression | null => {
    const number = numberOf(node)
    if (number !== null && !isNamed(node)) return num(number)
    if ((within && !within.has(node.id)) || op.family === 'sources') return named(node, handle)
    if (node.mode === 'mute') return named(node, handle)
    if (node.mode === 'bypass') {
      const passed = passedOn(document, types, node, op, handle)
      return passed ? read(passed.source, passed.sourceHandle) : null
    }
    const args: Expression[] = []
    const handles: string[] = []
    for (const port of inputsOf(document, node, op)) {
      const edge = index.into(node.id, port.name)
      if (!edge && port.optional) continue
      const arg = edge && read(edge.source, edge.sourceHandle)
      if (!arg) return null
      args.push(arg)
      handles.push(port.name)
      if (args.reduce((sum, one) => sum + sizeOf(one), 0) > MOST_PARTS) return null
    }
    const shape = types.get(node.id)?.[handle]?.shape
    return expressionOf({ op, id: node.id, attributes: node.attributes ?? {}, args, handles, shape })
  }
  const expression = read(id, firstOutput(index.nodes.get(id) ?? { id, op: '', position: at }))
  return expression && sizeOf(expression) <= MOST_PARTS ? { expression, names: [...namesIn(expression)] } : null
}

/** What the symbols for operators read backward mean, each said once: with indices, as LaTeX. */
export function definitionsIn(e: Expression): readonly string[] {
  const found = new Set<string>()
  const walk = (part: Expression): void => {
    if (part.kind !== 'call') return
    if (part.fn === 'adjoint') {
      const { operator, input } = part.attributes as { operator: string; input: number }
      const op = opOf(FUNCTIONS[operator]?.op ?? operator)
      const handle = op && (portsOf(op)[input]?.name ?? op.variadic?.name)
      const meaning = handle && op.formula.backward?.[handle]
      if (meaning) found.add(meaning)
    }
    part.args.forEach(walk)
  }
  walk(e)
  return [...found]
}
