/** The graph: what React Flow draws is made from the document, and every gesture ends in one command. */
import '@xyflow/react/dist/base.css'
import './canvas.css'
import './structure.css'
import {
  Background,
  BackgroundVariant,
  type EdgeChange,
  type NodeChange,
  ReactFlow,
  type ReactFlowInstance,
  ReactFlowProvider,
  SelectionMode,
  useStoreApi,
  type Viewport
} from '@xyflow/react'
import {
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState
} from 'react'
import { useTranslation } from 'react-i18next'
import { FindBar } from '../find/FindBar.tsx'
import { select, useEditor } from '../store/editor.ts'
import { flow, positionAt, setFlow, setZoom } from '../store/flow.ts'
import { useSettings } from '../store/settings.ts'
import { TensorViewer } from '../value/TensorViewer.tsx'
import { Breadcrumb } from './Breadcrumb.tsx'
import { addPoint } from './bending.ts'
import { CanvasMenu } from './CanvasMenu.tsx'
import { ConnectionHint } from './ConnectionHint.tsx'
import { ConnectionLine } from './ConnectionLine.tsx'
import { fitView } from './commands.ts'
import { type FlowEdge, type FlowNode, FlowView } from './derive.ts'
import { drag, dragStop, onPositions } from './dragging.ts'
import { EmptyHint } from './EmptyHint.tsx'
import { FixOffer } from './FixOffer.tsx'
import { Ghosts } from './Ghosts.tsx'
import { GroupNode } from './GroupNode.tsx'
import { connect, connectEnd, isValidConnection, reconnect, reconnectEnd, reconnectStart } from './gestures.ts'
import { enterGroup } from './grouping.ts'
import { onCanvasKey } from './keyboard.ts'
import { levelOf } from './level.ts'
import { NoteNode } from './NoteNode.tsx'
import { stopsOf } from './neighbours.ts'
import { OpNode } from './OpNode.tsx'
import { OpSearch } from './OpSearch.tsx'
import { OuterNode } from './OuterNode.tsx'
import { Sketch } from './sketch/Sketch.tsx'
import { MANY, useSketch } from './sketch/state.ts'
import { cardAt, showCardAt, wireAt } from './sketch/under.ts'
import { openSearch, pointer, rename, setPointer, still, useCanvas } from './state.ts'
import { ViewControls } from './ViewControls.tsx'
import { WireEdge } from './WireEdge.tsx'

const nodeTypes = { op: OpNode, subgraph: GroupNode, outer: OuterNode, note: NoteNode }
const edgeTypes = { wire: WireEdge }
const MULTI = ['Shift', 'Meta', 'Control']
/** Below this zoom handles are hidden, and labels that are more than a number. */
const FAR = 0.42
/** Below this zoom no text can be read. */
const VERY_FAR = 0.25

/** Single numbers shrink less than the graph, so that they can be read in a view of the whole. */
const labelScale = (zoom: number): string => Math.min(2, Math.max(1, 0.8 / zoom)).toFixed(1)

function applySelection(
  changes: readonly (NodeChange<FlowNode> | EdgeChange<FlowEdge>)[],
  kind: 'nodes' | 'edges'
): void {
  const { selection } = useEditor.getState()
  const ids = new Set(selection[kind])
  let changed = false
  for (const change of changes) {
    if (change.type !== 'select') continue
    changed = true
    if (change.selected) ids.add(change.id)
    else ids.delete(change.id)
  }
  if (changed) select({ ...selection, [kind]: ids })
}

function onNodesChange(changes: NodeChange<FlowNode>[]): void {
  onPositions(changes)
  applySelection(changes, 'nodes')
}

const onEdgesChange = (changes: EdgeChange<FlowEdge>[]): void => applySelection(changes, 'edges')

