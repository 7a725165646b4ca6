/** A document as what is asked of one sample: its scores, and two backward walks from one of them to what was given. */
import { backward } from '../../compile/backward.ts'
import { guidedRule } from '../../compile/guided.ts'
import { type Built, build } from '../../document/build.ts'
import { indexOf } from '../../document/lookup.ts'
import type { GraphDocument } from '../../document/types.ts'
import type { Value } from '../../ir/builder.ts'
import type { IrGraph, IrNode } from '../../ir/types.ts'
import { opOf } from '../../ops/registry.ts'
import { fail, type Problem } from '../../problem.ts'
import { type Variable, variablesOf } from '../../train/graph.ts'
import { explainer } from '../why.ts'
import type { Answers, Scores, ScoresOf } from './types.ts'

/** Feed of the upstream gradient: 1 at the chosen score, 0 at the others. No node id begins so. */
export const CHOSEN = '#chosen'

/** What the predictions of a loss are; of any other loss they are numbers. */
const LOSSES: Readonly<Record<string, { readonly answers: Answers; readonly of?: 'softmax' | 'sigmoid' }>> = {
  SoftmaxCrossEntropyLoss: { answers: 'class', of: 'softmax' },
  CategoricalCrossEntropy: { answers: 'class' },
  NegativeLogLikelihoodLoss: { answers: 'class' },
  KLDivergence: { answers: 'class' },
  BinaryCrossEntropyWithLogits: { answers: 'labels', of: 'sigmoid' },
  BinaryCrossEntropy: { answers: 'labels' }
}

const SQUASHERS: Readonly<Record<string, 'softmax' | 'sigmoid'>> = {
  Softmax: 'softmax',
  LogSoftmax: 'softmax',
  Sigmoid: 'sigmoid'
}

export interface Given {
  readonly node: string
  readonly output: string
  readonly value: Value
  readonly gradient: Value | null
  readonly guided: Value | null
  readonly why: Problem | null
}

interface Compared {
  readonly answers: Answers
  readonly prediction: Value
  readonly target: Value | null
  readonly becomes: 'softmax' | 'sigmoid' | null
}

/** The loss that the objective is, or is made of: the nearest node behind it that compares a prediction. */
function comparisonOf(document: GraphDocument, built: Built): Compared | null {
  const index = indexOf(document)
  const waiting = document.objective === null ? [] : [document.objective]
  const met = new Set(waiting)
  for (const id of waiting) {
    const node = index.nodes.get(id)
    const wire = (handle: string) => built.wires.get(index.into(id, handle)?.id ?? '')
    const prediction = opOf(node?.op ?? '')?.family === 'losses' ? wire('prediction') : undefined
    if (node && prediction) {
      const { answers, of } = LOSSES[node.op] ?? { answers: 'numbers' }
      return { answers, prediction, target: wire('target') ?? null, becomes: of ?? null }
    }
    for (const { source } of index.incoming(id)) {
      if (!met.has(source)) waiting.push(source)
      met.add(source)
    }
  }
  return null
}

/** Back over wires and what only makes probabilities of scores. */
function scoresBefore(ir: IrGraph, from: Value): { readonly value: Value; readonly over: Scores['before'] } {
  let node = ir.nodes[from.id] as IrNode
  let over: Scores['before'] = null
  while (node.op === 'Identity' || node.op === 'Log' || SQUASHERS[node.op]) {
    const next = ir.nodes[node.inputs[0] as number] as IrNode
    // a logarithm is meant only where it is that of a softmax
    if (node.op === 'Log' && ir.nodes[skipWires(ir, next)]?.op !== 'Softmax') break
    const squasher = SQUASHERS[node.op]
    if (squasher && over) break
    over = squasher ?? over
    node = next
  }
  return { value: node, over }
}

function skipWires(ir: IrGraph, node: IrNode): number {
  let at = node
  while (at.op === 'Identity') at = ir.nodes[at.inputs[0] as number] as IrNode
  return at.id
}

interface Looked {
  readonly scores: Value
  /** What makes probabilities of them on the way to the loss, left out of what is looked at. */
  readonly before: Scores['before']
  /** What they are made into, by an operator or by the loss itself. */
  readonly becomes: 'softmax' | 'sigmoid' | null
  readonly answers: Answers
  readonly target: Value | null
}

