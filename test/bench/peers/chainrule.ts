/** Chainrule, as its training loop runs it: document → IR → plan → executor. */
import { compile } from '../../../engine/compile/compile.ts'
import { build } from '../../../engine/document/build.ts'
import type { TrainingSettings } from '../../../engine/document/types.ts'
import { Builder } from '../../../engine/ir/builder.ts'
import { opOf } from '../../../engine/ops/registry.ts'
import { CpuExecutor } from '../../../engine/runtime/cpu.ts'
import type { Executor } from '../../../engine/runtime/executor.ts'
import { WasmExecutor, wasmBuild } from '../../../engine/runtime/wasm/index.ts'
import { type StaticShape, sizeOf } from '../../../engine/shape.ts'
import { otherFeeds } from '../../../engine/train/feeds.ts'
import { trainingGraph } from '../../../engine/train/graph.ts'
import { LINKS } from '../workloads/chain.ts'
import type { Computation, Tensor, Training, Workload } from '../workloads/workload.ts'
import { inTurn, type Open, type Session, Unsupported } from './peer.ts'

async function executorFor(backend: string, threads: number): Promise<Executor> {
  if (backend === 'cpu') return new CpuExecutor()
  if (backend === 'webgl2' || backend === 'webgpu') {
    const { createGpuExecutor } = await import('../../../engine/runtime/gpu/index.ts')
    return createGpuExecutor(backend)
  }
  const build = wasmBuild()
  if (!build) throw new Unsupported('WebAssembly has no SIMD here')
  return WasmExecutor.open(build, threads)
}

async function train(executor: Executor, workload: Training): Promise<Session> {
  const { document } = workload
  const settings = document.training as TrainingSettings
  const graph = trainingGraph(document, build(document), settings)
  for (const [name, { values }] of Object.entries(workload.parameters)) await executor.setVariable(name, values)
  for (const { name, shape } of graph.states) await executor.setVariable(name, new Float32Array(sizeOf(shape)))
  const rows = workload.batches[0]?.x?.shape[0] ?? 1
  const { plan, idOf } = compile(graph.ir, {
    batch: rows,
    wanted: [graph.loss],
    updates: graph.updates,
    maxOperands: executor.maxOperands,
    maxOutputs: executor.maxOutputs
  })
  const program = await executor.load(plan)
  const next = inTurn(
    workload.batches.map((batch) =>
      Object.fromEntries(Object.entries(batch).map(([name, { values }]) => [workload.feeds[name] as string, values]))
    )
  )
  let step = 0
  const loss = () => program.read(idOf(graph.loss))
  return {
    async step() {
      const scalars = graph.optimizer.scalars(++step, settings.optimizer.learningRate)
      await program.run({ ...next(), ...otherFeeds(plan, { step, training: true, rows, scalars }) })
    },
    async sync() {
      await loss()
    },
    result: loss,
    stop: () => program.dispose()
  }
}

async function compute(executor: Executor, { id, inputs, options }: Computation): Promise<Session> {
  const b = new Builder(opOf)
  const variable = (name: string) => b.variable(name, (inputs[name] as Tensor).shape as StaticShape)
  for (const [name, { values }] of Object.entries(inputs)) await executor.setVariable(name, values)
  let y =
    id === 'gemm' ? b.matmul(variable('a'), variable('b'), options.transA === true, options.transB === true) : null
  if (!y) {
    y = variable('x')
    for (let i = 0; i < LINKS; i++) y = b.one('Tanh', b.add(b.mul(y, 1.1), 0.1))
  }
  const { plan, idOf } = compile(b.graph(), {
    batch: 1,
    wanted: [y.id],
    maxOperands: executor.maxOperands,
    maxOutputs: executor.maxOutputs
  })
  const program = await executor.load(plan)
  const result = () => program.read(idOf((y as { id: number }).id))
  return {
    async step() {
      await program.run({})
    },
    async sync() {
      await result()
    },
    result,
    stop: () => program.dispose()
  }
}

export const open: Open = async (backend, threads) => {
  const executor = await executorFor(backend, threads)
  return {
    device: executor.device,
    start: (workload: Workload) =>
      workload.kind === 'training' ? train(executor, workload) : compute(executor, workload)
  }
}
