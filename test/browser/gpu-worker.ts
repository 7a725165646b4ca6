/** Computes -x on both GPU backends, as the session's worker would. */
import { compile } from '../../engine/compile/compile.ts'
import { Builder } from '../../engine/ir/builder.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { probeBackends } from '../../engine/runtime/probe.ts'

const { createGpuExecutor } = await import('../../engine/runtime/gpu/index.ts')
const b = new Builder(opOf)
const y = b.neg(b.feed('x', [3]))
const { plan, idOf } = compile(b.graph(), { batch: 1, wanted: [y.id] })
const answer: Record<string, unknown> = {}
for (const mode of ['webgl2', 'webgpu'] as const) {
  const executor = await createGpuExecutor(mode)
  const program = await executor.load(plan)
  await program.run({ x: [1, 2, 3] })
  answer[mode] = [...(await program.read(idOf(y.id)))]
  await executor.dispose()
}
answer.software = (await probeBackends()).map((p) => p.software)
postMessage(answer)
