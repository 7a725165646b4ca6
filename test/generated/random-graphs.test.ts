/** A hundred random graphs; two thousand more at night. */
import { describe, expect, test } from 'vitest'
import { compile } from '../../engine/compile/compile.ts'
import type { Plan } from '../../engine/compile/plan.ts'
import { Builder } from '../../engine/ir/builder.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { checkGraph, NORMAL_SIZE } from './check-graph.ts'
import kept from './kept-seeds.json'
import { checkPlan } from './plan-check.ts'
import { grow, usableKinds } from './random-graphs.ts'

describe('random graphs', () => {
  const met = new Set<string>()

  test.each(Array.from({ length: 100 }, (_, seed) => seed))('seed %i', async (seed) => {
    for (const kind of (await checkGraph(seed, NORMAL_SIZE)).kinds) met.add(kind)
  })

  // They failed once: they stay.
  for (const { seed, size } of kept) test(`kept: seed ${seed} of size ${size}`, () => checkGraph(seed, size))

  test('the graphs together use nearly all operators', () => {
    expect(met.size).toBeGreaterThan(0.9 * usableKinds.size)
  })

  test('a seed always gives the same graph', async () => {
    const [a, b] = [await grow(5, 6), await grow(5, 6)]
    expect(a.kinds).toEqual(b.kinds)
    expect(a.b.graph()).toEqual(b.b.graph())
    expect(a.feeds).toEqual(b.feeds)
  })
})

describe('the plan checker', () => {
  const plan = (): Plan => {
    const b = new Builder(opOf)
    const x = b.feed('x', [4])
    const sums = [0, 1, 2].map((i) => b.sum(b.mul(x, i + 2)))
    const total = sums.reduce((p, q) => b.mul(p, q))
    return compile(b.graph(), { batch: 1, wanted: [total.id] }).plan
  }

  test('passes a good plan', () => {
    expect(() => checkPlan(plan())).not.toThrow()
  })

  test('finds a step that writes over a live value', () => {
    const good = plan()
    const outputs = good.steps.filter((s) => s.kind === 'loop').map((s) => s.output)
    // The second sum into the slot of the first, which is read later.
    const steps = good.steps.map((s) => (s.output === outputs[1] ? { ...s, output: outputs[0] as number } : s))
    expect(() => checkPlan({ ...good, steps })).toThrow(/holds|slot/)
  })

  test('finds a step that reads another value, and one that writes into an input', () => {
    const good = plan()
    const at = good.slots.findIndex((s) => s.role === 'feed')
    const last = good.steps.length - 1
    const into = good.steps.map((s, i) => (i === last ? { ...s, output: at } : s))
    expect(() => checkPlan({ ...good, steps: into })).toThrow(/feed slot|slot of/)
    expect(() => checkPlan({ ...good, steps: good.steps.slice(1) })).toThrow(/holds/)
  })
})
