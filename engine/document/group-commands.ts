/** Commands that say what is inside of what. */
import { type Problem, problem } from '../problem.ts'
import type { Applied } from './commands.ts'
import { copiesOf, groupOf, groupsIn, insideOf, notesIn } from './groups.ts'
import { freeLink, insideText } from './links.ts'
import { indexOf } from './lookup.ts'
import { applyPatch, type Change } from './patch.ts'
import type { GraphDocument, GraphGroup, GraphNote } from './types.ts'

export type GroupCommand =
  /** Puts nodes, groups and notes, all of which are where the new group shall be, into it. */
  | {
      readonly type: 'addGroup'
      readonly group: GraphGroup
      readonly groups?: readonly string[]
      readonly notes?: readonly string[]
    }
  /** Takes a group away; what is in it stays. */
  | { readonly type: 'ungroup'; readonly group: string }
  | {
      readonly type: 'setGroup'
      readonly group: string
      readonly label?: string
      /** Joins the groups of that link, whose inside must be the same; null: edited on its own from now on. */
      readonly link?: string | null
    }

const refuse = (...problems: Problem[]): Applied => ({ problems })
const changed = (document: GraphDocument, patch: readonly Change[]): Applied => ({
  document: applyPatch(document, patch),
  patch
})

function editGroup(document: GraphDocument, id: string, edit: (group: GraphGroup) => GraphGroup): Change[] {
  const index = document.groups.findIndex((group) => group.id === id)
  const before = document.groups[index]
  return before ? [{ table: 'groups', index, before, after: placed(edit(before)) }] : []
}

const editNote = (document: GraphDocument, id: string, edit: (note: GraphNote) => GraphNote): Change[] => {
  const index = document.notes.findIndex((note) => note.id === id)
  const before = document.notes[index]
  return before ? [{ table: 'notes', index, before, after: edit(before) }] : []
}

/** Adds nodes that are in no group to one. */
export const intoGroup = (document: GraphDocument, group: string, nodes: readonly string[]): Change[] =>
  editGroup(document, group, (old) => ({ ...old, nodes: [...old.nodes, ...nodes] }))

function inside<T extends { readonly parent?: string }>(row: T, parent: string | null): T {
  const { parent: _, ...rest } = row
  return (parent === null ? rest : { ...rest, parent }) as T
}

/** Keys in the order of the file format. */
const placed = ({ id, label, nodes, parent, link, position }: GraphGroup): GraphGroup => ({
  id,
  label,
  nodes,
  ...(parent === undefined ? {} : { parent }),
  ...(link === undefined ? {} : { link }),
  ...(position === undefined ? {} : { position })
})

export function applyToGroup(document: GraphDocument, command: GroupCommand): Applied {
  const index = indexOf(document)
  if (command.type === 'addGroup') return addGroup(document, command)
  const group = index.groups.get(command.group)
  if (!group) return refuse(problem('graph.noSuchThing', { what: 'group', id: command.group }))
  return command.type === 'ungroup' ? ungroup(document, group) : setGroup(document, group, command)
}

