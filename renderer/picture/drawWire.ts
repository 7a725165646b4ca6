/** Wires of a picture, with their two numbers. */
import type { TensorType } from '../../engine/ir/types.ts'
import type { Summary } from '../../engine/session/protocol.ts'
import { bindDim, countOf } from '../../engine/shape.ts'
import { around, type Box, beside, pathOf, type Route, thickness, USUAL_BATCH } from '../canvas/geometry.ts'
import { labelSize, placeLabels, wireRoute } from '../canvas/places.ts'
import { extentOf } from '../value/colours.ts'
import { formatBroken, formatNumber, formatShape } from '../value/format.ts'
import type { Scene } from './scene.ts'
import { element, mixed, write } from './svg.ts'

const only = (summary: Summary): number | undefined => (summary.shape.length === 0 ? summary.values?.[0] : undefined)

function strip({ strip: values }: Summary, box: Box, { colour }: Scene): string {
  const extent = extentOf(values)
  const width = box.width / values.length
  const cells = values.map((value, i) => {
    const share = extent === 0 || Number.isNaN(value) ? 0 : Math.sqrt(Math.min(1, Math.abs(value) / extent))
    const end = Number.isNaN(value) ? 'heat-nan' : value < 0 ? 'heat-negative' : 'heat-positive'
    const fill = Number.isNaN(value) ? colour(end) : mixed(colour(end), colour('heat-zero'), share)
    return element('rect', { x: box.x + i * width, y: box.y, width: width + 0.05, height: box.height, fill })
  })
  return element('g', { 'shape-rendering': 'crispEdges' }, ...cells)
}

function label(scene: Scene, route: Route, t: number, side: 1 | -1, type: TensorType, summary: Summary | null): string {
  const which = side === 1 ? 'value' : 'gradient'
  const fill = scene.colour(which)
  const italic = which === 'gradient' ? 'italic' : undefined
  const scalar = type.shape.length === 0
  const number = summary && only(summary)
  const figure = summary === null ? '–' : number !== undefined && number !== null ? formatNumber(number) : ''
  if (scalar || summary === null) {
    const content = `${which === 'gradient' ? '∂ ' : ''}${summary === null && which === 'value' ? formatShape(type.shape) : figure}`
    const at = beside(route, t, labelSize(undefined, content), side)
    return write(content, at.x, at.y + 4, {
      fill,
      'font-size': 11.5,
      'font-weight': side === 1 ? 600 : undefined,
      'font-style': italic,
      'text-anchor': 'middle',
      class: 'on-wire'
    })
  }
  const size = labelSize(type)
  const box = around(beside(route, t, size, side), size)
  const broken = formatBroken(summary.statistics)
  const facts = { 'font-size': 10.5, class: 'on-wire' }
  const ground = { ...box, rx: 4, fill: scene.colour('panel'), 'fill-opacity': 0.88 }
  return [
    element('rect', ground),
    ...(which === 'gradient' ? [write('∂', box.x - 8, box.y + 12, { ...facts, fill })] : []),
    write(formatShape(type.shape), box.x + 4, box.y + 12, { ...facts, fill: scene.colour('text-muted') }),
    write(broken ?? `‖·‖ ${formatNumber(summary.statistics.norm, 3)}`, box.x + box.width - 4, box.y + 12, {
      ...facts,
      fill,
      'font-weight': side === 1 ? 600 : undefined,
      'font-style': italic,
      'text-anchor': 'end'
    }),
    strip(summary, { x: box.x + 4, y: box.y + 17, width: box.width - 8, height: 6 }, scene)
  ].join('')
}

/** The wires, and in front of them what they carry. */
export function drawWires(scene: Scene): { readonly lines: string; readonly labels: string } {
  const { level, checked, colour, result } = scene
  const places = placeLabels(level.links, level.items, checked.edgeTypes)
  const lines: string[] = []
  const labels: string[] = []
  for (const link of level.links) {
    const route = wireRoute(link, level.items)
    if (!route) continue
    const type = checked.edgeTypes.get(link.edge.id)
    const cell = result?.edges[link.edge.id]
    const broken = (checked.byEdge.get(link.edge.id) ?? []).length > 0
    lines.push(
      element('path', {
        d: pathOf(route),
        fill: 'none',
        stroke: colour(broken ? 'danger' : 'control-line'),
        'stroke-width': thickness(type ? bindDim(countOf(type.shape), USUAL_BATCH) : 1),
        'stroke-linecap': 'round',
        'stroke-dasharray': cell ? undefined : '5 6'
      })
    )
    const t = places.get(link.edge.id) ?? 0.5
    if (type && (cell || type.shape.length > 0)) labels.push(label(scene, route, t, 1, type, cell?.value ?? null))
    if (type && cell) labels.push(label(scene, route, t, -1, type, cell.gradient))
  }
  return { lines: lines.join(''), labels: labels.join('') }
}
