/** NaN goes through: what went wrong far back is seen at the end, and not covered up by a ReLU on the way. */
import { describe, expect, test } from 'vitest'
import { opOf } from '../../engine/ops/registry.ts'
import { CpuExecutor } from '../../engine/runtime/cpu.ts'
import type { Executor } from '../../engine/runtime/executor.ts'
import { ReferenceExecutor } from '../../engine/runtime/reference.ts'
import { WasmExecutor } from '../../engine/runtime/wasm/index.ts'
import { type Case, cases, probe, run } from './harness.ts'

/** NaN in, a number out, and why that is right. */
const SWALLOWS: Readonly<Record<string, string>> = {
  Sign: 'NaN is neither above nor below 0',
  Step: 'NaN is not above 0',
  Equal: 'a comparison with NaN does not hold',
  Greater: 'a comparison with NaN does not hold',
  Less: 'a comparison with NaN does not hold',
  Where: 'NaN counts as a condition that holds',
  ArgMax: 'an index is a whole number',
  Gather: 'an index that is NaN names nothing',
  ScatterAdd: 'an index that is NaN names nothing',
  Unpool: 'a place that is NaN names nothing',
  PoolTake: 'a place that is NaN names nothing',
  PoolPlace: 'an index is a whole number',
  OneHot: 'an index that is NaN names nothing',
  CountOf: 'a count does not look at the values',
  Accuracy: 'an answer that is NaN is a wrong one',
  BinaryAccuracy: 'an answer that is NaN is a wrong one',
  Embedding: 'an index that is NaN names nothing',
  Slice: 'what is cut away is not seen',
  Piece: 'what is cut away is not seen',
  Pad: 'what is cut away is not seen',
  Unfold: 'with strides some elements are in no window',
  Fold: 'columns from the padding go nowhere',
  Conv: 'with strides some elements are in no window',
  Conv2D: 'with strides some elements are in no window',
  MaxPool: 'with strides some elements are in no window',
  AveragePool: 'with strides some elements are in no window'
}

/** Cases with an element to spoil and a result to see it in. */
const spoiled: readonly Case[] = cases.filter(
  ({ op, sample }) => !(op.kind in SWALLOWS) && sample.shapes.every((s) => !s.includes(0))
)

/** Operators above whose whole input is seen: here NaN must arrive after all. */
const WHOLE: readonly Case[] = ['Conv', 'MaxPool', 'AveragePool'].map((kind) => ({
  op: opOf(kind)!,
  sample: {
    shapes:
      kind === 'Conv'
        ? [
            [1, 1, 3, 3],
            [1, 1, 2, 2]
          ]
        : [[1, 1, 3, 3]],
    ...(kind === 'Conv' ? {} : { attributes: { kernel_shape: [2, 2] } })
  },
  name: `${kind} without strides`
}))

const executors: readonly (readonly [string, () => Executor])[] = [
  ['reference', () => new ReferenceExecutor()],
  ['cpu', () => new CpuExecutor()],
  ['wasm', () => new WasmExecutor('simd')]
]

describe.each([...spoiled, ...WHOLE])('$name', (one) => {
  test.each(executors)('%s: one NaN in any input is seen in the output', async (_, make) => {
    const p = probe(one)
    for (const [i, name] of p.names.entries()) {
      if ((one.sample.kinds?.[i] ?? null) !== null) continue
      const data = (p.inputs[name] as Float64Array).slice()
      data[data.length - 1] = Number.NaN
      const { output } = await run(make(), p, { ...p.inputs, [name]: data })
      expect(
        output.some((x) => Number.isNaN(x)),
        name
      ).toBe(true)
    }
  })
})
