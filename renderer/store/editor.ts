/** The open document: every edit is a command, every command one undo step. */
import { create } from 'zustand'
import { apply, type Command } from '../../engine/document/commands.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import { applyPatch, type Patch, reversePatch } from '../../engine/document/patch.ts'
import { emptyDocument, type GraphDocument, type GraphEdge, type GraphNode } from '../../engine/document/types.ts'
import type { TensorType } from '../../engine/ir/types.ts'
import type { Problem } from '../../engine/problem.ts'
import { announce } from './announce.ts'
import { type CheckedDocument, checkDocument, type NodeTypes } from './checked.ts'
import { changesNumbers, effective, emptyHistory, type History, kept, positionOf, pushStep } from './history.ts'

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
  checked: checkDocument(emptyDocument),
  history: emptyHistory
}))

function change(document: GraphDocument, patch: Patch, history: History): void {
  useEditor.setState((s) => {
    const numbers = changesNumbers(patch)
    return {
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
  const { document, history } = useEditor.getState()
  const applied = apply(document, command)
  if (applied.problems) return applied.problems
  if (effective(applied.patch).length > 0) change(applied.document, applied.patch, pushStep(history, applied.patch))
  if (options.announce) announce(options.announce)
  return null
}

export function undo(): boolean {
  const { document, history } = useEditor.getState()
  const step = history.past.at(-1)
  if (!step) return false
  const patch = reversePatch(step.patch)
  change(applyPatch(document, patch), patch, { past: history.past.slice(0, -1), future: [step, ...history.future] })
  return true
}

export function redo(): boolean {
  const { document, history } = useEditor.getState()
  const [step, ...future] = history.future
  if (!step) return false
  change(applyPatch(document, step.patch), step.patch, { past: [...history.past, step], future })
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

/** Replaces the selection. */
export function select(selection: { readonly nodes?: Iterable<string>; readonly edges?: Iterable<string> }): void {
  useEditor.setState({ selection: { nodes: new Set(selection.nodes), edges: new Set(selection.edges) } })
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
