/** What runs: the plan of a training step and of a run, told and measured. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { readGraph } from '../../engine/document/file.ts'
import { defaultTraining, type GraphDocument } from '../../engine/document/types.ts'
import type { PlanReport, PlanRequest } from '../../engine/session/protocol.ts'
import { Session } from '../../engine/session/session.ts'

const example = (name: string): GraphDocument => {
  const read = readGraph(readFileSync(join(import.meta.dirname, `../../examples/${name}.chainrule.json`)))
  if (!read.document) throw new Error(name)
  return read.document
}
const spiral = example('spiral-mlp')

let session: Session
beforeEach(() => {
  session = new Session({ breathe: () => new Promise((resolve) => setImmediate(resolve)) })
})

const plan = (request: Partial<PlanRequest> = {}): Promise<PlanReport> =>
  session.plan({ document: spiral, revision: 3, backend: 'wasm', kind: 'training', measure: false, ...request })

describe('the plan of a training step', () => {
  test('says each kernel, its sizes, its bytes and its nodes', async () => {
    const report = await plan()
    expect(report).toMatchObject({ kind: 'training', revision: 3, timing: null })
    expect(report.batch).toBe(spiral.training?.batchSize)
    const first = report.kernels.find((k) => k.kind === 'product')
    const { m, k, n } = first?.product ?? { m: 0, k: 0, n: 0 }
    expect(first).toMatchObject({ phase: 'forward', shape: [m, n] })
    expect(first?.ops[0]).toBe('Add')
    // both matrices and the bias; the result
    expect(first?.read).toBe(4 * (m * k + k * n + n))
    expect(first?.written).toBe(4 * m * n)
    expect(first?.operations).toBe(m * n * (2 * k + (first?.ops.length ?? 0)))
    const ids = new Set(spiral.nodes.map((node) => node.id))
    for (const kernel of report.kernels) for (const id of kernel.nodes) expect(ids).toContain(id)
    expect(new Set(report.kernels.map((kernel) => kernel.phase))).toEqual(new Set(['forward', 'backward', 'update']))
    expect(report.text.split('\n\n')[1]?.split('\n')).toHaveLength(report.kernels.length)
  })

  test('adds its memory up, and says what compiling took', async () => {
    const { memory, compileMilliseconds } = await plan()
    const { total, ...parts } = memory
    expect(Object.values(parts).reduce((a, b) => a + b)).toBe(total)
    // what is learned is renewed where it stands
    expect(memory.variables).toBeGreaterThan(0)
    expect(memory.next).toBe(0)
    expect(compileMilliseconds).toBeGreaterThan(0)
  })

  test('says where it does not fit, before anything runs', async () => {
    expect((await plan()).refused).toBe(null)
    const wide = (n: number) => ({
      id: `wide${n}`,
      op: 'Dense',
      attributes: { units: 16_000 },
      position: { x: 0, y: 0 }
    })
    const wire = (id: string, source: string, target: string) => ({
      id,
      source,
      sourceHandle: 'out',
      target,
      targetHandle: 'x'
    })
    const into = spiral.edges.find((e) => e.source === 'hidden')
    const document = {
      ...spiral,
      nodes: [...spiral.nodes, wide(1), wide(2), wide(3)],
      edges: [
        ...spiral.edges.filter((e) => e !== into),
        wire('w1', 'hidden', 'wide1'),
        wire('w2', 'wide1', 'wide2'),
        wire('w3', 'wide2', 'wide3'),
        wire('w4', 'wide3', into?.target ?? '')
      ]
    }
    const report = await plan({ document })
    expect(report.refused).toMatchObject({ code: 'run.outOfMemory', params: { available: '4.0 GB' } })
    expect(report.memory.total).toBeGreaterThan(4 * 2 ** 30)
    await expect(plan({ document, measure: true })).rejects.toThrow(/memory/)
  })

  test('is told while the data are not here yet', async () => {
    const report = await plan({ document: example('mnist-mlp') })
    expect(report.batch).toBe(128)
    await expect(plan({ document: example('mnist-mlp'), measure: true })).rejects.toThrow()
  })

  test('a graph that cannot be trained says why', async () => {
    await expect(plan({ document: example('apples') })).rejects.toThrow()
  })
})

describe('measured', () => {
  test.each(['wasm', 'cpu'] as const)('on %s each kernel has a time, and the weights stay', async (backend) => {
    const before = await session.exportWeights(spiral)
    const { timing, kernels } = await plan({ backend, measure: true })
    expect(timing?.kernels).toHaveLength(kernels.length)
    expect(timing?.walks).toBeGreaterThanOrEqual(3)
    const sum = timing?.kernels?.reduce((a, b) => a + b, 0) ?? 0
    expect(sum).toBeGreaterThan(0)
    expect(sum).toBeLessThanOrEqual((timing?.milliseconds ?? 0) * 1.01)
    expect(await session.exportWeights(spiral)).toEqual(before)
    // and a training after it is the training without it
    const document = { ...spiral, training: { ...(spiral.training ?? defaultTraining), epochs: 2 } }
    const train = async (on: Session) => {
      const outcome = await on.train({ document, revision: 0, backend, snapshotEvery: 0 }, () => undefined)
      return outcome.report?.epochs.map((e) => e.loss)
    }
    const losses = await train(session)
    expect(losses).toHaveLength(2)
    expect(losses).toEqual(await train(new Session({ breathe: async () => undefined })))
  })

  test('the reference has no kernels to time, only the walk', async () => {
    const { timing } = await plan({ backend: 'reference', measure: true })
    expect(timing).toMatchObject({ kernels: null })
    expect(timing?.milliseconds).toBeGreaterThan(0)
  })

  test('can be stopped', async () => {
    let asked = 0
    const request = { document: spiral, revision: 0, backend: 'cpu', kind: 'training', measure: true } as const
    await expect(session.plan(request, () => ++asked > 100)).rejects.toThrow(/cancelled/)
  })
})

test('the plan of a run is the one that shows every value', async () => {
  const document = example('xyz')
  const report = await plan({ document, kind: 'run', backend: 'cpu' })
  expect(report.batch).toBe(null)
  expect(report.kernels.flatMap((kernel) => kernel.nodes)).toEqual(expect.arrayContaining(['sum', 'product']))
  const run = await session.run({ document, revision: 1, backend: 'cpu' })
  const measured = await plan({ document, kind: 'run', backend: 'cpu', measure: true })
  expect(measured.timing?.kernels).toHaveLength(report.kernels.length)
  // the numbers on screen are still those of the run
  const target = { kind: 'edge', id: 'e1' } as const
  expect((await session.readTensor({ runId: run.runId, target, which: 'value' })).data).toHaveLength(1)
})
