/** What variables become where that is no value of its own. */
import { describe, expect, test } from 'vitest'
import { compile } from '../../engine/compile/compile.ts'
import { Builder, type Value } from '../../engine/ir/builder.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { CpuExecutor } from '../../engine/runtime/cpu.ts'
import { ReferenceExecutor } from '../../engine/runtime/reference.ts'
import { WasmExecutor } from '../../engine/runtime/wasm/index.ts'
import { checkPlan } from '../generated/plan-check.ts'

const executors = [
  ['reference', () => new ReferenceExecutor()],
  ['cpu', () => new CpuExecutor()],
  ['wasm', () => new WasmExecutor('simd')]
] as const

describe.each(executors)('%s', (_, make) => {
  /** Three variables of two numbers, after two runs. */
  async function twoRuns(updates: (b: Builder, v: readonly Value[]) => Readonly<Record<string, Value>>) {
    const b = new Builder(opOf)
    const variables = ['p', 'q', 'r'].map((name) => b.variable(name, [2]))
    const made = updates(b, variables)
    const { plan } = compile(b.graph(), {
      batch: 1,
      wanted: [],
      updates: new Map(Object.entries(made).map(([name, v]) => [name, v.id]))
    })
    checkPlan(plan)
    const executor = make()
    for (const [i, name] of ['p', 'q', 'r'].entries()) await executor.setVariable(name, [i + 1, -i - 1])
    const program = await executor.load(plan)
    await program.run({})
    await program.run({})
    const found: number[][] = []
    for (const name of ['p', 'q', 'r']) found.push([...(await executor.getVariable(name))])
    return found
  }

  test('a variable that stays as it is', async () => {
    expect(await twoRuns((b, [p]) => ({ p: b.sub(p as Value, b.mul(0, 3)) }))).toEqual([
      [1, -1],
      [2, -2],
      [3, -3]
    ])
  })

  test('a variable that becomes a constant, and one that becomes another', async () => {
    const constants = (b: Builder) => b.leaf('Const', { shape: [2], dtype: 'float' }, { values: [7, 8] })
    expect(await twoRuns((b, [, q]) => ({ p: b.full([2], 5), q: constants(b), r: q as Value }))).toEqual([
      [5, 5],
      [7, 8],
      [7, 8]
    ])
  })

  test('two variables that become the same, and two that change places', async () => {
    expect(
      await twoRuns((b, [p, q]) => ({ p: b.add(p as Value, q as Value), r: b.add(p as Value, q as Value) }))
    ).toEqual([
      [5, -5],
      [2, -2],
      [5, -5]
    ])
    expect(await twoRuns((_, [p, q]) => ({ p: q as Value, q: p as Value }))).toEqual([
      [1, -1],
      [2, -2],
      [3, -3]
    ])
  })
})
