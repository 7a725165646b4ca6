/** The graph inside its own picture: in `<metadata>` of an SVG, in a text chunk of a PNG. Opening the picture opens it. */
import { strFromU8, strToU8, unzlibSync, zlibSync } from 'fflate'

const KEYWORD = 'chainrule-graph'
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

export const escapeXml = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] as string)

const unescapeXml = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot);/g, (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"' })[name] as string)

export const svgMetadata = (graph: string): string =>
  `<metadata><graph xmlns="https://chainrule.app/graph" type="application/json">${escapeXml(graph)}</graph></metadata>`

const SVG_GRAPH = /<metadata>\s*<graph xmlns="https:\/\/chainrule\.app\/graph"[^>]*>([\s\S]*?)<\/graph>/

let table: Uint32Array | undefined

/** CRC-32 as PNG uses it (ISO 3309; PNG specification, annex D). */
function crc32(bytes: Uint8Array): number {
  table ??= Uint32Array.from({ length: 256 }, (_, n) => {
    let c = n
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
    return c >>> 0
  })
  let crc = 0xffffffff
  for (const byte of bytes) crc = (table[(crc ^ byte) & 0xff] as number) ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

function joined(...parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((n, part) => n + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

function number32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = joined(strToU8(type), data)
  return joined(number32(data.length), body, number32(crc32(body)))
}

const isPng = (bytes: Uint8Array): boolean => SIGNATURE.every((byte, i) => bytes[i] === byte)

interface Chunk {
  readonly type: string
  readonly start: number
  readonly data: Uint8Array
  readonly end: number
}

function* chunksOf(png: Uint8Array): Iterable<Chunk> {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength)
  for (let start = SIGNATURE.length; start + 12 <= png.length; ) {
    const length = view.getUint32(start)
    const end = start + 12 + length
    if (end > png.length) return
    const type = strFromU8(png.subarray(start + 4, start + 8))
    yield { type, start, data: png.subarray(start + 8, start + 8 + length), end }
    start = end
  }
}

/** The PNG with the graph in a compressed iTXt chunk before its end. */
export function withGraph(png: Uint8Array, graph: string): Uint8Array {
  const end = [...chunksOf(png)].find(({ type }) => type === 'IEND')?.start
  if (!isPng(png) || end === undefined) throw new Error('not a whole PNG')
  // keyword, 0, compressed by zlib (1, 0), no language (0), no translated keyword (0), text
  const text = joined(strToU8(KEYWORD), Uint8Array.of(0, 1, 0, 0, 0), zlibSync(strToU8(graph), { level: 9 }))
  return joined(png.subarray(0, end), chunk('iTXt', text), png.subarray(end))
}

function graphInPng(png: Uint8Array): string | null {
  for (const { type, data } of chunksOf(png)) {
    if (type !== 'iTXt') continue
    const names = data.indexOf(0)
    if (strFromU8(data.subarray(0, names)) !== KEYWORD) continue
    const language = data.indexOf(0, names + 3)
    const translated = data.indexOf(0, language + 1)
    const text = data.subarray(translated + 1)
    return strFromU8(data[names + 1] === 1 ? unzlibSync(text) : text)
  }
  return null
}

export const isPicture = (bytes: Uint8Array): boolean =>
  isPng(bytes) || /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)?<svg[\s>]/.test(strFromU8(bytes.subarray(0, 2000)))

/** The text of the graph file inside of a picture; null where there is none. */
export function graphIn(picture: Uint8Array): string | null {
  if (isPng(picture)) return graphInPng(picture)
  const found = SVG_GRAPH.exec(strFromU8(picture))?.[1]
  return found === undefined ? null : unescapeXml(found)
}
