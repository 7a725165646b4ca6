/** The chain rule along paths: between which two values, and what came out. */
import { create } from 'zustand'
import { indexOf } from '../../engine/document/lookup.ts'
import { type Problem, problemsOf } from '../../engine/problem.ts'
import type { ChainResult } from '../../engine/session/protocol.ts'
import { client } from '../session/session.ts'
import { useEditor } from '../store/editor.ts'
import { feedsOf, useRun } from '../store/run.ts'
import { togglePanel } from '../store/settings.ts'
import { type From, fromEnds, reachable, type To, toEnds } from './ends.ts'

/** From the output back, as backprop multiplies, or from the input on. */
export type Order = 'back' | 'ahead'

interface ChainState {
  /** Whether the panel is there, in the place of the training. */
  readonly open: boolean
  /** Keys of the two ends; null where there is nothing to choose from. */
  readonly from: string | null
  readonly to: string | null
  readonly order: Order
  /** Index of the way that is looked at, or the sum over all of them. */
  readonly way: number | 'sum'
  readonly result: ChainResult | null
  readonly problems: readonly Problem[]
  readonly busy: boolean
}

const closed: ChainState = {
  open: false,
  from: null,
  to: null,
  order: 'back',
  way: 0,
  result: null,
  problems: [],
  busy: false
}

export const useChain = create<ChainState>(() => closed)

const get = useChain.getState
const set = useChain.setState

/** Milliseconds of quiet after an edit. */
const QUIET = 250

let asked: AbortController | null = null
let timer: ReturnType<typeof setTimeout> | undefined
let stopFollowing: (() => void) | null = null

const known = (id: string): boolean => useEditor.getState().checked.types.has(id)

export const targets = (): readonly To[] => toEnds(useEditor.getState().document, known)

export function sources(to: string | null): readonly From[] {
  const { document, checked } = useEditor.getState()
  const end = targets().find(({ key }) => key === to)
  return end ? fromEnds(document, checked.parameters, end.node, known) : []
}

/** Of what is selected: the one to begin with and the one to end with. */
function meant(): { readonly from: string | undefined; readonly to: string | undefined } {
  const { document, selection } = useEditor.getState()
  const [a, b] = [...selection.nodes]
  if (selection.nodes.size === 2 && a && b)
    return reachable(document, a, 'down').has(b) ? { from: a, to: b } : { from: b, to: a }
  const [edge] = selection.edges
  const node = a ?? (edge ? indexOf(document).edges.get(edge)?.source : undefined)
  const objective = document.objective ?? undefined
  if (!objective) return { from: undefined, to: node }
  return node === objective ? { from: undefined, to: objective } : { from: node, to: objective }
}

/** The first parameter is what most people ask about; else whatever comes first. */
function sourceFor(to: string | null, node: string | undefined): string | null {
  const all = sources(to)
  const parameter = ({ node }: From) => indexOf(useEditor.getState().document).nodes.get(node)?.op === 'Parameter'
  return (all.find((end) => end.node === node) ?? all.find(parameter) ?? all[0])?.key ?? null
}

async function ask(): Promise<void> {
  clearTimeout(timer)
  asked?.abort()
  const controller = new AbortController()
  asked = controller
  const { document } = useEditor.getState()
  const { from, to } = get()
  const of = targets().find(({ key }) => key === to)
  const wrt = sources(to).find(({ key }) => key === from)
  if (!of || !wrt) return set({ result: null, problems: [], busy: false })
  set({ busy: true })
  try {
    const request = { document, of: of.target, wrt: wrt.target, feeds: feedsOf(document) }
    const result = await client().chains(request, controller.signal)
    if (controller !== asked) return
    const { way } = get()
    const stays = way === 'sum' ? result.ways.length > 1 : way < result.ways.length
    set({ result, problems: [], way: stays ? way : 0 })
  } catch (error) {
    if (controller === asked && !controller.signal.aborted) set({ result: null, problems: problemsOf(error) })
  } finally {
    if (controller === asked) set({ busy: false })
  }
}

export function openChain(): void {
  stopFollowing ??= followGraph()
  const { from, to } = meant()
  const end = targets().find(({ node }) => node === to) ?? targets()[0]
  const key = end?.key ?? null
  set({ ...closed, order: get().order, open: true, to: key, from: sourceFor(key, from) })
  togglePanel('training', true)
  void ask()
}

export function closeChain(): void {
  stopFollowing?.()
  stopFollowing = null
  asked?.abort()
  clearTimeout(timer)
  set({ ...closed, order: get().order })
}

export function setFrom(from: string): void {
  set({ from, way: 0 })
  void ask()
}

export function setTo(to: string): void {
  const { from } = get()
  const stays = sources(to).some(({ key }) => key === from)
  set({ to, way: 0, from: stays ? from : sourceFor(to, undefined) })
  void ask()
}

export const setOrder = (order: Order): void => set({ order })
export const setWay = (way: ChainState['way']): void => set({ way })

/** While it is open it follows the graph and its numbers. */
function followGraph(): () => void {
  const soon = () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      const { from, to } = get()
      if (!targets().some(({ key }) => key === to)) setTo(targets()[0]?.key ?? '')
      else if (!sources(to).some(({ key }) => key === from)) set({ from: sourceFor(to, undefined) })
      void ask()
    }, QUIET)
  }
  const ends = [
    useEditor.subscribe((s, before) => {
      if (s.generation !== before.generation) closeChain()
      else if (s.graphRevision !== before.graphRevision) soon()
    }),
    useRun.subscribe((s, before) => {
      if (s.status === 'training' && before.status !== 'training') closeChain()
      // other weights: they were reset, imported, or looked back at
      else if (s.feeds !== before.feeds || s.result !== before.result) soon()
    })
  ]
  return () => {
    for (const end of ends) end()
  }
}

const none: ReadonlySet<string> = new Set()
const sets = new WeakMap<object, ReadonlySet<string>>()

/** Edges of the way that is looked at; of all of them where the sum is. */
function lit({ open, result, way }: ChainState): ReadonlySet<string> {
  const key = open && result ? (way === 'sum' ? result.ways : result.ways[way]) : null
  if (!key) return none
  const made = sets.get(key) ?? new Set('edges' in key ? key.edges : key.flatMap(({ edges }) => edges))
  sets.set(key, made)
  return made
}

/** Whether a wire belongs to the way that is looked at. */
export const useOnWay = (edge: string): boolean => useChain((s) => lit(s).has(edge))