function useFlowElements() {
  const view = useRef<FlowView>(null)
  view.current ??= new FlowView()
  const document = useEditor((s) => s.document)
  const selection = useEditor((s) => s.selection)
  const edgeTypes = useEditor((s) => s.checked.edgeTypes)
  const moving = useCanvas((s) => s.moving)
  const bent = useCanvas((s) => s.bent)
  const sizing = useCanvas((s) => s.sizing)
  const wanted = useCanvas((s) => s.tabStop)
  const inside = useEditor((s) => s.inside)
  const level = levelOf(document, inside)
  const stops = useMemo(() => stopsOf(level), [level])
  // wires follow their cards by themselves, all but those that are led through points
  const carrying = useMemo(() => level.links.some(({ points }) => points !== undefined), [level]) ? moving : still
  const tabStop = stops.some(({ id }) => id === wanted) ? wanted : (stops[0]?.id ?? null)
  const made = view.current
  const nodes = useMemo(
    () => made.nodesOf({ document, inside, selection, moving, bent: null, sizing, tabStop, edgeTypes }),
    [made, document, inside, selection, moving, sizing, tabStop, edgeTypes]
  )
  const edges = useMemo(
    () => made.edgesOf({ document, inside, selection, moving: carrying, bent, sizing: null, tabStop, edgeTypes }),
    [made, document, inside, selection, carrying, bent, tabStop, edgeTypes]
  )
  const whole = useSketch((s) => s.edges)
  const shown = useMemo(() => (whole ? edges.filter(({ id }) => whole.has(id)) : edges), [edges, whole])
  return { nodes, edges: shown }
}

/**
 * Every card says where its ports are (`derive.ts`), so React Flow need not measure: it would lay out the page for each
 * card that comes into view, and find no ports on those that are only sketched.
 */
function useNoMeasuring(): void {
  const store = useStoreApi()
  useState(() => store.setState({ updateNodeInternals: () => {} }))
}

/** On a card or a wire of the picture, a click or a tap selects it, with Shift or Ctrl beside what is selected. */
function onPaneClick(event: MouseEvent): void {
  const at = { x: event.clientX, y: event.clientY }
  const card = cardAt(at)
  const wire = card ? null : wireAt(at)
  if (!card && !wire) return
  const { selection } = useEditor.getState()
  const before = event.shiftKey || event.ctrlKey || event.metaKey ? selection : { nodes: [], edges: [] }
  select({
    nodes: [...before.nodes, ...(card ? [card] : [])],
    edges: [...before.edges, ...(wire ? [wire.id] : [])]
  })
}

function onPaneDoubleClick({ clientX: x, clientY: y }: MouseEvent): void {
  const wire = wireAt({ x, y })
  const at = wire && positionAt(x, y)
  if (at) addPoint(wire.id, at)
  else openSearch({ x, y })
}

/** A document that was opened is shown whole. */
function useFitOnOpen(): void {
  const generation = useEditor((s) => s.generation)
  useEffect(() => {
    if (generation < 0) return
    const frame = requestAnimationFrame(() => requestAnimationFrame(() => fitView(0)))
    return () => cancelAnimationFrame(frame)
  }, [generation])
}

/** Each level keeps the view that it was left with; one that was not yet seen is shown whole. */
function useViewOfLevel(): void {
  const inside = useEditor((s) => s.inside)
  const generation = useEditor((s) => s.generation)
  const views = useRef(new Map<string | null, Viewport>())
  const at = useRef({ inside, generation })
  useEffect(() => {
    const before = at.current
    at.current = { inside, generation }
    if (before.generation !== generation) views.current.clear()
    else if (before.inside !== inside) {
      const left = flow()?.getViewport()
      if (left) views.current.set(before.inside, left)
      const view = views.current.get(inside)
      const frame = requestAnimationFrame(() =>
        requestAnimationFrame(() => (view ? void flow()?.setViewport(view) : fitView(0)))
      )
      return () => cancelAnimationFrame(frame)
    }
  }, [inside, generation])
}

// What React Flow is given stays the same functions: with new ones it would draw every card anew.

function onInit(instance: ReactFlowInstance<FlowNode, FlowEdge>): void {
  setFlow(instance as unknown as Parameters<typeof setFlow>[0])
  fitView(0)
}

const onNodeClick = (_: MouseEvent, node: FlowNode): void => useCanvas.setState({ tabStop: node.id })

function onEdgeDoubleClick(event: MouseEvent, edge: FlowEdge): void {
  const at = positionAt(event.clientX, event.clientY)
  if (at) addPoint(edge.id, at)
}

