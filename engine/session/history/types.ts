/** Looking back at a training: what was kept of it, and what is asked for. */
import type { Problem } from '../../problem.ts'
import type { BackendName, Target } from '../protocol.ts'
import type { SampleRef } from '../sample/types.ts'

export interface HistoryOverview {
  /** Of the document that was trained. */
  readonly revision: number
  /** What trained, and what computes the steps again. */
  readonly backend: BackendName
  /** Steps whose state is kept, ascending, counted from 1; a step between two is reached from the one before it. */
  readonly sampled: readonly number[]
  /** Steps that were taken, and how many there were to be. */
  readonly steps: number
  readonly planned: number
  readonly stepsPerEpoch: number
  readonly bytes: number
  /** What one sample takes: where it is too much, none is kept. */
  readonly bytesPerSample: number
  readonly broken: BrokenStep | null
}

/** Which step of a training a result is of. */
export interface PastStep {
  readonly step: number
  readonly epoch: number
}

/** Where a training broke: the first step in which a number was none. */
export interface BrokenStep extends PastStep {
  /** The node as drawn; null where it is none of the graph's. */
  readonly node: string | null
}

export interface LookBackRequest {
  /** Counted from 1. */
  readonly step: number
  /** Of the document on screen. */
  readonly revision: number
  /** This example alone in the place of the rows of the step, on the graph as it answers and not as it learns. */
  readonly sample?: SampleRef | undefined
}

/** What the numbers of a training said, and in which of its steps that were looked at. */
export interface RunFinding {
  /** As it was where it was met first. */
  readonly problem: Problem
  readonly from: number
  readonly to: number
}

export interface OverTimeRequest {
  readonly target: Target
  readonly which: 'value' | 'gradient'
}

/** How the numbers of a tensor were spread in the course of a training. */
export interface OverTime {
  /** The range of all of them; each column cuts it into the same cells, low to high. */
  readonly low: number
  readonly high: number
  readonly columns: readonly {
    readonly step: number
    /** Share of the numbers in each cell. */
    readonly shares: readonly number[]
    readonly mean: number
  }[]
}
