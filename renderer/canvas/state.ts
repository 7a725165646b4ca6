/** What the canvas alone needs to know: nothing of it enters the document. */
import { create } from 'zustand'
import type { Position } from '../../engine/document/types.ts'
import { useEditor } from '../store/editor.ts'
import { reveal } from '../store/flow.ts'
import type { Box } from './geometry.ts'
import type { End } from './wires.ts'

export interface Search {
  /** Point of the screen. */
  readonly at: Position
  /** The end of a wire that waits for its other node. */
  readonly from: End | null
  /** The wire that the new node is put into. */
  readonly edge?: string
}

/** Fixes that are offered for a node, at a point of the screen. */
export interface Offer {
  readonly at: Position
  readonly node: string
  /** For who came by keyboard the first fix has the focus. */
  readonly focus: boolean
}

export interface CanvasState {
  /** Positions of a drag in progress. */
  readonly moving: ReadonlyMap<string, Position>
  /** A wire one of whose points is being moved. */
  readonly bent: { readonly edge: string; readonly points: readonly Position[] } | null
  /** A note or frame whose border is being dragged, and where that is. */
  readonly sizing: { readonly id: string; readonly box: Box } | null
  readonly renaming: string | null
  readonly search: Search | null
  readonly offer: Offer | null
  /** Letting go now leaves a copy there, and the cards where they were. */
  readonly copying: boolean
  /** The edge that a dragged node would be put on. */
  readonly target: string | null
  /** Too far away for labels and handles; very far, for any text. */
  readonly far: 'very' | 'far' | null
  /** The canvas has the focus from a click: Tab then searches, as it does in other node editors. */
  readonly clicked: boolean
  /** The node that Tab reaches. */
  readonly tabStop: string | null
  /** The card under the pointer, of those that are only drawn: it is in the page, to be taken hold of. */
  readonly under: string | null
}

export const still: ReadonlyMap<string, Position> = new Map()

export const useCanvas = create<CanvasState>(() => ({
  moving: still,
  bent: null,
  sizing: null,
  renaming: null,
  search: null,
  offer: null,
  copying: false,
  target: null,
  far: null,
  clicked: false,
  tabStop: null,
  under: null
}))

let last: Position | null = null

/** Where the pointer last was, on the screen. Nobody is told when it moves, which is at every frame. */
export const pointer = (): Position | null => last
export const setPointer = (at: Position): void => {
  last = at
}

export const openSearch = (at: Position, from: End | null = null): void => useCanvas.setState({ search: { at, from } })

/** Searches for an operator to put into a wire. */
export const openSearchFor = (edge: string, at: Position): void =>
  useCanvas.setState({ search: { at, from: null, edge } })

/** Milliseconds in which a card comes near. */
const NEARING = 1500

/** Opens the field for a card's name; from very far, where nothing could be read in it, the card comes near first. */
export function rename(id: string | null): void {
  if (id === null || useCanvas.getState().far !== 'very') {
    useCanvas.setState({ renaming: id })
    return
  }
  const end = useCanvas.subscribe(({ far }) => {
    if (far === 'very') return
    end()
    useCanvas.setState({ renaming: id })
  })
  setTimeout(end, NEARING)
  reveal(id)
}

/** Puts the focus on a node's card. */
export function focusNode(id: string): void {
  useCanvas.setState({ tabStop: id })
  requestAnimationFrame(() => {
    document
      .querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`)
      ?.focus({ preventScroll: true })
  })
}

/** The node whose card has the focus. */
export const focusedNode = (): string | null =>
  document.activeElement?.closest<HTMLElement>('.react-flow__node')?.dataset.id ?? null

/** Puts the focus on a wire. */
export function focusEdge(id: string): void {
  requestAnimationFrame(() =>
    document.querySelector<SVGElement>(`.react-flow__edge[data-id="${CSS.escape(id)}"]`)?.focus({ preventScroll: true })
  )
}

/** The wire that has the focus, or one of whose points has it. */
export const focusedEdge = (): string | null =>
  document.activeElement?.closest<SVGElement>('.react-flow__edge')?.dataset.id ?? null

/** Puts the focus on what is selected, else on the canvas. */
export function focusSelected(): void {
  const { nodes, edges } = useEditor.getState().selection
  const [node] = nodes
  const [edge] = edges
  if (node === undefined && edge !== undefined) focusEdge(edge)
  else if (node === undefined) document.querySelector<HTMLElement>('.canvas')?.focus({ preventScroll: true })
  else focusNode(node)
}
