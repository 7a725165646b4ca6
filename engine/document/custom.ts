/**
 * Are the gradients that the user wrote for a Custom operator those of its formula? Compared at points drawn at random,
 * on small tensors of the same kind as the inputs, in float64, as the user types.
 */
import { Builder, type Value } from '../ir/builder.ts'
import type { Op } from '../ir/op.ts'
import type { Attributes, TensorType } from '../ir/types.ts'
import { withDefaults } from '../ops/attributes.ts'
import { CUSTOM, emitExpression, emitGradients, readCustom } from '../ops/custom.ts'
import { evaluate } from '../ops/evaluate.ts'
import { opOf } from '../ops/registry.ts'
import { type Problem, problem, problemsOf } from '../problem.ts'
import { Random } from '../random.ts'
import { type Dim, type StaticShape, sizeOf } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import type { GraphNode } from './types.ts'

type Tensor64 = Tensor<Float64Array>
type Feeds = Readonly<Record<string, Float64Array>>

/** Sizes only matter as equal or different: large ones become small, alike ones stay alike. */
const small = (d: Dim): number => (typeof d === 'number' ? Math.min(d, 3) : 2)

/** Positive points first: a logarithm or a root is not defined at others. */
const DOMAINS = [
  [0.3, 1.7],
  [-1.7, 1.7],
  [-1.7, -0.3]
] as const

const STEP = 1e-6
/** Relative to the larger of the two, and of 1. */
const TOLERANCE = 1e-5

/** Runs a small graph; operators that are only defined by simpler ones are opened on the way. */
function run(b: Builder, feeds: Feeds): ReadonlyMap<number, Tensor64> {
  const values = new Map<number, Tensor64>()
  for (const node of b.graph().nodes) {
    const shape = node.type.shape as StaticShape
    const inputs = node.inputs.map((i) => values.get(i) as Tensor64)
    if (node.op === 'Feed') values.set(node.id, { shape, data: feeds[node.attributes.name as string] as Float64Array })
    else if (node.op === 'Const') {
      const given = node.attributes.values as readonly number[]
      const data = Float64Array.from({ length: sizeOf(shape) }, (_, i) => given[given.length === 1 ? 0 : i] as number)
      values.set(node.id, { shape, data })
    } else {
      const op = opOf(node.op)
      if (op?.lower && !op.reference) {
        const inner = new Builder(opOf)
        const fed = inputs.map((x, i) => inner.feed(`${i}`, x.shape, b.value(node.inputs[i] as number).type.dtype))
        const out = op.lower(inner, fed, node.attributes)
        const found = run(inner, Object.fromEntries(inputs.map((x, i) => [`${i}`, x.data])))
        values.set(node.id, found.get(out.id) as Tensor64)
      } else values.set(node.id, evaluate(node, inputs))
    }
  }
  return values
}

type Mismatch = Readonly<Record<'input' | 'given' | 'slope' | 'point', string>>

/** Elements to compare: all of a few, evenly spread ones of many. */
const spread = (length: number): number[] => {
  const n = Math.min(length, 12)
  return Array.from({ length: n }, (_, i) => Math.floor((i * length) / n))
}

const shown = (x: number): string => String(Number(x.toPrecision(5)))

function compare(attributes: Attributes, types: readonly TensorType[]): readonly Mismatch[] {
  const custom = readCustom(attributes)
  const { inputs, forward, backward } = custom
  const b = new Builder(opOf)
  const fed = inputs.map((name, i) => b.feed(name, (types[i] as TensorType).shape.map(small)))
  const output = emitExpression(b, forward, Object.fromEntries(inputs.map((name, i) => [name, fed[i] as Value])))
  const upstream = b.feed('upstream', output.type.shape)
  const objective = b.sum(b.mul(output, upstream))
  const gradients = emitGradients(b, custom, fed, output, upstream)

  const wrong = new Map<string, Mismatch>()
  for (const [low, high] of DOMAINS) {
    const random = new Random(1).fork('custom gradients')
    const draw = (v: Value) =>
      Float64Array.from({ length: sizeOf(v.type.shape as StaticShape) }, () => random.uniform(low, high))
    const feeds: Record<string, Float64Array> = Object.fromEntries(
      [...fed, upstream].map((v) => [b.node(v.id).attributes.name as string, draw(v)])
    )
    const at = (name: string, i: number, shift: number): number => {
      const moved = Float64Array.from(feeds[name] as Float64Array)
      moved[i] = (moved[i] as number) + shift
      return run(b, { ...feeds, [name]: moved }).get(objective.id)?.data[0] as number
    }
    const values = run(b, feeds)
    for (const [name, gradient] of gradients) {
      const given = values.get(gradient.id)?.data as Float64Array
      for (const i of spread(given.length)) {
        if (wrong.has(name)) break
        const found = given[i] as number
        const slope = (at(name, i, STEP) - at(name, i, -STEP)) / (2 * STEP)
        const off = Math.abs(found - slope) / Math.max(1, Math.abs(found), Math.abs(slope))
        if (Number.isFinite(slope) && !(off <= TOLERANCE)) {
          const place = inputs.map((input) => `${input} = ${shown(nearby(feeds[input] as Float64Array, i))}`)
          const arrives = `g = ${shown(nearby(feeds.upstream as Float64Array, i))}`
          const point = [...place, arrives].join(', ')
          wrong.set(name, { input: name, given: shown(found), slope: shown(slope), point })
        }
      }
    }
  }
  return [...backward.keys()].flatMap((name) => wrong.get(name) ?? [])
}

/** Of a tensor that is repeated along another, the number that meets element `i`. */
const nearby = (data: Float64Array, i: number): number => data[i % data.length] as number

/** What is wrong with the formula of a Custom operator that has no inputs yet: it is said before the wires are there. */
export function unreadFormula(node: GraphNode, problems: readonly Problem[]): readonly Problem[] {
  const op = node.op === CUSTOM ? opOf(node.op) : undefined
  if (!op || problems.some((p) => p.nodeId === node.id && /^(expression|custom)\./.test(p.code))) return []
  try {
    readCustom(withDefaults(op, node.attributes))
    return []
  } catch (error) {
    return problemsOf(error, { nodeId: node.id })
  }
}

/** A warning for each gradient of a Custom operator that disagrees with its formula. */
export function wrongGradients(node: GraphNode, op: Op, inputs: Readonly<Record<string, TensorType>>): Problem[] {
  if (op.kind !== CUSTOM) return []
  const attributes = withDefaults(op, node.attributes)
  const custom = readCustom(attributes)
  if (custom.backward.size === 0) return []
  const types = custom.inputs.map((name) => inputs[name] as TensorType)
  return compare(attributes, types).map((params) => problem('custom.gradient', params, { nodeId: node.id }))
}
