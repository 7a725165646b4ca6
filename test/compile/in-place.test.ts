import { describe, expect, test } from 'vitest'
import { compile } from '../../engine/compile/compile.ts'
import { Builder, type Value } from '../../engine/ir/builder.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { CpuExecutor } from '../../engine/runtime/cpu.ts'
import { WasmExecutor } from '../../engine/runtime/wasm/index.ts'

interface Made {
  readonly b: Builder
  readonly updates: ReadonlyMap<string, Value>
  readonly wanted?: readonly Value[]
}

const planOf = ({ b, updates, wanted = [] }: Made, inPlace: boolean) =>
  compile(b.graph(), {
    batch: 1,
    wanted: wanted.map((v) => v.id),
    updates: new Map([...updates].map(([name, { id }]) => [name, id])),
    maxOperands: 12,
    maxOutputs: 4,
    looseSlots: true,
    inPlace
  })

const [ROWS, COLUMNS] = [7, 5]
const VARIABLES: Readonly<Record<string, number>> = { a: COLUMNS, w: ROWS * COLUMNS, s: ROWS * COLUMNS }

/** w and its mean of squares s by a gradient that a product makes; `also` says what becomes of a, a row. */
function step(also: (b: Builder, a: Value) => Value, aFirst: boolean): Made {
  const b = new Builder(opOf)
  const [a, w, s] = [b.variable('a', [COLUMNS]), b.variable('w', [ROWS, COLUMNS]), b.variable('s', [ROWS, COLUMNS])]
  const g = b.matmul(w, b.feed('x', [COLUMNS, COLUMNS]))
  const updates = new Map<string, Value>()
  const ofRow = () => updates.set('a', also(b, a))
  if (aFirst) ofRow()
  const next = b.add(b.mul(s, 0.9), b.mul(g, g))
  updates.set('s', next)
  updates.set('w', b.sub(b.add(w, a), b.div(g, b.add(b.one('Sqrt', next), 0.1))))
  if (!aFirst) ofRow()
  return { b, updates }
}

const doubled = (b: Builder, a: Value): Value => b.mul(a, 2)
const nextNames = (made: Made): string[] =>
  planOf(made, true).plan.slots.flatMap((s) => (s.role === 'next' ? [s.name] : []))

test('variables that only elementwise steps at the end renew need no second slot', () => {
  expect(nextNames(step(doubled, false))).toEqual([])
  expect(planOf(step(doubled, false), false).plan.slots.filter((s) => s.role === 'next')).toHaveLength(3)
})

test('what a later step reads keeps its old value until then', () => {
  expect(nextNames(step(doubled, true))).toEqual(['a'])
})

test('nothing is written in place before the last product or reduction', () => {
  const sum = (b: Builder, a: Value): Value => b.add(a, b.sum(b.feed('x', [COLUMNS, COLUMNS])))
  expect(nextNames(step(sum, false))).toEqual(['s', 'w'])
})

test('a variable that is read after the run keeps its value', () => {
  const made = step(doubled, false)
  const a = made.b.variable('a', [COLUMNS])
  expect(nextNames({ ...made, wanted: [a] })).toEqual(['a'])
})

const executors = { cpu: () => new CpuExecutor(), wasm: () => new WasmExecutor('simd') }
describe.each(Object.entries(executors))('%s', (_, make) => {
  const number = (i: number): number => Math.sin(3 * i + 1)
  const x = Float32Array.from({ length: COLUMNS * COLUMNS }, (_, i) => number(i) / 3)

  async function run(made: Made, inPlace: boolean, runs: number, stopAt = Number.POSITIVE_INFINITY, apart = false) {
    const executor = make()
    for (const [name, size] of Object.entries(VARIABLES))
      await executor.setVariable(
        name,
        Float32Array.from({ length: size }, (_, i) => number(i + size) ** 2)
      )
    const program = await executor.load(planOf(made, inPlace).plan)
    let [ended, asked] = [0, 0]
    for (let i = 0; i < runs; i++) if (await program.run({ x }, () => asked++ === stopAt, apart)) ended++
    const values = await Promise.all(Object.keys(VARIABLES).map((name) => executor.getVariable(name)))
    await executor.dispose()
    return { ended, asked, values }
  }

  test.each([true, false])('the same numbers as with second slots; the row first: %s', async (aFirst) => {
    const made = step(doubled, aFirst)
    expect((await run(made, true, 3)).values).toEqual((await run(made, false, 3)).values)
  })

  test.each([true, false])(
    'stopped anywhere, all variables are old or all are new; step by step: %s',
    async (apart) => {
      const made = step(doubled, false)
      const [before, after] = [(await run(made, true, 0)).values, await run(made, true, 1, undefined, apart)]
      const ended: number[] = []
      for (let at = 0; at < after.asked; at++) {
        const stopped = await run(made, true, 1, at, apart)
        expect(stopped.values).toEqual(stopped.ended ? after.values : before)
        ended.push(stopped.ended)
      }
      expect(ended[0]).toBe(0)
      if (apart) expect(ended.at(-1)).toBe(1)
    }
  )
})
