/** Values and gradients that PyTorch computed (make_golden.py): every operator, and ten composed graphs. */
import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { backward } from '../../engine/compile/backward.ts'
import { compile } from '../../engine/compile/compile.ts'
import { build, instantiate } from '../../engine/document/build.ts'
import { emptyDocument, type GraphDocument } from '../../engine/document/types.ts'
import { Builder, type Value } from '../../engine/ir/builder.ts'
import type { Attributes } from '../../engine/ir/types.ts'
import { withDefaults } from '../../engine/ops/attributes.ts'
import { documentOps, opOf } from '../../engine/ops/registry.ts'
import { isError } from '../../engine/problem.ts'
import { CpuExecutor } from '../../engine/runtime/cpu.ts'
import type { Executor } from '../../engine/runtime/executor.ts'
import { ReferenceExecutor } from '../../engine/runtime/reference.ts'
import { WasmExecutor } from '../../engine/runtime/wasm/index.ts'
import { sameShape } from '../../engine/shape.ts'
import { type Numbers, tensor64 } from '../../engine/tensor.ts'

interface Stored {
  readonly shape: readonly number[]
  readonly data: readonly number[]
}
type Named = Readonly<Record<string, Stored>>

interface OperatorCase {
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
  readonly upstream: Stored
  readonly output: Stored
  readonly gradients: Named
}

interface GraphCase {
  readonly name: string
  readonly nodes: readonly {
    readonly id: string
    readonly op: string
    readonly attributes: Attributes
    /** Handle → "node" or "node.handle". */
    readonly inputs: Readonly<Record<string, string>>
  }[]
  readonly objective: string
  readonly given: Named
  readonly value: Stored
  readonly gradients: Named
}

const load = <T>(name: string): T => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8')) as T
const operators = load<OperatorCase[]>('./operators.json')
const graphs = load<GraphCase[]>('./graphs.json')

/** What no golden case can be made for, and why. */
const WITHOUT: Readonly<Record<string, string>> = {
  Parameter: 'a source: it computes nothing; the graphs use it',
  Constant: 'a source: it computes nothing; the graphs use it',
  Input: 'a source: it computes nothing; the graphs use it',
  Dataset: 'a source: its numbers are tested in test/data',
  RandomNormal: 'a source: random numbers are tested in test/random.test.ts',
  RandomUniform: 'a source: random numbers are tested in test/random.test.ts',
  Custom: 'made of operators that have cases: test/expression/custom.test.ts compares it with them',
  Branch: 'several outputs: the graphs "attention block" and "sigmoid neuron of gates" use it'
}

/** The float64 reference agrees to this, relative to each number, but to no less than this of the tensor's largest. */
const EXACT = 1e-10

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

/** Largest differences seen, per kind of executor: printed by GOLDEN_REPORT=1. */
const seen = new Map<string, number>()
function agrees(what: string, a: ArrayLike<number>, b: Stored, executor: string, tolerance: number): void {
  const d = off(a, b.data, executor === 'reference' ? null : 1)
  const key = `${executor} ${what}`
  seen.set(key, Math.max(seen.get(key) ?? 0, d))
  expect(d, what).toBeLessThanOrEqual(tolerance)
}

async function execute(
  executor: Executor,
  b: Builder,
  values: readonly Value[],
  feeds: Readonly<Record<string, readonly number[]>>,
  variables: Readonly<Record<string, readonly number[]>>
): Promise<Numbers[]> {
  for (const [name, data] of Object.entries(variables)) await executor.setVariable(name, data)
  const { plan, idOf } = compile(b.graph(), { batch: 1, wanted: values.map((v) => v.id) })
  const program = await executor.load(plan)
  await program.run(feeds)
  const read = await Promise.all(values.map((v) => program.read(idOf(v.id))))
  await executor.dispose()
  return read
}

const numbers = (all: Named, prefix = ''): Record<string, readonly number[]> =>
  Object.fromEntries(Object.entries(all).map(([name, t]) => [prefix + name, t.data]))

const executors = [
  ['reference', () => new ReferenceExecutor()],
  ['cpu', () => new CpuExecutor()],
  ['wasm', () => new WasmExecutor('simd')],
  ['wasm, fused', () => new WasmExecutor('relaxed')]
] as const

test('every operator has golden cases, several of them, or a reason why not', () => {
  const counts = Map.groupBy(operators, (c) => c.op)
  for (const op of documentOps) {
    const reason = WITHOUT[op.kind]
    if (reason) expect(counts.has(op.kind), `${op.kind} has golden cases after all`).toBe(false)
    else expect(counts.get(op.kind)?.length ?? 0, `${op.kind}: add cases to make_golden.py`).toBeGreaterThanOrEqual(2)
  }
  expect(graphs.length).toBeGreaterThanOrEqual(10)
})

const label = (c: OperatorCase, i: number): string =>
  `${i} ${c.op} ${Object.values(c.inputs)
    .map((t) => `[${t.shape}]`)
    .join(' ')} ${JSON.stringify(c.attributes)}`

