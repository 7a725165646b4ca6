/** What runs one row at a time in one kernel, that others still get what they read of it, and that the numbers are right. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { backward } from '../../engine/compile/backward.ts'
import { compile } from '../../engine/compile/compile.ts'
import { describeStep, type Plan, writtenBy } from '../../engine/compile/plan.ts'
import { build } from '../../engine/document/build.ts'
import { readGraph } from '../../engine/document/file.ts'
import type { TrainingSettings } from '../../engine/document/types.ts'
import { Builder, type Value } from '../../engine/ir/builder.ts'
import { verify } from '../../engine/ir/verify.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { CpuExecutor } from '../../engine/runtime/cpu.ts'
import type { Executor } from '../../engine/runtime/executor.ts'
import { ReferenceExecutor } from '../../engine/runtime/reference.ts'
import { WasmExecutor } from '../../engine/runtime/wasm/index.ts'
import { kernelOf } from '../../engine/session/what-runs.ts'
import { trainingGraph } from '../../engine/train/graph.ts'
import { checkPlan } from '../generated/plan-check.ts'
import { asOne, asParts, feedsOf, type Make, normalised } from './row-graphs.ts'

const LIMITS = { maxOperands: 12, maxOutputs: 4, looseSlots: true, longestRow: 1024, shortestRow: 2 }
/** As on a GPU. */
const ONE_OUTPUT = { maxOperands: 6, maxOutputs: 1, longestRow: 32 }

function planOf(make: Make, limits: Partial<typeof LIMITS> = LIMITS) {
  const b = new Builder(opOf)
  const wanted = make(b).map((v) => v.id)
  const { plan, idOf } = compile(b.graph(), { batch: 1, wanted, ...limits })
  verify(plan.ir, opOf)
  checkPlan(plan)
  return { plan, ids: wanted.map(idOf) }
}

const rowSteps = (plan: Plan) => plan.steps.filter((s) => s.kind === 'rows')
const opsOf = (plan: Plan): string[] => rowSteps(plan).map((s) => s.nodes.map((n) => n.op).join('·'))

async function read(executor: Executor, plan: Plan, ids: readonly number[], feeds: Record<string, Float32Array>) {
  const program = await executor.load(plan)
  await program.run(feeds)
  const found: number[][] = []
  for (const id of ids) found.push(Array.from(await program.read(id)))
  await executor.dispose()
  return found
}

const EXECUTORS = [() => new CpuExecutor(), () => new WasmExecutor('simd'), () => new WasmExecutor('relaxed')]

/** Every executor against the reference, relative to the largest number. */
async function agrees(make: Make, limits: Partial<typeof LIMITS> = LIMITS, scale = 1): Promise<void> {
  const { plan, ids } = planOf(make, limits)
  expect(rowSteps(plan).length).toBeGreaterThan(0)
  const feeds = feedsOf(plan, scale)
  const exact = await read(new ReferenceExecutor(), plan, ids, feeds)
  for (const open of EXECUTORS) {
    const executor = open()
    const found = await read(executor, plan, ids, feeds)
    for (const [i, values] of exact.entries()) {
      const most = Math.max(1, ...values.map(Math.abs))
      const off = values.map((v, at) => Math.abs(v - (found[i]?.[at] as number)) / most)
      expect(Math.max(...off.map((x) => (Number.isNaN(x) ? 1 : x))), `${executor.device}, value ${i}`).toBeLessThan(
        2e-6
      )
    }
  }
}

