/** The canvas as a file or on the clipboard: SVG, or PNG in twice the size of the screen's pixels. */
import i18next from 'i18next'
import { writeGraph } from '../../engine/document/file.ts'
import { messageOf } from '../app/errors.ts'
import { fileNameOf } from '../app/fileName.ts'
import { fragmentText } from '../canvas/fragment.ts'
import { levelOf } from '../canvas/level.ts'
import { platform } from '../platform.ts'
import { toast } from '../store/announce.ts'
import { useEditor } from '../store/editor.ts'
import { useRun } from '../store/run.ts'
import { drawGraph, type Picture } from './draw.ts'
import { withGraph } from './embed.ts'
import { look } from './look.tsx'
import { partOf } from './scene.ts'

const t = i18next.t.bind(i18next)

export type PictureKind = 'svg' | 'png'

/** The level of the canvas that is open, or what is selected of it; always in the light theme, as paper is. */
export function picture(selectionOnly: boolean): Picture {
  const { document, checked, selection, inside } = useEditor.getState()
  const { result, stale } = useRun.getState()
  const chosen = selectionOnly ? selection.nodes : new Set<string>()
  const { colour, icon, done } = look('light')
  try {
    return drawGraph({
      document,
      checked,
      level: partOf(levelOf(document, inside), chosen),
      result: stale ? null : result,
      colour,
      icon,
      graph: selectionOnly ? fragmentText(document, selection.nodes) : writeGraph(document),
      title: document.name,
      nodes: (count) => t('canvas.nodes', { count })
    })
  } finally {
    done()
  }
}

/** Pixels of the picture for each of the canvas. */
const SCALE = 2
/** The largest side that browsers draw. */
const MOST = 8192

/** Draws the SVG into pixels. */
async function rasterised({ svg, width, height }: Picture): Promise<Blob> {
  const scale = Math.min(SCALE, MOST / width, MOST / height)
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }))
  try {
    const image = new Image(width, height)
    image.src = url
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = Math.ceil(width * scale)
    canvas.height = Math.ceil(height * scale)
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
    return await new Promise((done, fail) =>
      canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error(t('picture.tooLarge')))), 'image/png')
    )
  } finally {
    URL.revokeObjectURL(url)
  }
}

/** The SVG without the graph, which only makes the drawing slower. */
const withoutGraph = (made: Picture): Picture => ({
  ...made,
  svg: made.svg.replace(/<metadata>[\s\S]*?<\/metadata>/, '')
})

async function pngOf(made: Picture, graph: string): Promise<Uint8Array> {
  const blob = await rasterised(withoutGraph(made))
  return withGraph(new Uint8Array(await blob.arrayBuffer()), graph)
}

const graphText = (selectionOnly: boolean): string => {
  const { document, selection } = useEditor.getState()
  return selectionOnly ? fragmentText(document, selection.nodes) : writeGraph(document)
}

export async function exportPicture(kind: PictureKind, selectionOnly = false): Promise<void> {
  try {
    const made = picture(selectionOnly)
    const bytes = kind === 'svg' ? new TextEncoder().encode(made.svg) : await pngOf(made, graphText(selectionOnly))
    const suggestedName = `${fileNameOf(useEditor.getState().document.name)}.${kind}`
    const saved = await platform.saveFile({ path: null, suggestedName, kind, bytes })
    if (saved) toast('done', t('picture.saved', { name: saved.name }), t('picture.opens'))
  } catch (error) {
    toast('failed', t('picture.notSaved'), messageOf(error))
  }
}

/** What is selected, or all of it where nothing is, as pixels on the clipboard. */
export async function copyPicture(): Promise<void> {
  const selectionOnly = useEditor.getState().selection.nodes.size > 0
  try {
    const blob = rasterised(withoutGraph(picture(selectionOnly)))
    // the promise itself: some browsers want to know at once that something comes
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })])
    toast('done', t('picture.copied'))
  } catch (error) {
    toast('failed', t('canvas.clipboardDenied'), messageOf(error))
  }
}
