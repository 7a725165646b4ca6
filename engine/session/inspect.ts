/** A document with every value and every gradient kept: what the screen looks at. */
import { backward, type Gradients } from '../compile/backward.ts'
import { type Compiled, compile } from '../compile/compile.ts'
import { type BuildOptions, type Built, build } from '../document/build.ts'
import type { GraphDocument } from '../document/types.ts'
import type { Value } from '../ir/builder.ts'
import type { DType, IrGraph } from '../ir/types.ts'
import { fail } from '../problem.ts'
import type { Executor, Program } from '../runtime/executor.ts'
import { bindShape } from '../shape.ts'
import { type Numbers, statisticsOf, stripOf } from '../tensor.ts'
import { type Variable, variablesOf } from '../train/graph.ts'
import type { Cell, ProductDetail, ProductRequest, Summary, Target } from './protocol.ts'
import { productDetail } from './tensors/product.ts'
import { explainer } from './why.ts'

const STRIP_CELLS = 32
const WHOLE_UP_TO = 64

/** One value that a run answers for, and its gradient where one arrives. */
interface Place {
  readonly value: Value
  readonly gradient: Value | null
}

export class Inspection {
  readonly document: GraphDocument
  readonly built: Built
  readonly ir: IrGraph
  readonly variables: readonly Variable[]
  readonly #gradients: Gradients
  readonly #why: (id: number) => ReturnType<ReturnType<typeof explainer>>
  #loaded: { executor: Executor; batch: number; compiled: Compiled; program: Program } | null = null

  /** @throws ProblemError where not a single node can be computed. */
  constructor(document: GraphDocument, options: Pick<BuildOptions, 'training'> = {}) {
    this.document = document
    this.built = build(document, options)
    if (this.built.outputs.size === 0) fail(document.nodes.length === 0 ? 'graph.empty' : 'run.nothing')
    const { objective, builder } = this.built
    this.#gradients = objective ? backward(builder, objective) : new Map()
    this.ir = builder.graph()
    this.variables = variablesOf(this.ir)
    this.#why = explainer(this.ir, objective?.id ?? null)
  }

  /** The plan that keeps every value and gradient. */
  compile({ maxOperands, maxOutputs, mostNumbers }: Executor, batch: number): Compiled {
    const wanted = new Set<number>()
    for (const { value, gradient } of this.#places()) {
      wanted.add(value.id)
      if (gradient) wanted.add(gradient.id)
    }
    return compile(this.ir, { batch, wanted: [...wanted], maxOperands, maxOutputs, mostNumbers })
  }

  async program(executor: Executor, batch: number): Promise<{ compiled: Compiled; program: Program }> {
    if (this.#loaded?.executor === executor && this.#loaded.batch === batch) return this.#loaded
    // where the next one does not fit, there is none: what was given back must not be taken for it
    this.dispose()
    const compiled = this.compile(executor, batch)
    const program = await executor.load(compiled.plan)
    this.#loaded = { executor, batch, compiled, program }
    return this.#loaded
  }

  /** The compiled plan that is loaded now, if it is for this executor and batch. */
  compiledFor(executor: Executor, batch: number): Compiled {
    const loaded = this.#loaded
    return loaded?.executor === executor && loaded.batch === batch ? loaded.compiled : this.compile(executor, batch)
  }

  dispose(): void {
    this.#loaded?.program.dispose()
    this.#loaded = null
  }

  #place(value: Value): Place {
    return { value, gradient: this.#gradients.get(value.id) ?? null }
  }

  *#places(): Iterable<Place> {
    for (const outputs of this.built.outputs.values())
      for (const value of Object.values(outputs)) yield this.#place(value)
    for (const wire of this.built.wires.values()) yield this.#place(wire)
    for (const value of this.#parameters().values()) yield this.#place(value)
  }

  #parameters(): Map<string, Value> {
    return new Map(this.ir.nodes.filter((n) => n.op === 'Variable').map((n) => [n.attributes.name as string, n]))
  }

