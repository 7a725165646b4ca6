/** The open document: every edit is a command, every command one undo step. */
import { create } from 'zustand'
import { apply, type Command } from '../../engine/document/commands.ts'
import { groupOf } from '../../engine/document/groups.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import { applyPatch, type Patch, reversePatch } from '../../engine/document/patch.ts'
import { emptyDocument, type GraphDocument, type GraphEdge, type GraphNode } from '../../engine/document/types.ts'
import type { TensorType } from '../../engine/ir/types.ts'
import type { Problem } from '../../engine/problem.ts'
import { announce } from './announce.ts'
import { type CheckedDocument, checkDocument, type NodeTypes } from './checked.ts'
import { changesNumbers, effective, emptyHistory, type History, kept, positionOf, pushStep } from './history.ts'
import { into, stillThere, whereChanged } from './inside.ts'

export interface Selection {
  readonly nodes: ReadonlySet<string>
  readonly edges: ReadonlySet<string>
}

export interface EditorState {
  readonly document: GraphDocument
  /** One more with each change of the document. */
  readonly revision: number
  /** One more with each change that may change the numbers on the edges; results carry this one. */
  readonly graphRevision: number
  /** One more with each document that is opened. */
  readonly generation: number
  readonly path: string | null
  readonly fileName: string | null
  /** Position in the history that the file on disk has. */
  readonly savedPosition: number
  readonly dirty: boolean
  readonly selection: Selection
  /** The open group, whose inside is on the canvas; null is the whole graph. */
  readonly inside: string | null
  readonly checked: CheckedDocument
  readonly history: History
}

export interface Origin {
  readonly path: string | null
  readonly name: string | null
}

export const emptySelection: Selection = { nodes: new Set(), edges: new Set() }

export const useEditor = create<EditorState>(() => ({
  document: emptyDocument,
  revision: 0,
  graphRevision: 0,
  generation: 0,
  path: null,
  fileName: null,
  savedPosition: 0,
  dirty: false,
  selection: emptySelection,
  inside: null,
  checked: checkDocument(emptyDocument),
  history: emptyHistory
}))

function change(document: GraphDocument, patch: Patch, history: History, inside: string | null): void {
  useEditor.setState((s) => {
    const numbers = changesNumbers(patch)
    return {
      inside,
      document,
      history,
      revision: s.revision + 1,
      graphRevision: s.graphRevision + (numbers ? 1 : 0),
      dirty: positionOf(history) !== s.savedPosition,
      checked: numbers ? checkDocument(document, s.checked) : s.checked,
      selection: {
        nodes: kept(document, 'nodes', s.selection.nodes),
        edges: kept(document, 'edges', s.selection.edges)
      }
    }
  })
}

/** Null where it was done; the problems where it was refused, and then nothing has changed. */
export function dispatch(command: Command, options: { readonly announce?: string } = {}): readonly Problem[] | null {
  const { document, history, inside } = useEditor.getState()
  const applied = apply(document, into(command, inside))
  if (applied.problems) return applied.problems
  if (effective(applied.patch).length > 0) {
    const open = stillThere(document, applied.document, inside)
    change(applied.document, applied.patch, pushStep(history, applied.patch), open)
  }
  if (options.announce) announce(options.announce)
  return null
}

export function undo(): boolean {
  const { document, history, inside } = useEditor.getState()
  const step = history.past.at(-1)
  if (!step) return false
  const patch = reversePatch(step.patch)
  const undone = applyPatch(document, patch)
  const rest = { past: history.past.slice(0, -1), future: [step, ...history.future] }
  change(undone, patch, rest, whereChanged(document, undone, patch, inside))
  return true
}

export function redo(): boolean {
  const { document, history, inside } = useEditor.getState()
  const [step, ...future] = history.future
  if (!step) return false
  const redone = applyPatch(document, step.patch)
  const rest = { past: [...history.past, step], future }
  change(redone, step.patch, rest, whereChanged(document, redone, step.patch, inside))
  return true
}

/** Opens a document: a new history, nothing selected, nothing to undo. */
export function load(document: GraphDocument, origin: Origin): void {
  useEditor.setState((s) => ({
    document,
    revision: s.revision + 1,
    graphRevision: s.graphRevision + 1,
    generation: s.generation + 1,
    path: origin.path,
    fileName: origin.name,
    savedPosition: 0,
    dirty: false,
    selection: emptySelection,
    inside: null,
    checked: checkDocument(document),
    history: emptyHistory
  }))
}

/** The document as it was at `position` is now in a file; edits made while it was written stay unsaved. */
export function markSaved(origin: Origin, position = positionOf(useEditor.getState().history)): void {
  useEditor.setState((s) => ({
    path: origin.path,
    fileName: origin.name,
    savedPosition: position,
    dirty: positionOf(s.history) !== position
  }))
}

/** Opens a group, or with null the whole graph; what was selected is not on the canvas any more. */
export function open(group: string | null): void {
  if (useEditor.getState().inside !== group) useEditor.setState({ inside: group, selection: emptySelection })
}

/** Opens the group in which a node, a group or a note is; whether another one was open. */
export function showLevelOf(id: string): boolean {
  const { document, inside } = useEditor.getState()
  if (!indexOf(document).has(id)) return false
  const group = groupOf(document, id)
  if (group === inside) return false
  useEditor.setState({ inside: group })
  return true
}

/** Replaces the selection; where none of it is in the open group, its own is opened. */
export function select(selection: { readonly nodes?: Iterable<string>; readonly edges?: Iterable<string> }): void {
  const { document, inside } = useEditor.getState()
  const nodes = new Set(selection.nodes)
  // what is selected from elsewhere, as from a list, is shown where it is
  const [first] = nodes
  const away = first !== undefined && ![...nodes].some((id) => groupOf(document, id) === inside)
  useEditor.setState({
    inside: away && indexOf(document).has(first) ? groupOf(document, first) : inside,
    selection: { nodes, edges: new Set(selection.edges) }
  })
}

const noProblems: readonly Problem[] = []

export const useNode = (id: string): GraphNode | undefined => useEditor((s) => indexOf(s.document).nodes.get(id))
export const useEdge = (id: string): GraphEdge | undefined => useEditor((s) => indexOf(s.document).edges.get(id))
export const useNodeProblems = (id: string): readonly Problem[] =>
  useEditor((s) => s.checked.byNode.get(id) ?? noProblems)
export const useEdgeProblems = (id: string): readonly Problem[] =>
  useEditor((s) => s.checked.byEdge.get(id) ?? noProblems)
/** Types of a node's outputs by handle; undefined while they are not known. */
export const useNodeType = (id: string): NodeTypes | undefined => useEditor((s) => s.checked.types.get(id))
export const useEdgeType = (id: string): TensorType | undefined => useEditor((s) => s.checked.edgeTypes.get(id))
