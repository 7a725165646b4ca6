/** Learning-rate schedules and gradient clipping, against PyTorch's (make_schedules.py). */
import { describe, expect, test } from 'vitest'
import { SCHEDULES } from '../../engine/document/types.ts'
import { CpuExecutor } from '../../engine/runtime/cpu.ts'
import { ReferenceExecutor } from '../../engine/runtime/reference.ts'
import { type Build, WasmExecutor, wasmBuild } from '../../engine/runtime/wasm/index.ts'
import { golden, rates, settingsOf, train, worst } from './bowl.ts'

test('every schedule and every way of clipping has a case', () => {
  expect([...new Set(golden.cases.flatMap((c) => c.schedule?.kind ?? []))].sort()).toEqual([...SCHEDULES].sort())
  expect([...new Set(golden.cases.flatMap((c) => Object.keys(c.clip ?? {})))].sort()).toEqual(['norm', 'value'])
})

describe.each(golden.cases)('$optimizer.kind, $schedule, $clip', (one) => {
  const settings = settingsOf(one)

  test('the rates agree to 1e-14', () => {
    expect(worst([rates(settings)], [one.rates])).toBeLessThan(1e-14)
  })

  test('float64 agrees to 1e-12', async () => {
    expect(worst(await train(new ReferenceExecutor(), settings), one.steps)).toBeLessThan(1e-12)
  })

  test('float32 agrees to 1e-6', async () => {
    expect(worst(await train(new CpuExecutor(), settings), one.steps)).toBeLessThan(1e-6)
    expect(worst(await train(new WasmExecutor(wasmBuild() as Build), settings), one.steps)).toBeLessThan(1e-6)
  })
})
