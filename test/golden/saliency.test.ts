/** Saliency and guided backpropagation of trained networks against PyTorch's input gradients (make_saliency.py). */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'vitest'
import type { BackendName } from '../../engine/session/protocol.ts'
import { compareWithGolden, type SaliencyCase } from './saliency.ts'

const { cases } = JSON.parse(readFileSync(join(import.meta.dirname, 'saliency.json'), 'utf8')) as {
  readonly cases: readonly SaliencyCase[]
}
const backends: readonly BackendName[] = ['reference', 'cpu', 'wasm']

describe.each(cases)('$document.name', (one) => {
  test.each(backends)('input gradients are those of PyTorch on %s', async (backend) => {
    await compareWithGolden(one, backend)
  })
})
