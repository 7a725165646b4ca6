/** The derivative that the panel shows, computed by its own definition, is what the engine computes: for every operator. */
import katex from 'katex'
import { describe, expect, test } from 'vitest'
import { compile } from '../../engine/compile/compile.ts'
import { check } from '../../engine/document/check.ts'
import { definitionsIn, formulaOf } from '../../engine/document/formula.ts'
import { emptyDocument, type GraphDocument, type GraphEdge, type GraphNode } from '../../engine/document/types.ts'
import { FUNCTIONS, stepOf } from '../../engine/expression/functions.ts'
import { gradientOf, NoFormula } from '../../engine/expression/gradient.ts'
import { toTex } from '../../engine/expression/print.ts'
import { type CallExpression, call, type Expression, namesIn, num } from '../../engine/expression/tree.ts'
import { Builder } from '../../engine/ir/builder.ts'
import type { Attributes } from '../../engine/ir/types.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { Random } from '../../engine/random.ts'
import { ReferenceExecutor } from '../../engine/runtime/reference.ts'
import { Session } from '../../engine/session/session.ts'
import { bindShape, type Shape, sizeOf } from '../../engine/shape.ts'
import type { Numbers, Tensor } from '../../engine/tensor.ts'
import { documentOf } from '../generated/documents.ts'
import { cases, difference } from '../generated/harness.ts'

const BATCH = 3
type Tensor64 = Tensor<Float64Array>
type Names = Readonly<Record<string, Tensor64>>

const scalar = (x: number): Tensor64 => ({ shape: [], data: Float64Array.of(x) })
const bound = (shape: Shape | undefined): number[] => bindShape(shape ?? [], BATCH)

/** One operator, forward, on the reference. */
async function forward(op: string, attributes: Attributes, inputs: readonly Tensor64[]): Promise<Tensor64> {
  const b = new Builder(opOf)
  const fed = inputs.map((x, i) => b.feed(`${i}`, x.shape))
  const out = b.emitWithDefaults(op, fed, attributes)
  const { plan, idOf } = compile(b.graph(), { batch: BATCH, wanted: [out.id] })
  const program = await new ReferenceExecutor().load(plan)
  await program.run(Object.fromEntries(inputs.map((x, i) => [`${i}`, x.data])))
  return { shape: bound(out.type.shape), data: (await program.read(idOf(out.id))) as Float64Array }
}

const word = (fn: string, ...args: Tensor64[]) => forward(FUNCTIONS[fn]?.op as string, {}, args)

/** Jᵀg by differences: exact for what is linear, which all but MaxPool are. */
async function adjoint(e: CallExpression, [g, ...inputs]: readonly Tensor64[]): Promise<Float64Array> {
  const { operator, input, ...attributes } = e.attributes as { operator: string; input: number } & Attributes
  const kind = FUNCTIONS[operator]?.op ?? operator
  const step = kind === 'MaxPool' ? 1e-6 : 1
  const here = await forward(kind, attributes, inputs)
  const at = inputs[input] as Tensor64
  const found = new Float64Array(at.data.length)
  for (let i = 0; i < found.length; i++) {
    const moved = { ...at, data: at.data.with(i, (at.data[i] as number) + step) }
    const there = await forward(kind, attributes, inputs.with(input, moved))
    found[i] = there.data.reduce(
      (sum, y, j) => sum + ((y - (here.data[j] as number)) / step) * ((g as Tensor64).data[j] as number),
      0
    )
  }
  return found
}

