/** One card for every operator: the registry says how it looks. */
import type { NodeProps } from '@xyflow/react'
import { CornerDownRight, VolumeX } from 'lucide-react'
import { type CSSProperties, memo, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { GraphNode, Mode } from '../../engine/document/types.ts'
import type { TensorType } from '../../engine/ir/types.ts'
import { opOf } from '../../engine/ops/registry.ts'
import type { Cell } from '../../engine/session/protocol.ts'
import { familyColour, familyIcons } from '../app/families.ts'
import { glyphOf } from '../app/glyphs.ts'
import { useFoundMark } from '../find/state.ts'
import { StepMark } from '../stepper/StepMark.tsx'
import { useEditor, useNode, useNodeType } from '../store/editor.ts'
import { useNodeCells } from '../store/run.ts'
import { formatNumber, formatShape } from '../value/format.ts'
import { RichText } from '../value/RichText.tsx'
import type { OpFlowNode } from './derive.ts'
import { captionOf, titleLines, titleOf } from './geometry.ts'
import { NodeState } from './NodeState.tsx'
import { Ports } from './Ports.tsx'
import { RenameField } from './RenameField.tsx'
import { useSketch } from './sketch/state.ts'
import { useCanvas } from './state.ts'

export const OpNode = memo(function OpNode({ id, data }: NodeProps<OpFlowNode>) {
  const sketched = useSketch((s) => s.nodes !== null && !s.nodes.has(id))
  return sketched ? null : <Whole id={id} data={data} />
})

function Whole({ id, data }: { readonly id: string; readonly data: OpFlowNode['data'] }) {
  const node = useNode(id)
  if (!node) return null
  return <Card node={node} data={data} />
}

function Card({ node, data: { body } }: { readonly node: GraphNode; readonly data: OpFlowNode['data'] }) {
  const op = opOf(node.op)
  const types = useNodeType(node.id)
  const cells = useNodeCells(node.id)
  const renaming = useCanvas((s) => s.renaming === node.id)
  const found = useFoundMark(node.id)
  const leftOut = useEditor((s) => s.checked.leftOut.has(node.id))
  const objective = useEditor((s) => s.document.objective === node.id)
  const mode = node.mode ?? (leftOut ? 'leftOut' : undefined)
  const title = titleOf(node, op)
  const family = op?.family ?? 'internal'
  const Icon = familyIcons[family]
  const first = body.outputs[0]?.name
  return (
    <div
      className="node-card"
      data-family={family}
      data-found={found}
      data-mode={node.mode}
      data-left-out={leftOut || undefined}
      data-collapsed={node.collapsed}
      style={{ '--family': familyColour(family) } as CSSProperties}
    >
      <span className="node-icon" aria-hidden="true">
        {glyphOf(node.op) ?? <Icon size={15} strokeWidth={2.1} />}
      </span>
      <div className="node-text">
        {renaming ? (
          <RenameField node={node} />
        ) : (
          <span className="node-title" data-lines={node.collapsed ? 1 : titleLines(title)}>
            <RichText text={title} />
          </span>
        )}
        <span className="node-line">
          <span className="node-kind">{captionOf(node, op, title)}</span>
          {first !== undefined && <Output type={types?.[first]} cell={cells?.[first]} />}
        </span>
      </div>
      {objective && <ObjectiveBadge />}
      {mode !== undefined && <ModeBadge what={mode} />}
      <NodeState id={node.id} />
      <StepMark nodes={useMemo(() => new Set([node.id]), [node.id])} />
      <Ports body={body} side="target" />
      <Ports body={body} side="source" />
    </div>
  )
}

/** What comes out: the number of a scalar, else the shape. */
function Output({ type, cell }: { readonly type: TensorType | undefined; readonly cell: Cell | undefined }) {
  if (!type) return <span className="node-shape">?</span>
  const value = type.shape.length === 0 ? cell?.value.values?.[0] : undefined
  if (value !== undefined) return <span className="node-value">{formatNumber(value)}</span>
  return type.shape.length === 0 ? null : <span className="node-shape">{formatShape(type.shape)}</span>
}

/** Says in a word that a node is not at work. */
function ModeBadge({ what }: { readonly what: Mode | 'leftOut' }) {
  const { t } = useTranslation()
  const Icon = what === 'bypass' ? CornerDownRight : VolumeX
  return (
    <span className="node-mode" title={t(`canvas.mode.${what}Long`)}>
      <Icon size={11} aria-hidden="true" />
      {t(`canvas.mode.${what}`)}
    </span>
  )
}

function ObjectiveBadge() {
  const { t } = useTranslation()
  return (
    <span className="node-objective" title={t('canvas.objective')} role="img" aria-label={t('canvas.objective')}>
      L
    </span>
  )
}
