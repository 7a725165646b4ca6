/** What an operator is: one object, from which everything else is read. */
import type { Problem } from '../problem.ts'
import type { Dim, Shape, StaticShape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import type { Builder, Value } from './builder.ts'
import type { Attributes, AttributeValue, TensorType } from './types.ts'

export const FAMILIES = [
  'sources',
  'arithmetic',
  'logic',
  'routing',
  'linear',
  'shape',
  'reduce',
  'activations',
  'losses',
  'layers',
  'pooling',
  'metrics',
  'internal'
] as const
export type Family = (typeof FAMILIES)[number]

/** What the backward step does to the upstream gradient, in a word or two. */
export type Pattern =
  | 'source'
  | 'passes on'
  | 'swaps'
  | 'scales'
  | 'adds up'
  | 'spreads'
  | 'routes'
  | 'gates'
  | 'multiplies by the transpose'
  | 'rearranges'
  | 'starts the walk'
  | 'blocks'
  | 'opens into gates'

export interface Port {
  readonly name: string
  /** One line for the screen. */
  readonly doc?: string
  readonly optional?: boolean
}

/** A declared attribute: the inspector turns it into a form field, the validator and the JSON Schema into a rule. */
export interface Field<T extends AttributeValue = AttributeValue> {
  readonly kind:
    | 'integer'
    | 'number'
    | 'boolean'
    | 'choice'
    | 'text'
    | 'integers'
    | 'shape'
    | 'numbers'
    | 'init'
    | 'optional-integer'
    | 'optional-number'
  readonly doc: string
  /** Absent: the attribute must be given. */
  readonly default?: T
  readonly choices?: readonly string[]
  readonly min?: number
  readonly max?: number
  /** What is expected, in words, or null where the value is good. */
  readonly check: (value: unknown) => string | null
}

export type Schema = Readonly<Record<string, Field>>

/** Makes outputs for a document node; the default emits one IR node of the operator's own kind as `out`. */
export type Build = (c: BuildContext) => Readonly<Record<string, Value>>

export interface BuildContext {
  readonly b: Builder
  readonly id: string
  /** By handle; a missing optional input is absent. */
  readonly inputs: Readonly<Record<string, Value>>
  /** In order of the ports. */
  readonly list: readonly Value[]
  readonly attributes: Attributes
}

/**
 * A layer as a small graph of other operators. Used twice: the compiler expands it, and the user can, in the document.
 * Inputs of a part are named "<part>", "<part>.<handle>" or "input.<handle>" (the composite's own inputs).
 */
export interface Part {
  readonly id: string
  readonly op: string
  readonly attributes?: Attributes
  readonly inputs?: Readonly<Record<string, string>>
}

export interface Composition {
  readonly parts: readonly Part[]
  /** Which part each output of the composite is. */
  readonly outputs: Readonly<Record<string, string>>
}

/** @throws ProblemError where the inputs do not fit */
export type Compose = (attributes: Attributes, inputs: readonly TensorType[]) => Composition

export interface VjpContext {
  readonly b: Builder
  readonly inputs: readonly Value[]
  readonly output: Value
  /** dL/d(output), of the output's shape. */
  readonly upstream: Value
  readonly attributes: Attributes
  /** Whether anybody asks for the gradient of input i; the others may be left out. */
  readonly needs: (i: number) => boolean
}

/**
 * How a backend writes kernel text. The text is the common subset of JavaScript and what gpu.js compiles:
 * numbers, + - * /, comparisons, ternaries, Math.*, and calls on this context.
 */
export interface LoopContext {
  readonly out: StaticShape
  readonly inputs: readonly StaticShape[]
  readonly attributes: Attributes
  /** Coordinates of the output element, one expression per axis. */
  readonly index: readonly string[]
  /** Reads input `n` at coordinates; `guard` (an expression) makes an out-of-range read give `otherwise`. */
  at(n: number, coordinates: readonly string[], guard?: string, otherwise?: string): string
  /** Loops over `extents` and folds `body`; the empty product, sum, maximum are 1, 0, -Infinity. */
  fold(kind: 'sum' | 'max' | 'min' | 'prod', extents: readonly number[], body: (r: readonly string[]) => string): string
  /** Index of the first largest `body` over `extent`. */
  argmax(extent: number, body: (r: string) => string): string
  /** A number read from a tensor (a class, an index), fit to be a coordinate. */
  whole(x: string): string
  /** Floor of a quotient and remainder of non-negative whole numbers. */
  div(a: string, b: number): string
  mod(a: string, b: number): string
}

/** As `LoopContext`, at one element of the first input. */
export interface ScatterContext extends Pick<LoopContext, 'out' | 'inputs' | 'attributes' | 'index' | 'at' | 'whole'> {}

export interface Scattered {
  /** Coordinates in the output. */
  readonly at: readonly string[]
  /** An expression: whether there is such a place. */
  readonly guard: string
}

export interface Sample {
  readonly shapes: readonly Shape[]
  readonly attributes?: Attributes
  /** Open interval that random test values are drawn from, per input or for all. */
  readonly domain?: readonly [number, number] | readonly (readonly [number, number])[]
  /** Inputs that are not random floats: class indices 0…n-1, one-hot rows, 0/1, probabilities along the last axis. */
  readonly kinds?: readonly (null | { readonly indices: number } | 'one-hot' | 'binary' | 'distribution')[]
  /** Points to keep away from (kinks), with a margin that the central difference does not cross. */
  readonly avoid?: readonly number[]
}

export interface Op {
  /** ONNX's name where ONNX has the operator. */
  readonly kind: string
  readonly family: Family
  /** What the screen calls it: "Multiply". */
  readonly title: string
  /** A sentence or two, Markdown. Says the gradient at kinks. */
  readonly doc: string
  /** LaTeX: y = …, and one formula per differentiable input. */
  readonly formula: { readonly forward: string; readonly backward?: Readonly<Record<string, string>> }
  /** What tells one node of this kind from another at a glance: the source of a data set. Stands on the card. */
  readonly caption?: (attributes: Attributes) => string
  /** Further words that the search finds it by. */
  readonly keywords?: readonly string[]
  /** A function where attributes decide. (Sum, Concat: `variadic`, one port per connected edge and one more.) */
  readonly inputs: readonly Port[] | ((attributes: Attributes) => readonly Port[])
  /** The last port repeats: x0, x1, …; at least so many. */
  readonly variadic?: { readonly name: string; readonly min: number }
  readonly outputs: readonly Port[] | ((attributes: Attributes) => readonly Port[])
  readonly attributes: Schema
  readonly pattern: Pattern
  /** It passes what is positive and holds back the rest, so that guided backpropagation (`compile/guided.ts`) means it. */
  readonly rectifier?: true
  /** Why no gradient passes, where none does. */
  readonly notDifferentiable?: string

  /** The only source of shapes. Throws a ProblemError. */
  readonly infer?: (inputs: readonly TensorType[], attributes: Attributes) => TensorType
  /** One gradient per input, null where none passes. Emits IR, never numbers. */
  readonly vjp?: (c: VjpContext) => readonly (Value | null)[]
  /** Replaced by simpler operators before planning. Must give the same numbers. */
  readonly lower?: (b: Builder, inputs: readonly Value[], attributes: Attributes) => Value
  readonly build?: Build
  /** For layers: what is computed. */
  readonly compose?: Compose
  /**
   * For operators that are computed as one: the same in simpler operators of the palette, into which a person can open
   * it. Values and gradients are the same, but at kinks where several parts meet.
   */
  readonly opens?: Compose

  /**
   * Floating-point operations of the forward step, a multiplication and an addition being two. Where absent: those of
   * what it opens into, or one for each element.
   */
  readonly flops?: (inputs: readonly TensorType[], output: TensorType, attributes: Attributes) => Dim

  /** Elementwise kernel text of the (broadcast) arguments. */
  readonly scalar?: (args: readonly string[], attributes: Attributes) => string
  /** The same in float64 for the reference; written apart from the kernel text. */
  readonly scalarReference?: (args: readonly number[], attributes: Attributes) => number
  /** Any other kernel: an expression for one output element. */
  readonly loop?: (k: LoopContext) => string
  /**
   * For sums over places that numbers name (the gradient of a lookup), beside `loop`: where each element of the first
   * input is added. Executors on arrays then walk once over the input, not once for each element of the output.
   */
  readonly scatter?: (k: ScatterContext) => Scattered
  readonly reference?: (
    inputs: readonly Tensor<Float64Array>[],
    attributes: Attributes,
    shape: StaticShape
  ) => ArrayLike<number>
  /** The output is the input's numbers under another shape: no kernel runs. */
  readonly view?: true

  readonly samples: readonly Sample[]
  /** Largest |a - b| / max(1, |b|) of the float32 backends against the reference; 1e-5 unless the doc says why. */
  readonly tolerance?: number
}

/** The inputs that have names of their own; further ones where the operator is `variadic`. */
export const portsOf = (op: Op, attributes: Attributes = {}): readonly Port[] =>
  typeof op.inputs === 'function' ? op.inputs(attributes) : op.inputs

export type OpLookup = (kind: string) => Op | undefined

/** Types an op's attribute access without casts all over the families. */
export const attr = {
  number: (a: Attributes, key: string): number => a[key] as number,
  text: (a: Attributes, key: string): string => a[key] as string,
  boolean: (a: Attributes, key: string): boolean => a[key] as boolean,
  numbers: (a: Attributes, key: string): readonly number[] => a[key] as readonly number[],
  optionalNumbers: (a: Attributes, key: string): readonly number[] | null =>
    (a[key] ?? null) as readonly number[] | null
}

export type { Problem }
