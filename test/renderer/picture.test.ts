import { deflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { check } from '../../engine/document/check.ts'
import { readGraph, writeGraph } from '../../engine/document/file.ts'
import { emptyDocument, type GraphDocument } from '../../engine/document/types.ts'
import { levelOf } from '../../renderer/canvas/level.ts'
import { drawGraph } from '../../renderer/picture/draw.ts'
import { graphIn, isPicture, withGraph } from '../../renderer/picture/embed.ts'
import { plainTex, plainText } from '../../renderer/picture/plainText.ts'
import { boundsOf, partOf, type Scene } from '../../renderer/picture/scene.ts'
import { mixed, widthOf, wrapped } from '../../renderer/picture/svg.ts'
import { checkDocument } from '../../renderer/store/checked.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)

const graph: GraphDocument = {
  ...emptyDocument,
  name: 'Zwei < drei & "vier" 그림',
  nodes: [
    { id: 'x', op: 'Input', attributes: { shape: [null, 2] }, label: '입력 $x_1$', position: { x: 0, y: 0 } },
    { id: 'd', op: 'Dense', attributes: { units: 3 }, position: { x: 300, y: 40 } },
    { id: 'r', op: 'Relu', position: { x: 600, y: 0 } }
  ],
  edges: [
    { id: 'e1', source: 'x', sourceHandle: 'out', target: 'd', targetHandle: 'x' },
    { id: 'e2', source: 'd', sourceHandle: 'out', target: 'r', targetHandle: 'x', points: [{ x: 520, y: 200 }] }
  ],
  notes: [{ id: 'n', text: '**Look** at $W$ <here>', position: { x: 0, y: 150 } }],
  objective: 'r'
}

const scene = (document: GraphDocument, ids: ReadonlySet<string> = new Set()): Scene => ({
  document,
  checked: checkDocument(document),
  level: partOf(levelOf(document, null), ids),
  result: null,
  colour: () => 'rgb(1, 2, 3)',
  icon: () => '<path d="M1 1h2"/>',
  graph: writeGraph(document),
  title: document.name,
  nodes: (count) => `${count} nodes`
})

/** The smallest PNG: one grey pixel. */
function pixel(): Uint8Array {
  const table = Array.from({ length: 256 }, (_, n) => {
    let c = n
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
    return c >>> 0
  })
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data])
    let crc = 0xffffffff
    for (const byte of body) crc = (table[(crc ^ byte) & 255] as number) ^ (crc >>> 8)
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    sum.writeUInt32BE((crc ^ 0xffffffff) >>> 0)
    return Buffer.concat([length, body, sum])
  }
  const head = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0])
  return new Uint8Array(
    Buffer.concat([
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
      chunk('IHDR', head),
      chunk('IDAT', deflateSync(Buffer.from([0, 128]))),
      chunk('IEND', Buffer.alloc(0))
    ])
  )
}

describe('the graph in its picture', () => {
  it('comes back from a PNG to the byte, with Korean in it', () => {
    const text = writeGraph(graph)
    const png = withGraph(pixel(), text)
    expect(isPicture(png)).toBe(true)
    expect(graphIn(png)).toBe(text)
    // still a PNG that begins and ends as one
    expect(png.subarray(0, 33)).toEqual(pixel().subarray(0, 33))
    expect(png.subarray(-12)).toEqual(pixel().subarray(-12))
  })

  it('is not in a PNG or an SVG of others', () => {
    expect(graphIn(pixel())).toBeNull()
    expect(graphIn(utf8('<svg xmlns="http://www.w3.org/2000/svg"><metadata>x</metadata></svg>'))).toBeNull()
    expect(isPicture(utf8('{"format":"chainrule-graph"}'))).toBe(false)
    expect(() => withGraph(utf8('no picture'), '{}')).toThrow()
  })

  it('survives a file that was cut off', () => {
    const png = withGraph(pixel(), writeGraph(graph))
    expect(graphIn(png.subarray(0, png.length - 40))).toBeNull()
  })

  it('comes back from an SVG', () => {
    const { svg } = drawGraph(scene(graph))
    const found = graphIn(utf8(svg)) ?? ''
    expect(readGraph(utf8(found)).document).toEqual(graph)
  })
})

describe('the drawing', () => {
  it('holds every card, wire and note, each text escaped', () => {
    const { svg, width, height } = drawGraph(scene(graph))
    expect(svg).toContain('입력 x₁')
    expect(svg).toContain('>Dense<')
    expect(svg).toContain('Zwei &lt; drei &amp; &quot;vier&quot; 그림')
    expect(svg).toContain('Look at W &lt;here&gt;')
    expect(svg.match(/<path d="M[^"]*" fill="none"/g)).toHaveLength(2)
    expect(svg).toContain('[B, 3]')
    expect(width).toBeGreaterThan(756)
    expect(height).toBeGreaterThan(200)
    expect(svg).not.toMatch(/NaN|undefined|Infinity|var\(/)
  })

  it('is of a part where some are selected', () => {
    const { svg } = drawGraph(scene(graph, new Set(['x', 'd'])))
    expect(svg.replace(/<metadata>.*<\/metadata>/s, '')).not.toContain('ReLU')
    expect(svg.match(/<path d="M[^"]*" fill="none"/g)).toHaveLength(1)
    const { width } = boundsOf(partOf(levelOf(graph, null), new Set(['x', 'd'])))
    expect(width).toBe(456 + 64)
  })

  it('has room for wires that are led far out', () => {
    const { y, height } = boundsOf(levelOf(graph, null))
    expect(y + height).toBeGreaterThan(220)
  })

  it('draws a closed group as one card, with how many nodes are in it', () => {
    const grouped = { ...graph, groups: [{ id: 'g', label: 'Kopf', nodes: ['d', 'r'] }] }
    const { svg } = drawGraph(scene(grouped))
    expect(svg).toContain('Kopf')
    expect(svg).toContain('2 nodes')
    expect(svg).not.toContain('>ReLU<')
  })

  it('of no numbers says shapes alone', () => {
    expect(check(graph).problems.filter((p) => p.severity === 'error')).toEqual([])
    expect(drawGraph(scene(graph)).svg).not.toContain('‖·‖')
  })
})

describe('texts of pictures', () => {
  it('are formulas as plain text', () => {
    expect(plainTex('W_1^{\\mathsf T}')).toBe('W₁ᵀ')
    expect(plainTex('\\hat{y}')).toBe('y\u0302')
    expect(plainTex('\\frac{\\partial L}{\\partial x}')).toBe('∂L/∂x')
    expect(plainTex('\\mathbf{x}_{in}')).toBe('xᵢₙ')
    expect(plainTex('x_{\\text{Q}}')).toBe('x_Q')
    expect(plainTex('\\sigma(x) \\cdot 2^{10}')).toBe('σ(x) ·2¹⁰')
    expect(plainText('Weights $W_2$ for $5')).toBe('Weights W₂ for $5')
  })

  it('are wrapped, and cut with an ellipsis', () => {
    expect(wrapped('Softmax with cross-entropy', 12.5, 100, 2)).toEqual(['Softmax with', 'cross-entropy'])
    const [cut = ''] = wrapped('averyverylongnamewithoutspaces', 12, 80, 1)
    expect(cut.endsWith('…')).toBe(true)
    expect(widthOf(cut) * 12).toBeLessThanOrEqual(80)
  })

  it('have mixed colours', () => {
    expect(mixed('rgb(0, 0, 0)', 'rgb(255, 255, 255)', 0.2)).toBe('rgb(204, 204, 204)')
  })
})