async function value(e: Expression, names: Names): Promise<Tensor64> {
  if (e.kind === 'number') return scalar(e.value)
  if (e.kind === 'name') return names[e.name] ?? scalar({ pi: Math.PI, B: BATCH }[e.name] as number)
  if (e.given) return value(e.opens as Expression, names)
  const shape = bound(e.shape)
  if (e.fn === 'upstream') return names.upstream as Tensor64
  if (e.fn === 'ones' || e.fn === 'mask') return { shape, data: new Float64Array(sizeOf(shape)).fill(1) }
  const args: Tensor64[] = []
  for (const arg of e.args) args.push(await value(arg, names))
  const [x, y] = args as [Tensor64, Tensor64]
  const mean = (of: Tensor64) => forward('ReduceMean', { ...(e.axes ? { axes: [...e.axes] } : {}), keepdims: 1 }, [of])
  const centred = async () => word('sub', x, await mean(x))
  const variance = async () => mean(await word('pow', await centred(), scalar(2)))
  switch (e.fn) {
    case 'unsqueeze':
    case 'reshape':
      return { shape, data: x.data }
    case 'le':
      return word('sub', scalar(1), await word('gt', x, y))
    case 'mT': {
      const last = x.shape.length - 1
      const perm = [...x.shape.keys()].slice(0, -2)
      return forward('Transpose', { perm: [...perm, last, last - 1] }, [x])
    }
    case 'onehot': {
      const classes = shape.at(-1) as number
      return {
        shape,
        data: Float64Array.from({ length: sizeOf(shape) }, (_, i) =>
          x.data[Math.floor(i / classes)] === i % classes ? 1 : 0
        )
      }
    }
    case 'others': {
      const axes = e.axes?.map((axis) => (axis < 0 ? axis + x.shape.length : axis)) ?? [...x.shape.keys()]
      const strides = x.shape.map((_, i) => sizeOf(x.shape.slice(i + 1)))
      const place = (i: number) => x.shape.map((d, axis) => Math.floor(i / (strides[axis] as number)) % d)
      const together = (i: number, j: number) =>
        place(i).every((at, axis) => axes.includes(axis) || at === place(j)[axis])
      const product = (i: number) => x.data.reduce((p, v, j) => (j !== i && together(i, j) ? p * v : p), 1)
      return { shape: x.shape, data: x.data.map((_, i) => product(i)) }
    }
    case 'var':
      return variance()
    case 'standardize': {
      const epsilon = (e.attributes?.epsilon as number | undefined) ?? 1e-5
      return word('div', await centred(), await word('sqrt', await word('add', await variance(), scalar(epsilon))))
    }
    case 'adjoint':
      return { shape, data: await adjoint(e, args) }
  }
  const { op, attributes } = FUNCTIONS[e.fn] ? stepOf(e) : { op: e.fn, attributes: e.attributes ?? {} }
  const made = await forward(op, attributes, args)
  return e.shape && sizeOf(shape) === made.data.length ? { ...made, shape } : made
}

async function gradientsOf(document: ReturnType<typeof documentOf>) {
  const session = new Session({ breathe: async () => undefined })
  const run = await session.run({ document, revision: 0, backend: 'reference', batch: BATCH })
  const read = async (target: Parameters<Session['readTensor']>[0]['target'], which: 'value' | 'gradient') => {
    const { shape, data } = await session.readTensor({ runId: run.runId, target, which })
    return { shape: [...shape], data: Float64Array.from(data as Numbers) }
  }
  const values: Record<string, Tensor64> = {}
  const gradients: Record<string, Float64Array | null> = {}
  for (const edge of document.edges.filter((one) => one.target === 'it')) {
    const target = { kind: 'edge', id: edge.id } as const
    values[edge.source] = await read(target, 'value')
    gradients[edge.source] = run.edges[edge.id]?.gradient ? (await read(target, 'gradient')).data : null
  }
  for (const [name, cell] of Object.entries(run.parameters)) {
    const target = { kind: 'parameter', name } as const
    values[name] ??= await read(target, 'value')
    gradients[name] ??= cell.gradient ? (await read(target, 'gradient')).data : null
  }
  values.upstream = await read({ kind: 'edge', id: 'w' }, 'value')
  return { values, gradients }
}

const empty = (shape: Shape): boolean => sizeOf(bindShape(shape, BATCH)) === 0
const shown = cases.filter(
  ({ op, sample }) =>
    op.family !== 'internal' && !op.notDifferentiable && sample.shapes.length > 0 && !sample.shapes.some(empty)
)

