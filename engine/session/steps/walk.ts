/** A run that is kept to be walked through: its graph, its numbers, and the order of its steps. */
import { backward, type Gradients } from '../../compile/backward.ts'
import { type Compiled, compile } from '../../compile/compile.ts'
import { type BuildOptions, type Built, build } from '../../document/build.ts'
import { inputsOf } from '../../document/connect.ts'
import { openingOf } from '../../document/expand.ts'
import { indexOf } from '../../document/lookup.ts'
import {
  defaultTraining,
  type GraphDocument,
  type GraphEdge,
  type GraphNode,
  type TrainingSettings
} from '../../document/types.ts'
import type { Value } from '../../ir/builder.ts'
import type { Op } from '../../ir/op.ts'
import type { Attributes, IrGraph, IrNode } from '../../ir/types.ts'
import { withDefaults } from '../../ops/attributes.ts'
import { opOf } from '../../ops/registry.ts'
import { fail } from '../../problem.ts'
import type { Executor, Program } from '../../runtime/executor.ts'
import { bindShape, type StaticShape } from '../../shape.ts'
import { type Numbers, type Statistics, statisticsOf } from '../../tensor.ts'
import { isSummed, type Variable, variablesOf } from '../../train/graph.ts'
import { explainer } from '../why.ts'
import { type Opened, open, type Place } from './open.ts'
import type { Outcome, StepHead, StepKind } from './types.ts'

/** Numbers that are held after they were read from the device; more than this, and they are read again. */
const HELD = 16_000_000

/** A step with what it is about, for whoever says it. */
export interface WalkStep extends Omit<StepHead, 'outcomes'> {
  /** The output that a fork or a seed is about. */
  readonly output: string | null
  /** IR ids of the tensors that it brings. */
  readonly results: readonly number[]
}

export class Walk {
  readonly document: GraphDocument
  readonly opened: Opened
  readonly built: Built
  readonly ir: IrGraph
  readonly variables: readonly Variable[]
  readonly gradients: Gradients
  readonly steps: readonly WalkStep[]
  readonly training: TrainingSettings
  /** Whether the objective is a mean over the batch. */
  readonly averaged: boolean
  readonly why: (id: number) => ReturnType<ReturnType<typeof explainer>>
  readonly #held = new Map<number, Numbers>()
  readonly #statistics = new Map<number, Statistics>()
  #size = 0
  #loaded: { readonly compiled: Compiled; readonly program: Program; readonly batch: number } | null = null

  /** @throws ProblemError where not a single node can be computed. */
  constructor(document: GraphDocument, asked: readonly string[], options: Pick<BuildOptions, 'training'> = {}) {
    this.document = document
    this.averaged = !isSummed(document, build(document))
    this.training = document.training ?? defaultTraining
    this.opened = open(document, asked)
    this.built = build(this.opened.document, options)
    if (this.built.outputs.size === 0) fail(document.nodes.length === 0 ? 'graph.empty' : 'run.nothing')
    const { objective, builder } = this.built
    this.gradients = objective ? backward(builder, objective) : new Map()
    this.ir = builder.graph()
    this.variables = variablesOf(this.ir)
    this.why = explainer(this.ir, objective?.id ?? null)
    this.steps = new Order(this).steps()
  }

  /** Everything of the forward pass, and all gradients. */
  async load(executor: Executor, batch: number): Promise<{ compiled: Compiled; program: Program }> {
    const forward = this.ir.nodes.filter((node) => node.phase === 'forward').map((node) => node.id)
    const wanted = [...new Set([...forward, ...[...this.gradients.values()].map((g) => g.id)])]
    const compiled = compile(this.ir, {
      batch,
      wanted,
      maxOperands: executor.maxOperands,
      mostNumbers: executor.mostNumbers
    })
    this.#loaded = { compiled, program: await executor.load(compiled.plan), batch }
    return this.#loaded
  }

  dispose(): void {
    this.#loaded?.program.dispose()
    this.#loaded = null
    this.#held.clear()
  }

  get batch(): number {
    return this.#loaded?.batch ?? 1
  }

