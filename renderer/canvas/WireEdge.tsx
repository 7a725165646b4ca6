/** A wire: as thick as its tensor is large, dashed while it carries nothing yet. */
import { BaseEdge, type EdgeProps, useStore } from '@xyflow/react'
import { memo, type ReactNode } from 'react'
import { createPortal } from 'react-dom'
import type { TensorType } from '../../engine/ir/types.ts'
import { bindDim, countOf } from '../../engine/shape.ts'
import { useOnWay } from '../chain/state.ts'
import { useSaying } from '../stepper/progress.ts'
import { StepWire } from '../stepper/StepWire.tsx'
import { useEdgeProblems, useEdgeType } from '../store/editor.ts'
import { useCell } from '../store/run.ts'
import type { FlowEdge } from './derive.ts'
import { beside, pathOf, pointOn, routeOf, type Size, thickness, USUAL_BATCH } from './geometry.ts'
import { labelSize } from './places.ts'
import { type CanvasState, useCanvas } from './state.ts'
import { textOf, WireLabel } from './WireLabel.tsx'
import { WirePoints } from './WirePoints.tsx'

/** Room between the two labels for what stands on the wire itself while it is stepped through. */
const apart = ({ width, height }: Size): Size => ({ width: width + 44, height: height + 22 })

/** Single numbers are shown for longer: they are drawn larger as the graph gets smaller. */
const hidesLabel = (far: CanvasState['far'], type: TensorType | undefined): boolean =>
  far === 'very' || (far === 'far' && type?.shape.length !== 0)

/** The layer of the labels, by the element of the canvas. */
const layers = new WeakMap<Element, Element>()

function layerIn(canvas: Element | null): Element | null {
  const known = canvas && layers.get(canvas)
  const layer = known ?? canvas?.querySelector('.react-flow__edgelabel-renderer') ?? null
  if (canvas && layer) layers.set(canvas, layer)
  return layer
}

/** Puts labels over the wires. React Flow's own component looks for the layer at each frame of a pan, for each wire. */
function OnLabels({ children }: { readonly children: ReactNode }) {
  const layer = useStore((s) => layerIn(s.domNode))
  return layer && createPortal(children, layer)
}

export const WireEdge = memo(function WireEdge(props: EdgeProps<FlowEdge>) {
  const { id, sourceX, sourceY, targetX, targetY, data, selected } = props
  const type = useEdgeType(id)
  const cell = useCell(id)
  const broken = useEdgeProblems(id).length > 0
  const hidden = useCanvas((s) => hidesLabel(s.far, type))
  const target = useCanvas((s) => s.target === id)
  const route = routeOf({ x: sourceX, y: sourceY }, { x: targetX, y: targetY }, data?.points)
  const count = type ? bindDim(countOf(type.shape), USUAL_BATCH) : 1
  const t = data?.t ?? 0.5
  const saying = useSaying(id)
  const onWay = useOnWay(id)
  const sized = (size: Size) => (saying ? apart(size) : size)
  return (
    <>
      <BaseEdge
        id={id}
        path={pathOf(route)}
        interactionWidth={18}
        className="wire"
        style={{ strokeWidth: thickness(count) }}
        data-empty={!cell || undefined}
        data-broken={broken || undefined}
        data-target={target || undefined}
        data-way={onWay || undefined}
      />
      <StepWire id={id} path={pathOf(route)} at={pointOn(route, t)} saying={saying} />
      {data?.points && <WirePoints edge={id} points={data.points} selected={selected ?? false} />}
      {!hidden && type && (
        <OnLabels>
          <WireLabel
            id={id}
            which="value"
            type={type}
            cell={cell}
            at={beside(route, t, sized(labelSize(type, textOf(cell?.value, type))), 1)}
          />
          {cell && (
            <WireLabel
              id={id}
              which="gradient"
              type={type}
              cell={cell}
              at={beside(
                route,
                t,
                sized(labelSize(cell.gradient ? type : undefined, `∂ ${textOf(cell.gradient, type)}`)),
                -1
              )}
            />
          )}
        </OnLabels>
      )}
    </>
  )
})
