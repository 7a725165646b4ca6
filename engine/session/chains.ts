/**
 * The chain rule along paths: the Jacobian of each step of a way through the graph, their products, and the sum over
 * all ways, which is what one walk backward gives at once.
 */
import { backward } from '../compile/backward.ts'
import { DIRECTION } from '../compile/jacobian.ts'
import { indexOf } from '../document/lookup.ts'
import type { GraphEdge } from '../document/types.ts'
import { waysBetween } from '../document/ways.ts'
import type { Value } from '../ir/builder.ts'
import { fail } from '../problem.ts'
import { bindShape, type StaticShape, sizeOf } from '../shape.ts'
import type { Loaded } from '../train/derivatives.ts'
import { cancelled, type Ground, load } from './derivatives.ts'
import type { ChainFactor, ChainRequest, ChainResult, ChainWay } from './protocol.ts'
import { explainer } from './why.ts'

/** Ways that are shown one by one. */
const MOST_WAYS = 12
/** Numbers of one matrix, and its rows: more are named by their size, and multiplied without being written down. */
const MOST_NUMBERS = 200_000
const MOST_ROWS = 1000
/** Numbers of the whole product. */
const MOST_IN_ALL = 500_000
/** Multiplications of one product from the input on; from the output on they are far fewer. */
const MOST_WORK = 50_000_000

/** One step of a way: d (an output of a node) / d (what comes in along one wire, or a parameter that it owns). */
interface Step {
  readonly key: string
  readonly node: string
  readonly edge: string | null
  readonly of: Value
  readonly wrt: Value
}

/** a·b, row-major: (m × n) · (n × p). */
export function product(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const m = n === 0 ? 0 : a.length / n
  const p = n === 0 ? 0 : b.length / n
  const made = new Float64Array(m * p)
  for (let i = 0; i < m; i++) {
    for (let k = 0; k < n; k++) {
      const x = a[i * n + k] as number
      if (x === 0) continue
      for (let j = 0; j < p; j++) made[i * p + j] = (made[i * p + j] as number) + x * (b[k * p + j] as number)
    }
  }
  return made
}

const identity = (n: number): Float64Array =>
  Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0))

/** vᵀJ of each step for a fed v, as IR. */
function directionsOf({ inspection }: Ground, steps: readonly Step[]): ReadonlyMap<string, Value | null> {
  const b = inspection.built.builder
  const rows = steps.map(({ key, of, wrt }) => {
    const upstream = b.feed(`${DIRECTION}${key}`, of.type.shape)
    return [key, backward(b, of, new Set([wrt.id]), upstream).get(wrt.id) ?? null] as const
  })
  return new Map(rows)
}

class Chain {
  readonly #loaded: Loaded
  readonly #rows: ReadonlyMap<string, Value | null>
  readonly #batch: number
  #breathed = performance.now()

  constructor(loaded: Loaded, rows: ReadonlyMap<string, Value | null>, batch: number) {
    this.#loaded = loaded
    this.#rows = rows
    this.#batch = batch
  }

  size(value: Value): number {
    return sizeOf(this.shape(value))
  }

  shape(value: Value): StaticShape {
    return bindShape(value.type.shape, this.#batch)
  }

  async #run(directions: Readonly<Record<string, Float64Array>>): Promise<void> {
    const { program, feeds, stop, breathe } = this.#loaded
    if (breathe && performance.now() - this.#breathed > 16) {
      await breathe()
      this.#breathed = performance.now()
    }
    if (stop() || !(await program.run({ ...feeds, ...directions }, stop))) cancelled()
  }