  /** Numbers of the run by IR id, copied from the device once. */
  async read(id: number): Promise<Numbers> {
    const loaded = this.#loaded ?? fail('run.stale')
    const key = loaded.compiled.idOf(id)
    const held = this.#held.get(key)
    if (held) return held
    const data = await loaded.program.read(key)
    if (this.#size + data.length > HELD) {
      this.#held.clear()
      this.#size = 0
    }
    this.#held.set(key, data)
    this.#size += data.length
    return data
  }

  async statistics(id: number): Promise<Statistics> {
    const key = this.#loaded?.compiled.idOf(id) ?? -1
    const known = this.#statistics.get(key) ?? statisticsOf(await this.read(id))
    this.#statistics.set(key, known)
    return known
  }

  shape(value: Value): StaticShape {
    return bindShape(value.type.shape, this.batch)
  }

  async heads(): Promise<StepHead[]> {
    const heads: StepHead[] = []
    for (const { output: _, results, ...head } of this.steps) {
      const outcomes: Outcome[] = []
      for (const id of results) {
        const { min, max, nan, infinite } = await this.statistics(id)
        const largest = infinite > 0 ? Number.POSITIVE_INFINITY : Math.max(Math.abs(min), Math.abs(max))
        outcomes.push({ shape: this.shape(this.built.builder.value(id)), largest, broken: nan + infinite })
      }
      heads.push({ ...head, outcomes })
    }
    return heads
  }

  /** The node of a name in a formula; undefined for a parameter that a closed layer owns. */
  find(name: string): GraphNode | undefined {
    return indexOf(this.opened.document).nodes.get(name.split(':')[0] as string)
  }

  node(name: string): GraphNode {
    return this.find(name) as GraphNode
  }

  /** Wires out of one output, and wires in, in the order of the ports. */
  leaving(name: string, output: string): GraphEdge[] {
    return indexOf(this.opened.document)
      .outgoing(name)
      .filter((edge) => edge.sourceHandle === output && this.built.wires.has(edge.id))
  }

  entering(name: string): GraphEdge[] {
    const { document } = this.opened
    const node = this.node(name)
    const op = opOf(node.op)
    return (op ? inputsOf(document, node, op) : []).flatMap((port) => {
      const edge = indexOf(document).into(name, port.name)
      return edge && this.built.wires.has(edge.id) ? [edge] : []
    })
  }

  wire(edge: string): Value {
    return this.built.wires.get(edge) as Value
  }

  /** An output as formulas name it: the node, and which output where it has several. */
  nameOf(name: string, output: string): string {
    return Object.keys(this.built.outputs.get(name) ?? {}).length > 1 ? `${name}:${output}` : name
  }

  /** The edge as drawn; null for a wire between parts. */
  drawn(edge: string): string | null {
    return indexOf(this.document).edges.has(edge) ? edge : null
  }

  /** What a node computes, without the wires into it. */
  forwardOf(name: string): IrNode[] {
    return this.ir.nodes.filter((n) => n.phase === 'forward' && n.origin?.node === name && !n.origin.edge)
  }

  /** Parameters that a closed layer owns. */
  ownedBy(name: string): IrNode[] {
    const made = this.forwardOf(name).filter((node) => node.op === 'Variable')
    return this.node(name).op === 'Parameter' ? [] : made
  }
}

/** As the file lists the nodes, but each after all that it needs: the parts of a layer stay together. */
function inReadingOrder(document: GraphDocument): GraphNode[] {
  const index = indexOf(document)
  const order: GraphNode[] = []
  const met = new Set<string>()
  // a list of what is still to do in place of recursion, which a deep graph would overflow
  for (const first of document.nodes) {
    const waiting = [{ node: first, ready: false }]
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const { node, ready } = next
      if (ready) order.push(node)
      else if (!met.has(node.id)) {
        met.add(node.id)
        waiting.push({ node, ready: true })
        for (const edge of index.incoming(node.id).toReversed()) {
          const source = index.nodes.get(edge.source)
          if (source && !met.has(source.id)) waiting.push({ node: source, ready: false })
        }
      }
    }
  }
  return order
}

/** Puts the steps in order: forward along the wires, back the same way, then the parameters. */
class Order {
  readonly #walk: Walk

  constructor(walk: Walk) {
    this.#walk = walk
  }

