/** The graph file in memory: exactly what docs/file-format.md says, immutable, with stable order. */
import type { Attributes } from '../ir/types.ts'

export const FORMAT = 'chainrule-graph'
export const VERSION = 1

export interface Position {
  readonly x: number
  readonly y: number
}

/** What a node does instead of its operator's work: it passes an input on, or is left out with all that follows. */
export const MODES = ['bypass', 'mute'] as const
export type Mode = (typeof MODES)[number]

export interface GraphNode {
  readonly id: string
  readonly op: string
  /** Only what differs from the operator's defaults need be here. */
  readonly attributes?: Attributes
  /** Display name: any text, LaTeX between dollar signs. */
  readonly label?: string
  readonly mode?: Mode
  /** Shown as its title alone. */
  readonly collapsed?: true
  readonly position: Position
}

export interface GraphEdge {
  readonly id: string
  readonly source: string
  readonly sourceHandle: string
  readonly target: string
  readonly targetHandle: string
  /** Points that the wire is led through, from its source on; absent where it runs straight. */
  readonly points?: readonly Position[]
}

/** Nodes that are shown as one. Nodes stay in the document's one list; a node is in one group at most. */
export interface GraphGroup {
  readonly id: string
  /** Display name; where it is empty, the id is shown. */
  readonly label: string
  /** Those directly inside, not those in groups inside. */
  readonly nodes: readonly string[]
  /** The group that this one is in. */
  readonly parent?: string
  /** Groups of one link are copies of each other: the nth node of one is the nth of every other. */
  readonly link?: string
  /** Of the closed group; where absent, it stands in the middle of what is in it. */
  readonly position?: Position
}

export const NOTE_COLOURS = ['yellow', 'green', 'blue', 'pink', 'grey'] as const
export type NoteColour = (typeof NOTE_COLOURS)[number]

/** A remark, or a frame: a titled rectangle behind nodes. */
export interface GraphNote {
  readonly id: string
  /** Markdown with LaTeX between dollar signs; of a frame, its title. */
  readonly text: string
  readonly position: Position
  readonly size?: { readonly width: number; readonly height: number }
  readonly kind?: 'frame'
  readonly colour?: NoteColour
  /** The group that it is in. */
  readonly parent?: string
}

export const OPTIMIZERS = ['sgd', 'adagrad', 'rmsprop', 'adam', 'adamw', 'newton', 'normalEquation'] as const
export type OptimizerKind = (typeof OPTIMIZERS)[number]

export interface OptimizerSettings {
  readonly kind: OptimizerKind
  readonly learningRate: number
  /** Further numbers and switches by their textbook names: momentum, nesterov, weightDecay, rho, epsilon, beta1, beta2. */
  readonly [hyperparameter: string]: number | boolean | string
}

/** How the learning rate goes on; engine/train/schedules.ts has the formulas and what is meant where a number is absent. */
export type Schedule =
  | { readonly kind: 'constant' }
  /** Times `gamma` every `stepSize` epochs. */
  | { readonly kind: 'step'; readonly stepSize: number; readonly gamma?: number }
  /** Down to `minimum` over the whole run. */
  | { readonly kind: 'cosine'; readonly minimum?: number }
  /** Up from `startFactor` times the rate over so many steps. */
  | {
      readonly kind: 'warmup'
      readonly steps: number
      readonly startFactor?: number
      readonly after?: 'constant' | 'cosine'
      readonly minimum?: number
    }
  /** Up to `maximum` over a share of the run, then down to almost nothing. */
  | { readonly kind: 'oneCycle'; readonly maximum: number; readonly warmupShare?: number }

export const SCHEDULES = ['constant', 'step', 'cosine', 'warmup', 'oneCycle'] as const satisfies Schedule['kind'][]

/** The longest that all gradients together may be, or the largest that any element of one may be. */
export type ClipSettings = { readonly norm: number } | { readonly value: number }

export interface TrainingSettings {
  readonly optimizer: OptimizerSettings
  /** Examples per step; 1 is stochastic descent, more than there are means all of them. */
  readonly batchSize: number
  readonly epochs: number
  readonly shuffle: boolean
  readonly seed: number
  readonly metrics: readonly string[]
  /** Share of the training examples held back, 0…1. */
  readonly validationSplit: number
  /** Absent: the rate stays as it is. */
  readonly schedule?: Schedule
  /** Absent: gradients are taken as they are. */
  readonly clip?: ClipSettings
}

export interface GraphDocument {
  readonly name: string
  readonly description: string
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
  readonly groups: readonly GraphGroup[]
  readonly notes: readonly GraphNote[]
  readonly objective: string | null
  readonly training: TrainingSettings | null
}

export const emptyDocument: GraphDocument = {
  name: 'Untitled',
  description: '',
  nodes: [],
  edges: [],
  groups: [],
  notes: [],
  objective: null,
  training: null
}

export const defaultTraining: TrainingSettings = {
  optimizer: { kind: 'sgd', learningRate: 0.1 },
  batchSize: 32,
  epochs: 10,
  shuffle: true,
  seed: 0,
  metrics: [],
  validationSplit: 0
}

/** Names that every JavaScript object knows are left out: numbers are kept by id. The JSON Schema has the same pattern. */
export const NODE_ID =
  /^(?!(?:__proto__|constructor|prototype|toString|hasOwnProperty|valueOf)$)[A-Za-z_][A-Za-z0-9_.-]*$/
