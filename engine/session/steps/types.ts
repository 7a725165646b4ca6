/**
 * A run as a sequence of steps, forward and backward, over the graph as it is drawn: what stepping through says.
 *
 * Formulas are LaTeX in which `\name{id}` stands for what a person calls a node and `\value{i}` for number i of the
 * equation: names, digits and languages are the screen's.
 */
import type { Pattern } from '../../ir/op.ts'
import type { Problem } from '../../problem.ts'
import type { Statistics } from '../../tensor.ts'
import type { BackendReport, RunRequest } from '../protocol.ts'

export interface StepsRequest extends RunRequest {
  /** Layers that are walked part by part: "dense1", and within it "dense1.activation". */
  readonly opened?: readonly string[]
}

/**
 * - source: a value that is given. forward: a value that is computed.
 * - seed: dL/dL = 1. fork: what came back along several wires is added up. backward: upstream times local.
 * - update: what the optimizer makes of a parameter.
 */
export type StepKind = 'source' | 'forward' | 'seed' | 'fork' | 'backward' | 'update'
export type StepPhase = 'forward' | 'backward' | 'update'

/** What a condition to stop at can ask of a tensor that a step brings. */
export interface Outcome {
  readonly shape: readonly number[]
  /** Largest magnitude. */
  readonly largest: number
  /** NaN and infinities in it. */
  readonly broken: number
}

export interface StepHead {
  readonly kind: StepKind
  readonly phase: StepPhase
  /** The node as drawn. */
  readonly node: string
  /** Its part, in a layer that is walked part by part: "matmul", "activation.exp". */
  readonly part: string | null
  /** Node and part in one, by which formulas name it. */
  readonly name: string
  readonly op: string
  readonly pattern: Pattern
  /** It has parts, and can be walked through them. */
  readonly opens: boolean
  /** Edges that it takes numbers from, and edges whose value (forward) or gradient (backward) it brings. */
  readonly takes: readonly string[]
  readonly brings: readonly string[]
  readonly outcomes: readonly Outcome[]
  /** The parameter of an update. */
  readonly parameter: string | null
}

export interface StepsResult {
  readonly walkId: number
  readonly revision: number
  readonly backend: BackendReport
  /** The batch size that B stood for, null where the graph has no batch. */
  readonly batch: number | null
  /** Whether the objective is a mean over the batch, so that gradients are. */
  readonly averaged: boolean
  /** How each thing that formulas name is called in the file: of parts, what they are. */
  readonly names: Readonly<Record<string, { readonly node: string; readonly part: string | null; readonly op: string }>>
  readonly steps: readonly StepHead[]
  readonly milliseconds: number
}

export interface StepRequest {
  readonly walkId: number
  readonly index: number
  /** Row of the batch that is looked at; 0 where absent. */
  readonly sample?: number
  /** The element that is looked at, by input ("a", "x", "kernel"), or "out"; the largest where absent. */
  readonly cells?: Readonly<Record<string, number>>
}

/** A tensor as one step shows it: its numbers around one of its elements. */
export interface Piece {
  readonly shape: readonly number[]
  readonly statistics: Statistics
  /** Flat index of the element that is looked at, and the number there. */
  readonly cell: number
  readonly value: number
  /** A window of the last two axes around it: which rows and columns, and the numbers, row by row. */
  readonly rows: readonly number[]
  readonly columns: readonly number[]
  readonly window: readonly number[]
}

/** symbols = numbers put in = result. */
export interface Equation {
  /** LaTeX of what is computed, of its formula, and of the formula with `\value{i}` in it. */
  readonly left: string
  readonly symbols: string | null
  readonly put: string | null
  readonly values: readonly number[]
  readonly result: number | null
}

/** One summand of upstream × local, or of a product's forward sum. */
export interface Term {
  readonly factors: readonly [upstream: number, local: number]
  /** Element of the output that the upstream number belongs to; forward, the place in the sum. */
  readonly at: readonly number[]
  readonly handle: string
}

export interface Terms {
  /** Those that weigh most, in their order. */
  readonly shown: readonly Term[]
  readonly count: number
  /** What those that are not shown add up to. */
  readonly rest: number
  readonly sum: number
}

/** Why a gradient is 0 at the element that is looked at. */
export type Zero = 'upstream' | 'gate' | 'routed' | 'flat' | 'cancels' | 'independent'

/** A matrix as a box with its sizes. */
export interface Box {
  readonly tex: string
  readonly shape: readonly number[]
  /** How many of them are multiplied, one by one; 1 where absent. */
  readonly copies?: number
}

export interface ShapeAlgebra {
  readonly factors: readonly Box[]
  readonly result: Box
}

