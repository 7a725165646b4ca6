import { describe, expect, test } from 'vitest'
import { fail, ProblemError, problem } from '../../engine/problem.ts'
import { CpuExecutor } from '../../engine/runtime/cpu.ts'
import type { Executor } from '../../engine/runtime/executor.ts'
import type { BackendProbe } from '../../engine/runtime/probe.ts'
import { Backends, type Work } from '../../engine/session/backends.ts'
import type { BackendName } from '../../engine/session/protocol.ts'

const probe = (backend: BackendProbe['backend'], software: boolean): BackendProbe => ({
  backend,
  available: true,
  device: `a ${backend} device`,
  software,
  why: software ? problem('backend.software', { device: 'SwiftShader' }) : null
})

/** A machine with the given devices; every executor is a CPU one, so that only the choice is tested. */
function machine(devices: readonly BackendProbe[], broken: readonly BackendName[] = []) {
  const made = new Map<Executor, BackendName>()
  const backends = new Backends(
    async () => devices,
    async (name) => {
      if (broken.includes(name))
        fail('run.backendUnavailable', { backend: name, reason: 'its first kernel gave wrong numbers' })
      const executor = new CpuExecutor()
      made.set(executor, name)
      return executor
    }
  )
  const tried: BackendName[] = []
  /** A training that runs at these steps per second; null where it does not fit. */
  const learn = (rates: Partial<Record<BackendName, number | null>>, steps = 10_000, key = 'graph'): Work => ({
    kind: 'learn',
    trial: {
      key,
      steps,
      run: async (executor) => {
        const name = made.get(executor) as BackendName
        tried.push(name)
        return rates[name] ?? fail('run.outOfMemory', { needed: '8 GB', available: '4 GB' })
      }
    }
  })
  return { backends, made: () => [...made.values()], learn, tried }
}

const good = [probe('webgpu', false), probe('webgl2', false)]
const look = { kind: 'look' } as const

