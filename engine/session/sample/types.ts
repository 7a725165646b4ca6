/** One example looked at alone: what a network makes of it, and which of its numbers matter for that. */
import type { Problem } from '../../problem.ts'
import type { RunRequest } from '../protocol.ts'

export type { Split } from '../../train/feeds.ts'

import type { Split } from '../../train/feeds.ts'

/** One row of a data set; where the graph reads none, of what its inputs are fed, and the split plays no part. */
export interface SampleRef {
  readonly split: Split
  /** From 0, in file order. */
  readonly row: number
}

/** A node's output whose elements are looked at as scores. */
export interface ScoresOf {
  readonly node: string
  readonly output: string
}

export interface ExplainRequest extends Pick<RunRequest, 'document' | 'backend' | 'seed' | 'feeds'> {
  readonly sample: SampleRef
  /** Absent: what the loss compares, before the softmax or sigmoid that may stand there. */
  readonly scores?: ScoresOf
  /** Element of the scores whose gradient is asked for; the largest where absent. */
  readonly chosen?: number
}

/**
 * What the scores say: `class`, the largest is the answer; `labels`, each is a yes or a no of its own; `numbers`, they
 * are the answer.
 */
export type Answers = 'class' | 'labels' | 'numbers'

export interface Scores {
  readonly node: string
  /** An operator inside the node, by its part's name; null where it is the node's own output. */
  readonly part: string | null
  /** Between the scores and the loss; null where nothing is. */
  readonly before: 'softmax' | 'sigmoid' | null
  readonly values: readonly number[]
  /** What the scores become by softmax or sigmoid, where the loss says that they do. */
  readonly probabilities: readonly number[] | null
}

/** A tensor that is given to the network, and how the chosen score depends on it. */
export interface SampleInput {
  readonly node: string
  readonly output: string
  /** Without the batch. */
  readonly shape: readonly number[]
  readonly value: Float32Array
  /** d score / d input; null where none arrives, and `why` says the reason. */
  readonly gradient: Float32Array | null
  readonly why: Problem | null
  /** By guided backpropagation. */
  readonly guided: Float32Array | null
}

export interface SampleReport {
  readonly sample: SampleRef
  /** How many there are in this split. */
  readonly rows: number
  /** What the split is of; null where the graph reads no data set. */
  readonly dataSet: string | null
  readonly scores: Scores
  readonly answers: Answers
  /** Names of the classes, in the order of the scores. */
  readonly classes: readonly string[] | null
  /** Element of the scores that gradients are of. */
  readonly chosen: number
  /** The answer: a class, or for one yes-or-no score 1 or 0. Null for numbers and several labels. */
  readonly predicted: number | null
  /** The right answer, in the same way. */
  readonly label: number | null
  /** What the loss compares the scores with, number by number; null where there is no loss. */
  readonly targets: readonly number[] | null
  readonly right: boolean | null
  readonly loss: number | null
  readonly inputs: readonly SampleInput[]
  /** Rectifiers between the inputs and the scores: without one guided backpropagation is the gradient. */
  readonly rectifiers: number
  readonly milliseconds: number
}

export interface FindRequest extends Pick<RunRequest, 'document' | 'backend' | 'seed' | 'feeds'> {
  /** Where the search begins; it goes on at the other end, and this row is looked at last. */
  readonly from: SampleRef
  readonly step: 1 | -1
  /** Only samples of this class. */
  readonly label?: number
  /** Only those that the network gets wrong. */
  readonly wrong?: boolean
}

export interface Found {
  /** Null where there is none. */
  readonly sample: SampleRef | null
  /** Rows that were looked at. */
  readonly searched: number
}
