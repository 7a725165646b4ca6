/** The screen's part of looking back: one step at a time, the last that was asked for, and what ends it. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { defaultTraining } from '../../engine/document/types.ts'
import type { SessionClient, TrainEvent, TrainRequest } from '../../engine/session/protocol.ts'
import { Session } from '../../engine/session/session.ts'
import { followHistory, goBy, goLive, keepStep, lookAt, neighbour, useHistory } from '../../renderer/history/state.ts'
import { replaceClient } from '../../renderer/session/session.ts'
import { useAnnouncements } from '../../renderer/store/announce.ts'
import { dispatch, load, undo } from '../../renderer/store/editor.ts'
import { followEditor, run, train, useRun } from '../../renderer/store/run.ts'
import { oneLayer } from '../graphs.ts'

// the settings look at the window when they are made
vi.hoisted(() => Object.assign(globalThis, { window: { innerWidth: 1440 } }))

const document = oneLayer('spiral', 3, { ...defaultTraining, epochs: 4, batchSize: 60 })

let asked: number[] = []
let end = () => {}

beforeEach(async () => {
  asked = []
  const session = new Session({ breathe: async () => undefined })
  const other: Record<string, unknown> = {
    train: (request: TrainRequest, on: (event: TrainEvent) => void) =>
      session.train({ ...request, backend: 'cpu', snapshotEvery: 0 }, on),
    lookBack: (request: { step: number; revision: number }) => {
      asked.push(request.step)
      return session.lookBack(request)
    }
  }
  // the worker asks a function whether to stop, the screen hands over a signal
  const answer =
    (method: (...given: unknown[]) => unknown) =>
    (...given: unknown[]) =>
      method(...given.map((one) => (one instanceof AbortSignal ? () => one.aborted : one)))
  const client = new Proxy(session, {
    get: (of, name) => answer((other[name as string] ?? Reflect.get(of, name).bind(of)) as never)
  }) as unknown as SessionClient
  replaceClient(client)
  load(document, { path: null, name: null })
  const ends = [followHistory(), followEditor()]
  end = () => {
    for (const one of ends) one()
  }
  await train()
  await vi.waitFor(() => expect(useHistory.getState().overview?.steps).toBe(20))
  await run()
})
afterEach(() => end())

const shown = () => useRun.getState().result?.past?.step ?? null

it('shows the last step that was asked for, and passes over those between', async () => {
  const all = [lookAt(2), lookAt(9), lookAt(14), lookAt(5)]
  await Promise.all(all)
  expect(asked).toEqual([2, 5])
  expect([useHistory.getState().at, shown()]).toEqual([5, 5])
  await goBy(-1)
  expect(shown()).toBe(4)
  expect(neighbour(1)).toBe(5)
  await lookAt(1000)
  expect(shown()).toBe(20)
  // past the last one is now
  await goBy(1)
  expect([useHistory.getState().at, shown()]).toEqual([null, null])
})

it('ends with a run, and with an edit, which says so; taken back, the training is there again', async () => {
  await lookAt(3)
  await run()
  expect([useHistory.getState().at, shown()]).toEqual([null, null])
  await lookAt(3)
  dispatch({ type: 'set', setting: 'objective', value: 'dense' })
  expect(useHistory.getState()).toMatchObject({ at: null, fits: false })
  expect(useAnnouncements.getState().toasts.at(-1)).toMatchObject({ kind: 'note' })
  await lookAt(3)
  expect(asked).toEqual([3, 3])
  undo()
  expect(useHistory.getState().fits).toBe(true)
  await lookAt(3)
  expect(shown()).toBe(3)
  await goLive()
  expect(shown()).toBeNull()
})

it('takes the weights of a step', async () => {
  await lookAt(1)
  const then = useRun.getState().result?.parameters['dense.kernel']?.value.values
  await keepStep()
  expect(shown()).toBeNull()
  expect(useRun.getState().unexported).toBe(true)
  expect(useRun.getState().result?.parameters['dense.kernel']?.value.values).toEqual(then)
})

it('looks the training through when nothing else is to do', async () => {
  await vi.waitFor(() => expect(useHistory.getState().findings).not.toBeNull(), 3000)
})
