/** Each example opens, checks, runs, and gives the numbers that its source prints. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { check } from '../../engine/document/check.ts'
import { readGraph, writeGraph } from '../../engine/document/file.ts'
import type { GraphDocument } from '../../engine/document/types.ts'
import type { RunResult } from '../../engine/session/protocol.ts'
import { Session } from '../../engine/session/session.ts'

const folder = join(import.meta.dirname, '../../examples')
const names = readdirSync(folder).map((file) => file.replace('.chainrule.json', ''))
const bytesOf = (name: string) => readFileSync(join(folder, `${name}.chainrule.json`))
const open = (name: string): GraphDocument => readGraph(bytesOf(name)).document
const newSession = () => new Session({ breathe: async () => undefined })
const run = (document: GraphDocument): Promise<RunResult> =>
  newSession().run({ document, revision: 0, backend: 'reference' })

/** The gradient of a scalar node. */
const gradient = (result: RunResult, id: string): number => result.nodes[id]?.out?.gradient?.values?.[0] ?? Number.NaN

const offMnist = (document: GraphDocument): GraphDocument => ({
  ...document,
  nodes: document.nodes.map((n) =>
    n.op === 'Dataset' ? { ...n, attributes: { ...n.attributes, source: 'digits', size: 256 } } : n
  )
})

test('all are there', () => {
  expect(names.sort()).toEqual([
    'apples',
    'apples-and-oranges',
    'linear-regression',
    'mnist-mlp',
    'sigmoid-neuron',
    'softmax-cross-entropy',
    'spiral-mlp',
    'xor-mlp',
    'xyz'
  ])
})

describe.each(names)('%s', (name) => {
  test('opens without a problem and is written back byte for byte', () => {
    const document = open(name)
    expect(check(document).problems).toEqual([])
    expect(writeGraph(document)).toBe(bytesOf(name).toString('utf8'))
  })

  test('runs forward and backward on the CPU as on the reference', async () => {
    const document = name === 'mnist-mlp' ? { ...offMnist(open(name)), training: null } : open(name)
    const request = { document, revision: 3, batch: 8 } as const
    const cpu = await newSession().run({ ...request, backend: 'cpu' })
    const reference = await newSession().run({ ...request, backend: 'reference' })
    expect(cpu.revision).toBe(3)
    expect(cpu.backend.backend).toBe('cpu')
    expect(Object.keys(cpu.edges)).toEqual(document.edges.map((e) => e.id))
    expect(cpu.objective).toBeCloseTo(reference.objective as number, 5)
    for (const [id, cell] of Object.entries(reference.parameters)) {
      expect(cpu.parameters[id]?.gradient?.statistics.norm).toBeCloseTo(cell.gradient?.statistics.norm as number, 4)
    }
  })
})

describe('the numbers of the books', () => {
  test('buying apples: 220; 2.2, 110, 200', async () => {
    const result = await run(open('apples'))
    expect(result.objective).toBeCloseTo(220, 12)
    expect([gradient(result, 'apple'), gradient(result, 'count'), gradient(result, 'tax')]).toEqual([
      2.2, 110.00000000000001, 200
    ])
  })

  test('apples and oranges: 715; 2.2, 110, 3.3, 165, 650', async () => {
    const result = await run(open('apples-and-oranges'))
    expect(result.objective).toBeCloseTo(715, 12)
    for (const [id, expected] of Object.entries({
      apple: 2.2,
      apple_count: 110,
      orange: 3.3,
      orange_count: 165,
      tax: 650
    })) {
      expect(gradient(result, id), id).toBeCloseTo(expected, 12)
    }
  })

  test('(x + y) z: -12; -4, -4, 3', async () => {
    const result = await run(open('xyz'))
    expect(result.objective).toBe(-12)
    expect([gradient(result, 'x'), gradient(result, 'y'), gradient(result, 'z')]).toEqual([-4, -4, 3])
  })

  test('sigmoid neuron: 0.7311; -0.20, 0.39, -0.39, -0.59, 0.20', async () => {
    const result = await run(open('sigmoid-neuron'))
    expect(result.objective).toBeCloseTo(1 / (1 + Math.exp(-1)), 14)
    const slope = Math.exp(-1) / (1 + Math.exp(-1)) ** 2
    const expected = { w0: -slope, x0: 2 * slope, w1: -2 * slope, x1: -3 * slope, w2: slope }
    for (const [id, value] of Object.entries(expected)) expect(gradient(result, id), id).toBeCloseTo(value, 14)
  })

  test('softmax with cross-entropy: two nodes and one agree, and the gradient is probability minus target', async () => {
    const document = open('softmax-cross-entropy')
    const two = await run(document)
    const fused = await run({ ...document, objective: 'fused' })
    const e = [0.3, 2.9, 4].map(Math.exp)
    const sum = e.reduce((a, b) => a + b, 0)
    expect(two.objective).toBeCloseTo(-Math.log((e[1] as number) / sum), 12)
    expect(fused.objective).toBeCloseTo(two.objective as number, 12)
    for (const [i, expected] of e.map((x, c) => x / sum - (c === 1 ? 1 : 0)).entries()) {
      expect(two.parameters.scores?.gradient?.values?.[i]).toBeCloseTo(expected, 12)
      expect(fused.parameters.scores?.gradient?.values?.[i]).toBeCloseTo(expected, 12)
    }
  })

  test('a path that does not lead to the objective says why it has no gradient', async () => {
    const result = await run(open('softmax-cross-entropy'))
    expect(result.edges.e5?.gradient).toBeNull()
    expect(result.edges.e5?.why?.code).toBe('gradient.independent')
  })
})

describe('training', () => {
  const train = async (document: GraphDocument) => {
    const outcome = await newSession().train(
      { document, revision: 0, backend: 'cpu', snapshotEvery: 0 },
      () => undefined
    )
    if (outcome.outcome !== 'done') throw new Error(JSON.stringify(outcome))
    return outcome.report
  }

  test('linear regression finds the line', async () => {
    const document = open('linear-regression')
    const session = newSession()
    const outcome = await session.train({ document, revision: 0, backend: 'cpu', snapshotEvery: 0 }, () => undefined)
    expect(outcome.outcome).toBe('done')
    const { parameters } = await session.run({ document, revision: 0, backend: 'cpu' })
    expect(parameters.w?.value.values?.[0]).toBeCloseTo(2, 1)
    expect(parameters.b?.value.values?.[0]).toBeCloseTo(1, 1)
  })

  test('xor is learned', async () => {
    const { epochs } = await train(open('xor-mlp'))
    expect(epochs.at(-1)?.metrics.accuracy).toBe(1)
    expect(epochs.at(-1)?.loss).toBeLessThan(0.05)
  })

  test('the spiral is learned far beyond a linear classifier', async () => {
    const { test: score } = await train(open('spiral-mlp'))
    expect(score?.metrics.accuracy).toBeGreaterThan(0.93)
  })

  test('an MLP on drawn digits is well above chance after one epoch', async () => {
    const document = offMnist(open('mnist-mlp'))
    const nodes = document.nodes.map((n) =>
      n.id === 'dense1'
        ? { ...n, attributes: { ...n.attributes, units: 64 } }
        : n.op === 'Dataset'
          ? { ...n, attributes: { source: 'digits', size: 2000 } }
          : n
    )
    const training = { ...(document.training as NonNullable<GraphDocument['training']>), epochs: 2, batchSize: 32 }
    const { test: score } = await train({ ...document, nodes, training })
    expect(score?.metrics.accuracy).toBeGreaterThan(0.8)
  })
})
