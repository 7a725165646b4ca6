/** The surface as a solid, seen from a side, on a canvas. */
import type { LandscapeResult } from '../../../engine/session/plots/types.ts'
import { colourReader } from '../../ui/colourReader.ts'
import type { Drawn } from './Contour.tsx'
import { shareOf } from './levels.ts'
import { SHAPES } from './Mark.tsx'
import { farFirst, heightsOf, type Project, projection, scaleIn, type View } from './project.ts'

export interface Scene {
  readonly surface: LandscapeResult
  readonly levels: readonly number[]
  readonly names: readonly [string, string]
  readonly paths: readonly Drawn[]
  readonly step: number
  readonly view: View
  readonly logarithmic: boolean
}

interface Brush {
  readonly context: CanvasRenderingContext2D
  readonly project: Project
  readonly colour: (token: string) => string
}

export function paintSurface(canvas: HTMLCanvasElement, width: number, height: number, scene: Scene): void {
  const context = canvas.getContext('2d')
  if (!context) return
  const ratio = window.devicePixelRatio || 1
  canvas.width = width * ratio
  canvas.height = height * ratio
  context.setTransform(ratio, 0, 0, ratio, (width / 2) * ratio, (height / 2) * ratio)
  context.lineJoin = 'round'
  const brush = {
    context,
    project: projection(scene.view, scaleIn(width, height, scene.view)),
    colour: colourReader(canvas.parentElement ?? document.body)
  }
  paintFloor(brush, scene)
  paintCells(brush, scene)
  for (const drawn of scene.paths) paintPath(brush, scene, drawn)
}

function paintCells({ context, project, colour }: Brush, { surface, levels, view, logarithmic }: Scene): void {
  const { size, data } = surface
  const height = heightsOf(data, logarithmic)
  const at = Array.from(data, (value, k) =>
    project((k % size) / (size - 1) - 0.5, Math.floor(k / size) / (size - 1) - 0.5, height(value))
  )
  const fills = Array.from({ length: levels.length + 1 }, (_, i) =>
    colour(`color-mix(in oklab, var(--ground-high) ${(100 * i) / Math.max(1, levels.length)}%, var(--ground-low))`)
  )
  context.strokeStyle = colour('var(--ground-line)')
  context.lineWidth = 0.6
  for (const cell of farFirst(size, view)) {
    const k = Math.floor(cell / (size - 1)) * size + (cell % (size - 1))
    const corners = [k, k + 1, k + size + 1, k + size]
    const mean = corners.reduce((sum, i) => sum + (data[i] as number), 0) / 4
    if (!Number.isFinite(mean)) continue
    context.fillStyle = fills[Math.round(shareOf(mean, levels) * levels.length)] as string
    context.beginPath()
    for (const i of corners) {
      const [right, down] = at[i] as (typeof at)[number]
      context.lineTo(right, down)
    }
    context.closePath()
    context.fill()
    context.stroke()
  }
}

function paintPath({ context, project, colour }: Brush, scene: Scene, { row, path }: Drawn): void {
  const { surface, step, logarithmic } = scene
  const height = heightsOf(surface.data, logarithmic)
  const share = (axis: 0 | 1, value: number): number => {
    const [from, to] = surface.ranges[axis]
    return (value - from) / (to - from) - 0.5
  }
  const last = Math.min(step, path.losses.length - 1)
  const points: [number, number][] = []
  for (let t = 0; t <= last; t++) {
    const [x, y] = [share(0, path.points[2 * t] as number), share(1, path.points[2 * t + 1] as number)]
    if (Math.abs(x) > 0.5 || Math.abs(y) > 0.5) break
    const [right, down] = project(x, y, height(path.losses[t] as number))
    points.push([right, down])
  }
  const line = (width: number, style: string): void => {
    context.lineWidth = width
    context.strokeStyle = style
    context.beginPath()
    for (const point of points) context.lineTo(...point)
    context.stroke()
  }
  line(4, colour('var(--panel)'))
  line(2, colour(`var(--optimizer-${row})`))
  const end = points.at(-1)
  if (!end) return
  context.save()
  context.translate(...end)
  context.fillStyle = colour(`var(--optimizer-${row})`)
  context.strokeStyle = colour('var(--panel)')
  context.lineWidth = 1.5
  const shape = new Path2D(SHAPES[row])
  context.fill(shape)
  context.stroke(shape)
  context.restore()
}

/** The square below, with the names of the axes at its edges that are nearest to the eye. */
function paintFloor({ context, project, colour }: Brush, { names, view }: Scene): void {
  const corner = (x: number, y: number) => project(x, y, -0.5)
  context.strokeStyle = colour('var(--line-strong)')
  context.lineWidth = 1
  context.beginPath()
  for (const [x, y] of [
    [-0.5, -0.5],
    [0.5, -0.5],
    [0.5, 0.5],
    [-0.5, 0.5]
  ] as const)
    context.lineTo(corner(x, y)[0], corner(x, y)[1])
  context.closePath()
  context.stroke()
  context.fillStyle = colour('var(--text-muted)')
  context.font = '11px system-ui, "Noto Sans CJK KR", sans-serif'
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  const near = { x: Math.sin(view.turn) > 0 ? -0.5 : 0.5, y: Math.cos(view.turn) > 0 ? -0.5 : 0.5 }
  const text = (name: string, x: number, y: number): void => {
    const [right, down] = corner(x * 1.22, y * 1.22)
    context.fillText(name, right, down)
  }
  text(names[0], 0, near.y)
  text(names[1], near.x, 0)
}