/** What goes back to one input, or to a parameter of a layer. */
export interface Share {
  readonly handle: string
  /** The wire that it goes back along; null within a layer and for its own parameters. */
  readonly edge: string | null
  /** What it is the gradient of, as formulas name it. */
  readonly name: string
  readonly value: Piece
  /** Null where no gradient passes; `why` then says the reason. */
  readonly gradient: Piece | null
  readonly why: Problem | null
  /** It is given and not learned: nobody asks for its gradient. */
  readonly given: boolean
  /** Upstream × local, summand by summand; null where that would take too long, or the formula is no product. */
  readonly terms: Terms | null
  /** The chain rule in names, and the local derivative as a formula with its number. */
  readonly chain: string
  readonly local: Equation | null
  /** Axes of the output over which is summed, since the input was repeated along them. */
  readonly summed: readonly number[]
  readonly shapes: ShapeAlgebra | null
  readonly zero: Zero | null
  /** The local derivative is small because the activation is at its flat end. */
  readonly saturated: boolean
  /** Of a sum over the batch: what each sample adds to it. */
  readonly samples: readonly number[] | null
}

export interface StepInput {
  readonly handle: string
  readonly edge: string | null
  readonly name: string
  readonly value: Piece
  /** Its row or column with the element that is looked at takes part. */
  readonly line?: 'row' | 'column'
}

/** What a dense layer adds to its products, and what it does with their sum. */
export interface LayerSum {
  readonly bias: number | null
  readonly sum: number
  readonly activation: string | null
}

interface Detail {
  readonly walkId: number
  readonly index: number
  readonly milliseconds: number
}

export interface ForwardDetail extends Detail {
  readonly kind: 'source' | 'forward'
  readonly outputs: readonly { readonly handle: string; readonly value: Piece }[]
  readonly inputs: readonly StepInput[]
  /** Parameters that a closed layer owns. */
  readonly owned: readonly StepInput[]
  readonly equation: Equation
  /** The operator's formula in its own letters, where it is not written in names. */
  readonly rule: string | null
  readonly terms: Terms | null
  readonly layer: LayerSum | null
  readonly shapes: ShapeAlgebra | null
}

export interface SeedDetail extends Detail {
  readonly kind: 'seed'
  readonly gradient: Piece
  readonly objective: number
}

export interface ForkDetail extends Detail {
  readonly kind: 'fork'
  readonly parts: readonly { readonly edge: string | null; readonly name: string; readonly gradient: Piece }[]
  readonly sum: Piece
}

export interface BackwardDetail extends Detail {
  readonly kind: 'backward'
  /** What arrives, by output. */
  readonly upstream: readonly { readonly handle: string; readonly gradient: Piece }[]
  readonly shares: readonly Share[]
  /** What the step reads from the forward pass: values of inputs, and whether of its own output. */
  readonly reads: { readonly inputs: readonly string[]; readonly output: boolean }
  /** The operator's own rule, LaTeX in its own letters, by input. */
  readonly rules: Readonly<Record<string, string>>
}

/** One line of an optimizer: what becomes of the gradient, of a state and of the parameter. */
export interface UpdateLine extends Equation {
  readonly of: 'gradient' | 'state' | 'corrected' | 'parameter'
  /** Of a state and the parameter: what it was. */
  readonly before: number | null
}

/** A letter of the optimizer's formulas. */
export interface UpdateSymbol {
  readonly tex: string
  readonly name:
    | 'learningRate'
    | 'step'
    | 'clip'
    | 'momentum'
    | 'rho'
    | 'beta1'
    | 'beta2'
    | 'epsilon'
    | 'weightDecay'
    | 'damping'
    | 'ridge'
  readonly value: number
}

/** The rate of this step where it follows a schedule. */
export interface ScheduledRate {
  readonly kind: string
  readonly step: number
  readonly steps: number
}

export interface UpdateDetail extends Detail {
  readonly kind: 'update'
  readonly parameter: string
  readonly before: Piece
  readonly gradient: Piece
  readonly optimizer: string
  /** The document says nothing of training: these are the presets. */
  readonly assumed: boolean
  readonly symbols: readonly UpdateSymbol[]
  readonly schedule: ScheduledRate | null
  /** Step of the training, from 1: states begin with 0. */
  readonly step: number
  readonly lines: readonly UpdateLine[]
  /** The parameter at the element that is looked at; null where it cannot be told, for the reason `refused`. */
  readonly after: number | null
  readonly refused: Problem | null
  /** Where steps are taken on all weights at once: how many there are. */
  readonly unknowns: number | null
  /** What each sample of the batch adds to the gradient. */
  readonly samples: readonly number[] | null
}

export type StepDetail = ForwardDetail | SeedDetail | ForkDetail | BackwardDetail | UpdateDetail
