/** The next step of a walk is made ready while this one is read. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { readGraph } from '../../engine/document/file.ts'
import { defaultTraining } from '../../engine/document/types.ts'
import { Session } from '../../engine/session/session.ts'
import type * as details from '../../engine/session/steps/detail.ts'

const { document } = readGraph(readFileSync(join(import.meta.dirname, '../../examples/apples.chainrule.json')))
const made: number[] = []
vi.mock('../../engine/session/steps/detail.ts', async (original) => {
  const real = await original<typeof details>()
  return {
    ...real,
    detailOf: (...given: Parameters<typeof details.detailOf>) => {
      made.push(given[1].index)
      return real.detailOf(...given)
    }
  }
})

const breathe = () => new Promise<void>((resolve) => setImmediate(resolve))
const pause = async () => {
  for (let i = 0; i < 5; i++) await breathe()
}

test('is made once, and told as it would be without', async () => {
  const session = new Session({ breathe })
  const { walkId, steps } = await session.steps({ document, revision: 0, backend: 'cpu' })
  const told: unknown[] = []
  for (const index of steps.keys()) {
    const { milliseconds: _, ...detail } = await session.readStep({ walkId, index })
    told.push(detail)
    await pause()
    // this one and the next, if there is one
    expect(made).toEqual(Array.from({ length: Math.min(index + 2, steps.length) }, (_, i) => i))
  }
  made.length = 0
  const again = await session.steps({ document, revision: 0, backend: 'cpu' })
  for (const index of [...steps.keys()].reverse()) {
    const { milliseconds: _, ...detail } = await session.readStep({ walkId: again.walkId, index, cells: { none: 0 } })
    expect(detail).toEqual({ ...(told[index] as object), walkId: again.walkId })
  }
  await pause()
})

test('is not what another sample or another cell is asked for', async () => {
  const session = new Session({ breathe })
  const { walkId } = await session.steps({ document, revision: 0, backend: 'cpu' })
  made.length = 0
  await session.readStep({ walkId, index: 0 })
  await pause()
  await session.readStep({ walkId, index: 1, cells: { out: 0 } })
  expect(made).toEqual([0, 1, 1])
  await session.endSteps()
  await expect(session.readStep({ walkId, index: 2 })).rejects.toThrow()
})

test('is left alone where it solves for all weights at once', async () => {
  const session = new Session({ breathe })
  const optimizer = { kind: 'newton', learningRate: 1 } as const
  const newton = { ...document, training: { ...defaultTraining, optimizer } }
  const { walkId, steps } = await session.steps({ document: newton, revision: 0, backend: 'cpu' })
  const first = steps.findIndex(({ kind }) => kind === 'update')
  expect(first).toBeGreaterThan(0)
  made.length = 0
  await session.readStep({ walkId, index: first - 1 })
  await pause()
  expect(made).toEqual([first - 1])
})
