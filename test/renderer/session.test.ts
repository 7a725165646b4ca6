/** The page's engine: a worker that broke is replaced when it is next asked for. */
import { afterEach, expect, test, vi } from 'vitest'
import { client } from '../../renderer/session/session.ts'

class FakeWorker extends EventTarget {
  static readonly made: FakeWorker[] = []
  terminated = false
  constructor() {
    super()
    FakeWorker.made.push(this)
  }
  /** Answers each call with what it is asked to be. */
  postMessage({ call }: { call: number }): void {
    queueMicrotask(() => this.dispatchEvent(Object.assign(new Event('message'), { data: { call, result: [] } })))
  }
  terminate(): void {
    this.terminated = true
  }
}

vi.stubGlobal('Worker', FakeWorker)
afterEach(() => vi.unstubAllGlobals())

test('one worker, until it breaks; the next call has a new one', async () => {
  const first = client()
  expect(client()).toBe(first)
  expect(await first.dataSets()).toEqual([])
  const [worker] = FakeWorker.made as [FakeWorker]
  worker.dispatchEvent(Object.assign(new Event('error'), { message: 'broken' }))
  expect(worker.terminated).toBe(true)
  await expect(first.dataSets()).rejects.toThrow('The engine stopped: broken')
  const second = client()
  expect(second).not.toBe(first)
  expect(await second.dataSets()).toEqual([])
  expect(client()).toBe(second)
  expect(FakeWorker.made).toHaveLength(2)
})
