/** The loop on devices: steps go on while a loss is on its way back, and data sets are uploaded once. */
import { describe, expect, test } from 'vitest'
import { createDataSet } from '../../engine/data/dataset.ts'
import { build } from '../../engine/document/build.ts'
import { defaultTraining, type TrainingSettings } from '../../engine/document/types.ts'
import { ProblemError } from '../../engine/problem.ts'
import { CpuExecutor } from '../../engine/runtime/cpu.ts'
import type { Program } from '../../engine/runtime/executor.ts'
import { trainingGraph } from '../../engine/train/graph.ts'
import { initialValues } from '../../engine/train/init.ts'
import { type Progress, trainLoop } from '../../engine/train/loop.ts'
import { stepRate } from '../../engine/train/rate.ts'
import { oneLayer } from '../graphs.ts'

const document = oneLayer('spiral', 3)

/** Numbers that were read arrive only when so many more steps were begun. */
class LateExecutor extends CpuExecutor {
  readonly late: number
  runs = 0
  /** Steps that were begun while a number was on its way. */
  readonly meanwhile: number[] = []

  constructor(late: number) {
    super()
    this.late = late
  }

  override async load(plan: Parameters<CpuExecutor['load']>[0]): Promise<Program> {
    const program = await super.load(plan)
    return {
      ...program,
      run: (feeds, stop) => {
        this.runs++
        return program.run(feeds, stop)
      },
      read: async (id) => {
        const [numbers, from] = [await program.read(id), this.runs]
        for (let turn = 0; this.runs < from + this.late && turn < 50; turn++) await new Promise(setImmediate)
        this.meanwhile.push(this.runs - from)
        return numbers
      }
    }
  }
}

async function train(
  executor: CpuExecutor,
  learningRate = 0.1,
  more: Partial<TrainingSettings> = {}
): Promise<Progress[]> {
  const optimizer = { kind: 'sgd', learningRate } as const
  const settings = { ...defaultTraining, optimizer, batchSize: 16, epochs: 2, ...more }
  const graph = trainingGraph(document, build(document), settings)
  for (const { name, shape, init } of graph.parameters)
    await executor.setVariable(name, initialValues(name, shape, init, 1))
  const told: Progress[] = []
  let clock = 0
  await trainLoop({
    graph,
    settings,
    sets: new Map([['data', createDataSet('spiral', {})]]),
    executor,
    stop: () => false,
    // every step is one to tell of
    now: () => (clock += 60),
    listener: { onProgress: (p) => told.push(p), pause: () => new Promise(setImmediate) }
  })
  return told
}

test('steps go on while a loss is on its way, and each is told with its own step', async () => {
  const [prompt, late] = [new LateExecutor(0), new LateExecutor(1)]
  const [each, told] = [await train(prompt), await train(late)]
  expect(each.map((p) => p.step)).toEqual(each.map((_, i) => i + 1))
  expect(Math.max(...late.meanwhile)).toBe(1)
  expect(told.map((p) => [p.epoch, p.step, p.loss])).toEqual(each.map((p) => [p.epoch, p.step, p.loss]))
})

test('a device that is behind is waited for: one number at most is on its way', async () => {
  const executor = new LateExecutor(5)
  await train(executor)
  expect(Math.max(...executor.meanwhile)).toBeLessThanOrEqual(1)
})

test('a loss that is no number ends the training, a step late at most', async () => {
  const executor = new LateExecutor(1)
  const error = await train(executor, 1e38).catch((e) => e)
  expect(error).toBeInstanceOf(ProblemError)
  expect(error.problem.code).toBe('train.diverged')
  expect(executor.runs - error.problem.params.step).toBeLessThanOrEqual(1)
})

describe('data on the device', () => {
  /** As a GPU: tensors of so many numbers at most, and an eye on what it is fed. */
  class DeviceExecutor extends CpuExecutor {
    readonly dataLimit: number
    readonly fed = new Set<string>()
    readonly held = new Map<string, number>()

    constructor(dataLimit: number) {
      super()
      this.dataLimit = dataLimit
    }

    override async load(plan: Parameters<CpuExecutor['load']>[0]): Promise<Program> {
      const program = await super.load(plan)
      return {
        ...program,
        run: (feeds, stop) => {
          for (const { name } of plan.feeds) this.fed.add(name)
          return program.run(feeds, stop)
        }
      }
    }

    override async setVariable(name: string, values: ArrayLike<number>): Promise<void> {
      this.held.set(name, Math.max(values.length, this.held.get(name) ?? 0))
      await super.setVariable(name, values)
    }
  }

  const rows = createDataSet('spiral', {}).train.rows

  test.each([
    ['in one piece', 1_000_000, 1],
    ['in pieces', Math.ceil(rows / 3) * 3, 3]
  ])('%s: the same losses, and rows are named instead of sent', async (_name, limit, pieces) => {
    const device = new DeviceExecutor(limit)
    const more = { validationSplit: 0 }
    const [there, here] = [await train(device, 0.1, more), await train(new LateExecutor(0), 0.1, more)]
    expect(there.map((p) => p.loss)).toEqual(here.map((p) => p.loss))
    expect([...device.fed].filter((name) => name.startsWith('data#'))).toEqual([])
    const tables = [...device.held].filter(([name]) => name.startsWith('#data.data.labels'))
    expect(tables).toHaveLength(pieces)
    expect(tables.reduce((sum, [, size]) => sum + size, 0)).toBe(rows * 3)
    for (const [, size] of tables) expect(size).toBeLessThanOrEqual(limit)
    // and given back
    for (const [name] of tables) expect(await device.getVariable(name)).toHaveLength(0)
  })

  test('with rows held back for validation', async () => {
    const device = new DeviceExecutor(1_000_000)
    const more = { validationSplit: 0.25 }
    const [there, here] = [await train(device, 0.1, more), await train(new LateExecutor(0), 0.1, more)]
    expect(there.map((p) => p.loss)).toEqual(here.map((p) => p.loss))
  })

  test.each([
    ['names its rows, of one batch that it uploads', 1_000_000, 16 * 2],
    ['is fed where the training will be', 30, undefined]
  ] as const)('a trial %s', async (_name, limit, size) => {
    const device = new DeviceExecutor(limit)
    const settings = { ...defaultTraining, batchSize: 16 }
    const graph = trainingGraph(document, build(document), settings)
    for (const { name, shape, init } of graph.parameters)
      await device.setVariable(name, initialValues(name, shape, init, 1))
    let clock = 0
    const rate = await stepRate(device, {
      graph,
      batch: 16,
      tables: new Map([['data', createDataSet('spiral', {}).train]]),
      milliseconds: 100,
      now: () => (clock += 10),
      stop: () => false
    })
    expect(rate).toBeGreaterThan(0)
    expect(device.fed.has('data#features')).toBe(size === undefined)
    const name = '#data.data.features.0'
    expect(device.held.get(name)).toBe(size)
    // and given back
    if (size !== undefined) expect(await device.getVariable(name)).toHaveLength(0)
  })

  test('what would be too many pieces is fed as ever', async () => {
    const device = new DeviceExecutor(30)
    await train(device)
    expect([...device.fed]).toContain('data#features')
  })
})