describe.each(operators.map((c, i) => ({ ...c, label: label(c, i) })))('$label', (c) => {
  const op = opOf(c.op)!
  const b = new Builder(opOf)
  const inputs = Object.entries(c.inputs).map(([name, t]) =>
    b.leaf('Feed', { shape: t.shape, dtype: c.indices?.includes(name) ? 'int' : 'float' }, { name })
  )
  const handles = Object.keys(c.inputs)
  const wired = Object.fromEntries(handles.map((h, i) => [h, inputs[i] as Value]))
  const out = instantiate(b, op, 'it', wired, inputs, c.attributes).out as Value
  const leaves = new Map(b.graph().nodes.map((n) => [n.attributes.name as string, n.id]))
  const upstream = b.feed('upstream', out.type.shape)
  const slopes = out.type.dtype === 'float' ? backward(b, b.mul(out, upstream)) : new Map<number, Value>()
  const names = [...handles, ...Object.keys(c.parameters ?? {})]
  const gradients = names.flatMap((name, i) => {
    const value = slopes.get(i < handles.length ? (inputs[i] as Value).id : (leaves.get(`it.${name}`) as number))
    return value ? [[name, value] as const] : []
  })
  const feeds = { ...numbers(c.inputs), ...numbers(c.feeds ?? {}, 'it#'), upstream: c.upstream.data }

  test.each(executors)('%s', async (name, make) => {
    expect(out.type.shape).toEqual(c.output.shape)
    const tolerance = name === 'reference' ? EXACT : (op.tolerance ?? 1e-5)
    const values = [out, ...gradients.map(([, v]) => v)]
    const [y, ...found] = await execute(make(), b, values, feeds, numbers(c.parameters ?? {}, 'it.'))
    agrees(c.op, y as Numbers, c.output, name, tolerance)
    for (const [i, [input]] of gradients.entries()) {
      if (c.fixed?.includes(input)) continue
      const golden = c.gradients[input] ?? { shape: [], data: Array<number>((found[i] as Numbers).length).fill(0) }
      agrees(`${c.op} d${input}`, found[i] as Numbers, golden, name, tolerance)
    }
    // What has no gradient here has none there: PyTorch then gives nothing, or zeros.
    const ours = new Set(gradients.map(([input]) => input))
    for (const [input, { data }] of Object.entries(c.gradients)) {
      if (!ours.has(input))
        expect(
          data.every((x) => x === 0),
          `gradient of ${input}`
        ).toBe(true)
    }
  })
})

// Lowered operators are executed as simpler ones; their own definition is held against PyTorch too.
test.each(operators.filter((c) => opOf(c.op)?.reference).map((c, i) => ({ ...c, label: label(c, i) })))(
  'own definition: $label',
  (c) => {
    const op = opOf(c.op)!
    const inputs = Object.values(c.inputs).map((t) => tensor64(t.shape, t.data))
    const own = op.reference?.(inputs, withDefaults(op, c.attributes), c.output.shape)
    agrees(`${c.op} own`, own ?? [], c.output, 'reference', EXACT)
  }
)

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

describe.each(graphs)('graph: $name', (c) => {
  const { builder, objective, problems } = build(documentOf(c))

  test.each(executors)('%s', async (name, make) => {
    expect(problems.filter(isError)).toEqual([])
    const loss = objective as Value
    const leaves = builder.graph().nodes.filter((n) => n.op === 'Feed' || n.op === 'Variable')
    const slopes = backward(builder, loss)
    const wanted = leaves.filter((n) => (n.attributes.name as string) in c.gradients)
    expect(wanted.length).toBe(Object.keys(c.gradients).length)
    const given = (op: string) =>
      Object.fromEntries(
        leaves
          .filter((n) => n.op === op)
          .map((n) => {
            const stored = c.given[n.attributes.name as string] as Stored
            expect(sameShape(stored.shape, n.type.shape), n.attributes.name as string).toBe(true)
            return [n.attributes.name as string, stored.data]
          })
      )
    const values = [loss, ...wanted.map((n) => slopes.get(n.id) as Value)]
    const [value, ...found] = await execute(make(), builder, values, given('Feed'), given('Variable'))
    const tolerance = name === 'reference' ? EXACT : 1e-5
    agrees(`graph ${c.name}`, value as Numbers, c.value, name, tolerance)
    for (const [i, n] of wanted.entries()) {
      const parameter = n.attributes.name as string
      agrees(`graph ${c.name} d${parameter}`, found[i] as Numbers, c.gradients[parameter] as Stored, name, tolerance)
    }
  })
})

afterAll(() => {
  if (!process.env.GOLDEN_REPORT) return
  const worst = [...seen].sort((a, b) => b[1] - a[1])
  for (const kind of ['reference', 'cpu'])
    console.log(
      worst
        .filter(([k]) => k.startsWith(kind))
        .slice(0, 15)
        .map(([k, d]) => `${d.toExponential(1)}  ${k}`)
        .join('\n')
    )
})
