import { expect, it } from 'vitest'
import { problem } from '../../engine/problem.ts'
import type { TrainReport } from '../../engine/session/protocol.ts'
import { emptyCurves, extend } from '../../renderer/store/curves.ts'
import { warningsOf } from '../../renderer/training/outcome.ts'
import { formatBroken } from '../../renderer/value/format.ts'

const report = {
  backend: { backend: 'cpu', device: '', passedOver: [] },
  epochs: [],
  test: null,
  steps: 30,
  seconds: 1,
  warnings: []
} satisfies TrainReport & { warnings: [] }

const curves = (losses: readonly number[]) =>
  losses.reduce((made, loss, i) => extend(made, { step: 10 * (i + 1), loss, metrics: {} }), emptyCurves())

it('says nothing of a training whose loss stayed a number', () => {
  expect(warningsOf(report, curves([3, 2, 1]), 10)).toEqual([])
})

it('names the first step whose loss is no number', () => {
  const [warning] = warningsOf(report, curves([3, Number.POSITIVE_INFINITY, Number.NaN]), 10)
  expect(warning).toMatchObject({ code: 'train.diverged', severity: 'warning', params: { epoch: 2, step: 20 } })
  expect(warning?.message).toContain('∞')
})

it("takes the engine's own warning where there is one", () => {
  const own = { ...problem('train.diverged', { loss: 'NaN', epoch: 1, step: 2 }), severity: 'warning' as const }
  expect(warningsOf({ ...report, warnings: [own] } as TrainReport, curves([Number.NaN]), 10)).toEqual([own])
})

it('counts what is no number', () => {
  expect(formatBroken({ nan: 0, infinite: 0 })).toBeNull()
  expect(formatBroken({ nan: 12, infinite: 0 })).toBe('NaN × 12')
  expect(formatBroken({ nan: 12, infinite: 3 })).toBe('NaN × 12, ∞ × 3')
})
