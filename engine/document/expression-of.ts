/** An operator of given arguments as an expression: by its word, as the formula that it opens into, or by its own name. */
import { FUNCTIONS, wordFor } from '../expression/functions.ts'
import { call, type Expression, num, REDUCTIONS, shapeOf } from '../expression/tree.ts'
import { type Composition, type Op, portsOf } from '../ir/op.ts'
import type { Attributes, TensorType } from '../ir/types.ts'
import { withDefaults } from '../ops/attributes.ts'
import { CUSTOM, readCustom } from '../ops/custom.ts'
import { opOf } from '../ops/registry.ts'
import { axisIn } from '../ops/rules.ts'
import { ProblemError } from '../problem.ts'
import type { Dim, Shape } from '../shape.ts'

export interface Application {
  readonly op: Op
  /** What its parameters are called by: the id of the node. */
  readonly id: string
  readonly attributes: Attributes
  /** Of the ports that are connected, in their order. */
  readonly args: readonly Expression[]
  readonly handles: readonly string[]
  readonly shape: Shape | undefined
}

const PASSING = new Set(['Identity', 'Branch'])
const VARIADIC: Readonly<Record<string, string>> = { Sum: 'add' }

/** Null where it cannot be said: nothing is connected, or a formula of the user's own cannot be read. */
export function expressionOf(a: Application): Expression | null {
  const { op, args, shape } = a
  const [first, ...rest] = args
  if (!first) return null
  if (PASSING.has(op.kind)) return first
  if (op.kind === CUSTOM) return customExpression(a)
  const joined = VARIADIC[op.kind]
  if (joined) return rest.reduce<Expression>((x, y) => call(joined, x, y), first)
  const own = fitting(() => OWN[op.kind]?.(a) ?? null)
  if (own) return own
  const told = toldBy(a)
  const word = wordFor(op.kind)
  // tanh's approximation of GELU is another function; what a loss makes of its parts is not
  const isWord = word !== undefined && told.approximate === undefined
  const opened = isWord ? null : openedExpression(a)
  if (opened) return opened
  const sized = shape ? { shape } : {}
  if (!isWord) return { ...call(op.kind, ...args), ...attributesAs(told), ...sized }
  const entry = FUNCTIONS[word]
  const { keepdims, ...others } = told
  const axis = entry?.axis === undefined ? null : withDefaults(op, a.attributes)[entry.axis]
  const axes = Array.isArray(axis) ? (axis as number[]) : typeof axis === 'number' ? [axis] : null
  const shown = axes && !(entry?.axis === 'axis' && axes[0] === -1)
  if (entry?.axis) delete (others as Record<string, unknown>)[entry.axis]
  return {
    ...call(word, ...args),
    ...(shown ? { axes } : {}),
    ...(keepdims && REDUCTIONS.has(word) ? { keepdims: true } : {}),
    ...attributesAs(others),
    ...sized
  }
}

/** Null where sizes do not fit, or are not known. */
function fitting(make: () => Expression | null): Expression | null {
  try {
    return make()
  } catch (error) {
    if (error instanceof ProblemError) return null
    throw error
  }
}

const attributesAs = (told: Attributes): { readonly attributes?: Attributes } =>
  Object.keys(told).length > 0 ? { attributes: told } : {}

/** The attributes that are not the operator's defaults. */
function toldBy({ op, attributes }: Application): Attributes {
  const given = withDefaults(op, attributes)
  return Object.fromEntries(
    Object.entries(op.attributes).flatMap(([name, field]) =>
      given[name] === undefined || JSON.stringify(given[name]) === JSON.stringify(field.default)
        ? []
        : [[name, given[name]]]
    )
  )
}

const sizesOf = (e: Expression | undefined): Shape => (e && shapeOf(e)) ?? []

/** One number per channel, as a column that meets [batch, channels, …]. */
const perChannel = (e: Expression, rank: number): Expression => {
  const shape = [...sizesOf(e), ...Array<Dim>(Math.max(0, rank - 2)).fill(1)]
  return rank > 2 ? { ...call('reshape', e), shape } : e
}

function normalized(
  { attributes, args, op }: Application,
  axes: readonly number[],
  widen: (e: Expression) => Expression
): Expression {
  const [x, scale, bias] = args as [Expression, Expression, Expression | undefined]
  const epsilon = withDefaults(op, attributes).epsilon
  const centred: Expression = {
    ...call('standardize', x),
    axes,
    shape: sizesOf(x),
    ...(epsilon === 1e-5 ? {} : { attributes: { epsilon } })
  }
  const scaled = call('mul', centred, widen(scale))
  return bias ? call('add', scaled, widen(bias)) : scaled
}

