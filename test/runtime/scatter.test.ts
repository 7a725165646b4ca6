/** The gradient of a lookup walks once over what was looked up, however large the table is. */
import { expect, test } from 'vitest'
import { backward } from '../../engine/compile/backward.ts'
import { compile } from '../../engine/compile/compile.ts'
import { Builder, type Value } from '../../engine/ir/builder.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { CpuExecutor } from '../../engine/runtime/cpu.ts'
import { WasmExecutor } from '../../engine/runtime/wasm/index.ts'

const [TABLE, ROWS, WIDTH] = [100_000, 10_000, 16]

// Row by row of the table, this would be sixteen thousand million steps.
test.each([
  ['cpu', () => new CpuExecutor()],
  ['wasm', () => new WasmExecutor('simd')]
] as const)('a table of 100,000 rows and 10,000 lookups: %s', async (_, make) => {
  const b = new Builder(opOf)
  const table = b.feed('table', [TABLE, WIDTH])
  const indices = b.leaf('Feed', { shape: [ROWS], dtype: 'int' }, { name: 'indices' })
  const loss = b.sum(b.mul(b.emit('Gather', [table, indices], { axis: 0 }), b.feed('w', [ROWS, WIDTH])))
  const gradient = backward(b, loss).get(table.id) as Value
  const executor = make()
  const { plan, idOf } = compile(b.graph(), { batch: 1, wanted: [gradient.id] })
  const program = await executor.load(plan)
  // every third row, each of the first ones twice; -1 is the last row, the last index none
  const at = Float32Array.from({ length: ROWS }, (_, i) => (i === 0 ? -1 : i === 1 ? TABLE : (i % 5_000) * 3))
  const w = Float32Array.from({ length: ROWS * WIDTH }, (_, i) => i % 7)
  const wanted = new Float32Array(TABLE * WIDTH)
  for (const [row, index] of at.entries()) {
    const place = index < 0 ? index + TABLE : index
    if (place >= TABLE) continue
    for (let c = 0; c < WIDTH; c++) {
      const to = place * WIDTH + c
      wanted[to] = (wanted[to] as number) + (w[row * WIDTH + c] as number)
    }
  }
  // twice: what the first run left in memory is not added to
  for (let run = 0; run < 2; run++) await program.run({ table: new Float32Array(TABLE * WIDTH), indices: at, w })
  expect(await program.read(idOf(gradient.id))).toEqual(wanted)
  await executor.dispose()
})
