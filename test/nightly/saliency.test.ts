/** Saliency and guided backpropagation of a network trained on genuine MNIST, against PyTorch where the machine has it. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { readGraph } from '../../engine/document/file.ts'
import type { GraphDocument, TrainingSettings } from '../../engine/document/types.ts'
import { Session } from '../../engine/session/session.ts'
import { findPython } from '../bench/hosts/python.ts'
import { compareWithGolden, type SaliencyCase } from '../golden/saliency.ts'

const root = resolve(import.meta.dirname, '../..')
const mnist = join(process.env.CHAINRULE_DATA ?? join(root, '../shared'), 'mnist')
const python = findPython()
const missing = [existsSync(mnist) ? [] : 'MNIST', python ? [] : 'PyTorch'].flat()
const ROWS = [0, 7, 42, 1000, 9999]

test.skipIf(missing.length > 0)(
  `input gradients of an MNIST digit are those of PyTorch${missing.length > 0 ? ` (skipped: no ${missing.join(', no ')})` : ''}`,
  async () => {
    const example = readGraph(readFileSync(join(root, 'examples/mnist-mlp.chainrule.json'))).document as GraphDocument
    const document = { ...example, training: { ...(example.training as TrainingSettings), epochs: 1 } }
    const files = readdirSync(mnist)
      .filter((name) => name.includes('ubyte'))
      .map((name) => ({ name, bytes: new Uint8Array(readFileSync(join(mnist, name))) }))
    const session = new Session({ breathe: async () => undefined })
    await session.provideData('mnist', files)
    const outcome = await session.train({ document, revision: 0, backend: 'auto', snapshotEvery: 0 }, () => undefined)
    expect(outcome.outcome).toBe('done')
    const { tensors } = JSON.parse(new TextDecoder().decode(await session.exportWeights(document)))
    const samples = []
    for (const row of ROWS) {
      const sample = { split: 'test', row } as const
      const { inputs } = await session.explainSample({ document, backend: 'auto', sample })
      samples.push({ row, pixels: Array.from(inputs[0]?.value ?? [], (x) => Math.round(x * 255)) })
    }
    const folder = mkdtempSync(join(tmpdir(), 'chainrule-saliency-'))
    try {
      const path = join(folder, 'saliency.json')
      writeFileSync(path, JSON.stringify({ cases: [{ document, weights: tensors, samples }] }))
      execFileSync(python as string, [join(root, 'test/golden/make_saliency.py'), path])
      const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { readonly cases: readonly SaliencyCase[] }
      for (const one of cases) await compareWithGolden(one, 'auto', files)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
)