/** Batch normalisation by running statistics: what is computed outside training. */
function byRunning({ op, attributes, args }: Application, rank: number): Expression {
  const [x, ...given] = args as [Expression, ...Expression[]]
  const [scale, bias, mean, variance] = given.map((e) => perChannel(e, rank)) as [
    Expression,
    Expression,
    Expression,
    Expression
  ]
  const spread = call('add', variance, num(withDefaults(op, attributes).epsilon as number))
  return call('add', call('mul', call('div', call('sub', x, mean), call('sqrt', spread)), scale), bias)
}

/** Operators that are said in a form of their own. */
const OWN: Readonly<Record<string, (a: Application) => Expression | null>> = {
  BatchNormalization: (a) => {
    const { length } = sizesOf(a.args[0])
    if (a.args.length > 3) return byRunning(a, length)
    const axes = Array.from({ length }, (_, i) => i).filter((axis) => axis !== 1)
    return normalized(a, axes, (e) => perChannel(e, length))
  },
  LayerNormalization: (a) => {
    const shape = sizesOf(a.args[0])
    const from = axisIn('LayerNormalization', withDefaults(a.op, a.attributes).axis as number, shape)
    return normalized(a, shape.map((_, i) => i).slice(from), (e) => e)
  },
  Conv: (a) => {
    const [x, kernel, bias] = a.args as [Expression, Expression, Expression | undefined]
    const sized = a.shape ? { shape: a.shape } : {}
    const conv: Expression = { ...call('Conv', x, kernel), ...attributesAs(toldBy(a)), ...sized }
    return bias ? call('add', conv, perChannel(bias, sizesOf(x).length)) : conv
  }
}

/** The formula of a composition; null where the sizes do not widen, or are not known. */
function openedExpression({ op, id, attributes, args, handles }: Application): Expression | null {
  const opening = op.compose ?? op.opens
  if (!opening || op.notDifferentiable) return null
  const typeOf = (e: Expression): TensorType => ({ shape: sizesOf(e), dtype: 'float' })
  try {
    const composition: Composition = opening(withDefaults(op, attributes), args.map(typeOf))
    const made = new Map<string, Expression | null>(args.map((arg, i) => [`input.${handles[i]}`, arg]))
    for (const part of composition.parts) {
      const kind = opOf(part.op) as Op
      const given = part.attributes ?? {}
      const partId = `${id}.${part.id}`
      if (kind.family === 'sources') {
        const shape = (given.shape ?? []) as number[]
        const [number] = (given.values ?? []) as number[]
        made.set(
          part.id,
          shape.length === 0 && number !== undefined ? num(number) : { kind: 'name', name: partId, shape }
        )
        continue
      }
      const inputs = part.inputs ?? {}
      const connected = portsOf(kind, given).filter((port) => port.name in inputs)
      const fed = connected.map((port) => made.get(inputs[port.name] as string))
      if (fed.some((one) => !one)) return null
      const list = fed as Expression[]
      const shape = kind.infer?.(list.map(typeOf), withDefaults(kind, given)).shape
      const handlesOf = connected.map((port) => port.name)
      made.set(
        part.id,
        expressionOf({ op: kind, id: partId, attributes: given, args: list, handles: handlesOf, shape })
      )
    }
    return made.get(Object.values(composition.outputs)[0] as string) ?? null
  } catch (error) {
    if (error instanceof ProblemError) return null
    throw error
  }
}

/** The formula that the user wrote, with what feeds it in the place of its inputs; with the user's gradients, where given. */
function customExpression({ op, attributes, args, shape }: Application): Expression | null {
  const ports = portsOf(op, attributes).map((port) => port.name)
  const put = (e: Expression): Expression =>
    e.kind === 'name'
      ? (args[ports.indexOf(e.name)] as Expression)
      : e.kind === 'call'
        ? { ...e, args: e.args.map(put) }
        : e
  try {
    const { inputs, forward, backward } = readCustom(withDefaults(op, attributes))
    const value = { ...put(forward), ...(shape ? { shape } : {}) }
    if (backward.size === 0) return value
    const given = { inputs, gradients: backward }
    return { ...call('custom', ...args), opens: value, given, ...(shape ? { shape } : {}) }
  } catch (error) {
    if (error instanceof ProblemError) return null
    throw error
  }
}