/** What has come under the pointer. */
const onMoveEnd = (): void => showCardAt(pointer())

function onNodeDoubleClick(_: MouseEvent, node: FlowNode): void {
  if (node.type === 'subgraph') enterGroup(node.id)
  else if (node.type !== 'outer') rename(node.id)
}

function Graph() {
  const { t } = useTranslation()
  const { nodes, edges } = useFlowElements()
  const wheelScrolls = useSettings((s) => s.wheelScrolls)
  const far = useCanvas((s) => s.far)
  const copying = useCanvas((s) => s.copying)
  const root = useRef<HTMLDivElement>(null)
  useNoMeasuring()
  useFitOnOpen()
  useViewOfLevel()
  const onMove = useCallback((_: unknown, { zoom }: { zoom: number }) => {
    setZoom(zoom)
    root.current?.style.setProperty('--label-scale', labelScale(zoom))
    const far = zoom < VERY_FAR ? 'very' : zoom < FAR ? 'far' : null
    if (useCanvas.getState().far !== far) useCanvas.setState({ far })
  }, [])
  return (
    <CanvasMenu>
      <section
        ref={root}
        className="canvas"
        data-far={far ?? undefined}
        data-copying={copying || undefined}
        aria-label={t('canvas.title')}
        // the cards are the stops, where there are any
        tabIndex={nodes.length === 0 ? 0 : -1}
        onKeyDown={(event: KeyboardEvent) => onCanvasKey(event)}
        onBlur={() => useCanvas.setState({ clicked: false })}
        onDoubleClick={(event: MouseEvent) => {
          if ((event.target as Element).matches('.react-flow__pane')) onPaneDoubleClick(event)
        }}
        onPointerMove={(event: PointerEvent) => {
          const at = { x: event.clientX, y: event.clientY }
          setPointer(at)
          if (event.buttons === 0) showCardAt(at)
        }}
      >
        <ReactFlow<FlowNode, FlowEdge>
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          edgeTypes={edgeTypes}
          onInit={onInit}
          onNodesChange={onNodesChange}
          onEdgesChange={onEdgesChange}
          onNodeDrag={drag}
          onNodeDragStop={dragStop}
          onSelectionDragStop={dragStop}
          onConnect={connect}
          onConnectEnd={connectEnd}
          onReconnectStart={reconnectStart}
          onReconnect={reconnect}
          onReconnectEnd={reconnectEnd}
          isValidConnection={isValidConnection}
          connectionLineComponent={ConnectionLine}
          connectionRadius={30}
          onPaneClick={(event) => {
            root.current?.focus({ preventScroll: true })
            useCanvas.setState({ clicked: true })
            onPaneClick(event)
          }}
          onNodeClick={onNodeClick}
          onNodeDoubleClick={onNodeDoubleClick}
          onEdgeDoubleClick={onEdgeDoubleClick}
          onMove={onMove}
          onMoveEnd={onMoveEnd}
          onlyRenderVisibleElements={nodes.length > MANY}
          disableKeyboardA11y
          edgesFocusable={false}
          deleteKeyCode={null}
          selectionKeyCode={null}
          multiSelectionKeyCode={MULTI}
          selectionOnDrag
          selectionMode={SelectionMode.Partial}
          panOnDrag={[1]}
          panOnScroll={wheelScrolls}
          zoomOnDoubleClick={false}
          minZoom={0.02}
          maxZoom={3}
          nodeDragThreshold={0}
          proOptions={{ hideAttribution: true }}
        >
          {far !== 'very' && <Background variant={BackgroundVariant.Dots} gap={20} size={1.4} />}
          <Sketch />
          <Breadcrumb />
          <ViewControls />
          <Ghosts />
        </ReactFlow>
        <EmptyHint />
        <ConnectionHint />
        <FixOffer />
        <OpSearch />
        <FindBar />
      </section>
    </CanvasMenu>
  )
}

export function Canvas() {
  return (
    <ReactFlowProvider>
      <Graph />
      <TensorViewer />
    </ReactFlowProvider>
  )
}
