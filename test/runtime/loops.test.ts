/** Compiled kernels at sizes where blocks, vectors and threads end in the middle: against the reference, bit for bit on threads. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Sample } from '../../engine/ir/op.ts'
import type { Attributes } from '../../engine/ir/types.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { ReferenceExecutor } from '../../engine/runtime/reference.ts'
import { WasmExecutor } from '../../engine/runtime/wasm/index.ts'
import type { StaticShape } from '../../engine/shape.ts'
import type { Numbers } from '../../engine/tensor.ts'
import { probe, run } from '../generated/harness.ts'

type Row = readonly [kind: string, shapes: readonly StaticShape[], attributes?: Attributes, kinds?: Sample['kinds']]

const window = (kernel: number[], more: Attributes = {}): Attributes => ({ kernel_shape: kernel, ...more })

const ROWS: readonly Row[] = [
  ...['ReduceSum', 'ReduceMax', 'ReduceMin', 'ReduceMean'].flatMap((kind): Row[] => [
    [kind, [[5003]]],
    [kind, [[300, 37]], { axes: [0] }],
    [kind, [[37, 300]], { axes: [1] }],
    [kind, [[3, 130, 2, 67]], { axes: [1] }],
    [kind, [[7, 5, 33, 3]], { axes: [0, 2, 3] }],
    [kind, [[7, 5, 33, 19]], { axes: [0, 2] }],
    // kept and reduced by turns: more than the compiled kernel knows
    [kind, [[3, 4, 5, 6, 7]], { axes: [1, 3] }]
  ]),
  ['ReduceProd', [[9, 20]], { axes: [0] }],
  ['MaxPool', [[3, 5, 28, 27]], window([2, 2], { strides: [2, 2] })],
  ['MaxPool', [[2, 3, 11, 17]], window([2, 2], { strides: [2, 2], pads: [1, 1, 1, 1] })],
  ['MaxPool', [[2, 3, 12, 16]], window([2, 2], { strides: [1, 2] })],
  ['MaxPool', [[2, 3, 13, 19]], window([2, 2], { strides: [3, 2], pads: [0, 0, 1, 1] })],
  ['MaxPool', [[2, 3, 13, 31]], window([3, 3], { strides: [2, 1], pads: [1, 1, 1, 1] })],
  ['MaxPool', [[2, 3, 30, 29]], window([3, 2], { strides: [3, 3], pads: [0, 1, 2, 0] })],
  ['MaxPool', [[2, 3, 40]], window([4], { strides: [3], pads: [2, 1] })],
  ['MaxPool', [[1, 2, 6, 6, 6]], window([2, 2, 2])],
  ['AveragePool', [[2, 3, 14, 15]], window([3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] })],
  ['Conv', [[5, 3, 17, 18], [7, 3, 3, 3], [7]], { pads: [1, 1, 1, 1] }],
  ['Conv', [[3, 4, 19, 21], [6, 2, 3, 4], [6]], { strides: [2, 3], dilations: [2, 1], pads: [3, 0, 1, 4], group: 2 }],
  [
    'Conv',
    [
      [2, 3, 50],
      [4, 3, 5]
    ],
    { strides: [2], pads: [4, 3] }
  ],
  [
    'Conv',
    [
      [1, 2, 5, 6, 7],
      [3, 2, 2, 2, 2]
    ]
  ],
  ['Transpose', [[33, 70]]],
  ['Transpose', [[3, 17, 5, 19]], { perm: [0, 2, 1, 3] }],
  ['Transpose', [[3, 17, 5, 19]], { perm: [3, 0, 2, 1] }],
  ['Transpose', [[2, 3, 2, 3, 2, 3]], { perm: [5, 3, 1, 4, 2, 0] }],
  ['Slice', [[40, 50]], { starts: [3, -1], ends: [33, -48], steps: [3, -2] }],
  [
    'Concat',
    [
      [7, 3, 11],
      [7, 5, 11],
      [7, 1, 11]
    ],
    { axis: 1 }
  ],
  [
    'Gather',
    [
      [50, 33],
      [4, 9]
    ],
    {},
    [null, { indices: 50 }]
  ],
  ['Gather', [[6, 50, 3], [40]], { axis: 1 }, [null, { indices: 50 }]],
  [
    'MatMul',
    [
      [6, 5, 31, 17],
      [6, 5, 17, 23]
    ]
  ],
  [
    'MatMul',
    [
      [6, 1, 31, 17],
      [1, 5, 17, 23]
    ]
  ],
  [
    'MatMul',
    [
      [90, 40],
      [12, 40, 35]
    ]
  ],
  ['Softmax', [[70, 41]]],
  ['LayerNormalization', [[60, 67], [67], [67]]]
]

/** Largest difference, as a part of the largest number: a sum of float32 products is as good as its largest terms. */
function apart(found: Numbers, exact: Numbers): number {
  let [largest, most] = [1, 0]
  for (const [i, y] of exact.entries()) {
    largest = Math.max(largest, Math.abs(y))
    most = Math.max(most, Math.abs((found[i] as number) - y))
  }
  return most / largest
}

