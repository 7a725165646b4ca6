/** What backward computes again rather than keeps, what memory that leaves, and that the numbers are the same. */
import { describe, expect, test } from 'vitest'
import { backward } from '../../engine/compile/backward.ts'
import { compile } from '../../engine/compile/compile.ts'
import { describeStep, writtenBy } from '../../engine/compile/plan.ts'
import { Builder, type Value } from '../../engine/ir/builder.ts'
import { verify } from '../../engine/ir/verify.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { Random } from '../../engine/random.ts'
import { CpuExecutor } from '../../engine/runtime/cpu.ts'
import type { Executor } from '../../engine/runtime/executor.ts'
import { ReferenceExecutor } from '../../engine/runtime/reference.ts'
import { WasmExecutor } from '../../engine/runtime/wasm/index.ts'
import { sizeOf } from '../../engine/shape.ts'
import { checkPlan } from '../generated/plan-check.ts'

/** Loss of a layer's sigmoids and the gradient with respect to its weights. */
function planOf(batch: number) {
  const b = new Builder(opOf)
  const w = b.variable('w', [20, 10])
  const p = b.one('Sigmoid', b.matmul(b.feed('x', [batch, 20]), w))
  const loss = b.emit('BinaryCrossEntropy', [p, b.feed('t', [batch, 10])], { reduction: 'mean' })
  const slope = backward(b, loss, new Set([w.id])).get(w.id) as Value
  const wanted = [loss, slope].map((v) => v.id)
  const limits = { maxOperands: 12, maxOutputs: 4, looseSlots: true, longestRow: 1024 }
  const { plan, idOf } = compile(b.graph(), { batch: 1, wanted, ...limits })
  verify(plan.ir, opOf)
  checkPlan(plan)
  const temporaries = plan.slots.reduce((sum, s) => sum + (s.role === 'temporary' ? s.size : 0), 0)
  return { plan, temporaries, ids: wanted.map(idOf) }
}

describe('1 - p of a binary cross-entropy', () => {
  test('is not kept for backward', () => {
    const { plan, temporaries } = planOf(64)
    const forward = plan.steps[0]
    expect(describeStep(forward as NonNullable<typeof forward>)).toContain('product 64×20×10')
    // p, and what is added up to the loss; 640 numbers more where 1 - p is kept
    expect(plan.steps.flatMap(writtenBy).filter((w) => w.node.op === 'Sub')).toEqual([])
    expect(temporaries).toBe(3 * 640 + 200 + 2)
  })

  test('is where it is so small that an operation is dearer', () => {
    expect(
      planOf(8)
        .plan.steps.flatMap(writtenBy)
        .map((w) => w.node.op)
    ).toContain('Sub')
  })

  test('the numbers are the reference’s', async () => {
    const { plan, ids } = planOf(64)
    const random = new Random(3)
    const feeds = Object.fromEntries(
      plan.feeds.map(({ name, shape }) => [
        name,
        Float32Array.from({ length: sizeOf(shape) }, () => (name === 't' ? random.int(2) : random.uniform(-1, 1)))
      ])
    )
    const weights = Float32Array.from({ length: 200 }, () => random.uniform(-1, 1))
    const read = async (executor: Executor) => {
      await executor.setVariable('w', weights)
      const program = await executor.load(plan)
      await program.run(feeds)
      return Promise.all(ids.map((id) => program.read(id)))
    }
    const exact = await read(new ReferenceExecutor())
    for (const executor of [new CpuExecutor(), new WasmExecutor('relaxed')]) {
      const found = await read(executor)
      for (const [i, values] of exact.entries())
        for (const [at, value] of values.entries()) expect(found[i]?.[at]).toBeCloseTo(value, 5)
    }
  })
})
