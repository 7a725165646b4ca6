import { describe, expect, test } from 'vitest'
import { fail, ProblemError } from '../../engine/problem.ts'
import { CpuExecutor } from '../../engine/runtime/cpu.ts'
import type { BackendProbe } from '../../engine/runtime/probe.ts'
import { Backends } from '../../engine/session/backends.ts'
import type { BackendName } from '../../engine/session/protocol.ts'

const probe = (backend: BackendProbe['backend'], software: boolean): BackendProbe => ({
  backend,
  available: true,
  device: `a ${backend} device`,
  software,
  reason: software ? 'it is drawn by the processor' : ''
})

/** A machine with the given devices; every executor is a CPU one, so that only the choice is tested. */
function machine(devices: readonly BackendProbe[], broken: readonly BackendName[] = []) {
  const made: BackendName[] = []
  const backends = new Backends(
    async () => devices,
    async (name) => {
      if (broken.includes(name))
        fail('run.backendUnavailable', { backend: name, reason: 'its first kernel gave wrong numbers' })
      made.push(name)
      return new CpuExecutor()
    }
  )
  return { backends, made }
}

const good = [probe('webgpu', false), probe('webgl2', false)]
const heavy = { kind: 'learn', operations: 2e8 } as const
const light = { kind: 'learn', operations: 1e5 } as const
const look = { kind: 'look', operations: 0 } as const

describe('auto', () => {
  test('learns large graphs on the GPU', async () => {
    const { report } = await machine(good).backends.choose('auto', heavy)
    expect(report).toMatchObject({ backend: 'webgpu', passedOver: [] })
  })

  test('learns small graphs and looks at values on the CPU, and says why', async () => {
    const { backends } = machine(good)
    const small = (await backends.choose('auto', light)).report
    expect(small.backend).toBe('wasm')
    expect(small.passedOver[0]?.reason).toBe(
      'a step of this graph is 0.1 million operations; below 50 million the CPU is faster'
    )
    const looking = (await backends.choose('auto', look)).report
    expect(looking.backend).toBe('wasm')
    expect(looking.passedOver.map((p) => p.backend)).toEqual(['webgpu', 'webgl2'])
  })

  test('never takes a GPU in software, and says so', async () => {
    const { report } = await machine([probe('webgpu', true), probe('webgl2', true)]).backends.choose('auto', heavy)
    expect(report.backend).toBe('wasm')
    expect(report.passedOver.map((p) => p.reason)).toEqual([
      'it is drawn by the processor',
      'it is drawn by the processor'
    ])
  })

  test('passes a device over that cannot compute', async () => {
    const { report } = await machine(good, ['webgpu']).backends.choose('auto', heavy)
    expect(report.backend).toBe('webgl2')
    expect(report.passedOver[0]).toMatchObject({ backend: 'webgpu', reason: expect.stringContaining('wrong numbers') })
  })
})

describe('by name', () => {
  test('is taken even in software and for small graphs', async () => {
    const { report } = await machine([probe('webgl2', true)]).backends.choose('webgl2', light)
    expect(report).toMatchObject({ backend: 'webgl2', passedOver: [] })
  })

  test('is refused where it cannot run; nothing else takes its place', async () => {
    await expect(machine(good, ['webgpu']).backends.choose('webgpu', heavy)).rejects.toThrow(ProblemError)
    await expect(machine([]).backends.choose('webgl2', heavy)).rejects.toThrow(/cannot run here/)
  })
})

test('a lost device is made anew for the next piece of work', async () => {
  const { backends, made } = machine(good)
  await backends.choose('auto', heavy)
  await backends.choose('auto', heavy)
  expect(made).toEqual(['webgpu'])
  await backends.dropGpu()
  await backends.choose('auto', heavy)
  expect(made).toEqual(['webgpu', 'webgpu'])
})