/** @throws ProblemError sample.noScores, graph.noSuchThing, sample.notFloat */
function lookedAt(document: GraphDocument, built: Built, asked: ScoresOf | undefined): Looked {
  const ir = built.builder.graph()
  const compared = comparisonOf(document, built)
  if (!asked) {
    if (!compared) return fail('sample.noScores')
    const { prediction, answers, target, becomes } = compared
    const { value, over } = scoresBefore(ir, prediction)
    return { scores: value, before: over, becomes: becomes ?? over, answers, target }
  }
  const { node, output } = asked
  const scores = built.outputs.get(node)?.[output] ?? fail('graph.noSuchThing', { what: 'node', id: node })
  if (scores.type.dtype !== 'float') fail('sample.notFloat', { node }, { nodeId: node })
  // a person's own choice is taken as it is
  const same = compared && skipWires(ir, ir.nodes[compared.prediction.id] as IrNode) === scores.id
  return {
    scores,
    before: null,
    becomes: same ? compared.becomes : null,
    answers: same ? compared.answers : 'numbers',
    target: same ? compared.target : null
  }
}

export class SampleGraph implements Looked {
  readonly built: Built
  readonly ir: IrGraph
  readonly variables: readonly Variable[]
  readonly scores: Looked['scores']
  readonly before: Looked['before']
  readonly becomes: Looked['becomes']
  readonly answers: Answers
  readonly target: Looked['target']
  readonly objective: Value | null
  readonly inputs: readonly Given[]
  readonly rectifiers: number

  /** @throws ProblemError as `lookedAt`, and where not a single node can be computed */
  constructor(document: GraphDocument, asked: ScoresOf | undefined) {
    this.built = build(document)
    if (this.built.outputs.size === 0) fail(document.nodes.length === 0 ? 'graph.empty' : 'run.nothing')
    const b = this.built.builder
    const looked = lookedAt(document, this.built, asked)
    this.scores = looked.scores
    this.before = looked.before
    this.becomes = looked.becomes
    this.answers = looked.answers
    this.target = looked.target
    this.objective = this.built.objective
    const forward = b.graph().nodes.slice(0, this.scores.id + 1)
    const given = forward.filter((node) => node.op === 'Feed' && isGiven(node))
    const onWay = leadingTo(forward, this.scores.id)
    const wanted = new Set(given.map((node) => node.id))
    const upstream = b.feed(CHOSEN, this.scores.type.shape)
    const why = explainer(b.graph(), this.scores.id)
    const plain = backward(b, this.scores, wanted, upstream)
    const guided = backward(b, this.scores, wanted, upstream, guidedRule)
    this.inputs = given
      .filter((node) => onWay.has(node.id))
      .map((node) => {
        const gradient = plain.get(node.id) ?? null
        const { name, output = 'out' } = node.attributes as { readonly name: string; readonly output?: string }
        return {
          node: node.origin?.node ?? name,
          output,
          value: node,
          gradient,
          guided: guided.get(node.id) ?? null,
          why: gradient ? null : why(node.id)
        }
      })
    this.rectifiers = forward.filter((node) => onWay.has(node.id) && opOf(node.op)?.rectifier).length
    this.ir = b.graph()
    this.variables = variablesOf(this.ir)
  }

  /** All that a report reads. */
  get wanted(): readonly number[] {
    const { scores, target, objective, inputs } = this
    return [scores, target, objective, ...inputs.flatMap((i) => [i.value, i.gradient, i.guided])].flatMap(
      (value) => value?.id ?? []
    )
  }
}

/** Rows of data and what a person feeds; neither drawn numbers nor class indices. */
const isGiven = ({ attributes, type }: IrNode): boolean =>
  type.dtype === 'float' && ('dataset' in attributes || 'example' in attributes)

function leadingTo(nodes: readonly IrNode[], last: number): ReadonlySet<number> {
  const found = new Set([last])
  for (let id = last; id >= 0; id--) {
    if (found.has(id)) for (const input of (nodes[id] as IrNode).inputs) found.add(input)
  }
  return found
}
