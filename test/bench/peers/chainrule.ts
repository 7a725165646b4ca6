/** Chainrule, as its training loop runs it: document → IR → plan → executor. */
import { compile } from '../../../engine/compile/compile.ts'
import { build } from '../../../engine/document/build.ts'
import type { TrainingSettings } from '../../../engine/document/types.ts'
import { Builder } from '../../../engine/ir/builder.ts'
import { opOf } from '../../../engine/ops/registry.ts'
import { CpuExecutor } from '../../../engine/runtime/cpu.ts'
import type { Executor, Program } from '../../../engine/runtime/executor.ts'
import { WasmExecutor, wasmBuild } from '../../../engine/runtime/wasm/index.ts'
import { type StaticShape, sizeOf } from '../../../engine/shape.ts'
import { otherFeeds } from '../../../engine/train/feeds.ts'
import { trainingGraph } from '../../../engine/train/graph.ts'
import { compileStep } from '../../../engine/train/step.ts'
import { LINKS } from '../workloads/chain.ts'
import type { Computation, Tensor, Training, Workload } from '../workloads/workload.ts'
import { inTurn, type Open, type Session, Unsupported } from './peer.ts'

export async function executorFor(backend: string, threads: number): Promise<Executor> {
  if (backend === 'cpu') return new CpuExecutor()
  if (backend === 'webgl2' || backend === 'webgpu') {
    const { createGpuExecutor } = await import('../../../engine/runtime/gpu/index.ts')
    return createGpuExecutor(backend)
  }
  const build = wasmBuild()
  if (!build) throw new Unsupported('WebAssembly has no SIMD here')
  return WasmExecutor.open(build, threads)
}

/** A workload on an executor, ready to be walked. */
export interface Loaded {
  readonly program: Program
  /** What the next walk is fed. */
  readonly feeds: () => Readonly<Record<string, ArrayLike<number>>>
  /** IR id of what engines are compared by. */
  readonly result: number
}

async function training(executor: Executor, workload: Training): Promise<Loaded> {
  const { document } = workload
  const settings = document.training as TrainingSettings
  const graph = trainingGraph(document, build(document), settings)
  for (const [name, { values }] of Object.entries(workload.parameters)) await executor.setVariable(name, values)
  for (const { name, shape } of graph.states) await executor.setVariable(name, new Float32Array(sizeOf(shape)))
  const rows = workload.batches[0]?.x?.shape[0] ?? 1
  const { plan, idOf } = compileStep(graph, rows, executor)
  const next = inTurn(
    workload.batches.map((batch) =>
      Object.fromEntries(Object.entries(batch).map(([name, { values }]) => [workload.feeds[name] as string, values]))
    )
  )
  let step = 0
  const feeds = () => {
    const scalars = graph.optimizer.scalars(++step, settings.optimizer.learningRate)
    return { ...next(), ...otherFeeds(plan, { step, training: true, rows, scalars }) }
  }
  return { program: await executor.load(plan), feeds, result: idOf(graph.loss) }
}

async function computation(executor: Executor, { id, inputs, options }: Computation): Promise<Loaded> {
  const b = new Builder(opOf)
  const variable = (name: string) => b.variable(name, (inputs[name] as Tensor).shape as StaticShape)
  for (const [name, { values }] of Object.entries(inputs)) await executor.setVariable(name, values)
  let y =
    id === 'gemm' ? b.matmul(variable('a'), variable('b'), options.transA === true, options.transB === true) : null
  if (!y) {
    y = variable('x')
    for (let i = 0; i < LINKS; i++) y = b.one('Tanh', b.add(b.mul(y, 1.1), 0.1))
  }
  const { maxOperands, maxOutputs, looseSlots } = executor
  const { plan, idOf } = compile(b.graph(), { batch: 1, wanted: [y.id], maxOperands, maxOutputs, looseSlots })
  return { program: await executor.load(plan), feeds: () => ({}), result: idOf(y.id) }
}

export const load = (executor: Executor, workload: Workload): Promise<Loaded> =>
  workload.kind === 'training' ? training(executor, workload) : computation(executor, workload)

async function start(executor: Executor, workload: Workload): Promise<Session> {
  const { program, feeds, result } = await load(executor, workload)
  const read = () => program.read(result)
  return {
    async step() {
      await program.run(feeds())
    },
    async sync() {
      await read()
    },
    result: read,
    stop: () => program.dispose()
  }
}

export const open: Open = async (backend, threads) => {
  const executor = await executorFor(backend, threads)
  return { device: executor.device, start: (workload) => start(executor, workload) }
}
