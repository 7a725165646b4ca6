/** Cards of a picture: nodes, closed groups, and signs for what is outside of the open one. */
import { insideOf } from '../../engine/document/groups.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import type { Family } from '../../engine/ir/op.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { glyphOf } from '../app/glyphs.ts'
import { captionOf, portY, titleLines, titleOf } from '../canvas/geometry.ts'
import { type Item, nodeEnd } from '../canvas/level.ts'
import { formatNumber, formatShape } from '../value/format.ts'
import { plainText } from './plainText.ts'
import type { Scene } from './scene.ts'
import { element, mixed, widthOf, wrapped, write } from './svg.ts'

const ICON = 26
const TEXT_X = 45
/** Titles are 12.5 pixels high, and bold letters wider than others. */
const BOLD = 13.4

const signed = (
  scene: Scene,
  { x, y }: { x: number; y: number },
  family: Family | 'group',
  glyph: string | undefined
) => {
  const colour = scene.colour(family === 'group' ? 'text-muted' : `family-${family}`)
  const size = glyph && [...glyph].length > 2 ? 10.5 : 13
  return [
    element('rect', { x, y, width: ICON, height: ICON, rx: 7, fill: mixed(colour, scene.colour('panel'), 0.13) }),
    glyph
      ? write(glyph, x + ICON / 2, y + ICON / 2 + size * 0.35, {
          fill: colour,
          'font-size': size,
          'text-anchor': 'middle',
          class: 'glyph'
        })
      : element(
          'g',
          { transform: `translate(${x + 5.5} ${y + 5.5}) scale(0.625)`, stroke: colour, class: 'icon' },
          scene.icon(family)
        )
  ]
}

function ports({ position, body }: Item, scene: Scene): string[] {
  const circle = (x: number, side: 'inputs' | 'outputs', i: number) =>
    element('circle', {
      cx: x,
      cy: position.y + portY(body, side, i),
      r: 4.5,
      fill: scene.colour('control-line'),
      stroke: scene.colour('panel'),
      'stroke-width': 1.5
    })
  return [
    ...body.inputs.map((_, i) => circle(position.x, 'inputs', i)),
    ...body.outputs.map((_, i) => circle(position.x + body.width, 'outputs', i))
  ]
}

const card = ({ position: { x, y }, body }: Item, scene: Scene, stroke: string, dashed = false): string =>
  element('rect', {
    x,
    y,
    width: body.width,
    height: body.height,
    rx: 10,
    fill: scene.colour('panel'),
    stroke,
    'stroke-dasharray': dashed ? '5 4' : undefined
  })

function drawNode(item: Item, scene: Scene): string {
  const { document, checked, colour } = scene
  const node = indexOf(document).nodes.get(item.id)
  if (!node) return ''
  const op = opOf(node.op)
  const { x, y } = item.position
  const { width, height } = item.body
  const middle = y + height / 2
  const title = titleOf(node, op)
  const lines = wrapped(plainText(title), BOLD, width - TEXT_X - 9, node.collapsed ? 1 : titleLines(title))
  const type = Object.values(checked.types.get(node.id) ?? {})[0]
  const value =
    type?.shape.length === 0 ? Object.values(scene.result?.nodes[node.id] ?? {})[0]?.value.values?.[0] : undefined
  const right =
    value !== undefined ? formatNumber(value) : type ? (type.shape.length > 0 ? formatShape(type.shape) : '') : '?'
  const rows = node.collapsed ? lines.length : lines.length + 1
  const first = middle - (rows * 17) / 2 + 12.5
  const broken = (checked.byNode.get(node.id) ?? []).some((p) => p.severity === 'error')
  const caption = wrapped(captionOf(node, op, title), 10.5, width - TEXT_X - 14 - widthOf(right) * 11, 1)[0] ?? ''
  return element(
    'g',
    { opacity: node.mode ? 0.55 : undefined },
    card(item, scene, colour(broken ? 'danger' : 'line-strong'), node.mode !== undefined),
    ...signed(scene, { x: x + 11, y: middle - ICON / 2 }, op?.family ?? 'internal', glyphOf(node.op)),
    ...lines.map((line, i) =>
      write(line, x + TEXT_X, first + i * 17, { fill: colour('text'), 'font-size': 12.5, 'font-weight': 600 })
    ),
    ...(node.collapsed
      ? []
      : [
          write(caption, x + TEXT_X, first + lines.length * 17, { fill: colour('text-muted'), 'font-size': 10.5 }),
          write(right, x + width - 9, first + lines.length * 17, {
            fill: colour(value === undefined ? 'text-muted' : 'value'),
            'font-size': value === undefined ? 10.5 : 12,
            'font-weight': value === undefined ? undefined : 600,
            'text-anchor': 'end'
          })
        ]),
    ...ports(item, scene),
    ...(document.objective === node.id ? [objective(item, scene)] : [])
  )
}

