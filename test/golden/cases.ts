/** What PyTorch computed (make_golden.py), and how any executor is held against it. */
import { expect } from 'vitest'
import { backward } from '../../engine/compile/backward.ts'
import { compile } from '../../engine/compile/compile.ts'
import { build, instantiate } from '../../engine/document/build.ts'
import { emptyDocument, type GraphDocument } from '../../engine/document/types.ts'
import { Builder, type Value } from '../../engine/ir/builder.ts'
import type { Attributes } from '../../engine/ir/types.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { isError } from '../../engine/problem.ts'
import type { Executor } from '../../engine/runtime/executor.ts'
import { sameShape } from '../../engine/shape.ts'
import graphsJson from './graphs.json'
import operatorsJson from './operators.json'

export interface Stored {
  readonly shape: readonly number[]
  readonly data: readonly number[]
}
type Named = Readonly<Record<string, Stored>>

export interface OperatorCase {
  readonly op: string
  readonly attributes: Attributes
  /** By handle, in order. */
  readonly inputs: Named
  /** Inputs that hold whole numbers. */
  readonly indices?: readonly string[]
  /** Inputs whose gradient PyTorch was not asked for. */
  readonly fixed?: readonly string[]
  /** What a layer owns, by slot. */
  readonly parameters?: Named
  /** What an operator draws for itself, by what follows its id. */
  readonly feeds?: Named
  /** Built for training. */
  readonly training?: true
  /** Running statistics that a layer keeps, by slot, and what a training step makes of them. */
  readonly kept?: Named
  readonly after?: Named
  readonly upstream: Stored
  readonly output: Stored
  readonly gradients: Named
}

export interface GraphCase {
  readonly name: string
  readonly nodes: readonly {
    readonly id: string
    readonly op: string
    readonly attributes: Attributes
    /** Handle → "node" or "node.handle". */
    readonly inputs: Readonly<Record<string, string>>
  }[]
  readonly objective: string
  readonly training?: true
  /** Running statistics by name, and what a training step makes of them. */
  readonly kept?: Named
  readonly after?: Named
  readonly given: Named
  readonly value: Stored
  readonly gradients: Named
}

const labelOf = (c: OperatorCase, i: number): string =>
  `${i} ${c.op} ${Object.values(c.inputs)
    .map((t) => `[${t.shape}]`)
    .join(' ')} ${JSON.stringify(c.attributes)}`

export const operators = (operatorsJson as unknown as OperatorCase[]).map((c, i) => ({ ...c, label: labelOf(c, i) }))
export const graphs = graphsJson as unknown as GraphCase[]

/** The float64 reference agrees to this, relative to each number, but to no less than this of the tensor's largest. */
export const EXACT = 1e-10
/** The float32 executors, relative to each number or to 1, whichever is larger; an operator's `tolerance` aside. */
export const SINGLE = 1e-5

/**
 * Largest |a - b| relative to |b|. `floor` is the size below which numbers count as that size; null = a thousandth of the
 * largest of the tensor, since a sum that cancels to almost 0 has no digits of its own to compare.
 */
function off(a: ArrayLike<number>, b: readonly number[], floor: number | null): number {
  expect(a.length).toBe(b.length)
  const least = floor ?? b.reduce((m, v) => Math.max(m, Math.abs(v)), 0) / 1000
  return b.reduce((worst, v, i) => {
    const d = Math.abs((a[i] as number) - v)
    return Math.max(worst, d === 0 ? 0 : d / Math.max(Math.abs(v), least, Number.MIN_VALUE))
  }, 0)
}

/** Largest differences seen, per executor and tensor. */
export const seen = new Map<string, number>()

export function agrees(what: string, a: ArrayLike<number>, b: Stored, executor: string, tolerance: number): void {
  const d = off(a, b.data, executor === 'reference' ? null : 1)
  const key = `${executor} ${what}`
  seen.set(key, Math.max(seen.get(key) ?? 0, d))
  expect(d, what).toBeLessThanOrEqual(tolerance)
}

/** A graph with the numbers that it is fed, and what must come out: of `values[i]` what `wanted[i]` says. */
interface Prepared {
  readonly b: Builder
  readonly values: readonly Value[]
  readonly feeds: Readonly<Record<string, readonly number[]>>
  readonly variables: Readonly<Record<string, readonly number[]>>
  readonly wanted: readonly { readonly what: string; readonly golden: Stored }[]
}

const numbers = (all: Named = {}, prefix = ''): Record<string, readonly number[]> =>
  Object.fromEntries(Object.entries(all).map(([name, t]) => [prefix + name, t.data]))

/** Runs a case and compares value and gradients. The executor may be used again. */
async function check(p: Prepared, executor: Executor, name: string, tolerance: number): Promise<void> {
  for (const [variable, data] of Object.entries(p.variables)) await executor.setVariable(variable, data)
  const ids = p.values.map((v) => v.id)
  const { maxOperands, maxOutputs } = executor
  const { plan, idOf } = compile(p.b.graph(), { batch: 1, wanted: ids, maxOperands, maxOutputs, longestRow: 32 })
  const program = await executor.load(plan)
  try {
    await program.run(p.feeds)
    for (const [i, { what, golden }] of p.wanted.entries())
      agrees(what, await program.read(idOf(ids[i] as number)), golden, name, tolerance)
  } finally {
    program.dispose()
  }
}

