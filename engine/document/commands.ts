/** Every edit is a command: apply(document, command) gives the new document and a reversible patch, or problems. */

import { portsOf } from '../ir/op.ts'
import type { Attributes, AttributeValue } from '../ir/types.ts'
import { opOf } from '../ops/registry.ts'
import { type Problem, problem, problemsOf } from '../problem.ts'
import { type ArrangeCommand, applyArrange, pointsAlong } from './arrange.ts'
import { canConnect, outputsOf } from './connect.ts'
import { readTraining } from './file.ts'
import { applyToGroup, type GroupCommand, intoGroup } from './group-commands.ts'
import { withInsides } from './groups.ts'
import { inCopies } from './links.ts'
import { indexOf } from './lookup.ts'
import { applyPatch, type Change, type Patch, type Row, type Setting, type Table } from './patch.ts'
import type { GraphDocument, GraphEdge, GraphNode, GraphNote, Mode, Position } from './types.ts'
import { inDeclaredOrder, validateNode } from './validate.ts'

export type Command =
  | {
      readonly type: 'addNode'
      readonly node: GraphNode
      /** The group that it is put in; null or absent: none. */
      readonly group?: string | null
    }
  | {
      readonly type: 'addEdge'
      readonly edge: GraphEdge /** Takes the place of the edge that is there. */
      readonly replace?: boolean
    }
  /** Nodes go with their edges, in one step. */
  | {
      readonly type: 'remove'
      readonly nodes?: readonly string[]
      readonly edges?: readonly string[]
      readonly notes?: readonly string[]
      /** With all that is in them. */
      readonly groups?: readonly string[]
    }
  /** Nodes, groups and notes. */
  | { readonly type: 'move'; readonly positions: Readonly<Record<string, Position>> }
  | {
      readonly type: 'setAttribute'
      readonly node: string
      readonly attribute: string /** undefined = back to the default */
      readonly value: AttributeValue | undefined
    }
  | { readonly type: 'setLabel'; readonly node: string; readonly label: string }
  | { readonly type: 'renameNode'; readonly node: string; readonly id: string }
  | { readonly type: 'setMode'; readonly nodes: readonly string[]; readonly mode: Mode | null }
  | { readonly type: 'setCollapsed'; readonly nodes: readonly string[]; readonly collapsed: boolean }
  | { readonly type: 'set'; readonly setting: Setting; readonly value: GraphDocument[Setting] }
  | { readonly type: 'addNote'; readonly note: GraphNote }
  | { readonly type: 'editNote'; readonly note: GraphNote }
  | GroupCommand
  | ArrangeCommand
  /** Several commands as one undo step; all or none. */
  | { readonly type: 'batch'; readonly commands: readonly Command[] }

export type Applied =
  | { readonly document: GraphDocument; readonly patch: Patch; readonly problems?: undefined }
  | { readonly problems: readonly Problem[]; readonly document?: undefined; readonly patch?: undefined }

export { freeId } from './links.ts'

const refuse = (...problems: Problem[]): Applied => ({ problems })
const missing = (what: string, id: string): Applied => refuse(problem('graph.noSuchThing', { what, id }))

function changed(document: GraphDocument, patch: Patch): Applied {
  return { document: applyPatch(document, patch), patch }
}

/** Numbers that the file cannot say. */
function notFinite(id: string, ...places: readonly object[]): Problem[] {
  const bad = places.flatMap((place) => Object.values(place)).filter((number) => !Number.isFinite(number))
  return bad.slice(0, 1).map((found) => problem('graph.position', { id, found: String(found) }))
}

/** Nodes, notes and groups share one set of ids. */
function taken(document: GraphDocument, id: string): Problem[] {
  const index = indexOf(document)
  if (index.nodes.has(id)) return [problem('graph.duplicateNode', { id })]
  if (index.notes.has(id)) return [problem('graph.duplicateNote', { id })]
  return index.groups.has(id) ? [problem('graph.duplicateGroup', { id })] : []
}

const noteProblems = ({ id, position, size }: GraphNote): Problem[] => notFinite(id, position, size ?? {})

const insertion = (document: GraphDocument, table: Table, row: Row): Change => ({
  table,
  index: document[table].length,
  before: null,
  after: row
})

/** Removals of rows by predicate, last first, so that each index is true when its change is applied. */
function removals(document: GraphDocument, table: Table, doomed: (row: Row) => boolean): Change[] {
  return (document[table] as readonly Row[])
    .map((row, index): Change => ({ table, index, before: row, after: null }))
    .filter((change) => 'table' in change && doomed(change.before as Row))
    .reverse()
}

/**
 * Where a node's attributes decide its inputs or outputs: wires go along with an input that is renamed, and go with an
 * input or output that is gone.
 */
