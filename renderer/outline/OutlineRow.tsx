import { ArrowRight, ChevronRight, CircleX, Group, TriangleAlert } from 'lucide-react'
import { memo, type PointerEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { indexOf } from '../../engine/document/lookup.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { isError } from '../../engine/problem.ts'
import { OpGlyph } from '../app/OpGlyph.tsx'
import { nameOf } from '../canvas/geometry.ts'
import { dispatch, useEditor, useNode, useNodeProblems, useNodeType } from '../store/editor.ts'
import { useNodeCells } from '../store/run.ts'
import { formatShape } from '../value/format.ts'
import { RichText } from '../value/RichText.tsx'
import { LabelField } from './LabelField.tsx'
import type { Row } from './rows.ts'
import { inputText, outputText, rowSentence } from './rowText.ts'

export const ROW_HEIGHT = 28

export interface OutlineRowProps {
  readonly row: Row
  readonly index: number
  readonly active: boolean
  readonly selected: boolean
  readonly renaming: boolean
  /** Whether a dragged row would come before or after this one. */
  readonly drop: 'before' | 'after' | undefined
  readonly onPress: (row: Row, event: PointerEvent) => void
  readonly onJump: (row: Row) => void
  readonly onToggle: (row: Row) => void
  readonly onRenamed: () => void
}

export const optionId = (key: string): string => `outline ${key}`

export const OutlineRow = memo(function OutlineRow(props: OutlineRowProps) {
  const { row, index, active, selected, renaming, drop, onPress, onJump, onToggle, onRenamed } = props
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus, and names the line that is active
    <div
      id={optionId(row.key)}
      className="outline-row"
      role="treeitem"
      aria-level={row.level}
      aria-posinset={row.place}
      aria-setsize={row.siblings}
      aria-expanded={row.open}
      aria-selected={selected}
      aria-label={rowSentence(row)}
      data-active={active || undefined}
      data-kind={row.kind}
      data-drop={drop}
      data-row={row.id}
      style={{ top: index * ROW_HEIGHT, paddingLeft: 4 + (row.level - 1) * 16 }}
      onPointerDown={(event) => onPress(row, event)}
      onDoubleClick={() => onJump(row)}
    >
      {row.open === undefined ? (
        <span className="outline-gap" />
      ) : (
        <ChevronRight
          className="outline-arrow"
          data-open={row.open || undefined}
          size={14}
          aria-hidden="true"
          onPointerDown={(event) => {
            event.stopPropagation()
            onToggle(row)
          }}
          onDoubleClick={(event) => event.stopPropagation()}
        />
      )}
      {row.kind === 'group' && <GroupLine id={row.id} renaming={renaming} onRenamed={onRenamed} />}
      {row.kind === 'node' && <NodeLine id={row.id} renaming={renaming} onRenamed={onRenamed} />}
      {row.kind === 'input' && <InputLine id={row.id} port={row.port as string} />}
      {row.kind === 'output' && <OutputLine id={row.id} port={row.port as string} />}
    </div>
  )
})

interface LineProps {
  readonly id: string
  readonly renaming: boolean
  readonly onRenamed: () => void
}

function NodeLine({ id, renaming, onRenamed }: LineProps) {
  const { t } = useTranslation()
  const node = useNode(id)
  const problems = useNodeProblems(id)
  const types = useNodeType(id)
  const objective = useEditor((s) => s.document.objective === id)
  // the sentence that is read out says the numbers
  useNodeCells(id)
  if (!node) return null
  const op = opOf(node.op)
  const type = Object.values(types ?? {})[0]
  const Sign = problems.some(isError) ? CircleX : TriangleAlert
  return (
    <>
      {op && <OpGlyph op={op} />}
      {renaming ? (
        <LabelField
          value={node.label ?? ''}
          placeholder={node.id}
          onDone={(label) => {
            if (label !== null) dispatch({ type: 'setLabel', node: id, label })
            onRenamed()
          }}
        />
      ) : (
        <span className="outline-name">
          <RichText text={nameOf(node, op)} />
        </span>
      )}
      {objective && (
        <span className="outline-objective" title={t('canvas.objective')}>
          L
        </span>
      )}
      {problems.length > 0 && (
        <Sign className="outline-sign" data-state={problems.some(isError) ? 'error' : 'warning'} size={14} />
      )}
      {type && type.shape.length > 0 && <span className="outline-shape numbers">{formatShape(type.shape)}</span>}
    </>
  )
}

function GroupLine({ id, renaming, onRenamed }: LineProps) {
  const group = useEditor((s) => indexOf(s.document).groups.get(id))
  if (!group) return null
  return (
    <>
      <Group className="outline-group" size={15} aria-hidden="true" />
      {renaming ? (
        <LabelField
          value={group.label}
          placeholder={group.id}
          onDone={(label) => {
            if (label !== null) dispatch({ type: 'setGroup', group: id, label })
            onRenamed()
          }}
        />
      ) : (
        <span className="outline-name">{group.label || group.id}</span>
      )}
    </>
  )
}

function InputLine({ id, port }: { readonly id: string; readonly port: string }) {
  useEditor((s) => s.document.edges)
  useEditor((s) => s.checked)
  const { text, shape } = inputText(id, port)
  return (
    <>
      <span className="outline-port">{text}</span>
      <span className="outline-shape numbers">{shape}</span>
    </>
  )
}

function OutputLine({ id, port }: { readonly id: string; readonly port: string }) {
  useNodeType(id)
  useNodeCells(id)
  return (
    <>
      <ArrowRight size={13} className="outline-out" aria-hidden="true" />
      <span className="outline-port numbers">
        {port}: {outputText(id, port)}
      </span>
    </>
  )
}
