/** A trained network with PyTorch's input gradients, and how ours are compared with them. */
import { expect } from 'vitest'
import type { GraphDocument } from '../../engine/document/types.ts'
import type { BackendChoice, DataFile } from '../../engine/session/protocol.ts'
import { Session } from '../../engine/session/session.ts'

export interface SaliencyCase {
  readonly document: GraphDocument
  readonly weights: readonly { readonly name: string; readonly shape: readonly number[]; readonly data: number[] }[]
  readonly samples: readonly {
    /** Of the test split. */
    readonly row: number
    /** The score that is asked for; the largest where absent. */
    readonly chosen?: number
    /** Bytes. */
    readonly pixels: readonly number[]
    readonly scores: readonly number[]
    readonly index: number
    readonly gradient: readonly number[]
    readonly guided: readonly number[]
  }[]
}

/** Largest difference, as a share of the largest expected number. */
function apart(found: ArrayLike<number>, expected: readonly number[]): number {
  expect(found.length).toBe(expected.length)
  const largest = Math.max(...expected.map(Math.abs))
  return Math.max(...expected.map((x, i) => Math.abs(x - (found[i] as number)))) / largest
}

export async function compareWithGolden(
  { document, weights, samples }: SaliencyCase,
  backend: BackendChoice,
  mnist?: readonly DataFile[]
): Promise<void> {
  const session = new Session({ breathe: async () => undefined })
  if (mnist) await session.provideData('mnist', mnist)
  const tensors = weights.map((tensor) => ({ ...tensor, dtype: 'float32' }))
  const training = { epochs: 0, steps: 0, loss: null, metrics: {} }
  const file = { format: 'chainrule-weights', version: 1, graph: document.name, tensors, training }
  await session.importWeights(document, new TextEncoder().encode(JSON.stringify(file)))
  for (const { row, chosen, pixels, scores, index, gradient, guided } of samples) {
    const report = await session.explainSample({
      document,
      backend,
      sample: { split: 'test', row },
      ...(chosen === undefined ? {} : { chosen })
    })
    const [input] = report.inputs
    expect(Array.from(input?.value ?? [], (x) => Math.round(x * 255))).toEqual(pixels)
    expect(report.chosen).toBe(index)
    expect(apart(report.scores.values, scores)).toBeLessThan(1e-4)
    expect(apart(input?.gradient ?? [], gradient)).toBeLessThan(1e-4)
    expect(apart(input?.guided ?? [], guided)).toBeLessThan(1e-4)
    // what guided backpropagation leaves out is not little: this compares two different pictures
    expect(apart(gradient, guided)).toBeGreaterThan(0.1)
  }
}
