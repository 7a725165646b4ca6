/** How far a walk is, for each node and wire of the canvas. */

import { useShallow } from 'zustand/react/shallow'
import type { StepDetail, StepHead, StepsResult } from '../../engine/session/steps/types.ts'
import { type StepperState, useStepper } from '../store/stepper.ts'

interface Span {
  first: number
  last: number
}

interface Progress {
  /** Steps that bring a wire's value and its gradient. */
  readonly values: ReadonlyMap<string, number>
  readonly gradients: ReadonlyMap<string, number>
  /** Steps of a node, forward and backward. */
  readonly forward: ReadonlyMap<string, Span>
  readonly backward: ReadonlyMap<string, Span>
}

const made = new WeakMap<StepsResult, Progress>()

function widen(spans: Map<string, Span>, node: string, at: number): void {
  const span = spans.get(node)
  if (span) span.last = at
  else spans.set(node, { first: at, last: at })
}

export function progressOf(walk: StepsResult): Progress {
  const known = made.get(walk)
  if (known) return known
  const values = new Map<string, number>()
  const gradients = new Map<string, number>()
  const forward = new Map<string, Span>()
  const backward = new Map<string, Span>()
  for (const [i, step] of walk.steps.entries()) {
    const ahead = step.phase === 'forward'
    for (const edge of step.brings) (ahead ? values : gradients).set(edge, i)
    if (ahead) widen(forward, step.node, i)
    else if (step.phase === 'backward') widen(backward, step.node, i)
  }
  const progress = { values, gradients, forward, backward }
  made.set(walk, progress)
  return progress
}

/** pending: the walk has not come here. done: forward. back: backward as well. */
export type NodeProgress = 'pending' | 'active' | 'done' | 'back'

const current = ({ walk, at }: StepperState): StepHead | undefined => walk?.steps[at]

export function nodeProgress(state: StepperState, node: string): NodeProgress | null {
  const { walk, at } = state
  if (!walk) return null
  if (current(state)?.node === node) return 'active'
  const { forward, backward } = progressOf(walk)
  const there = forward.get(node)
  if (!there || at < there.first) return 'pending'
  const back = backward.get(node)
  return back && at > back.last ? 'back' : 'done'
}

/** Which way numbers go along a wire in this step; null where none do. */
export const useWireWay = (edge: string): 'forward' | 'backward' | null =>
  useStepper((state) => {
    const head = current(state)
    if (!head?.brings.includes(edge) && !head?.takes.includes(edge)) return null
    return head.phase === 'forward' ? 'forward' : 'backward'
  })

/** Of a card that stands for several nodes: active where one is, pending while all are, back once all are. */
function sharedProgress(state: StepperState, nodes: ReadonlySet<string>): NodeProgress | null {
  const each = new Set([...nodes].map((node) => nodeProgress(state, node)))
  if (each.has(null) || each.size === 0) return null
  if (each.has('active')) return 'active'
  if (each.size === 1) return [...each][0] as NodeProgress
  return each.has('back') && !each.has('pending') ? 'back' : 'done'
}

export const useProgress = (nodes: ReadonlySet<string>): NodeProgress | null =>
  useStepper((s) => (s.walk ? sharedProgress(s, nodes) : null))

/** What is said on a wire while a gradient goes back along it: the local derivative, and whether its value is read. */
export interface Saying {
  /** As a number, of how many more; or as a matrix in LaTeX. */
  readonly number: number | null
  readonly more: number
  readonly matrix: string | null
  readonly read: boolean
}

function sayingOf(detail: StepDetail, edge: string): Saying | null {
  if (detail.kind !== 'backward') return null
  const share = detail.shares.find((s) => s.edge === edge)
  if (!share?.gradient) return null
  const read = detail.reads.inputs.includes(share.handle)
  // the one of the two that is not what arrives
  const matrix = share.shapes?.factors.find(({ tex }) => !tex.includes('partial'))?.tex ?? null
  const first = share.terms?.shown[0]
  const number = matrix === null && first ? first.factors[1] : null
  return number === null && matrix === null ? null : { number, more: (share.terms?.count ?? 1) - 1, matrix, read }
}

export const useSaying = (edge: string): Saying | null =>
  useStepper(useShallow((s) => (s.walk && s.detail?.index === s.at ? sayingOf(s.detail, edge) : null)))

/** The step that will bring a number of a wire, while it is still to come; null where it is there. */
export const usePendingStep = (edge: string, which: 'value' | 'gradient'): number | null =>
  useStepper(({ walk, at }) => {
    if (!walk) return null
    const { values, gradients } = progressOf(walk)
    const step = (which === 'value' ? values : gradients).get(edge)
    return step === undefined || at >= step ? null : step
  })