  steps(): WalkStep[] {
    const { opened, built } = this.#walk
    const order = inReadingOrder(opened.document).filter((node) => built.outputs.has(node.id))
    return [...order.map((node) => this.#forward(node)), ...this.#back(order), ...this.#updates()]
  }

  #head(node: GraphNode, kind: StepKind, rest: Partial<WalkStep>): WalkStep {
    const { node: drawn, part } = this.#walk.opened.places.get(node.id) as Place
    const op = opOf(workOf(node))
    return {
      kind,
      phase: kind === 'source' || kind === 'forward' ? 'forward' : kind === 'update' ? 'update' : 'backward',
      node: drawn,
      part,
      name: node.id,
      op: workOf(node),
      pattern: op?.pattern ?? 'source',
      opens: node.mode !== 'bypass' && openingOf(node) !== null && (kind === 'forward' || kind === 'backward'),
      takes: [],
      brings: [],
      parameter: null,
      output: null,
      results: [],
      ...rest
    }
  }

  #drawn(edges: readonly GraphEdge[]): string[] {
    return edges.flatMap((edge) => this.#walk.drawn(edge.id) ?? [])
  }

  #outputs(name: string): [string, Value][] {
    return Object.entries(this.#walk.built.outputs.get(name) ?? {})
  }

  #forward(node: GraphNode): WalkStep {
    const walk = this.#walk
    const outputs = this.#outputs(node.id)
    return this.#head(node, opOf(node.op)?.family === 'sources' ? 'source' : 'forward', {
      takes: this.#drawn(walk.entering(node.id)),
      brings: this.#drawn(outputs.flatMap(([handle]) => walk.leaving(node.id, handle))),
      results: outputs.map(([, value]) => value.id)
    })
  }

  *#back(order: readonly GraphNode[]): Iterable<WalkStep> {
    const walk = this.#walk
    const gradientOf = (id: number): number[] => {
      const found = walk.gradients.get(id)
      return found ? [found.id] : []
    }
    for (const node of [...order].reverse()) {
      const outputs = this.#outputs(node.id).filter(([, value]) => walk.gradients.has(value.id))
      if (outputs.length === 0) continue
      if (node.id === walk.opened.document.objective) {
        yield this.#head(node, 'seed', { results: gradientOf((outputs[0] as [string, Value])[1].id) })
      }
      for (const [handle, value] of outputs) {
        const back = walk.leaving(node.id, handle).filter((edge) => walk.gradients.has(walk.wire(edge.id).id))
        if (back.length < 2) continue
        yield this.#head(node, 'fork', {
          output: handle,
          takes: this.#drawn(back),
          results: gradientOf(value.id)
        })
      }
      const entering = walk.entering(node.id)
      const owned = walk.ownedBy(node.id)
      if (entering.length + owned.length === 0) continue
      const reached = entering.filter((edge) => walk.gradients.has(walk.wire(edge.id).id))
      yield this.#head(node, 'backward', {
        takes: this.#drawn(outputs.flatMap(([handle]) => walk.leaving(node.id, handle))),
        brings: this.#drawn(reached),
        results: [
          ...reached.flatMap((edge) => gradientOf(walk.wire(edge.id).id)),
          ...owned.flatMap((variable) => gradientOf(variable.id))
        ]
      })
    }
  }

  *#updates(): Iterable<WalkStep> {
    const walk = this.#walk
    for (const variable of walk.ir.nodes) {
      if (variable.op !== 'Variable' || variable.attributes.trainable === false) continue
      if (!walk.gradients.has(variable.id)) continue
      const node = walk.node(variable.origin?.node ?? '')
      yield this.#head(node, 'update', {
        parameter: parameterName(variable),
        takes: node.op === 'Parameter' ? this.#drawn(walk.leaving(node.id, 'out')) : [],
        results: [variable.id]
      })
    }
  }
}

/** What a node does: one that is bypassed only passes an input on. */
const workOf = (node: GraphNode): string => (node.mode === 'bypass' ? 'Identity' : node.op)

export interface Operator {
  readonly op: Op
  readonly attributes: Attributes
}

export function operatorOf(walk: Walk, step: WalkStep): Operator {
  const node = walk.node(step.name)
  const op = opOf(workOf(node)) as Op
  return { op, attributes: node.mode === 'bypass' ? {} : withDefaults(op, node.attributes ?? {}) }
}

/** The name that a parameter has in weights files. */
export const parameterName = (variable: IrNode): string => variable.attributes.name as string