function addGroup(document: GraphDocument, command: GroupCommand & { type: 'addGroup' }): Applied {
  const { group, groups = [], notes = [] } = command
  const index = indexOf(document)
  const parent = group.parent ?? null
  if (index.has(group.id)) return refuse(problem('graph.duplicateGroup', { id: group.id }))
  if (parent !== null && !index.groups.has(parent)) {
    return refuse(problem('graph.noSuchThing', { what: 'group', id: parent }))
  }
  const bad = Object.values(group.position ?? {}).find((number) => !Number.isFinite(number))
  if (bad !== undefined) return refuse(problem('graph.position', { id: group.id, found: String(bad) }))
  const members: readonly (readonly [string, { has(id: string): boolean }])[] = [
    ...group.nodes.map((id) => [id, index.nodes] as const),
    ...groups.map((id) => [id, index.groups] as const),
    ...notes.map((id) => [id, index.notes] as const)
  ]
  for (const [id, table] of members) {
    if (!table.has(id)) return refuse(problem('graph.groupMember', { group: group.id, node: id }))
    if (groupOf(document, id) !== parent) return refuse(problem('graph.groupLevel', { id }))
  }
  const nodes = [...new Set(group.nodes)]
  const taken = new Set(nodes)
  const patch: Change[] = [
    ...(parent === null
      ? []
      : editGroup(document, parent, (old) => ({ ...old, nodes: old.nodes.filter((id) => !taken.has(id)) }))),
    ...[...new Set(groups)].flatMap((id) => editGroup(document, id, (old) => inside(old, group.id))),
    ...[...new Set(notes)].flatMap((id) => editNote(document, id, (old) => inside(old, group.id))),
    { table: 'groups', index: document.groups.length, before: null, after: placed({ ...group, nodes }) }
  ]
  const made = applyPatch(document, patch)
  return group.link === undefined || isLike(made, group.id)
    ? changed(document, patch)
    : refuse(problem('graph.linkDiffers', { group: group.id, other: copiesOf(made, group.id)[0]?.id ?? '' }))
}

/** What was inside stands behind what was there already: so copies still correspond by their order. */
function ungroup(document: GraphDocument, group: GraphGroup): Applied {
  const parent = group.parent ?? null
  const groups = groupsIn(document, group.id)
  const notes = notesIn(document, group.id)
  const gone = new Set<GraphGroup | GraphNote>([group, ...groups, ...notes])
  return changed(document, [
    ...(parent === null ? [] : intoGroup(document, parent, group.nodes)),
    ...(['groups', 'notes'] as const).flatMap((table): Change[] => [
      // last first, so that each index is true when its change is applied
      ...(document[table] as readonly (GraphGroup | GraphNote)[])
        .map((row, index): Change => ({ table, index, before: row, after: null }))
        .filter((_, index) => gone.has(document[table][index] as GraphGroup | GraphNote))
        .reverse(),
      ...(table === 'groups' ? groups : notes).map(
        (row, i): Change => ({
          table,
          index: document[table].length - (table === 'groups' ? groups.length + 1 : notes.length) + i,
          before: null,
          after: inside(row, parent)
        })
      )
    ])
  ])
}

/** Whether a linked group is like its copies. */
export function isLike(document: GraphDocument, group: string): boolean {
  const [other] = copiesOf(document, group)
  return !other || insideText(document, other.id) === insideText(document, group)
}

function setGroup(document: GraphDocument, group: GraphGroup, command: GroupCommand & { type: 'setGroup' }): Applied {
  const { label, link } = command
  const patch = label === undefined ? [] : editGroup(document, group.id, (old) => ({ ...old, label }))
  if (link === undefined) return changed(document, patch)
  const named = applyPatch(document, patch)
  const linking = link === null ? unlink(named, group.id) : join(named, group, link)
  const applied = applyPatch(named, linking)
  const broken = document.groups.find(({ id }) => !isLike(applied, id))
  return broken
    ? refuse(problem('graph.linkDiffers', { group: broken.id, other: copiesOf(applied, broken.id)[0]?.id ?? '' }))
    : changed(document, [...patch, ...linking])
}

/** Gives the link to a group, and to those that it is linked with already. */
const join = (document: GraphDocument, group: GraphGroup, link: string): Change[] =>
  [group, ...copiesOf(document, group.id)].flatMap(({ id }) => editGroup(document, id, (old) => ({ ...old, link })))

/** A group on its own: groups inside of it stay linked with each other, and with nothing outside. */
function unlink(document: GraphDocument, group: string): Change[] {
  const { groups } = insideOf(document, group)
  const links = new Map<string, string>()
  const fresh = (link: string): string => {
    const known = links.get(link)
    if (known !== undefined) return known
    const made = freeLink(document, new Set(links.values()))
    links.set(link, made)
    return made
  }
  return [
    ...editGroup(document, group, ({ link: _, ...old }) => old),
    ...groups.flatMap((id) =>
      editGroup(document, id, (old) => (old.link === undefined ? old : { ...old, link: fresh(old.link) }))
    )
  ]
}