  #read(value: Value): Promise<ArrayLike<number>> {
    return this.#loaded.program.read(this.#loaded.compiled.idOf(value.id))
  }

  /** The matrices of all steps that can be written down, row by row, all at once. */
  async matrices(steps: readonly Step[]): Promise<ReadonlyMap<string, Float64Array>> {
    const written = steps.filter(({ of, wrt }) => {
      const rows = this.size(of)
      return rows <= MOST_ROWS && rows * this.size(wrt) <= MOST_NUMBERS
    })
    const found = new Map(written.map(({ key, of, wrt }) => [key, new Float64Array(this.size(of) * this.size(wrt))]))
    const most = written.reduce((rows, { of }) => Math.max(rows, this.size(of)), 0)
    const units = new Map(written.map(({ key, of }) => [key, new Float64Array(this.size(of))]))
    const directions = Object.fromEntries([...units].map(([key, unit]) => [`${DIRECTION}${key}`, unit]))
    for (let i = 0; i < most; i++) {
      for (const unit of units.values()) unit.fill(0)
      for (const unit of units.values()) if (i < unit.length) unit[i] = 1
      await this.#run(directions)
      for (const { key, of, wrt } of written) {
        const row = this.#rows.get(key)
        if (row && i < this.size(of)) (found.get(key) as Float64Array).set(await this.#read(row), i * this.size(wrt))
      }
    }
    return found
  }

  /** M·J without J: each row of M goes back through the step. */
  async back(m: Float64Array, { key, of, wrt }: Step): Promise<Float64Array> {
    const [n, p] = [this.size(of), this.size(wrt)]
    const made = new Float64Array((m.length / n) * p)
    const row = this.#rows.get(key)
    for (let i = 0; row && i * n < m.length; i++) {
      await this.#run({ [`${DIRECTION}${key}`]: m.subarray(i * n, (i + 1) * n) })
      made.set(await this.#read(row), i * p)
    }
    return made
  }
}

/** The steps of one way, from the input to the output. */
function stepsOf({ inspection, document }: Ground, { of, wrt }: ChainRequest, edges: readonly GraphEdge[]): Step[] {
  const first: Step[] = []
  const outputOf = (node: string, next: GraphEdge | undefined): { readonly output: string; readonly value: Value } => {
    const output = next?.sourceHandle ?? of.output
    return { output, value: inspection.valueOf({ kind: 'node', id: node, output }) }
  }
  if (wrt.kind === 'parameter') {
    const node = ownerOf(document, wrt.name)
    const { output, value } = outputOf(node, edges[0])
    first.push({ key: `${wrt.name} ${output}`, node, edge: null, of: value, wrt: inspection.valueOf(wrt) })
  }
  const rest = edges.map((edge, i): Step => {
    const { output, value } = outputOf(edge.target, edges[i + 1])
    const wire = inspection.valueOf({ kind: 'edge', id: edge.id })
    return { key: `${edge.id} ${output}`, node: edge.target, edge: edge.id, of: value, wrt: wire }
  })
  return [...first, ...rest]
}

/** The node that a parameter is, or the layer that owns it. */
function ownerOf(document: Ground['document'], name: string): string {
  const { nodes } = indexOf(document)
  return nodes.has(name) ? name : name.slice(0, name.lastIndexOf('.'))
}

/** @throws ProblemError derivative.tooLarge, graph.noSuchThing */
export async function chains(ground: Ground, request: ChainRequest): Promise<ChainResult> {
  const { inspection, document, rows } = ground
  const { builder, wires } = inspection.built
  const asked: ChainRequest =
    // a parameter that is a node of its own begins at that node
    request.wrt.kind === 'parameter' && indexOf(document).nodes.has(request.wrt.name)
      ? { ...request, wrt: { kind: 'node', id: request.wrt.name, output: 'out' } }
      : request
  const [of, wrt] = [inspection.valueOf(asked.of), inspection.valueOf(asked.wrt)]
  const shapes = { of: bindShape(of.type.shape, rows.batch), wrt: bindShape(wrt.type.shape, rows.batch) }
  const [height, width] = [sizeOf(shapes.of), sizeOf(shapes.wrt)]
  if (height > MOST_ROWS || height * width > MOST_IN_ALL)
    fail('derivative.tooLarge', {
      what: 'The chain of Jacobians',
      rows: height,
      columns: width,
      limit: `at most ${MOST_ROWS} rows and ${MOST_IN_ALL} in all`
    })
  // one walk from the output reaches all that a way may lead through, and is the sum over all ways
  const whole = builder.feed(`${DIRECTION}whole`, of.type.shape)
  const reached = of.type.dtype === 'float' ? backward(builder, of, undefined, whole) : new Map<number, Value>()
  const { from, starts } = beginning(document, asked)
  const { shown, count } = waysBetween({
    document,
    from,
    starts,
    to: asked.of.id,
    passes: ({ id }) => reached.has(wires.get(id)?.id ?? -1),
    most: MOST_WAYS
  })
  const total = reached.get(wrt.id) ?? null
  const batch = rows.open ? rows.batch : null
  const why = total ? null : explainer(builder.graph(), of.id)(wrt.id)
  const ways = shown.map((edges) => stepsOf(ground, asked, edges)).filter((steps) => steps.length > 0)
  if (!total || ways.length === 0)
    return { ...shapes, batch, factors: {}, ways: [], count: 0, total: new Float64Array(height * width), why }

  const steps = [...new Map(ways.flat().map((step) => [step.key, step])).values()]
  const all: Step = { key: 'whole', node: asked.of.id, edge: null, of, wrt }
  const directions = directionsOf(ground, steps)
  const loaded = await load(ground, [...directions.values(), total])
  const chain = new Chain(loaded, new Map([...directions, [all.key, total]]), rows.batch)
  const matrices = await chain.matrices(steps)
  const factors = Object.fromEntries(
    steps.map(({ key, node, edge, of, wrt }): [string, ChainFactor] => [
      key,
      { node, edge, of: chain.shape(of), wrt: chain.shape(wrt), data: matrices.get(key) ?? null }
    ])
  )
  const made: ChainWay[] = []
  for (const way of ways) made.push(await wayOf(chain, way, matrices, height, width))
  return { ...shapes, batch, factors, ways: made, count, total: await chain.back(identity(height), all), why }
}

/** Where ways begin: the node, and along which of its edges. */
function beginning(document: Ground['document'], { wrt, of }: ChainRequest) {
  if (wrt.kind === 'parameter') return { from: ownerOf(document, wrt.name), starts: () => true }
  const from = wrt.id
  if (from === of.id) return { from, starts: () => false }
  return { from, starts: (edge: GraphEdge) => edge.sourceHandle === wrt.output }
}

async function wayOf(
  chain: Chain,
  way: readonly Step[],
  matrices: ReadonlyMap<string, Float64Array>,
  height: number,
  width: number
): Promise<ChainWay> {
  // from the output: what has come so far, times the next Jacobian
  const back: Float64Array[] = []
  for (const step of way.toReversed()) {
    const before = back.at(-1) ?? identity(height)
    const matrix = matrices.get(step.key)
    back.push(matrix ? product(before, matrix, chain.size(step.of)) : await chain.back(before, step))
  }
  // from the input: the next Jacobian, times what has come so far
  const ahead: (Float64Array | null)[] = []
  for (const [i, step] of way.entries()) {
    const matrix = matrices.get(step.key)
    const before = ahead.at(-1)
    const work = chain.size(step.of) * chain.size(step.wrt) * width
    if (i === 0) ahead.push(matrix ?? null)
    else ahead.push(matrix && before && work <= MOST_WORK ? product(matrix, before, chain.size(step.wrt)) : null)
  }
  return {
    factors: way.map(({ key }) => key),
    edges: way.flatMap(({ edge }) => edge ?? []),
    back,
    ahead: ahead.map((one) => (one && one.length > MOST_NUMBERS ? null : one))
  }
}
