/** The graph: what React Flow draws is made from the document, and every gesture ends in one command. */
import '@xyflow/react/dist/base.css'
import './canvas.css'
import './structure.css'
import {
  type EdgeChange,
  type NodeChange,
  ReactFlow,
  type ReactFlowInstance,
  ReactFlowProvider,
  type ReactFlowState,
  SelectionMode,
  useStoreApi,
  type Viewport
} from '@xyflow/react'
import {
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  type RefObject,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState
} from 'react'
import { useTranslation } from 'react-i18next'
import { FindBar } from '../find/FindBar.tsx'
import { select, useEditor } from '../store/editor.ts'
import { FARTHEST, flow, NEAREST, positionAt, setFlow, setZoom, useFlow } from '../store/flow.ts'
import { useSettings } from '../store/settings.ts'
import { TensorViewer } from '../value/TensorViewer.tsx'
import { Breadcrumb } from './Breadcrumb.tsx'
import { addPoint } from './bending.ts'
import { CanvasMenu } from './CanvasMenu.tsx'
import { ConnectionHint } from './ConnectionHint.tsx'
import { ConnectionLine } from './ConnectionLine.tsx'
import { fitView } from './commands.ts'
import { Dots } from './Dots.tsx'
import { type FlowEdge, type FlowNode, FlowView } from './derive.ts'
import { drag, dragStop, onPositions } from './dragging.ts'
import { EmptyHint } from './EmptyHint.tsx'
import { FixOffer } from './FixOffer.tsx'
import { Ghosts } from './Ghosts.tsx'
import { GroupNode } from './GroupNode.tsx'
import { connect, connectEnd, isValidConnection, reconnect, reconnectEnd, reconnectStart } from './gestures.ts'
import { enterGroup } from './grouping.ts'
import { onCanvasKey } from './keyboard.ts'
import { useLabelPlaces } from './label-places.ts'
import { levelOf } from './level.ts'
import { NoteNode } from './NoteNode.tsx'
import { lookAt, useNear } from './near.ts'
import { stopsOf } from './neighbours.ts'
import { OpNode } from './OpNode.tsx'
import { OpSearch } from './OpSearch.tsx'
import { OuterNode } from './OuterNode.tsx'
import { useSelecting } from './selecting.ts'
import { Sketch } from './sketch/Sketch.tsx'
import { cardAt, pressUnder, showCardAt, wireAt } from './sketch/under.ts'
import { openSearch, pointer, rename, setPointer, still, useCanvas } from './state.ts'
import { ViewControls } from './ViewControls.tsx'
import { WireEdge } from './WireEdge.tsx'

const nodeTypes = { op: OpNode, subgraph: GroupNode, outer: OuterNode, note: NoteNode }
const edgeTypes = { wire: WireEdge }
const MULTI = ['Shift', 'Meta', 'Control']
const PANNING = [1]
const PRO = { hideAttribution: true }
/** Below this zoom handles are hidden, and labels that are more than a number. */
const FAR = 0.42
/** Below this zoom no text can be read. */
const VERY_FAR = 0.25

/** Zoomed in from very far, the picture stays up to so many times that zoom… */
const NEARER = 1.8
/** …for so many milliseconds after the last move: cards and words that come while the view moves cost frames. */
const REST = 120
let resting: ReturnType<typeof setTimeout> | undefined

function setFar(zoom: number): void {
  clearTimeout(resting)
  const far = zoom < VERY_FAR ? 'very' : zoom < FAR ? 'far' : null
  const { far: before } = useCanvas.getState()
  if (far === before) return
  if (before === 'very' && zoom < NEARER * VERY_FAR) resting = setTimeout(() => useCanvas.setState({ far }), REST)
  else useCanvas.setState({ far })
}

/** Single numbers shrink less than the graph, so that they can be read in a view of the whole. */
const labelScale = (zoom: number): string => Math.min(2, Math.max(1, 0.8 / zoom)).toFixed(1)

