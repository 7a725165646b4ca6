/** Training where weights are larger than the device takes for one tensor: the same losses and weights, in pieces. */
import { describe, expect, test } from 'vitest'
import type { TrainingSettings } from '../../engine/document/types.ts'
import { CpuExecutor } from '../../engine/runtime/cpu.ts'
import { compileStep } from '../../engine/train/step.ts'
import { oneLayer } from '../graphs.ts'
import { PiecedExecutor } from '../pieced.ts'
import { trained } from '../trained.ts'

/** 784 pixels to 10 classes: 7,840 weights. */
const document = oneLayer('digits', 10)
/** A batch of 8 rows is the largest tensor that is no weight. */
const MOST = 8 * 784

const WAYS: Readonly<Record<string, Partial<TrainingSettings>>> = {
  'gradient descent with momentum and decay': {
    optimizer: { kind: 'sgd', learningRate: 0.05, momentum: 0.9, weightDecay: 0.01 }
  },
  'Adam, gradients clipped by their norm': {
    optimizer: { kind: 'adam', learningRate: 0.01 },
    clip: { norm: 0.5 }
  }
}

async function train(executor: CpuExecutor, way: Partial<TrainingSettings>) {
  const { graph, epochs } = await trained(executor, document, 'digits', { batchSize: 8, epochs: 1, ...way })
  const weights = await Promise.all(graph.parameters.map(({ name }) => executor.getVariable(name)))
  return { losses: epochs.map((e) => e.loss), weights, graph }
}

describe.each(Object.entries(WAYS))('%s', (_name, way) => {
  test('gives the same losses and weights, and no tensor is too large', async () => {
    const pieced = new PiecedExecutor(MOST)
    const [there, here] = [await train(pieced, way), await train(new CpuExecutor(), way)]
    expect(Math.max(...pieced.sizes)).toBeLessThanOrEqual(MOST)
    const { plan } = compileStep(there.graph, 8, pieced)
    expect([...plan.pieces.keys()]).toContain('dense.kernel')
    for (const [i, loss] of there.losses.entries()) expect(loss).toBeCloseTo(here.losses[i] as number, 5)
    for (const [i, weights] of there.weights.entries()) {
      const other = here.weights[i] as Float32Array
      expect(weights).toHaveLength(other.length)
      expect(Math.max(...weights.map((w, k) => Math.abs(w - (other[k] as number))))).toBeLessThan(1e-5)
    }
  })
})
