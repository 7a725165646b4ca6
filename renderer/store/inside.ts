/** Edits and the open group: what is made goes into it, and undo shows where something changed. */
import type { Command } from '../../engine/document/commands.ts'
import { commonGroup, groupOf, groupsAround } from '../../engine/document/groups.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import type { Patch } from '../../engine/document/patch.ts'
import type { GraphDocument, GraphEdge } from '../../engine/document/types.ts'

/** The command, with what it makes put into the open group; what says its own place keeps that. */
export function into(command: Command, inside: string | null): Command {
  if (inside === null) return command
  switch (command.type) {
    case 'addNode':
      return command.group === undefined ? { ...command, group: inside } : command
    case 'addNote':
      return command.note.parent === undefined ? { ...command, note: { ...command.note, parent: inside } } : command
    case 'addGroup':
      return command.group.parent === undefined ? { ...command, group: { ...command.group, parent: inside } } : command
    case 'batch':
      return { ...command, commands: command.commands.map((one) => into(one, inside)) }
    default:
      return command
  }
}

/** The open group, or the innermost around it that is left. */
export function stillThere(before: GraphDocument, after: GraphDocument, inside: string | null): string | null {
  if (inside === null) return null
  const { groups } = indexOf(after)
  return [inside, ...groupsAround(before, inside)].find((group) => groups.has(group)) ?? null
}

/** Where the changes of a patch are to be seen. */
function levelsOf(before: GraphDocument, after: GraphDocument, patch: Patch): (string | null)[] {
  return patch.flatMap((change) => {
    if ('setting' in change) return []
    const row = change.after ?? change.before
    const document = change.after ? after : before
    if (!row) return []
    if (change.table === 'edges') {
      const { source, target } = row as GraphEdge
      const common = commonGroup(document, source, target)
      const within = (node: string) => {
        const around = groupsAround(document, node)
        return around.slice(0, common === null ? around.length : around.indexOf(common))
      }
      return [common, ...within(source), ...within(target)]
    }
    // who is in a group changes with its nodes, and is seen there
    const members = change.table === 'groups' && change.before && change.after
    return members && members.id === change.before?.id && onlyMembers(change.before, change.after)
      ? []
      : [groupOf(document, row.id)]
  })
}

const onlyMembers = (a: object, b: object): boolean =>
  JSON.stringify({ ...a, nodes: [] }) === JSON.stringify({ ...b, nodes: [] })

/** The open group after an undo: where it is where something of it shows there, else where the first change is. */
export function whereChanged(
  before: GraphDocument,
  after: GraphDocument,
  patch: Patch,
  inside: string | null
): string | null {
  const open = stillThere(before, after, inside)
  const levels = levelsOf(before, after, patch).filter((group) => group === null || indexOf(after).groups.has(group))
  const [first] = levels
  return first === undefined || levels.includes(open) ? open : first
}
