/** Plots of functions: which one is open, and what a person chose in it. Kept while the document is open. */
import { create } from 'zustand'
import type { Axes, Range } from '../../engine/session/plots/types.ts'
import { useEditor } from '../store/editor.ts'
import { togglePanel } from '../store/settings.ts'

export const TABS = ['curve', 'surface', 'plane'] as const
export type Tab = (typeof TABS)[number]

/** A tensor of the graph by its key in places.ts, and the element of it. */
export interface Pick {
  readonly key: string
  readonly index: number
}

export interface CurveChoice {
  /** null takes the first that there is. */
  readonly x: Pick | null
  /** null is the objective. */
  readonly y: Pick | null
  /** The node whose own function is drawn, apart from the graph, and where. */
  readonly alone: { readonly node: string; readonly x: number } | null
  readonly range: Range | null
  /** The step: half the range, divided by ten so often. */
  readonly decades: number
  readonly method: 'forward' | 'central'
}

export const OPTIMIZER_ROWS = ['sgd', 'momentum', 'rmsprop', 'adam'] as const
export type OptimizerRow = (typeof OPTIMIZER_ROWS)[number]

export interface SurfaceChoice {
  readonly axes: Axes | null
  readonly ranges: readonly [Range, Range] | null
  /** null is where the weights are. */
  readonly start: readonly [number, number] | null
  readonly steps: number
  /** What a person set; others take what suits the surface. */
  readonly rates: Readonly<Partial<Record<OptimizerRow, number>>>
  readonly hidden: readonly OptimizerRow[]
  /** null suits the surface. */
  readonly logarithmic: boolean | null
}

export interface PlaneChoice {
  /** Whose units are shown small. */
  readonly node: string | null
  /** The unit that is shown large; null shows the regions of the classes. */
  readonly unit: number | null
}

interface Plots {
  readonly open: boolean
  readonly tab: Tab
  /** As large as the window lets it be. */
  readonly large: boolean
  /** Numbers in the place of the picture. */
  readonly table: boolean
  readonly curve: CurveChoice
  readonly surface: SurfaceChoice
  readonly plane: PlaneChoice
}

const fresh = {
  curve: { x: null, y: null, alone: null, range: null, decades: 0.5, method: 'forward' },
  surface: { axes: null, ranges: null, start: null, steps: 60, rates: {}, hidden: [], logarithmic: null },
  plane: { node: null, unit: null }
} as const satisfies Partial<Plots>

export const usePlots = create<Plots>(() => ({ open: false, tab: 'curve', large: false, table: false, ...fresh }))

const set = usePlots.setState

let following = false

export function openPlots(tab: Tab = usePlots.getState().tab): void {
  if (!following) {
    following = true
    // another document has other tensors
    useEditor.subscribe((s, before) => s.generation !== before.generation && set(fresh))
  }
  set({ open: true, tab })
  togglePanel('training', true)
}

export const closePlots = (): void => set({ open: false })

export const showTab = (tab: Tab): void => set({ tab })
export const enlarge = (large: boolean): void => set({ large })
export const showTable = (table: boolean): void => set({ table })

export const setCurve = (change: Partial<CurveChoice>): void => set((s) => ({ curve: { ...s.curve, ...change } }))
export const setSurface = (change: Partial<SurfaceChoice>): void =>
  set((s) => ({ surface: { ...s.surface, ...change } }))
export const setPlane = (change: Partial<PlaneChoice>): void => set((s) => ({ plane: { ...s.plane, ...change } }))

/** The objective over a source, or the function of an operator alone. */
export function plotOver(key: string): void {
  setCurve({ x: { key, index: 0 }, y: null, alone: null, range: null })
  openPlots('curve')
}
export function plotAlone(node: string, x: number): void {
  setCurve({ alone: { node, x }, range: null })
  openPlots('curve')
}
