/** The plots of a panel as one SVG, with the colours that they have on screen. */
import i18next from 'i18next'
import { messageOf } from '../app/errors.ts'
import { fileNameOf } from '../app/fileName.ts'
import { platform } from '../platform.ts'
import { toast } from '../store/announce.ts'
import { useEditor } from '../store/editor.ts'

const t = i18next.t.bind(i18next)

const STYLES = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linejoin',
  'opacity',
  'font',
  'paint-order',
  'text-anchor'
]

/** A copy that needs no style sheet. */
function inlined(svg: SVGSVGElement): SVGSVGElement {
  const copy = svg.cloneNode(true) as SVGSVGElement
  const [from, to] = [svg.querySelectorAll('*'), copy.querySelectorAll<SVGElement>('*')]
  for (const [i, element] of to.entries()) {
    const style = getComputedStyle(from[i] as Element)
    for (const name of STYLES) element.style.setProperty(name, style.getPropertyValue(name))
    element.removeAttribute('class')
  }
  return copy
}

/** Beside each other, as on screen: drawings as they are, a solid as its pixels. */
export function pictureOf(host: HTMLElement): string {
  const ground = getComputedStyle(host).backgroundColor
  const parts: string[] = []
  let [width, height] = [0, 0]
  for (const plot of host.querySelectorAll<SVGSVGElement | HTMLCanvasElement>('svg.plot, canvas.surface-solid')) {
    const box = plot.getBoundingClientRect()
    const drawn =
      plot instanceof HTMLCanvasElement
        ? `<image href="${plot.toDataURL()}" width="${box.width}" height="${box.height}"/>`
        : new XMLSerializer().serializeToString(inlined(plot))
    parts.push(`<g transform="translate(${width},0)">${drawn}</g>`)
    width += box.width
    height = Math.max(height, box.height)
  }
  const size = `width="${width}" height="${height}"`
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}><rect ${size} fill="${ground}"/>${parts.join('')}</svg>\n`
}

export async function savePlot(host: HTMLElement): Promise<void> {
  try {
    const { name } = useEditor.getState().document
    const suggestedName = `${fileNameOf(`${name} ${t('plots.title')}`)}.svg`
    const bytes = new TextEncoder().encode(pictureOf(host))
    const saved = await platform.saveFile({ path: null, suggestedName, kind: 'svg', bytes })
    if (saved) toast('done', t('picture.saved', { name: saved.name }))
  } catch (error) {
    toast('failed', t('picture.notSaved'), messageOf(error))
  }
}