  /** @throws ProblemError graph.noSuchThing */
  valueOf(target: Target): Value {
    const found =
      target.kind === 'node'
        ? this.built.outputs.get(target.id)?.[target.output]
        : target.kind === 'edge'
          ? this.built.wires.get(target.id)
          : this.#parameters().get(target.name)
    return (
      found ??
      fail('graph.noSuchThing', { what: target.kind, id: target.kind === 'parameter' ? target.name : target.id })
    )
  }

  #find(target: Target): Place {
    return this.#place(this.valueOf(target))
  }

  #read(id: number): Promise<Numbers> {
    const loaded = this.#loaded
    return loaded ? loaded.program.read(loaded.compiled.idOf(id)) : fail('run.stale')
  }

  /** The whole tensor of the last run, or null where there is no gradient. */
  async tensor(
    target: Target,
    which: 'value' | 'gradient'
  ): Promise<{ shape: number[]; dtype: DType; data: Numbers } | null> {
    const { value, gradient } = this.#find(target)
    const wanted = which === 'value' ? value : gradient
    if (!wanted) return null
    const data = await this.#read(wanted.id)
    return { shape: bindShape(wanted.type.shape, this.#loaded?.batch ?? 1), dtype: wanted.type.dtype, data }
  }

  /** How one number of the last run comes about, where it is one of a matrix product. */
  product({ target, which, index }: Pick<ProductRequest, 'target' | 'which' | 'index'>): Promise<ProductDetail | null> {
    const place = this.#find(target)
    const of = which === 'value' ? place.value : place.gradient
    const { compiled, program, batch } = this.#loaded ?? fail('run.stale')
    const read = (value: Value): Promise<Numbers> | null => {
      const id = compiled.idOf(value.id)
      return compiled.plan.results.has(id) ? program.read(id) : null
    }
    return of ? productDetail({ ir: this.ir, batch, read }, of, index) : Promise.resolve(null)
  }

  /** Everything that a screen shows of the last run. */
  async cells(batch: number): Promise<{
    nodes: Record<string, Record<string, Cell>>
    edges: Record<string, Cell>
    parameters: Record<string, Cell>
    objective: number | null
  }> {
    // A wire shows the numbers of the output it comes from: each tensor is read and summed up once.
    const known = new Map<number, Promise<Summary>>()
    const summary = (value: Value, of: Value): Promise<Summary> => {
      const key = this.#loaded?.compiled.idOf(of.id) ?? -1
      const made = known.get(key) ?? this.#read(of.id).then((data) => summarise(data, value, batch))
      known.set(key, made)
      return made
    }
    const cell = async ({ value, gradient }: Place): Promise<Cell> => ({
      value: { ...(await summary(value, value)), shape: bindShape(value.type.shape, batch), dtype: value.type.dtype },
      gradient: gradient ? { ...(await summary(value, gradient)), shape: bindShape(value.type.shape, batch) } : null,
      why: gradient ? null : this.#why(value.id)
    })
    const record = async <T>(
      entries: Iterable<readonly [string, T]>,
      each: (one: T) => Promise<Cell>
    ): Promise<Record<string, Cell>> => {
      const made: Record<string, Cell> = {}
      for (const [key, one] of entries) made[key] = await each(one)
      return made
    }
    const nodes: Record<string, Record<string, Cell>> = {}
    for (const [id, outputs] of this.built.outputs) {
      nodes[id] = await record(Object.entries(outputs), (value) => cell(this.#place(value)))
    }
    const { objective } = this.built
    const numbers = objective ? await this.#read(objective.id) : null
    return {
      nodes,
      edges: await record(this.built.wires, (value) => cell(this.#place(value))),
      parameters: await record(this.#parameters(), (value) => cell(this.#place(value))),
      objective: numbers ? sum(numbers) : null
    }
  }
}

/** A non-scalar objective is summed, as its gradient says. */
export function sum(numbers: Numbers): number {
  let total = 0
  for (const x of numbers) total += x
  return total
}

const summarise = (data: Numbers, value: Value, batch: number): Summary => ({
  shape: bindShape(value.type.shape, batch),
  dtype: value.type.dtype,
  statistics: statisticsOf(data),
  strip: stripOf(data, STRIP_CELLS),
  values: data.length <= WHOLE_UP_TO ? Array.from(data) : null
})