describe('auto', () => {
  test('tries a training on the GPU and on the CPU, takes the faster and shows both numbers', async () => {
    const { backends, learn } = machine(good)
    const { report } = await backends.choose('auto', learn({ webgpu: 900, wasm: 300 }))
    expect(report).toMatchObject({
      backend: 'webgpu',
      passedOver: [],
      trials: [
        { backend: 'wasm', stepsPerSecond: 300 },
        { backend: 'webgpu', stepsPerSecond: 900 }
      ]
    })
    const slower = (await backends.choose('auto', learn({ webgpu: 210.4, wasm: 300 }, 10_000, 'another'))).report
    expect(slower).toMatchObject({ backend: 'wasm', trials: [{ backend: 'wasm' }, { backend: 'webgpu' }] })
    expect(slower.passedOver).toEqual([
      {
        backend: 'webgpu',
        why: problem('backend.slower', { rate: '210', other: 'wasm', best: '300' })
      }
    ])
  })

  test('tries a graph once, and another anew', async () => {
    const { backends, learn, tried } = machine(good)
    for (const key of ['a', 'a', 'b', 'a']) await backends.choose('auto', learn({ webgpu: 9, wasm: 3 }, 1e6, key))
    expect(tried).toEqual(['wasm', 'webgpu', 'wasm', 'webgpu'])
  })

  test('does not try the GPU for a training that is over in two seconds', async () => {
    const { backends, learn, tried } = machine(good)
    const { report } = await backends.choose('auto', learn({ webgpu: 9000, wasm: 1000 }, 1500))
    expect(report).toMatchObject({
      backend: 'wasm',
      passedOver: [{ backend: 'webgpu', why: { code: 'backend.shortTraining', params: { seconds: '1.5' } } }]
    })
    expect(tried).toEqual(['wasm'])
    expect((await backends.choose('auto', learn({ webgpu: 9000, wasm: 1000 }, 2500))).report.backend).toBe('webgpu')
  })

  test('takes the one that can hold the training', async () => {
    const { backends, learn } = machine(good)
    const onCpu = (await backends.choose('auto', learn({ webgpu: null, wasm: 10 }))).report
    expect(onCpu).toMatchObject({
      backend: 'wasm',
      passedOver: [{ backend: 'webgpu', why: { code: 'run.outOfMemory' } }]
    })
    const onGpu = (await backends.choose('auto', learn({ webgpu: 10, wasm: null }, 1e4, 'b'))).report
    expect(onGpu).toMatchObject({
      backend: 'webgpu',
      passedOver: [{ backend: 'wasm', why: { code: 'run.outOfMemory' } }]
    })
  })

  test('a trial that was stopped counts for nothing', async () => {
    const { backends, learn, tried } = machine(good)
    await backends.choose('auto', learn({ webgpu: Number.NaN, wasm: Number.NaN }))
    expect((await backends.choose('auto', learn({ webgpu: 5, wasm: 4 }))).report.backend).toBe('webgpu')
    expect(tried).toEqual(['wasm', 'wasm', 'webgpu'])
  })

  test('looks at values on the CPU, and says why', async () => {
    const { report } = await machine(good).backends.choose('auto', look)
    expect(report.backend).toBe('wasm')
    expect(report.passedOver.map((p) => [p.backend, p.why.code])).toEqual([
      ['webgpu', 'backend.readsBack'],
      ['webgl2', 'backend.readsBack']
    ])
    const solved = await machine(good).backends.choose('auto', { kind: 'host' })
    expect(solved.report.passedOver[0]?.why.code).toBe('backend.hostSteps')
  })

  test('never takes a GPU in software, and says so', async () => {
    const { backends, learn, tried } = machine([probe('webgpu', true), probe('webgl2', true)])
    const { report } = await backends.choose('auto', learn({ wasm: 1 }))
    expect(report.backend).toBe('wasm')
    expect(report.passedOver.map((p) => p.why.code)).toEqual(['backend.software', 'backend.software'])
    expect(tried).toEqual([])
  })

  test('passes a device over that cannot compute', async () => {
    const { backends, learn } = machine(good, ['webgpu'])
    const { report } = await backends.choose('auto', learn({ webgl2: 2, wasm: 1 }))
    expect(report.backend).toBe('webgl2')
    expect(report.passedOver[0]).toMatchObject({
      backend: 'webgpu',
      why: { message: expect.stringContaining('wrong numbers') }
    })
  })

  test('only asked, it names the best device that there is', async () => {
    expect((await machine(good).backends.choose('auto', { kind: 'anything' })).report.backend).toBe('webgpu')
    expect((await machine([]).backends.choose('auto', { kind: 'anything' })).report.backend).toBe('wasm')
  })
})

describe('by name', () => {
  test('is taken even in software and untried', async () => {
    const { backends, learn, tried } = machine([probe('webgl2', true)])
    const { report } = await backends.choose('webgl2', learn({ webgl2: 1, wasm: 2 }))
    expect(report).toMatchObject({ backend: 'webgl2', passedOver: [], trials: [] })
    expect(tried).toEqual([])
  })

  test('is refused where it cannot run; nothing else takes its place', async () => {
    await expect(machine(good, ['webgpu']).backends.choose('webgpu', look)).rejects.toThrow(ProblemError)
    await expect(machine([]).backends.choose('webgl2', look)).rejects.toThrow(/cannot run here/)
  })
})

test('a lost device is made anew for the next piece of work, and tried again', async () => {
  const { backends, made, learn, tried } = machine(good)
  const work = learn({ webgpu: 2, wasm: 1 })
  await backends.choose('auto', work)
  await backends.choose('auto', work)
  expect(made()).toEqual(['webgpu', 'wasm'])
  await backends.dropGpu()
  await backends.choose('auto', work)
  expect(made()).toEqual(['webgpu', 'wasm', 'webgpu'])
  expect(tried).toHaveLength(4)
})

test('who asks for a backend while it is being made gets the same one', async () => {
  const { backends, made } = machine([])
  const [one, other] = await Promise.all([backends.choose('cpu', look), backends.choose('cpu', look)])
  expect(one.executor).toBe(other.executor)
  expect(made()).toEqual(['cpu'])
})
