/** Two thousand random graphs, larger than the hundred of the normal test. On GPUs: gpu/random-graphs.test.ts. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkGraph } from '../generated/check-graph.ts'
import { KEPT_SEEDS, keepIfItFails, NIGHTLY } from './keep.ts'

const path = join(import.meta.dirname, '..', KEPT_SEEDS)
const file = { read: () => readFile(path, 'utf8'), write: (text: string) => writeFile(path, text) }

test.each(NIGHTLY)('random graph of seed $seed and size $size', (graph) =>
  keepIfItFails(graph, checkGraph(graph.seed, graph.size), file)
)

test('a graph that fails is kept, once', async () => {
  let text = '[{ "seed": 1, "size": 2 }]'
  const memory = {
    read: async () => text,
    write: async (now: string) => {
      text = now
    }
  }
  for (const graph of [
    { seed: 3, size: 4 },
    { seed: 3, size: 4 },
    { seed: 1, size: 2 }
  ])
    await expect(keepIfItFails(graph, Promise.reject(new Error('no')), memory)).rejects.toThrow('no')
  expect(JSON.parse(text)).toEqual([
    { seed: 1, size: 2 },
    { seed: 3, size: 4 }
  ])
})
