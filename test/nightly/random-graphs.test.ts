/** Two thousand random graphs, larger than the hundred of the normal test. */
import { test } from 'vitest'
import { checkGraph } from '../generated/random-graphs.ts'

test.each(Array.from({ length: 2000 }, (_, i) => 1000 + i))('random graph of seed %i', async (seed) => {
  await checkGraph(seed, 6 + (seed % 10))
})
