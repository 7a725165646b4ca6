/** Batches of the digits that Chainrule draws itself: the shapes and the many zeros of MNIST, without a download. */
import { createDataSet } from '../../../engine/data/dataset.ts'
import type { Tensors } from './workload.ts'

const BATCHES = 8

export function digits(batch: number, flatten: boolean): Tensors[] {
  const { train } = createDataSet('digits', { size: BATCHES * batch, flatten })
  return Array.from({ length: BATCHES }, (_, n) => {
    const features = new Float32Array(batch * train.featureSize)
    const labels = new Float32Array(batch * train.labelSize)
    train.gather(
      Uint32Array.from({ length: batch }, (_, i) => n * batch + i),
      features,
      labels
    )
    return {
      x: { shape: [batch, ...train.featureShape], values: features },
      t: { shape: [batch, ...train.labelShape], values: labels }
    }
  })
}
