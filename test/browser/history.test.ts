/** Looking back at a training on a GPU: the states come back while the steps go on, and are those of their steps. */
import { expect, test } from 'vitest'
import { defaultTraining } from '../../engine/document/types.ts'
import { probeBackends } from '../../engine/runtime/probe.ts'
import { Session } from '../../engine/session/session.ts'
import { oneLayer } from '../graphs.ts'

const rate = 0.125
const document = oneLayer('spiral', 3, {
  ...defaultTraining,
  optimizer: { kind: 'sgd', learningRate: rate },
  epochs: 4,
  batchSize: 64
})

const probes = await probeBackends()

test.skipIf(!probes.some((p) => p.available)).each(['webgl2', 'webgpu'] as const)('%s', async (backend) => {
  if (!probes.some((p) => p.backend === backend && p.available)) return
  const session = new Session({ breathe: () => Promise.resolve(), historyLimits: { most: 5 }, now: () => 0 })
  const outcome = await session.train({ document, revision: 0, backend, snapshotEvery: 0, history: true }, () => {})
  expect(outcome.outcome).toBe('done')
  const overview = await session.history()
  expect(overview).toMatchObject({ backend, steps: 20, sampled: [1, 9, 17, 20] })
  const read = async (step: number, which: 'value' | 'gradient') => {
    const { runId } = await session.lookBack({ step, revision: 0 })
    return (await session.readTensor({ runId, target: { kind: 'parameter', name: 'dense.kernel' }, which })).data
  }
  // each state, kept or reached again, leads to the next one by its own gradient: rows and weights are of that step
  for (const step of [8, 9, 19]) {
    const [before, gradient, after] = [
      await read(step, 'value'),
      await read(step, 'gradient'),
      await read(step + 1, 'value')
    ]
    for (const [i, g] of gradient.entries()) expect((before[i] as number) - rate * g).toBeCloseTo(after[i] as number, 5)
    expect(before).not.toEqual(after)
  }
})