/** Says how large labels are, and whether they are larger than the graph at all; nothing is touched that stays. */
function showLabelScale(root: HTMLElement | null, scale: string): void {
  if (!root || root.style.getPropertyValue('--label-scale') === scale) return
  root.style.setProperty('--label-scale', scale)
  root.toggleAttribute('data-scaled', Number(scale) > 1)
}

function useFlowElements() {
  const view = useRef<FlowView>(null)
  view.current ??= new FlowView()
  const document = useEditor((s) => s.document)
  const selection = useEditor((s) => s.selection)
  const places = useLabelPlaces((s) => s.places)
  const moving = useCanvas((s) => s.moving)
  const bent = useCanvas((s) => s.bent)
  const sizing = useCanvas((s) => s.sizing)
  const wanted = useCanvas((s) => s.tabStop)
  const inside = useEditor((s) => s.inside)
  const near = useNear()
  const level = levelOf(document, inside)
  const stops = useMemo(() => stopsOf(level), [level])
  // wires follow their cards by themselves, all but those that are led through points
  const carrying = useMemo(() => level.links.some(({ points }) => points !== undefined), [level]) ? moving : still
  const tabStop = stops.some(({ id }) => id === wanted) ? wanted : (stops[0]?.id ?? null)
  const made = view.current
  const nodes = useMemo(
    () => made.nodesOf({ document, inside, selection, moving, bent: null, sizing, tabStop, places, near }),
    [made, document, inside, selection, moving, sizing, tabStop, places, near]
  )
  const edges = useMemo(
    () => made.edgesOf({ document, inside, selection, moving: carrying, bent, sizing: null, tabStop, places, near }),
    [made, document, inside, selection, carrying, bent, tabStop, places, near]
  )
  return { nodes, edges }
}

/**
 * Every card says where its ports are (`derive.ts`), so React Flow need not measure: it would lay out the page for each
 * card that comes into view, and find no ports on those that are only sketched.
 */
function useNoMeasuring(): void {
  const store = useStoreApi()
  useState(() => store.setState({ updateNodeInternals: () => {} }))
}

