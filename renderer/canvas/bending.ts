/** Points of wires: put in by a double click, dragged or moved by keys, taken out again. Each is one undo step. */
import i18next from 'i18next'
import type { Command } from '../../engine/document/commands.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import type { GraphDocument, GraphEdge, Position } from '../../engine/document/types.ts'
import { dispatch, useEditor } from '../store/editor.ts'
import { bodyOf, pointOn, type Route, snapped } from './geometry.ts'
import { type Placed, wireRoute } from './places.ts'
import { useCanvas } from './state.ts'

const t = i18next.t.bind(i18next)
const graph = () => useEditor.getState().document

function routeIn(document: GraphDocument, edge: GraphEdge): Route | null {
  const { nodes } = indexOf(document)
  const placed = new Map<string, Placed>()
  for (const id of [edge.source, edge.target]) {
    const node = nodes.get(id)
    if (node) placed.set(id, { position: node.position, body: bodyOf(document, node) })
  }
  return wireRoute(edge, placed)
}

const SAMPLES = 24

/** The curve of the route that comes nearest to the point. */
function nearestCurve(route: Route, at: Position): number {
  const far = route.map((_, i) =>
    Math.min(
      ...Array.from({ length: SAMPLES }, (_, k) => {
        const on = pointOn(route, (i + (k + 0.5) / SAMPLES) / route.length)
        return Math.hypot(on.x - at.x, on.y - at.y)
      })
    )
  )
  return far.indexOf(Math.min(...far))
}

function lead(edge: string, points: readonly Position[], said: string): void {
  dispatch({ type: 'route', edge, points: points.map(snapped) }, { announce: said })
}

/** Puts a point on the wire: there, or in the middle of its longest piece. */
export function addPoint(id: string, at?: Position): void {
  const document = graph()
  const edge = indexOf(document).edges.get(id)
  const route = edge && routeIn(document, edge)
  if (!edge || !route) return
  const lengths = route.map(({ from, to }) => Math.hypot(to.x - from.x, to.y - from.y))
  const piece = at ? nearestCurve(route, at) : lengths.indexOf(Math.max(...lengths))
  const place = at ?? pointOn(route, (piece + 0.5) / route.length)
  lead(id, (edge.points ?? []).toSpliced(piece, 0, place), t('canvas.said.pointAdded', { count: route.length }))
}

export function removePoint(id: string, index: number): void {
  const points = indexOf(graph()).edges.get(id)?.points ?? []
  lead(id, points.toSpliced(index, 1), t('canvas.said.pointRemoved'))
}

/** The commands that take all points out of the wires. */
export const straightening = (edges: Iterable<GraphEdge>): Command[] =>
  [...edges].filter((edge) => edge.points).map(({ id }) => ({ type: 'route', edge: id, points: [] }))

export function straighten(): void {
  const { document, selection } = useEditor.getState()
  const commands = straightening(document.edges.filter(({ id }) => selection.edges.has(id)))
  dispatch({ type: 'batch', commands }, { announce: t('canvas.said.straightened') })
}

/** Milliseconds after the last key of a series. */
const PAUSE = 700
let timer: ReturnType<typeof setTimeout> | undefined

/** Leads the wire through the point while it is dragged; the document hears of it by `settleBend`. */
export function bend(id: string, index: number, to: Position): void {
  const { bent } = useCanvas.getState()
  const points = (bent?.edge === id && bent.points) || indexOf(graph()).edges.get(id)?.points
  if (points) useCanvas.setState({ bent: { edge: id, points: points.with(index, to) } })
}

export function settleBend(): void {
  clearTimeout(timer)
  timer = undefined
  const { bent } = useCanvas.getState()
  if (!bent) return
  useCanvas.setState({ bent: null })
  lead(bent.edge, bent.points, t('canvas.said.pointMoved'))
}

/** Moves a point by keys; a series of key presses is one step. */
export function nudgePoint(id: string, index: number, by: Position): void {
  const { bent } = useCanvas.getState()
  const from = ((bent?.edge === id && bent.points) || indexOf(graph()).edges.get(id)?.points)?.[index]
  if (!from) return
  bend(id, index, { x: from.x + by.x, y: from.y + by.y })
  clearTimeout(timer)
  timer = setTimeout(settleBend, PAUSE)
}

// an edit or an undo that comes in between makes what is in hand void
useEditor.subscribe((state, before) => {
  if (state.document === before.document || !useCanvas.getState().bent) return
  clearTimeout(timer)
  timer = undefined
  useCanvas.setState({ bent: null })
})
