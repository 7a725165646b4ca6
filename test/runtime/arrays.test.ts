import { expect, test } from 'vitest'
import { compile } from '../../engine/compile/compile.ts'
import { Builder } from '../../engine/ir/builder.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { CpuExecutor } from '../../engine/runtime/cpu.ts'

test('what cannot fit into memory is refused before anything is allocated', async () => {
  const b = new Builder(opOf)
  const chain = [b.feed('x', [16_000, 16_000])]
  for (let i = 0; i < 5; i++) chain.push(b.one('Exp', chain.at(-1) ?? b.number(0)))
  // Every link is asked for, so none can give its memory to the next.
  const { plan } = compile(b.graph(), { batch: 1, wanted: chain.map((v) => v.id) })
  const began = performance.now()
  await expect(new CpuExecutor().load(plan)).rejects.toThrow(/needs about 5\.7 GB of memory; 4\.0 GB can be had/)
  expect(performance.now() - began).toBeLessThan(1000)
})
