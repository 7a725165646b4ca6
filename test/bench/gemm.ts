/** Square products by backend, through a plan as any other. */
import { compile } from '../../engine/compile/compile.ts'
import { Builder } from '../../engine/ir/builder.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { CpuExecutor } from '../../engine/runtime/cpu.ts'
import type { Executor } from '../../engine/runtime/executor.ts'
import { WasmExecutor, wasmBuild } from '../../engine/runtime/wasm/index.ts'
import { interleaved } from './measure.ts'

async function product(executor: Executor, n: number): Promise<() => Promise<unknown>> {
  const b = new Builder(opOf)
  const y = b.matmul(b.variable('a', [n, n]), b.variable('b', [n, n]))
  for (const name of ['a', 'b'])
    await executor.setVariable(
      name,
      Float32Array.from({ length: n * n }, (_, i) => Math.sin(i))
    )
  const program = await executor.load(compile(b.graph(), { batch: 1, wanted: [y.id] }).plan)
  const repeats = Math.max(1, Math.round(2e8 / (2 * n ** 3)))
  return async () => {
    for (let i = 0; i < repeats; i++) await program.run({})
    return repeats
  }
}

/** GFLOP/s by size and backend. */
export async function gemmRates(sizes: readonly number[]): Promise<Record<number, Record<string, number>>> {
  const found: Record<number, Record<string, number>> = {}
  const build = wasmBuild()
  for (const n of sizes) {
    const work: Record<string, () => Promise<unknown>> = {}
    if (build) work[`Chainrule wasm (${build}, 1 thread)`] = await product(new WasmExecutor(build), n)
    work['Chainrule cpu'] = await product(new CpuExecutor(), n)
    const repeats = Math.max(1, Math.round(2e8 / (2 * n ** 3)))
    const seconds = await interleaved(work)
    found[n] = Object.fromEntries(Object.entries(seconds).map(([name, s]) => [name, (repeats * 2 * n ** 3) / s / 1e9]))
  }
  return found
}
