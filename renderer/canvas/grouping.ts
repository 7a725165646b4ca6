/** Groups: made, taken apart, gone into and left, copied with or without a link. Each edit is one undo step. */
import i18next from 'i18next'
import { type Command, freeId } from '../../engine/document/commands.ts'
import { copiesOf, groupOf } from '../../engine/document/groups.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import type { GraphDocument, GraphGroup, Position } from '../../engine/document/types.ts'
import { language } from '../i18n/index.ts'
import { problemText } from '../i18n/useProblemText.ts'
import { announce, toast } from '../store/announce.ts'
import { dispatch, open, select, useEditor } from '../store/editor.ts'
import { snapped, titleOf } from './geometry.ts'
import { boxAround, boxOf, groupItem, insideBox, levelOf, noteBox } from './level.ts'
import { focusNode } from './state.ts'

const t = i18next.t.bind(i18next)
const editor = () => useEditor.getState()

export const groupName = (group: Pick<GraphGroup, 'id' | 'label'>): string => group.label || group.id

/** What panels and announcements call a node or a group. */
export function nameIn(document: GraphDocument, id: string): string {
  const index = indexOf(document)
  const [node, group] = [index.nodes.get(id), index.groups.get(id)]
  return node ? titleOf(node) : group ? groupName(group) : id
}

/** The selected groups of the open level. */
export function selectedGroups(): readonly GraphGroup[] {
  const { document, selection } = editor()
  const { groups } = indexOf(document)
  return [...selection.nodes].map((id) => groups.get(id)).filter((group) => group !== undefined)
}

/** Says why an edit was refused; whether it was done. */
export function done(command: Command, said: string): boolean {
  const [reason] = dispatch(command, { announce: said }) ?? []
  if (!reason) return true
  const { message, hint } = problemText(reason, language())
  toast('failed', message, hint ?? undefined)
  return false
}

export function groupSelection(): void {
  const { document, selection, inside } = editor()
  const level = levelOf(document, inside)
  const index = indexOf(document)
  const ids = [...selection.nodes]
  const boxes = [
    ...ids
      .map((id) => level.items.get(id))
      .filter((item) => item !== undefined)
      .map(boxOf),
    ...level.notes.filter(({ id }) => selection.nodes.has(id)).map(noteBox)
  ]
  const around = boxAround(boxes)
  if (!around) return
  const id = freeId(index, 'group')
  const nodes = document.nodes.filter((node) => selection.nodes.has(node.id)).map((node) => node.id)
  const group: GraphGroup = { id, label: '', nodes }
  const made: Command = {
    type: 'addGroup',
    group,
    groups: ids.filter((one) => index.groups.has(one)),
    notes: ids.filter((one) => index.notes.has(one))
  }
  // the card stands in the middle of what it takes in
  const { body } = groupItem(document, group)
  const position = snapped({
    x: around.x + (around.width - body.width) / 2,
    y: around.y + (around.height - body.height) / 2
  })
  if (!done({ ...made, group: { ...group, position } }, t('canvas.said.grouped', { count: ids.length, id }))) return
  select({ nodes: [id] })
  focusNode(id)
}

export function ungroupSelection(): void {
  const { document } = editor()
  const groups = selectedGroups()
  if (groups.length === 0) return
  const freed: string[] = []
  const commands = groups.flatMap((group): Command[] => {
    const { body, position } = groupItem(document, group)
    const box = insideBox(document, group.id)
    const members = [...levelOf(document, group.id).items.values()].filter(({ kind }) => kind !== 'outer')
    const notes = levelOf(document, group.id).notes
    freed.push(...[...members, ...notes].map(({ id }) => id))
    // what comes out stands around where the card was
    const by = box && {
      x: Math.round(position.x + body.width / 2 - box.x - box.width / 2),
      y: Math.round(position.y + body.height / 2 - box.y - box.height / 2)
    }
    const positions: Record<string, Position> = {}
    for (const { id, position: at } of [...members, ...notes]) {
      if (by && (by.x !== 0 || by.y !== 0)) positions[id] = { x: at.x + by.x, y: at.y + by.y }
    }
    return [
      ...(Object.keys(positions).length > 0 ? [{ type: 'move', positions } as const] : []),
      { type: 'ungroup', group: group.id }
    ]
  })
  if (!done({ type: 'batch', commands }, t('canvas.said.ungrouped', { count: freed.length }))) return
  select({ nodes: freed })
  if (freed[0] !== undefined) focusNode(freed[0])
}

/** Shows the inside of a group. */
export function enterGroup(id: string): void {
  const { document } = editor()
  const group = indexOf(document).groups.get(id)
  if (!group) return
  open(id)
  announce(t('canvas.said.entered', { group: groupName(group), count: group.nodes.length }))
  const first = [...levelOf(document, id).items.values()].find(({ kind }) => kind !== 'outer')
  if (first) focusNode(first.id)
  else globalThis.document.querySelector<HTMLElement>('.canvas')?.focus({ preventScroll: true })
}

/** Goes out, to `level` or to the next; the group that was left is then selected. */
export function leaveGroup(level?: string | null): void {
  const { document, inside } = editor()
  if (inside === null) return
  const to = level === undefined ? groupOf(document, inside) : level
  const item = levelItem(inside, to)
  open(to)
  const outer = to === null ? undefined : indexOf(document).groups.get(to)
  announce(outer ? t('canvas.said.leftTo', { group: groupName(outer) }) : t('canvas.said.left'))
  if (item) {
    select({ nodes: [item] })
    focusNode(item)
  }
}

/** The card on the level `to` that has the group inside it. */
function levelItem(group: string, to: string | null): string | null {
  const { document } = editor()
  let at: string | null = group
  while (at !== null && groupOf(document, at) !== to) at = groupOf(document, at)
  return at
}

/** Whether a group shares its inside with others. */
export const isLinked = (id: string): boolean => copiesOf(editor().document, id).length > 0

export function makeIndependent(): void {
  const groups = selectedGroups().filter(({ link }) => link !== undefined)
  const commands = groups.map(({ id }): Command => ({ type: 'setGroup', group: id, link: null }))
  if (commands.length > 0) done({ type: 'batch', commands }, t('canvas.said.independent', { count: groups.length }))
}
