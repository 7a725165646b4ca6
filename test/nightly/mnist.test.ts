/** The whole job on genuine MNIST: long, so it runs at night and by hand (`npm run nightly`). */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readGraph } from '../../engine/document/file.ts'
import type { GraphDocument, TrainingSettings } from '../../engine/document/types.ts'
import { Session } from '../../engine/session/session.ts'

const root = resolve(import.meta.dirname, '../..')
const folder = join(process.env.CHAINRULE_DATA ?? join(root, '../shared'), 'mnist')
const example = readGraph(readFileSync(join(root, 'examples/mnist-mlp.chainrule.json'))).document

async function accuracy(seed: number): Promise<number> {
  const document: GraphDocument = { ...example, training: { ...(example.training as TrainingSettings), seed } }
  const session = new Session({ breathe: () => new Promise((resolve) => setImmediate(resolve)) })
  const files = readdirSync(folder).map((name) => ({ name, bytes: new Uint8Array(readFileSync(join(folder, name))) }))
  await session.provideData('mnist', files)
  const outcome = await session.train({ document, revision: 0, backend: 'cpu', snapshotEvery: 0 }, () => undefined)
  if (outcome.outcome !== 'done') throw new Error(JSON.stringify(outcome))
  expect(outcome.report.steps).toBe(2345)
  const weights = await session.exportWeights(document)
  const again = new Session({ breathe: async () => undefined })
  await again.provideData('mnist', files)
  await again.importWeights(document, weights)
  const { loss, metrics } = await again.evaluate(document, 'cpu')
  expect({ loss, metrics }).toEqual({ loss: outcome.report.test?.loss, metrics: outcome.report.test?.metrics })
  return metrics.accuracy as number
}

describe('MNIST MLP, 5 epochs', () => {
  test('the files are here', () => {
    expect(
      existsSync(folder),
      `put the four MNIST files into ${folder}, or name their folder's parent by CHAINRULE_DATA`
    ).toBe(true)
  })

  test('five seeds: each at least 0.970, their mean at least 0.975', { timeout: 3_600_000 }, async () => {
    const found: number[] = []
    for (const seed of [1, 2, 3, 4, 5]) found.push(await accuracy(seed))
    console.log(`test accuracy by seed: ${found.map((a) => a.toFixed(4)).join(', ')}`)
    for (const one of found) expect(one).toBeGreaterThanOrEqual(0.97)
    expect(found.reduce((a, b) => a + b, 0) / found.length).toBeGreaterThanOrEqual(0.975)
  })
})