function followHandles(document: GraphDocument, before: GraphNode, after: GraphNode): Change[] {
  const op = opOf(before.op)
  if (typeof op?.inputs !== 'function' && typeof op?.outputs !== 'function') return []
  const names = (node: GraphNode, ports: typeof portsOf) => ports(op, node.attributes).map((port) => port.name)
  const [old, now] = [names(before, portsOf), names(after, portsOf)]
  const outputs = new Set(names(after, outputsOf))
  const target = (handle: string): string | undefined => {
    if (!old.includes(handle) || now.includes(handle)) return handle
    const name = old.length === now.length ? now[old.indexOf(handle)] : undefined
    return name !== undefined && !old.includes(name) ? name : undefined
  }
  const moved = document.edges.flatMap((edge, index): Change[] => {
    if (edge.source === before.id && !outputs.has(edge.sourceHandle)) {
      return [{ table: 'edges', index, before: edge, after: null }]
    }
    if (edge.target !== before.id) return []
    const targetHandle = target(edge.targetHandle)
    if (targetHandle === edge.targetHandle) return []
    return [
      { table: 'edges', index, before: edge, after: targetHandle === undefined ? null : { ...edge, targetHandle } }
    ]
  })
  // last first, so that each index is true when its change is applied
  return moved.reverse()
}

/** Metrics that are words of their own, whatever nodes there are; any other is a node's id. */
const NAMED_METRICS = ['accuracy', 'loss']

function replacement(document: GraphDocument, node: string, edit: (node: GraphNode) => GraphNode): Change | null {
  const index = indexOf(document).nodeIndex.get(node)
  if (index === undefined) return null
  const before = document.nodes[index] as GraphNode
  return { table: 'nodes', index, before, after: edit(before) }
}

function without<T extends object>(object: T, key: string): T {
  return Object.fromEntries(Object.entries(object).filter(([k]) => k !== key)) as T
}

/** One after the other, each on what the one before has made; all or none. */
function inTurn(document: GraphDocument, commands: readonly Command[], one: typeof apply): Applied {
  let current = document
  const patch: Change[] = []
  for (const command of commands) {
    const applied = one(current, command)
    if (applied.problems) return applied
    current = applied.document
    patch.push(...applied.patch)
  }
  return { document: current, patch }
}

/** An edit inside a linked group is an edit of all its copies, in the same step. */
export function apply(document: GraphDocument, command: Command): Applied {
  if (command.type === 'batch') return inTurn(document, command.commands, apply)
  const commands = inCopies(document, command)
  return commands.length === 1 ? applyOne(document, command) : inTurn(document, commands, applyOne)
}

