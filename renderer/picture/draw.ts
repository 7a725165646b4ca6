/** The graph as a picture: an SVG drawn from the document, not from the screen, so that it is small and sharp. */
import type { GraphNote } from '../../engine/document/types.ts'
import { noteBox } from '../canvas/level.ts'
import { drawCard } from './drawCard.ts'
import { drawWires } from './drawWire.ts'
import { escapeXml, svgMetadata } from './embed.ts'
import { plainText } from './plainText.ts'
import { boundsOf, type Scene } from './scene.ts'
import { element, mixed, wrapped, write } from './svg.ts'

const FONT = `system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans KR', 'Noto Sans CJK KR', 'Malgun Gothic', sans-serif`
const GLYPHS = `'Cambria Math', 'STIX Two Math', 'Noto Serif', 'DejaVu Serif', serif`

const NOTE_COLOURS: Readonly<Record<string, string>> = {
  yellow: 'rgb(214, 164, 30)',
  green: 'rgb(46, 150, 92)',
  blue: 'rgb(56, 112, 214)',
  pink: 'rgb(214, 72, 128)',
  grey: 'rgb(120, 128, 140)'
}

/** Markdown without its marks. */
const plainLines = (text: string): readonly string[] =>
  text.split('\n').map((line) =>
    plainText(line)
      .replace(/^#{1,6}\s+/, '')
      .replace(/^\s*[-*]\s+/, '• ')
      .replace(/\*\*|__|`/g, '')
  )

function drawNote(note: GraphNote, { colour }: Scene): string {
  const box = noteBox(note)
  const tint = NOTE_COLOURS[note.colour ?? 'yellow'] ?? colour('warning')
  const frame = note.kind === 'frame'
  const rect = element('rect', {
    ...box,
    rx: frame ? 12 : 6,
    fill: mixed(tint, colour('panel'), frame ? 0.06 : 0.14),
    stroke: mixed(tint, colour('panel'), 0.45)
  })
  if (frame) {
    const [title = ''] = wrapped(plainText(note.text), 13, box.width - 24, 1)
    return rect + write(title, box.x + 12, box.y + 21, { fill: colour('text'), 'font-size': 13, 'font-weight': 600 })
  }
  const most = Math.max(1, Math.floor((box.height - 16) / 17))
  const lines = plainLines(note.text).flatMap((line) => (line === '' ? [''] : wrapped(line, 12, box.width - 24, most)))
  return (
    rect +
    lines
      .slice(0, most)
      .map((line, i) => write(line, box.x + 12, box.y + 22 + i * 17, { fill: colour('text'), 'font-size': 12 }))
      .join('')
  )
}

export interface Picture {
  readonly svg: string
  /** In pixels at a zoom of 100 %. */
  readonly width: number
  readonly height: number
}

export function drawGraph(scene: Scene): Picture {
  const { level, colour, title, graph } = scene
  const { x, y, width, height } = boundsOf(level)
  const { lines, labels } = drawWires(scene)
  const frames = level.notes.filter((note) => note.kind === 'frame')
  const notes = level.notes.filter((note) => note.kind !== 'frame')
  const style = `text{font-family:${FONT}}.glyph{font-family:${GLYPHS}}.on-wire{paint-order:stroke;stroke:${colour('panel')};stroke-width:4px;stroke-linejoin:round}.icon{fill:none;stroke-width:2.1;stroke-linecap:round;stroke-linejoin:round}`
  const svg = element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: [x, y, width, height].map((n) => Math.round(n * 100) / 100).join(' '),
      width,
      height,
      role: 'img'
    },
    `<title>${escapeXml(title)}</title>`,
    svgMetadata(graph),
    `<style>${style}</style>`,
    element('rect', { x, y, width, height, fill: colour('panel') }),
    ...frames.map((note) => drawNote(note, scene)),
    lines,
    ...notes.map((note) => drawNote(note, scene)),
    ...[...level.items.values()].map((item) => drawCard(item, scene)),
    labels
  )
  return { svg, width, height }
}
