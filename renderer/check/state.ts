/** Autodiff compared with differences, on every edge: what was asked for, and what came out. */
import { create } from 'zustand'
import { type Problem, problemsOf } from '../../engine/problem.ts'
import type { DifferenceCurve, GradcheckReport, GradientCheck } from '../../engine/session/protocol.ts'
import { client } from '../session/session.ts'
import { useEditor } from '../store/editor.ts'
import { feedsOf, useRun } from '../store/run.ts'
import { togglePanel } from '../store/settings.ts'

export type Method = GradcheckReport['method']

/** A parameter or an edge whose gradient was compared. */
export interface Row {
  readonly kind: 'parameter' | 'edge'
  readonly check: GradientCheck
}

interface CheckState {
  /** Whether the panel is there, in the place of the training; its marks stand on the edges. */
  readonly open: boolean
  readonly method: Method
  /** log₁₀ of the step; null takes what suits the method. */
  readonly exponent: number | null
  readonly report: GradcheckReport | null
  readonly problems: readonly Problem[]
  readonly busy: boolean
  /** Whose error is drawn over the step. */
  readonly chosen: { readonly kind: Row['kind']; readonly name: string } | null
  readonly curve: DifferenceCurve | null
}

const closed: CheckState = {
  open: false,
  method: 'central',
  exponent: null,
  report: null,
  problems: [],
  busy: false,
  chosen: null,
  curve: null
}

export const useCheck = create<CheckState>(() => closed)

const set = useCheck.setState

export const EXPONENTS = { min: -13, max: -1, step: 0.5 } as const

/** Steps at which the error is drawn. */
const STEPS = Array.from(
  { length: (EXPONENTS.max - EXPONENTS.min) / EXPONENTS.step + 1 },
  (_, i) => 10 ** (EXPONENTS.max - i * EXPONENTS.step)
)

/** Milliseconds of quiet after an edit, or while the slider moves. */
const QUIET = 200

let asked: AbortController | null = null
let timer: ReturnType<typeof setTimeout> | undefined
let stopFollowing: (() => void) | null = null

export const rowsOf = (report: GradcheckReport): readonly Row[] => [
  ...report.parameters.map((check): Row => ({ kind: 'parameter', check })),
  ...(report.edges ?? []).map((check): Row => ({ kind: 'edge', check }))
]

export const passes = (report: GradcheckReport, { relativeError }: GradientCheck): boolean =>
  relativeError <= report.limit

/** The one with the largest error: there the step is seen best. */
const worstOf = (report: GradcheckReport): Row | undefined =>
  [...rowsOf(report)].sort((a, b) => b.check.relativeError - a.check.relativeError)[0]

async function check(): Promise<void> {
  clearTimeout(timer)
  asked?.abort()
  const controller = new AbortController()
  asked = controller
  const { document } = useEditor.getState()
  const { method, exponent } = useCheck.getState()
  set({ busy: true })
  try {
    const feeds = feedsOf(document)
    const how = { edges: true, forward: method === 'forward', feeds, ...(exponent !== null && { h: 10 ** exponent }) }
    const report = await client().gradcheck(document, how, controller.signal)
    if (controller !== asked) return
    set({ report, problems: [] })
    const { chosen } = useCheck.getState()
    const row = rowsOf(report).find((r) => r.kind === chosen?.kind && r.check.name === chosen.name) ?? worstOf(report)
    await draw(row, controller)
  } catch (error) {
    if (controller === asked && !controller.signal.aborted)
      set({ report: null, curve: null, problems: problemsOf(error) })
  } finally {
    if (controller === asked) set({ busy: false })
  }
}

/** The errors of one element over the step. */
async function draw(row: Row | undefined, { signal }: AbortController): Promise<void> {
  if (!row) return set({ chosen: null, curve: null })
  const { kind, check } = row
  const { name } = check
  const { document } = useEditor.getState()
  const target = kind === 'edge' ? ({ kind, id: name } as const) : ({ kind, name } as const)
  const request = { document, target, index: check.worst.index, steps: STEPS, feeds: feedsOf(document) }
  const curve = await client().differences(request, signal)
  if (!signal.aborted) set({ chosen: { kind, name }, curve })
}

function soon(): void {
  clearTimeout(timer)
  timer = setTimeout(() => void check(), QUIET)
}

export function openCheck(): void {
  stopFollowing ??= followGraph()
  set({ open: true })
  togglePanel('training', true)
  void check()
}

export function closeCheck(): void {
  stopFollowing?.()
  stopFollowing = null
  asked?.abort()
  clearTimeout(timer)
  set(closed)
}

export const stopCheck = (): void => asked?.abort()

export function setMethod(method: Method): void {
  set({ method, exponent: null })
  void check()
}

/** null: what suits the method. */
export function setExponent(exponent: number | null): void {
  set({ exponent })
  soon()
}

export function choose(row: Row): void {
  const controller = new AbortController()
  asked?.abort()
  asked = controller
  set({ chosen: { kind: row.kind, name: row.check.name }, curve: null })
  void draw(row, controller).catch((error) => {
    if (!controller.signal.aborted) set({ problems: problemsOf(error) })
  })
}

/** While it is open it follows the graph, also where a walk stands in its place and only its marks are seen. */
function followGraph(): () => void {
  const anew = () => {
    set({ report: null, curve: null, problems: [] })
    soon()
  }
  const ends = [
    useEditor.subscribe((s, before) => {
      if (s.generation !== before.generation) closeCheck()
      else if (s.graphRevision !== before.graphRevision) anew()
    }),
    useRun.subscribe((s, before) => {
      // of the same graph: they were trained, reset, imported or looked back at
      const otherWeights = s.result !== before.result && s.result?.revision === before.result?.revision
      if (s.feeds !== before.feeds || (otherWeights && s.status !== 'training')) anew()
    })
  ]
  return () => {
    for (const end of ends) end()
  }
}

const maps = new WeakMap<GradcheckReport, ReadonlyMap<string, GradientCheck>>()

/** Every wire on the canvas asks for its own with each change. */
function byEdge(report: GradcheckReport): ReadonlyMap<string, GradientCheck> {
  const known = maps.get(report)
  if (known) return known
  const made = new Map(report.edges?.map((check) => [check.name, check] as const))
  maps.set(report, made)
  return made
}

/** What was found on an edge; undefined while there is nothing to say. */
export const useEdgeCheck = (edge: string): GradientCheck | undefined =>
  useCheck((s) => (s.report ? byEdge(s.report).get(edge) : undefined))