describe.each(shown)('$name', (one) => {
  test('its derivative as a formula is that of the engine', async () => {
    const document = documentOf(one)
    const { types } = check(document)
    const formula = formulaOf(document, types, 'it', new Set(['it']))
    expect(formula).not.toBe(null)
    const { expression } = formula as NonNullable<typeof formula>
    const { values, gradients } = await gradientsOf(document)
    const shape = types.get('it')?.out?.shape as Shape
    const upstream: Expression = { ...call('upstream', { kind: 'name', name: 'it' }), shape }
    const names = [...namesIn(expression)]
    expect(Object.keys(gradients).filter((name) => !names.includes(name))).toEqual([])
    for (const name of names) {
      const found = gradientOf(expression, name, upstream)
      const numbers = gradients[name] as Float64Array | null
      if (!found || !numbers) {
        // indices have none; a target of class numbers neither
        expect(numbers?.some((x) => x !== 0) ?? false, `${name} by ${found && toTex(found)}`).toBe(false)
        continue
      }
      expect(toTex(found)).not.toMatch(/undefined|\[object/)
      katex.renderToString(toTex(found), { throwOnError: true })
      const computed = await value(found, values)
      const whole =
        computed.data.length === numbers.length ? computed.data : numbers.map(() => computed.data[0] as number)
      expect(difference(whole, numbers), `${name}: ${toTex(found)}`).toBeLessThan(
        one.op.kind === 'MaxPool' ? 1e-8 : 1e-10
      )
    }
  })
})

test('where sizes are not known, or do not fit, a formula is shown or none is: nothing breaks', () => {
  for (const one of cases.filter(({ op }) => op.family !== 'internal')) {
    const document = documentOf(one)
    const ranks = [null, [], [2], [3, 2], [2, 3, 4, 5]]
    for (const shape of ranks) {
      const types = new Map(
        shape ? document.nodes.map((node) => [node.id, { out: { shape, dtype: 'float' as const } }] as const) : []
      )
      const formula = formulaOf(document, types, 'it', new Set(['it']))
      if (!formula) continue
      expect(toTex(formula.expression)).not.toMatch(/undefined/)
      for (const name of formula.names) {
        const upstream: Expression = { ...call('upstream', { kind: 'name', name: 'it' }), ...(shape ? { shape } : {}) }
        try {
          const found = gradientOf(formula.expression, name, upstream)
          if (found) expect(toTex(found)).not.toMatch(/undefined/)
        } catch (error) {
          if (!(error instanceof NoFormula)) throw new Error(`${one.name} [${shape}]: ${error}`)
        }
      }
    }
  }
})

test('every operator that has gradients has them as formulas', () => {
  const differentiable = new Set(shown.map(({ op }) => op.kind))
  const without = [...differentiable].filter((kind) =>
    shown.some((one) => {
      if (one.op.kind !== kind) return false
      const document = documentOf(one)
      return formulaOf(document, check(document).types, 'it', new Set(['it'])) === null
    })
  )
  expect(without).toEqual([])
})

describe('a network of many kinds of nodes', () => {
  const position = { x: 0, y: 0 }
  const node = (id: string, op: string, attributes: Attributes = {}): GraphNode => ({ id, op, attributes, position })
  const chain = (...nodes: GraphNode[]): GraphEdge[] =>
    nodes.slice(1).map((to, i) => {
      const target = to.id
      const targetHandle = to.op === 'NegativeLogLikelihoodLoss' ? 'prediction' : 'x'
      return { id: `c${i}`, source: (nodes[i] as GraphNode).id, sourceHandle: 'out', target, targetHandle }
    })
  const random = new Random(3)
  const image = Array.from({ length: 2 * 25 }, () => random.uniform(-1, 1))
  const nodes = [
    node('image', 'Input', { shape: [2, 1, 5, 5], values: image }),
    node('conv', 'Conv2D', {
      filters: 2,
      pads: [1, 1, 1, 1],
      activation: 'leaky_relu',
      kernelInit: { kind: 'heNormal' }
    }),
    node('pool', 'AveragePool', { strides: [2, 2] }),
    node('flat', 'Flatten'),
    node('norm', 'LayerNorm'),
    node('dense', 'Dense', { units: 3, activation: 'log_softmax' }),
    node('loss', 'NegativeLogLikelihoodLoss')
  ]
  const document: GraphDocument = {
    ...emptyDocument,
    nodes: [...nodes, node('classes', 'Input', { shape: [2], values: [2, 0] })],
    edges: [
      ...chain(...nodes),
      { id: 't', source: 'classes', sourceHandle: 'out', target: 'loss', targetHandle: 'target' }
    ],
    objective: 'loss'
  }

  test('each derivative of the loss is that of the engine, with what its symbols mean', async () => {
    const formula = formulaOf(document, check(document).types, 'loss')
    const { expression, names } = formula as NonNullable<typeof formula>
    const parameters = ['conv.kernel', 'conv.bias', 'norm.scale', 'norm.bias', 'dense.kernel', 'dense.bias']
    expect(names).toEqual(expect.arrayContaining(['image', ...parameters]))
    const session = new Session({ breathe: async () => undefined })
    const run = await session.run({ document, revision: 0, backend: 'reference' })
    const values: Record<string, Tensor64> = {
      image: { shape: [2, 1, 5, 5], data: Float64Array.from(image) },
      classes: { shape: [2], data: Float64Array.of(2, 0) }
    }
    const read = (name: string, which: 'value' | 'gradient') =>
      session.readTensor({ runId: run.runId, target: { kind: 'parameter', name }, which })
    for (const name of parameters) {
      const { shape, data } = await read(name, 'value')
      values[name] = { shape: [...shape], data: Float64Array.from(data) }
    }
    for (const name of parameters) {
      const found = gradientOf(expression, name, num(1)) as Expression
      katex.renderToString(toTex(found), { throwOnError: true })
      expect(difference((await value(found, values)).data, (await read(name, 'gradient')).data), name).toBeLessThan(
        1e-10
      )
    }
    const kernel = gradientOf(expression, 'conv.kernel', num(1)) as Expression
    expect(definitionsIn(kernel).map((tex) => /partial ([a-z])_/.exec(tex)?.[1])).toEqual(['w', 'x'])
    for (const tex of definitionsIn(kernel)) katex.renderToString(tex, { throwOnError: true })
  })
})
