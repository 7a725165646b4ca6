/** The menu of the right button, for what lies under it. */
import { ContextMenu } from 'radix-ui'
import { type MouseEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { indexOf } from '../../engine/document/lookup.ts'
import { NOTE_COLOURS } from '../../engine/document/types.ts'
import { select, useEdge, useEditor } from '../store/editor.ts'
import { flow } from '../store/flow.ts'
import { viewTensor } from '../value/viewer.ts'
import { addPoint, straighten } from './bending.ts'
import * as commands from './commands.ts'
import { canExpand, expandSelection } from './expand.ts'
import { openInspector } from './keyboard.ts'
import { ActionItem, Item, later, Rule } from './MenuItem.tsx'
import { addNote } from './notes.ts'
import { cardAt, wireAt } from './sketch/under.ts'
import { openSearch, openSearchFor, rename, setPointer } from './state.ts'

interface Under {
  readonly kind: 'node' | 'group' | 'note' | 'edge' | 'canvas'
  readonly id: string
  readonly x: number
  readonly y: number
}

function whatIsUnder(event: MouseEvent): Under {
  const at = { x: event.clientX, y: event.clientY }
  const element = event.target as Element
  const node = element.closest<HTMLElement>('.react-flow__node')?.dataset.id ?? cardAt(at)
  const index = indexOf(useEditor.getState().document)
  if (node && index.nodes.has(node)) return { kind: 'node', id: node, ...at }
  if (node && index.groups.has(node)) return { kind: 'group', id: node, ...at }
  if (node && index.notes.has(node)) return { kind: 'note', id: node, ...at }
  const edge =
    element.closest<SVGElement>('.react-flow__edge')?.dataset.id ??
    element.closest<HTMLElement>('.wire-label')?.dataset.edge ??
    wireAt(at)?.id
  return edge ? { kind: 'edge', id: edge, ...at } : { kind: 'canvas', id: '', ...at }
}

/** What lies under the pointer becomes the selection, unless it is part of it. */
function take({ kind, id }: Under): void {
  const { selection } = useEditor.getState()
  if (kind !== 'edge' && kind !== 'canvas' && !selection.nodes.has(id)) select({ nodes: [id] })
  if (kind === 'edge' && !selection.edges.has(id)) select({ edges: [id] })
}

export function CanvasMenu({ children }: { readonly children: ReactNode }) {
  const [under, setUnder] = useState<Under>({ kind: 'canvas', id: '', x: 0, y: 0 })
  return (
    <ContextMenu.Root modal={false}>
      <ContextMenu.Trigger
        asChild
        onContextMenu={(event) => {
          const found = whatIsUnder(event)
          take(found)
          setUnder(found)
        }}
      >
        {children}
      </ContextMenu.Trigger>
      <ContextMenu.Portal>
        <ContextMenu.Content
          className="popup"
          collisionPadding={8}
          onCloseAutoFocus={(event) => event.preventDefault()}
        >
          {under.kind === 'node' && <NodeItems under={under} />}
          {under.kind === 'group' && <GroupItems under={under} />}
          {under.kind === 'note' && <NoteItems under={under} />}
          {under.kind === 'edge' && <EdgeItems under={under} />}
          {under.kind === 'canvas' && <CanvasItems under={under} />}
        </ContextMenu.Content>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  )
}

function NodeItems({ under: { id } }: { readonly under: Under }) {
  const { t } = useTranslation()
  const objective = useEditor((s) => s.document.objective)
  const opens = useEditor((s) => canExpand(s.document, s.selection.nodes))
  const many = useEditor((s) => s.selection.nodes.size > 1)
  return (
    <>
      <Item text={t('canvas.menu.open')} shortcut="Enter" onSelect={() => later(openInspector)} />
      <Item text={t('canvas.menu.rename')} shortcut="F2" onSelect={() => later(() => rename(id))} />
      {objective === id ? (
        <Item text={t('canvas.menu.noObjective')} onSelect={() => commands.setObjective(null)} />
      ) : (
        <Item text={t('canvas.menu.objective')} onSelect={() => commands.setObjective(id)} />
      )}
      <ActionItem id="run.runToHere" />
      <ActionItem id="run.breakpoint" />
      <ActionItem id="run.jacobian" />
      <ActionItem id="run.chain" />
      {opens && <Item text={t('actions.expand')} shortcut="Alt+E" onSelect={() => void expandSelection()} />}
      <Rule />
      <Item text={t('canvas.menu.cut')} shortcut="Mod+X" onSelect={commands.cut} />
      <Item text={t('canvas.menu.copy')} shortcut="Mod+C" onSelect={commands.copy} />
      <Item text={t('canvas.menu.duplicate')} shortcut="Mod+D" onSelect={() => commands.duplicate()} />
      <Rule />
      <ActionItem id="structure.group" />
      <ActionItem id="structure.frame" />
      <ActionItem id="structure.bypass" />
      <ActionItem id="structure.mute" />
      <ActionItem id="structure.collapse" />
      {many && (
        <>
          <Rule />
          <Item text={t('canvas.menu.alignLeft')} onSelect={() => commands.align('left')} />
          <Item text={t('canvas.menu.alignTop')} onSelect={() => commands.align('top')} />
          <Item text={t('canvas.menu.tidySelection')} onSelect={commands.tidy} />
        </>
      )}
      <Rule />
      <Item text={t('canvas.menu.deleteReconnect')} shortcut="Mod+Delete" onSelect={commands.deleteAndReconnect} />
      <Item text={t('canvas.menu.delete')} shortcut="Delete" onSelect={commands.deleteSelection} />
    </>
  )
}

function GroupItems({ under: { id } }: { readonly under: Under }) {
  const { t } = useTranslation()
  return (
    <>
      <ActionItem id="structure.enter" />
      <Item text={t('canvas.menu.rename')} shortcut="F2" onSelect={() => later(() => rename(id))} />
      <ActionItem id="structure.ungroup" />
      <Rule />
      <Item text={t('canvas.menu.cut')} shortcut="Mod+X" onSelect={commands.cut} />
      <Item text={t('canvas.menu.copy')} shortcut="Mod+C" onSelect={commands.copy} />
      <Item text={t('canvas.menu.duplicate')} shortcut="Mod+D" onSelect={() => commands.duplicate()} />
      <ActionItem id="structure.duplicateLinked" />
      <ActionItem id="structure.independent" />
      <Rule />
      <ActionItem id="structure.group" />
      <ActionItem id="structure.frame" />
      <ActionItem id="structure.bypass" />
      <ActionItem id="structure.mute" />
      <Rule />
      <Item text={t('canvas.menu.deleteReconnect')} shortcut="Mod+Delete" onSelect={commands.deleteAndReconnect} />
      <Item text={t('canvas.menu.delete')} shortcut="Delete" onSelect={commands.deleteSelection} />
    </>
  )
}

function NoteItems({ under: { id } }: { readonly under: Under }) {
  const { t } = useTranslation()
  return (
    <>
      <Item text={t('canvas.menu.editText')} shortcut="F2" onSelect={() => later(() => rename(id))} />
      <Rule />
      {NOTE_COLOURS.map((colour) => (
        <ActionItem key={colour} id={`structure.colour.${colour}`} />
      ))}
      <Rule />
      <Item text={t('canvas.menu.cut')} shortcut="Mod+X" onSelect={commands.cut} />
      <Item text={t('canvas.menu.copy')} shortcut="Mod+C" onSelect={commands.copy} />
      <Item text={t('canvas.menu.duplicate')} shortcut="Mod+D" onSelect={() => commands.duplicate()} />
      <Rule />
      <Item text={t('canvas.menu.delete')} shortcut="Delete" onSelect={commands.deleteSelection} />
    </>
  )
}

function EdgeItems({ under: { id, x, y } }: { readonly under: Under }) {
  const { t } = useTranslation()
  const led = useEdge(id)?.points !== undefined
  return (
    <>
      <Item text={t('canvas.menu.value')} onSelect={() => later(() => viewTensor({ kind: 'edge', id }, 'value'))} />
      <Item
        text={t('canvas.menu.gradient')}
        onSelect={() => later(() => viewTensor({ kind: 'edge', id }, 'gradient'))}
      />
      <Rule />
      <Item
        text={t('canvas.menu.insert')}
        shortcut="Shift+A"
        onSelect={() => later(() => openSearchFor(id, { x, y }))}
      />
      <Item
        text={t('canvas.menu.addPoint')}
        shortcut="Alt+R"
        onSelect={() => addPoint(id, flow()?.screenToFlowPosition({ x, y }))}
      />
      <Item text={t('canvas.menu.straighten')} disabled={!led} onSelect={straighten} />
      <Rule />
      <Item text={t('canvas.menu.delete')} shortcut="Delete" onSelect={commands.deleteSelection} />
    </>
  )
}

function CanvasItems({ under: { x, y } }: { readonly under: Under }) {
  const { t } = useTranslation()
  const empty = useEditor((s) => s.document.nodes.length === 0)
  const inside = useEditor((s) => s.inside)
  return (
    <>
      <Item text={t('canvas.menu.add')} shortcut="Tab" onSelect={() => later(() => openSearch({ x, y }))} />
      <Item
        text={t('actions.note')}
        shortcut="N"
        onSelect={() => {
          setPointer({ x, y })
          later(addNote)
        }}
      />
      <Item text={t('canvas.menu.paste')} shortcut="Mod+V" onSelect={() => commands.paste()} />
      {inside !== null && <ActionItem id="structure.leave" />}
      <Rule />
      <Item text={t('canvas.menu.selectAll')} shortcut="Mod+A" disabled={empty} onSelect={commands.selectAll} />
      <Item text={t('canvas.menu.tidy')} shortcut="Mod+Shift+L" disabled={empty} onSelect={commands.tidy} />
      <Item text={t('canvas.menu.fit')} shortcut="Shift+1" disabled={empty} onSelect={() => commands.fitView()} />
    </>
  )
}