describe('softmax with cross-entropy, forward and backward', () => {
  test.each([false, true])('is one kernel; targets are indices: %s', (indices) => {
    const { plan } = planOf(asOne(8, 5, indices, 'mean'))
    expect(rowSteps(plan)).toHaveLength(1)
    expect(writtenBy(rowSteps(plan)[0] as Plan['steps'][number]).map((w) => w.shape)).toEqual([[8], [8, 5]])
    // what is left is the mean over the batch
    expect(plan.steps.map(describeStep).slice(1)).toEqual(['ReduceSum', 'Div'])
  })

  test('drawn as its parts, too', () => {
    const { plan } = planOf(asParts(8, 5))
    expect(rowSteps(plan)).toHaveLength(1)
    expect(plan.steps.map(describeStep).slice(1)).toEqual(['ReduceSum', 'Div·Neg'])
  })

  test('is one kernel for each output where a kernel has one', () => {
    const { plan } = planOf(asOne(8, 5, false, 'mean'), ONE_OUTPUT)
    expect(rowSteps(plan).map((s) => s.shape)).toEqual([[8], [8, 5]])
    expect(rowSteps(planOf(asOne(8, 33, false, 'mean'), ONE_OUTPUT).plan)).toEqual([])
  })

  test('is none where rows are shorter than the executor likes them', () => {
    expect(rowSteps(planOf(asOne(8, 7, false, 'mean'), { ...LIMITS, shortestRow: 8 }).plan)).toEqual([])
    expect(rowSteps(planOf(asOne(8, 8, false, 'mean'), { ...LIMITS, shortestRow: 8 }).plan)).toHaveLength(1)
  })

  test('who reads the probabilities still gets them', async () => {
    const make: Make = (b) => {
      const [loss, slope] = asOne(8, 5, false, 'mean')(b) as [Value, Value]
      const z = b.graph().nodes.find((n) => n.attributes.name === 'z') as Value
      const p = b.one('Softmax', z, { axis: -1 })
      return [loss, slope, p, b.one('ArgMax', p, { axis: -1 })]
    }
    expect(rowSteps(planOf(make).plan)).toHaveLength(1)
    await agrees(make)
  })

  test('a gradient that depends on all rows of the loss waits for them', async () => {
    const make: Make = (b) => {
      const z = b.feed('z', [8, 5])
      const loss = b.emit('SoftmaxCrossEntropyLoss', [z, b.feed('t', [8, 5])], { reduction: 'mean' })
      const square = b.mul(loss, loss)
      return [square, backward(b, square, new Set([z.id])).get(z.id) as Value]
    }
    await agrees(make)
  })

  test.each([2, 3, 4, 5, 6, 7, 8, 10, 17, 64, 100])('%i classes', async (classes) => {
    for (const rows of [1, 3, 40]) {
      for (const indices of [false, true]) {
        await agrees(asOne(rows, classes, indices, 'mean'))
        if (classes <= 32) await agrees(asOne(rows, classes, indices, 'none'), ONE_OUTPUT)
      }
      await agrees(asParts(rows, classes))
    }
  })

  test('does not overflow', async () => {
    await agrees(asOne(6, 10, false, 'sum'), LIMITS, 1000)
    await agrees(asOne(6, 10, true, 'mean'), ONE_OUTPUT, 1000)
  })
})

test('a normalisation over the last axis with gain and bias, and its gradient', async () => {
  await agrees(normalised)
  await agrees(normalised, ONE_OUTPUT)
})

test('as many rows as columns: a number for each row is not taken for one for each column', async () => {
  await agrees((b) => {
    const x = b.feed('z', [4, 4])
    const total = b.sum(x, [1])
    return [b.mul(b.div(x, b.sum(x, [1], true)), total), total]
  })
})

describe('the training of the MNIST MLP', () => {
  const bytes = readFileSync(join(import.meta.dirname, '../../examples/mnist-mlp.chainrule.json'))
  const { document } = readGraph(new Uint8Array(bytes))
  const settings = document.training as TrainingSettings
  const graph = trainingGraph(document, build(document, { training: true }), settings)
  const wanted = [graph.loss]
  const { plan } = compile(graph.ir, { batch: 128, wanted, updates: graph.updates, ...LIMITS })

  test('has one kernel from the logits to the losses and their gradient', () => {
    checkPlan(plan)
    expect(opsOf(plan)).toEqual(['ReduceMax·Sub·Exp·ReduceSum·Log·Sub·Mul·ReduceSum·Neg·Div·ReduceSum·Mul·Sub·Mul'])
    const others = plan.steps.filter((s) => s.kind !== 'rows').flatMap((s) => s.nodes.map((n) => n.op))
    expect(others.filter((op) => ['Exp', 'Log', 'ReduceMax'].includes(op))).toEqual([])
  })

  test('of which the panel says what nodes it is of', () => {
    const report = kernelOf(rowSteps(plan)[0] as Plan['steps'][number])
    expect(report).toMatchObject({ kind: 'rows', nodes: ['loss'], written: 4 * (128 + 1280), read: 4 * 2 * 1280 })
    expect(report.what).toMatch(/^rows 128×10 ReduceMax/)
  })
})
