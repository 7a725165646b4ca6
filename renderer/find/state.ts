/** What is searched for in the graph, and what was found: nothing of it enters the document. */
import { create } from 'zustand'
import { focusNode } from '../canvas/state.ts'
import { select, useEditor } from '../store/editor.ts'
import { reveal } from '../store/flow.ts'
import { findNodes } from './findNodes.ts'

export interface FindState {
  readonly open: boolean
  readonly query: string
  /** Ids of nodes, best first. */
  readonly found: readonly string[]
  readonly ids: ReadonlySet<string>
  /** The one that is shown, counted from 0. */
  readonly at: number
}

const nothing: ReadonlySet<string> = new Set()
const closed: FindState = { open: false, query: '', found: [], ids: nothing, at: 0 }

export const useFind = create<FindState>(() => closed)

const current = ({ found, at }: FindState): string | undefined => found[at]

export function search(query: string): void {
  const { document, checked } = useEditor.getState()
  const found = findNodes(query, document, checked.types)
  useFind.setState((s) => {
    const same = found.indexOf(current(s) ?? '')
    return { query, found, ids: new Set(found), at: query === s.query && same >= 0 ? same : 0 }
  })
}

export const openFind = (): void => useFind.setState({ open: true })

/** Leads to the node: selects it and brings it into view. */
export function show(at: number): void {
  const { found } = useFind.getState()
  const id = found[at]
  if (id === undefined) return
  useFind.setState({ at })
  // first into the group that it is in
  reveal(id)
  select({ nodes: [id] })
}

export function showNext(step: 1 | -1): void {
  const { found, at } = useFind.getState()
  if (found.length > 0) show((at + step + found.length) % found.length)
}

/** All that was found becomes the selection. */
export function selectFound(): void {
  const { found } = useFind.getState()
  if (found.length > 0) select({ nodes: found })
}

/** Leaves the search; the focus goes to the node that it led to. */
export function closeFind(): void {
  const id = current(useFind.getState())
  const { selection } = useEditor.getState()
  useFind.setState(closed)
  if (id !== undefined && selection.nodes.has(id)) focusNode(id)
  else document.querySelector<HTMLElement>('.canvas')?.focus({ preventScroll: true })
}

// what was found follows the graph
useEditor.subscribe((s, before) => {
  const { open, query } = useFind.getState()
  if (!open || (s.document.nodes === before.document.nodes && s.checked === before.checked)) return
  if (s.generation !== before.generation) useFind.setState(closed)
  else search(query)
})

/** How the search marks a card: as the one that is shown, as found, as passed over; not at all where none is on. */
export const useFoundMark = (id: string): 'current' | 'yes' | 'no' | undefined =>
  useFind((s) => {
    if (s.found.length === 0) return undefined
    if (!s.ids.has(id)) return 'no'
    return current(s) === id ? 'current' : 'yes'
  })