function applyOne(document: GraphDocument, command: Command): Applied {
  const index = indexOf(document)
  switch (command.type) {
    case 'addNode': {
      const { node, group } = command
      const problems = [...taken(document, node.id), ...validateNode(node), ...notFinite(node.id, node.position)]
      if (problems.length > 0) return refuse(...problems)
      if (group == null) return changed(document, [insertion(document, 'nodes', node)])
      if (!index.groups.has(group)) return missing('group', group)
      return changed(document, [insertion(document, 'nodes', node), ...intoGroup(document, group, [node.id])])
    }
    case 'addEdge': {
      const { edge } = command
      if (index.edges.has(edge.id)) return refuse(problem('graph.duplicateEdge', { id: edge.id }))
      const unfit = notFinite(edge.id, ...(edge.points ?? []))
      if (unfit.length > 0) return refuse(...unfit)
      const taken = command.replace ? index.into(edge.target, edge.targetHandle) : undefined
      const patch = taken ? removals(document, 'edges', (row) => row.id === taken.id) : []
      const cleared = applyPatch(document, patch)
      const reason = canConnect(cleared, edge)
      return reason ? refuse(reason) : changed(document, [...patch, insertion(cleared, 'edges', edge)])
    }
    case 'remove': {
      const inside = withInsides(document, command.groups ?? [])
      const nodes = new Set([...(command.nodes ?? []), ...inside.nodes])
      const edges = new Set(command.edges ?? [])
      const notes = new Set([...(command.notes ?? []), ...inside.notes])
      const groups = new Set(inside.groups)
      const patch = [
        ...removals(document, 'edges', (row) => {
          const edge = row as GraphEdge
          return edges.has(edge.id) || nodes.has(edge.source) || nodes.has(edge.target)
        }),
        ...document.groups.flatMap((group, at): Change[] => {
          const left = group.nodes.filter((id) => !nodes.has(id))
          return left.length === group.nodes.length || groups.has(group.id)
            ? []
            : [{ table: 'groups', index: at, before: group, after: { ...group, nodes: left } }]
        }),
        ...removals(document, 'groups', (row) => groups.has(row.id)),
        ...removals(document, 'nodes', (row) => nodes.has(row.id)),
        ...removals(document, 'notes', (row) => notes.has(row.id))
      ]
      if (document.objective !== null && nodes.has(document.objective)) {
        patch.push({ setting: 'objective', before: document.objective, after: null })
      }
      return changed(document, patch)
    }
    case 'move': {
      const patch: Change[] = []
      for (const [id, position] of Object.entries(command.positions)) {
        const problems = notFinite(id, position)
        if (problems.length > 0) return refuse(...problems)
        const change = replacement(document, id, (node) => ({ ...node, position }))
        if (change) {
          patch.push(change)
          continue
        }
        const table = index.groups.has(id) ? 'groups' : 'notes'
        const at = document[table].findIndex((row) => row.id === id)
        const row = document[table][at]
        if (!row) return missing('node', id)
        patch.push({ table, index: at, before: row, after: { ...row, position } })
      }
      return changed(document, [...patch, ...pointsAlong(document, command.positions)])
    }
    case 'route':
    case 'reorder':
      return applyArrange(document, command)
    case 'setAttribute': {
      const { attribute, value } = command
      const change = replacement(document, command.node, (node) => {
        const rest: Attributes = without(node.attributes ?? {}, attribute)
        const attributes = value === undefined ? rest : { ...rest, [attribute]: value }
        return Object.keys(attributes).length > 0 ? placed({ ...node, attributes }) : without(node, 'attributes')
      })
      if (!change) return missing('node', command.node)
      const { before, after } = change as { before: GraphNode; after: GraphNode }
      const problems = validateNode(after)
      return problems.length > 0
        ? refuse(...problems)
        : changed(document, [change, ...followHandles(document, before, after)])
    }
    case 'setLabel': {
      const change = replacement(document, command.node, (node) =>
        command.label === '' ? without(node, 'label') : placed({ ...node, label: command.label })
      )
      return change ? changed(document, [change]) : missing('node', command.node)
    }
    case 'renameNode': {
      const { node, id } = command
      const change = replacement(document, node, (old) => ({ ...old, id }))
      if (!change) return missing('node', node)
      const problems = node === id ? [] : taken(document, id)
      if (problems.length > 0) return refuse(...problems)
      const renamedProblems = validateNode((change as { after: GraphNode }).after)
      if (renamedProblems.length > 0) return refuse(...renamedProblems)
      const renamed = (other: string) => (other === node ? id : other)
      const patch: Change[] = [change]
      for (const [at, edge] of document.edges.entries()) {
        if (edge.source === node || edge.target === node) {
          patch.push({
            table: 'edges',
            index: at,
            before: edge,
            after: { ...edge, source: renamed(edge.source), target: renamed(edge.target) }
          })
        }
      }
      for (const [at, group] of document.groups.entries()) {
        if (group.nodes.includes(node))
          patch.push({
            table: 'groups',
            index: at,
            before: group,
            after: { ...group, nodes: group.nodes.map(renamed) }
          })
      }
      if (document.objective === node) patch.push({ setting: 'objective', before: node, after: id })
      const { training } = document
      if (training?.metrics.includes(node) && !NAMED_METRICS.includes(node)) {
        const after = { ...training, metrics: training.metrics.map(renamed) }
        patch.push({ setting: 'training', before: training, after })
      }
      return changed(document, patch)
    }
    case 'set': {
      const { setting, value } = command
      if (setting === 'objective' && value !== null && !index.nodes.has(value as string)) {
        return refuse(problem('graph.objectiveMissing', { id: value as string }))
      }
      try {
        const after = setting === 'training' ? readTraining(value) : value
        return changed(document, [{ setting, before: document[setting], after }])
      } catch (error) {
        return refuse(...problemsOf(error))
      }
    }
    case 'addNote': {
      const { note } = command
      const problems = [...taken(document, note.id), ...noteProblems(note)]
      if (note.parent !== undefined && !index.groups.has(note.parent)) return missing('group', note.parent)
      return problems.length > 0 ? refuse(...problems) : changed(document, [insertion(document, 'notes', note)])
    }
    case 'editNote': {
      const at = document.notes.findIndex((note) => note.id === command.note.id)
      const before = document.notes[at]
      if (!before) return missing('note', command.note.id)
      const problems = noteProblems(command.note)
      if (problems.length > 0) return refuse(...problems)
      // it stays in its group
      const { parent: _, ...note } = command.note
      const after = before.parent === undefined ? note : { ...note, parent: before.parent }
      return changed(document, [{ table: 'notes', index: at, before, after }])
    }
    case 'setMode':
      return editNodes(document, command.nodes, ({ mode: _, ...node }) =>
        command.mode === null ? node : { ...node, mode: command.mode }
      )
    case 'setCollapsed':
      return editNodes(document, command.nodes, ({ collapsed: _, ...node }) =>
        command.collapsed ? { ...node, collapsed: true } : node
      )
    case 'addGroup':
    case 'ungroup':
    case 'setGroup':
      return applyToGroup(document, command)
    case 'batch':
      return apply(document, command)
  }
}

function editNodes(document: GraphDocument, ids: readonly string[], edit: (node: GraphNode) => GraphNode): Applied {
  const patch: Change[] = []
  for (const id of new Set(ids)) {
    const change = replacement(document, id, (node) => placed(edit(node)))
    if (!change) return missing('node', id)
    patch.push(change)
  }
  return changed(document, patch)
}

/** Keys in the order of the file format, so that two documents that say the same are written the same. */
const placed = ({ id, op, attributes, label, mode, collapsed, position }: GraphNode): GraphNode => ({
  id,
  op,
  ...(attributes === undefined ? {} : { attributes: inDeclaredOrder(op, attributes) }),
  ...(label === undefined ? {} : { label }),
  ...(mode === undefined ? {} : { mode }),
  ...(collapsed === undefined ? {} : { collapsed }),
  position
})