function objective({ position, body }: Item, { colour }: Scene): string {
  const [cx, cy] = [position.x + body.width - 19.5, position.y + 0.5]
  return [
    element('circle', { cx, cy, r: 10, fill: colour('family-losses'), stroke: colour('panel'), 'stroke-width': 2 }),
    write('L', cx, cy + 4.5, {
      fill: colour('panel'),
      'font-size': 13,
      'font-weight': 700,
      'font-style': 'italic',
      'text-anchor': 'middle',
      class: 'glyph'
    })
  ].join('')
}

function drawGroup(item: Item, scene: Scene): string {
  const { document, colour } = scene
  const group = indexOf(document).groups.get(item.id)
  if (!group) return ''
  const { x, y } = item.position
  const nodes = insideOf(document, group.id).nodes
  // as on the canvas, a name has its half of the row
  const half = 0.47 * item.body.width - 12
  const label = (name: string, side: 'inputs' | 'outputs', i: number) =>
    write(
      wrapped(name, 10.5, half, 1)[0] ?? name,
      side === 'inputs' ? x + 11 : x + item.body.width - 11,
      y + portY(item.body, side, i) + 3.5,
      {
        fill: colour('text-muted'),
        'font-size': 10.5,
        'text-anchor': side === 'inputs' ? undefined : 'end'
      }
    )
  return [
    element('rect', {
      x: x + 4,
      y: y + 4,
      width: item.body.width,
      height: item.body.height,
      rx: 10,
      fill: colour('panel'),
      stroke: colour('line')
    }),
    card(item, scene, colour('line-strong')),
    ...signed(scene, { x: x + 11, y: y + 11 }, 'group', undefined),
    write(wrapped(plainText(group.label || group.id), 12.5, item.body.width - 60, 1)[0] ?? '', x + TEXT_X, y + 22, {
      fill: colour('text'),
      'font-size': 12.5,
      'font-weight': 600
    }),
    write(scene.nodes(nodes.length), x + TEXT_X, y + 37, { fill: colour('text-muted'), 'font-size': 10.5 }),
    ...item.body.inputs.map((port, i) => label(port.label ?? port.name, 'inputs', i)),
    ...item.body.outputs.map((port, i) => label(port.label ?? port.name, 'outputs', i)),
    ...ports(item, scene),
    ...(nodes.includes(document.objective ?? '') ? [objective(item, scene)] : [])
  ].join('')
}

function drawOuter(item: Item, scene: Scene): string {
  const port = item.body.inputs[0] ?? item.body.outputs[0]
  const node = port && indexOf(scene.document).nodes.get(nodeEnd(item.id, port.name).node)
  const { x, y } = item.position
  return [
    element('rect', {
      x,
      y,
      width: item.body.width,
      height: item.body.height,
      rx: 13,
      fill: scene.colour('inset'),
      stroke: scene.colour('line'),
      'stroke-dasharray': '4 3'
    }),
    write(
      wrapped(node ? plainText(titleOf(node)) : '', 11, item.body.width - 20, 1)[0] ?? '',
      x + item.body.width / 2,
      y + item.body.height / 2 + 4,
      { fill: scene.colour('text-muted'), 'font-size': 11, 'text-anchor': 'middle' }
    ),
    ...ports(item, scene)
  ].join('')
}

export const drawCard = (item: Item, scene: Scene): string =>
  ({ node: drawNode, group: drawGroup, outer: drawOuter })[item.kind](item, scene)
