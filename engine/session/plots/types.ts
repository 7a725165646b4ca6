/** Plots of functions: curves, surfaces with the paths of optimizers, and what nodes say over a plane of inputs. */
import type { GraphDocument, OptimizerSettings } from '../../document/types.ts'
import type { Problem } from '../../problem.ts'
import type { RunRequest, Target } from '../protocol.ts'

interface Asked {
  readonly document: GraphDocument
  /** Rows of the data set; the training batch size where absent. */
  readonly batch?: number
  readonly feeds?: RunRequest['feeds']
}

/** One number of a tensor. */
export interface Element {
  readonly target: Target
  /** Flat. */
  readonly index: number
}

export interface CurveRequest extends Asked {
  /** What is changed: on a node, along an edge, or of a parameter. */
  readonly along: Element
  /** What is looked at; the objective, summed, where it is null. */
  readonly of: Element | null
  /** Of the plot; around the number as it is where it is null. */
  readonly range: readonly [number, number] | null
  /** At most; a large graph gets fewer points and steps. */
  readonly points: number
  /** Steps of secants, as shares of half the range. */
  readonly steps: readonly number[]
}

/** y over x, in float64, all else as it is. */
export interface CurveResult {
  readonly range: readonly [number, number]
  /** Where the graph stands: x, y and dy/dx by autodiff. */
  readonly here: { readonly x: number; readonly y: number; readonly slope: number }
  readonly xs: Float64Array
  readonly ys: Float64Array
  /** dy/dx at each x, by autodiff. */
  readonly slopes: Float64Array
  /** y at x + h and x - h for each step. */
  readonly secants: readonly { readonly h: number; readonly above: number; readonly below: number }[]
  readonly batch: number | null
  /** Why the slope is 0 everywhere, where nothing differentiable leads from one to the other. */
  readonly why: Problem | null
}

/** An axis of a surface: one number of a parameter, or all parameters at once along a random direction. */
export type Axis =
  | { readonly kind: 'element'; readonly parameter: string; readonly index: number }
  /**
   * Drawn from the seed and scaled to the weights, filter by filter (Li et al. 2018, Visualizing the Loss Landscape of
   * Neural Nets); the coordinate counts from the weights as they are.
   */
  | { readonly kind: 'random'; readonly seed: number }

export type Axes = readonly [Axis, Axis]
export type Range = readonly [number, number]

export interface LandscapeRequest extends Asked {
  readonly axes: Axes
  /** Around where the weights are, where it is null. */
  readonly ranges: readonly [Range, Range] | null
}

/** The objective over two coordinates. */
export interface LandscapeResult {
  readonly ranges: readonly [Range, Range]
  /** Points on each side. */
  readonly size: number
  /** Row-major, size × size: row j has the second coordinate at j, column i the first one at i. */
  readonly data: Float64Array
  /** Where the weights are. */
  readonly here: { readonly at: readonly [number, number]; readonly loss: number }
  readonly batch: number | null
  readonly precision: Precision
}

/** Small graphs are computed in float64, large ones by the executor that also looks at values. */
export type Precision = 'float64' | 'float32'

export interface PathsRequest extends Asked {
  readonly axes: Axes
  readonly start: readonly [number, number]
  readonly steps: number
  readonly optimizers: readonly OptimizerSettings[]
}

/** Where an optimizer went on the surface, its two coordinates being all that it may change. */
export interface Path {
  /** First and second coordinate of the start and after each step; shorter where it left the finite numbers. */
  readonly points: Float64Array
  /** The objective at each of these. */
  readonly losses: Float64Array
}

export interface PathsResult {
  readonly paths: readonly Path[]
  readonly precision: Precision
}

export interface PlaneRequest {
  readonly document: GraphDocument
  /** Outputs of nodes that are looked at, one value for each row or several. */
  readonly of: readonly { readonly id: string; readonly output: string }[]
  /** Of both inputs; around the data, or ±1, where it is null. */
  readonly range: readonly [Range, Range] | null
  /** Points on each side. */
  readonly size: number
  /** Most numbers of each node; the first ones are taken. */
  readonly units: number
}

/** What nodes say at each point of a plane of inputs, by the weights of this moment. */
export interface PlaneResult {
  /** Where the pairs of numbers come in. */
  readonly input: { readonly id: string; readonly output: string }
  readonly range: readonly [Range, Range]
  readonly size: number
  readonly maps: readonly {
    readonly id: string
    /** Numbers of one row, and how many of them are here. */
    readonly units: number
    readonly shown: number
    /** shown × size × size: for each unit a map, row j at the second input's value j. */
    readonly data: Float32Array
  }[]
  /** Examples of the data set: the two inputs and the class (or the target's first number) of each; empty without one. */
  readonly points: {
    readonly xy: Float32Array
    readonly labels: Float32Array
    /** 0 where the labels are no classes. */
    readonly classes: number
  }
  readonly milliseconds: number
}
