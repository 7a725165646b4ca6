import { expect, test } from 'vitest'
import { compile } from '../../engine/compile/compile.ts'
import { Builder } from '../../engine/ir/builder.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { ArrayExecutor, type Region } from '../../engine/runtime/arrays.ts'
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

test('where memory ends in the middle of a plan, what was taken for it is given back', async () => {
  const b = new Builder(opOf)
  const chain = [b.feed('x', [4])]
  for (let i = 0; i < 4; i++) chain.push(b.one('Exp', chain.at(-1) ?? b.number(0)))
  const { plan } = compile(b.graph(), { batch: 1, wanted: chain.map((v) => v.id) })
  const taken = new Set<Region>()
  let room = 3
  const memory = {
    allocate: (size: number): Region => {
      if (taken.size === room) throw new RangeError('no memory')
      const region = { array: new Float32Array(size) }
      taken.add(region)
      return region
    },
    free: (region: Region) => {
      // each piece once
      expect(taken.delete(region)).toBe(true)
    }
  }
  const executor = new ArrayExecutor({
    device: 'three pieces',
    maxOutputs: 1,
    shortestRow: 2,
    memory,
    compile: () => ({ steps: [], dispose: () => undefined }),
    dispose: () => undefined
  })
  await expect(executor.load(plan)).rejects.toThrow('no memory')
  expect(taken.size).toBe(0)
  room = 100
  const program = await executor.load(plan)
  expect(taken.size).toBe(plan.slots.length)
  program.dispose()
  expect(taken.size).toBe(0)
})