/** Large enough to be shared out among three threads. */
const LARGE: readonly Row[] = [
  ['ReduceSum', [[301, 707]], { axes: [1] }],
  ['ReduceMax', [[301, 707]], { axes: [0] }],
  ['MaxPool', [[5, 7, 90, 91]], window([2, 2], { strides: [2, 2] })],
  [
    'Conv',
    [
      [6, 5, 40, 41],
      [7, 5, 3, 3]
    ],
    { pads: [1, 1, 1, 1] }
  ],
  ['Transpose', [[7, 51, 9, 67]], { perm: [2, 1, 0, 3] }],
  [
    'Concat',
    [
      [70, 30, 51],
      [70, 41, 51]
    ],
    { axis: 1 }
  ],
  ['Gather', [[501, 333], [701]], {}, [null, { indices: 501 }]],
  [
    'MatMul',
    [
      [31, 70, 71],
      [31, 71, 73]
    ]
  ],
  [
    'MatMul',
    [
      [211, 190],
      [190, 203]
    ]
  ]
]

describe('compiled kernels', () => {
  const alone = new WasmExecutor('simd')
  let shared: WasmExecutor
  beforeAll(async () => {
    shared = await WasmExecutor.open('simd', 3)
  })
  afterAll(() => shared.dispose())

  test.each(ROWS.map((row) => [`${row[0]} ${JSON.stringify(row.slice(1))}`, row] as const))(
    '%s',
    async (_, [kind, shapes, attributes, kinds]) => {
      const op = opOf(kind)
      if (!op) throw new Error(`there is no ${kind}`)
      const p = probe({
        op,
        name: kind,
        sample: { shapes, ...(attributes ? { attributes } : {}), ...(kinds ? { kinds } : {}) }
      })
      const [one, three, reference] = [await run(alone, p), await run(shared, p), await run(new ReferenceExecutor(), p)]
      const all = (r: typeof one): readonly (Numbers | null)[] => [r.output, ...r.gradients]
      expect(all(three).map((x) => x && [...x])).toEqual(all(one).map((x) => x && [...x]))
      for (const [i, exact] of all(reference).entries())
        if (exact) expect(apart(all(one)[i] as Numbers, exact)).toBeLessThan(1e-5)
    }
  )

  test.each(LARGE.map((row) => [`${row[0]} ${JSON.stringify(row.slice(1))}`, row] as const))(
    'the same bits on three threads: %s',
    async (_, [kind, shapes, attributes = {}, kinds]) => {
      const op = opOf(kind)
      if (!op) throw new Error(`there is no ${kind}`)
      const p = probe({ op, name: kind, sample: { shapes, attributes, ...(kinds ? { kinds } : {}) } })
      const [one, three] = [await run(alone, p), await run(shared, p)]
      const bits = (r: typeof one): string[] =>
        [r.output, ...r.gradients].map((x) =>
          Buffer.from(new Uint8Array(Float32Array.from(x ?? []).buffer)).toString('hex')
        )
      expect(bits(three)).toEqual(bits(one))
    }
  )

  test('sums of many numbers lose few digits', async () => {
    const op = opOf('ReduceSum')
    if (!op) throw new Error('there is no ReduceSum')
    for (const [shape, axes] of [
      [[1_000_000], [0]],
      [[100_000, 5], [0]],
      [[20_000, 18], [0]]
    ] as const) {
      const p = probe({
        op,
        name: 'sum',
        sample: { shapes: [shape], attributes: { axes: [...axes] }, domain: [0.5, 1.5] }
      })
      const [found, exact] = [await run(alone, p), await run(new ReferenceExecutor(), p)]
      for (const [i, y] of exact.output.entries())
        expect(Math.abs((found.output[i] as number) / y - 1)).toBeLessThan(1e-6)
    }
  }, 20_000)
})
