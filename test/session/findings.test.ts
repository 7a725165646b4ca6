/** Graphs that are ill in one way each, and healthy ones of which nothing is said. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readGraph } from '../../engine/document/file.ts'
import { emptyDocument, type GraphDocument, type GraphEdge, type GraphNode } from '../../engine/document/types.ts'
import { Session } from '../../engine/session/session.ts'

const position = { x: 0, y: 0 }

/** A chain from x on; each node takes the one before it at its first input. */
function chain(x: Omit<GraphNode, 'id' | 'position'>, ...ops: Omit<GraphNode, 'id' | 'position'>[]): GraphDocument {
  const nodes = [x, ...ops].map((node, i) => ({ ...node, id: `n${i}`, position }))
  const edges = nodes.slice(1).map(
    (node, i): GraphEdge => ({
      id: `e${i + 1}`,
      source: `n${i}`,
      sourceHandle: 'out',
      target: node.id,
      targetHandle: 'x'
    })
  )
  return { ...emptyDocument, nodes, edges, objective: nodes.at(-1)?.id ?? null }
}

const parameter = (shape: number[], init: object) => ({ op: 'Parameter', attributes: { shape, init } as never })
const values = (...numbers: number[]) => parameter([numbers.length], { kind: 'values', values: numbers })
const row = (value: number) => parameter([4, 16], { kind: 'constant', value })
const total = { op: 'ReduceSum' }

async function found(document: GraphDocument): Promise<string[]> {
  const session = new Session({ breathe: async () => undefined })
  const { findings } = await session.run({ document, revision: 0, backend: 'reference' })
  return findings.map((p) => `${p.nodeId} ${p.code}`)
}

describe('what is said of an ill graph', () => {
  test('the first node where NaN or Infinity arose, not those behind it', async () => {
    const document = chain(values(1, -1, 0), { op: 'Log' }, { op: 'Exp' }, total)
    expect(await found(document)).toContain('n1 finding.notFinite')
    expect((await found(document)).filter((f) => f.endsWith('.notFinite'))).toHaveLength(1)
    const session = new Session({ breathe: async () => undefined })
    const { findings } = await session.run({ document, revision: 0, backend: 'reference' })
    expect(findings[0]?.message).toBe('Natural logarithm made NaN first: 2 of 3 numbers, from inputs in -1 … 1.')
  })

  test('a gradient that is infinite though every value is finite', async () => {
    expect(await found(chain(values(4, 0), { op: 'Sqrt' }, total))).toEqual(['n1 finding.gradientNotFinite'])
  })

  test('silent units', async () => {
    expect(await found(chain(row(-1), { op: 'Relu' }, total))).toEqual(['n1 finding.silent', 'n0 finding.zeroGradient'])
    const dense = {
      op: 'Dense',
      attributes: { units: 8, activation: 'relu', biasInit: { kind: 'constant', value: -90 } }
    }
    expect(await found(chain(row(0.1), dense as never, total))).toContain('n1 finding.silent')
  })

  test('zeros that a bypassed ReLU passes on are none of its units', async () => {
    expect(await found(chain(row(0), { op: 'Relu' }, total))).toContain('n1 finding.silent')
    expect(await found(chain(row(0), { op: 'Relu', mode: 'bypass' }, total))).toEqual([])
  })

  test('saturated units', async () => {
    expect(await found(chain(row(9), { op: 'Sigmoid' }, total))).toContain('n1 finding.saturated')
    expect(await found(chain(row(9), { op: 'Tanh' }, total))).toContain('n1 finding.saturated')
    expect(await found(chain(row(0.5), { op: 'Sigmoid' }, total))).toEqual([])
  })

  test('a gradient that vanishes over many sigmoids', async () => {
    const layer = { op: 'Dense', attributes: { units: 16, activation: 'sigmoid' } }
    const layers = Array.from({ length: 9 }, () => layer)
    const names = await found(chain(row(0.5), ...layers, total))
    expect(names).toContain('n1 finding.vanishing')
    expect(names).not.toContain('n9 finding.vanishing')
  })

  test('a gradient that explodes', async () => {
    const layer = { op: 'Dense', attributes: { units: 16, kernelInit: { kind: 'constant', value: 3 } } }
    expect(await found(chain(row(0.5), layer as never, layer as never, layer as never, total))).toContain(
      'n1 finding.exploding'
    )
  })

  test('inputs that are not scaled', async () => {
    const pixels = {
      op: 'Constant',
      attributes: { shape: [4, 16], values: Array.from({ length: 64 }, (_, i) => 4 * i) }
    }
    expect((await found(chain(pixels, { op: 'Dense', attributes: { units: 3 } }, total)))[0]).toBe(
      'n0 finding.unscaled'
    )
  })
})

const folder = resolve(import.meta.dirname, '../../examples')

test.each(readdirSync(folder).filter((name) => !name.startsWith('mnist')))('%s is healthy', async (name) => {
  expect(await found(readGraph(readFileSync(join(folder, name))).document)).toEqual([])
})