/** What a click or a tap on the canvas selects: a card or a wire of the picture, with Shift or Ctrl beside what was. */
function selectedOnPane(event: MouseEvent): Parameters<typeof select>[0] {
  const at = { x: event.clientX, y: event.clientY }
  const card = cardAt(at)
  const wire = card ? null : wireAt(at)
  if (!card && !wire) return {}
  const { selection } = useEditor.getState()
  const before = event.shiftKey || event.ctrlKey || event.metaKey ? selection : { nodes: [], edges: [] }
  return {
    nodes: [...before.nodes, ...(card ? [card] : [])],
    edges: [...before.edges, ...(wire ? [wire.id] : [])]
  }
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

const unselect = (): void => select({})

const onNodeClick = (_: MouseEvent, node: FlowNode): void => useCanvas.setState({ tabStop: node.id })

function onEdgeDoubleClick(event: MouseEvent, edge: FlowEdge): void {
  const at = positionAt(event.clientX, event.clientY)
  if (at) addPoint(edge.id, at)
}

function onNodeDoubleClick(_: MouseEvent, node: FlowNode): void {
  if (node.type === 'subgraph') enterGroup(node.id)
  else if (node.type !== 'outer') rename(node.id)
}

/** Says where the canvas looks. */
function useLook(): void {
  const store = useStoreApi()
  useEffect(() => {
    const tell = ({ transform, width, height, connection }: ReactFlowState) =>
      lookAt({ transform, size: { width, height }, held: connection.inProgress ? connection.fromNode.id : null })
    tell(store.getState())
    return store.subscribe((state, before) => {
      const parts = ['transform', 'width', 'height', 'connection'] as const
      if (parts.some((part) => state[part] !== before[part])) tell(state)
    })
  }, [store])
}

// made once: what is drawn over the graph is not drawn anew with it
const overlay = (
  <>
    <Dots />
    <Sketch />
    <Breadcrumb />
    <ViewControls />
    <Ghosts />
  </>
)

/** The graph itself, apart from what is around it: a drag draws it anew at each frame. */
function Flow({ root }: { readonly root: RefObject<HTMLDivElement | null> }) {
  const { nodes, edges } = useFlowElements()
  const wheelScrolls = useSettings((s) => s.wheelScrolls)
  const onSelection = useSelecting()
  useNoMeasuring()
  useLook()
  const onMove = useCallback(
    (_: unknown, { zoom }: { zoom: number }) => {
      if (zoom !== useFlow.getState().zoom) root.current?.toggleAttribute('data-zooming', true)
      setZoom(zoom)
      showLabelScale(root.current, labelScale(zoom))
      setFar(zoom)
    },
    [root]
  )
  const onMoveEnd = useCallback(() => {
    root.current?.toggleAttribute('data-zooming', false)
    // what has come under the pointer
    showCardAt(pointer())
  }, [root])
  const onNodesChange = useCallback(
    (changes: NodeChange<FlowNode>[]) => {
      onPositions(changes)
      onSelection(changes, 'nodes')
    },
    [onSelection]
  )
  const onEdgesChange = useCallback((changes: EdgeChange<FlowEdge>[]) => onSelection(changes, 'edges'), [onSelection])
  const onPaneClick = useCallback(
    (event: MouseEvent) => {
      root.current?.focus({ preventScroll: true })
      useCanvas.setState({ clicked: true })
      select(selectedOnPane(event))
    },
    [root]
  )
  return (
    <ReactFlow<FlowNode, FlowEdge>
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      onInit={onInit}
      onNodesChange={onNodesChange}
      onEdgesChange={onEdgesChange}
      onSelectionStart={unselect}
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
      onPaneClick={onPaneClick}
      onNodeClick={onNodeClick}
      onNodeDoubleClick={onNodeDoubleClick}
      onEdgeDoubleClick={onEdgeDoubleClick}
      onMove={onMove}
      onMoveEnd={onMoveEnd}
      disableKeyboardA11y
      edgesFocusable={false}
      deleteKeyCode={null}
      selectionKeyCode={null}
      multiSelectionKeyCode={MULTI}
      selectionOnDrag
      selectionMode={SelectionMode.Partial}
      panOnDrag={PANNING}
      panOnScroll={wheelScrolls}
      zoomOnDoubleClick={false}
      minZoom={FARTHEST}
      maxZoom={NEAREST}
      nodeDragThreshold={0}
      proOptions={PRO}
    >
      {overlay}
    </ReactFlow>
  )
}

function Graph() {
  const { t } = useTranslation()
  const far = useCanvas((s) => s.far)
  const copying = useCanvas((s) => s.copying)
  const empty = useEditor(({ document, inside }) => {
    const { items, notes } = levelOf(document, inside)
    return items.size + notes.length === 0
  })
  const root = useRef<HTMLDivElement>(null)
  useFitOnOpen()
  useViewOfLevel()
  return (
    <CanvasMenu>
      <section
        ref={root}
        className="canvas"
        data-far={far ?? undefined}
        data-copying={copying || undefined}
        aria-label={t('canvas.title')}
        // the cards are the stops, where there are any
        tabIndex={empty ? 0 : -1}
        onKeyDown={(event: KeyboardEvent) => onCanvasKey(event)}
        onBlur={() => useCanvas.setState({ clicked: false })}
        onDoubleClick={(event: MouseEvent) => {
          if ((event.target as Element).matches('.react-flow__pane')) onPaneDoubleClick(event)
        }}
        onPointerDownCapture={pressUnder}
        onMouseDownCapture={pressUnder}
        onPointerMove={(event: PointerEvent) => {
          const at = { x: event.clientX, y: event.clientY }
          setPointer(at)
          if (event.buttons === 0) showCardAt(at)
        }}
      >
        <Flow root={root} />
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
