/** One card for every operator: the registry says how it looks. */
import { Handle, type NodeProps, Position as Side } from '@xyflow/react'
import { type CSSProperties, Fragment, memo } from 'react'
import { useTranslation } from 'react-i18next'
import type { GraphNode } from '../../engine/document/types.ts'
import type { Op, Port } from '../../engine/ir/op.ts'
import type { TensorType } from '../../engine/ir/types.ts'
import { withDefaults } from '../../engine/ops/attributes.ts'
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
import { portY, titleLines, titleOf } from './geometry.ts'
import { NodeState } from './NodeState.tsx'
import { RenameField } from './RenameField.tsx'
import { useCanvas } from './state.ts'

export const OpNode = memo(function OpNode({ id, data }: NodeProps<OpFlowNode>) {
  const node = useNode(id)
  if (!node) return null
  return <Card node={node} data={data} />
})

function Card({ node, data: { body } }: { readonly node: GraphNode; readonly data: OpFlowNode['data'] }) {
  const op = opOf(node.op)
  const types = useNodeType(node.id)
  const cells = useNodeCells(node.id)
  const renaming = useCanvas((s) => s.renaming === node.id)
  const found = useFoundMark(node.id)
  const title = titleOf(node, op)
  const family = op?.family ?? 'internal'
  const Icon = familyIcons[family]
  const first = body.outputs[0]?.name
  return (
    <div
      className="node-card"
      data-family={family}
      data-found={found}
      style={{ '--family': familyColour(family) } as CSSProperties}
    >
      <span className="node-icon" aria-hidden="true">
        {glyphOf(node.op) ?? <Icon size={15} strokeWidth={2.1} />}
      </span>
      <div className="node-text">
        {renaming ? (
          <RenameField node={node} />
        ) : (
          <span className="node-title" data-lines={titleLines(title)}>
            <RichText text={title} />
          </span>
        )}
        <span className="node-line">
          <span className="node-kind">{captionOf(node, op, title)}</span>
          {first !== undefined && <Output type={types?.[first]} cell={cells?.[first]} />}
        </span>
      </div>
      <ObjectiveBadge id={node.id} />
      <NodeState id={node.id} />
      <StepMark id={node.id} />
      <Ports ports={body.inputs} side="target" height={body.height} />
      <Ports ports={body.outputs} side="source" height={body.height} />
    </div>
  )
}

/** The second line: what the operator says of this node, else whichever of its id and its kind the title is not. */
function captionOf(node: GraphNode, op: Op | undefined, title: string): string {
  if (op?.caption) return op.caption(withDefaults(op, node.attributes))
  return op && title === op.title && !node.label ? node.id : (op?.title ?? node.op)
}

/** What comes out: the number of a scalar, else the shape. */
function Output({ type, cell }: { readonly type: TensorType | undefined; readonly cell: Cell | undefined }) {
  if (!type) return <span className="node-shape">?</span>
  const value = type.shape.length === 0 ? cell?.value.values?.[0] : undefined
  if (value !== undefined) return <span className="node-value">{formatNumber(value)}</span>
  return type.shape.length === 0 ? null : <span className="node-shape">{formatShape(type.shape)}</span>
}

function ObjectiveBadge({ id }: { readonly id: string }) {
  const { t } = useTranslation()
  const is = useEditor((s) => s.document.objective === id)
  if (!is) return null
  return (
    <span className="node-objective" title={t('canvas.objective')} role="img" aria-label={t('canvas.objective')}>
      L
    </span>
  )
}

interface PortsProps {
  readonly ports: readonly Port[]
  readonly side: 'source' | 'target'
  readonly height: number
}

/** Names longer than this stand beside the card, and only when asked for. */
const SHORT = 3

function Ports({ ports, side, height }: PortsProps) {
  const many = ports.length > 1
  return ports.map((port, i) => {
    const top = portY(i, ports.length, height)
    return (
      <Fragment key={port.name}>
        <Handle
          id={port.name}
          type={side}
          position={side === 'source' ? Side.Right : Side.Left}
          style={{ top }}
          data-optional={port.optional || undefined}
          role="img"
          aria-label={port.name}
        />
        {many && (
          <span
            className="port-name"
            data-side={side}
            data-short={port.name.length <= SHORT || undefined}
            style={{ top }}
          >
            {port.name}
          </span>
        )}
      </Fragment>
    )
  })
}