const zeros = ({ shape }: Stored): Stored => ({ shape, data: new Array(shape.reduce((a, d) => a * d, 1)).fill(0) })

/** What training makes of running statistics. */
function movedTo(b: Builder, after: Named = {}, prefix = '') {
  expect([...b.updates.keys()].sort()).toEqual(
    Object.keys(after)
      .map((name) => prefix + name)
      .sort()
  )
  return Object.entries(after).map(([name, golden]) => ({
    value: b.updates.get(prefix + name) as Value,
    what: `next ${name}`,
    golden
  }))
}

/** The value of an operator and the gradients of Σ upstream ∘ value. */
function prepareOperator(c: OperatorCase): Prepared {
  const op = opOf(c.op)!
  const b = new Builder(opOf)
  b.training = c.training ?? false
  const inputs = Object.entries(c.inputs).map(([name, t]) =>
    b.leaf('Feed', { shape: t.shape, dtype: c.indices?.includes(name) ? 'int' : 'float' }, { name })
  )
  const handles = Object.keys(c.inputs)
  const wired = Object.fromEntries(handles.map((h, i) => [h, inputs[i] as Value]))
  const out = instantiate(b, op, 'it', wired, inputs, c.attributes).out as Value
  expect(out.type.shape).toEqual(c.output.shape)
  const leaves = new Map(b.graph().nodes.map((n) => [n.attributes.name as string, n.id]))
  const upstream = b.feed('upstream', out.type.shape)
  const slopes = out.type.dtype === 'float' ? backward(b, b.mul(out, upstream)) : new Map<number, Value>()
  const given = { ...c.inputs, ...c.parameters }
  const gradients = Object.entries(given).flatMap(([name, t], i) => {
    const id = i < handles.length ? inputs[i]?.id : leaves.get(`it.${name}`)
    const value = slopes.get(id as number)
    return value ? [{ name, value, golden: c.gradients[name] ?? zeros(t) }] : []
  })
  // What has no gradient here has none there: PyTorch then gives nothing, or zeros.
  for (const [name, { data }] of Object.entries(c.gradients))
    if (!gradients.some((g) => g.name === name)) expect(data.every((x) => x === 0)).toBe(true)
  const asked = gradients.filter((g) => !c.fixed?.includes(g.name))
  const moved = movedTo(b, c.after, 'it.')
  return {
    b,
    values: [out, ...asked.map((g) => g.value), ...moved.map((m) => m.value)],
    feeds: { ...numbers(c.inputs), ...numbers(c.feeds, 'it#'), upstream: c.upstream.data },
    variables: numbers({ ...c.parameters, ...c.kept }, 'it.'),
    wanted: [
      { what: c.op, golden: c.output },
      ...asked.map(({ name, golden }) => ({ what: `${c.op} d${name}`, golden })),
      ...moved
    ]
  }
}

export function checkOperator(c: OperatorCase, executor: Executor, name: string): Promise<void> {
  return check(prepareOperator(c), executor, name, name === 'reference' ? EXACT : (opOf(c.op)?.tolerance ?? SINGLE))
}

function documentOf(c: GraphCase): GraphDocument {
  let edges = 0
  return {
    ...emptyDocument,
    nodes: c.nodes.map(({ id, op, attributes }) => ({ id, op, attributes, position: { x: 0, y: 0 } })),
    edges: c.nodes.flatMap(({ id, inputs }) =>
      Object.entries(inputs).map(([targetHandle, from]) => {
        const [source = '', sourceHandle = 'out'] = from.split('.')
        return { id: `e${edges++}`, source, sourceHandle, target: id, targetHandle }
      })
    ),
    objective: c.objective
  }
}

/** The objective of a graph, and its gradient by each parameter and input. */
function prepareGraph(c: GraphCase): Prepared {
  const { builder, objective, problems } = build(documentOf(c), { training: c.training ?? false })
  expect(problems.filter(isError)).toEqual([])
  const leaves = builder.graph().nodes.filter((n) => n.op === 'Feed' || n.op === 'Variable')
  const slopes = backward(builder, objective as Value)
  const nameOf = (n: (typeof leaves)[number]): string => n.attributes.name as string
  const wanted = leaves.filter((n) => nameOf(n) in c.gradients)
  expect(wanted.length).toBe(Object.keys(c.gradients).length)
  const given = (op: string) =>
    Object.fromEntries(
      leaves
        .filter((n) => n.op === op)
        .map((n) => {
          const stored = (c.given[nameOf(n)] ?? c.kept?.[nameOf(n)]) as Stored
          expect(sameShape(stored.shape, n.type.shape), nameOf(n)).toBe(true)
          return [nameOf(n), stored.data]
        })
    )
  const moved = movedTo(builder, c.after)
  return {
    b: builder,
    values: [objective as Value, ...wanted.map((n) => slopes.get(n.id) as Value), ...moved.map((m) => m.value)],
    feeds: given('Feed'),
    variables: given('Variable'),
    wanted: [
      { what: `graph ${c.name}`, golden: c.value },
      ...wanted.map((n) => ({ what: `graph ${c.name} d${nameOf(n)}`, golden: c.gradients[nameOf(n)] as Stored })),
      ...moved
    ]
  }
}

export function checkGraph(c: GraphCase, executor: Executor, name: string): Promise<void> {
  return check(prepareGraph(c), executor, name, name === 'reference' ? EXACT : SINGLE)
}
