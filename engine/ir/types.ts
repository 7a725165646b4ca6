/**
 * The intermediate representation: what a document becomes before it is planned.
 *
 * A graph is a list of nodes in topological order; a node's id is its index. Each node has one output. Nodes are plain
 * data and never change after they were emitted. Forward, backward and update nodes share one graph.
 */
import type { Shape } from '../shape.ts'

/** Only floats are differentiable; `int` (indices, class labels) and `bool` (0 or 1) are stored as floats too. */
export type DType = 'float' | 'int' | 'bool'

export interface TensorType {
  readonly shape: Shape
  readonly dtype: DType
}

/** Where a node comes from: a document node (or the edge that a wire node stands for), and its part of a composite. */
export interface Origin {
  readonly node: string
  /** Path inside a composite, "matmul" or "cell/gate". */
  readonly part?: string
  readonly edge?: string
}

export type Phase = 'forward' | 'backward' | 'update'

export type AttributeValue =
  | number
  | string
  | boolean
  | null
  | readonly AttributeValue[]
  | { readonly [key: string]: AttributeValue }
export type Attributes = Readonly<Record<string, AttributeValue | undefined>>

export interface IrNode {
  readonly id: number
  readonly op: string
  readonly inputs: readonly number[]
  readonly attributes: Attributes
  readonly type: TensorType
  readonly origin: Origin | null
  readonly phase: Phase
}

export interface IrGraph {
  readonly nodes: readonly IrNode[]
}

/**
 * Leaves, known to every executor by name.
 *
 * `Variable` {name}: lives on the device between runs (parameters, optimizer state).
 * `Feed` {name}: given anew for each run (inputs, batches, the learning rate).
 * `Const` {values}: flat numbers, or one number that fills the shape.
 */
export const LEAVES = ['Variable', 'Feed', 'Const'] as const
export type Leaf = (typeof LEAVES)[number]
export const isLeaf = (op: string): op is Leaf => (LEAVES as readonly string[]).includes(op)
