/** W: one training step of the MNIST MLP (forward, backward, RMSprop update) on random numbers. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compile } from '../../engine/compile/compile.ts'
import { build } from '../../engine/document/build.ts'
import { readGraph } from '../../engine/document/file.ts'
import type { TrainingSettings } from '../../engine/document/types.ts'
import { Random } from '../../engine/random.ts'
import { CpuExecutor } from '../../engine/runtime/cpu.ts'
import type { Executor } from '../../engine/runtime/executor.ts'
import { WasmExecutor, wasmBuild } from '../../engine/runtime/wasm/index.ts'
import { sizeOf } from '../../engine/shape.ts'
import { otherFeeds } from '../../engine/train/feeds.ts'
import { trainingGraph } from '../../engine/train/graph.ts'
import { initialValues } from '../../engine/train/init.ts'
import { interleaved } from './measure.ts'

const BATCH = 128
const STEPS = 20
const file = join(import.meta.dirname, '../../examples/mnist-mlp.chainrule.json')

async function steps(executor: Executor): Promise<() => Promise<void>> {
  const { document } = readGraph(readFileSync(file))
  const settings = document.training as TrainingSettings
  const graph = trainingGraph(document, build(document), settings)
  for (const { name, shape, init } of graph.parameters)
    await executor.setVariable(name, initialValues(name, shape, init, 1))
  for (const { name, shape } of graph.states) await executor.setVariable(name, new Float32Array(sizeOf(shape)))
  const { plan } = compile(graph.ir, {
    batch: BATCH,
    wanted: [graph.loss],
    updates: graph.updates,
    maxOperands: executor.maxOperands
  })
  const program = await executor.load(plan)
  const random = new Random(1)
  const features = Float32Array.from({ length: BATCH * 784 }, () => random.next())
  const labels = new Float32Array(BATCH * 10)
  for (let row = 0; row < BATCH; row++) labels[row * 10 + random.int(10)] = 1
  const data = { 'data#features': features, 'data#labels': labels }
  return async () => {
    for (let t = 1; t <= STEPS; t++) {
      const scalars = graph.optimizer.scalars(t, settings.optimizer.learningRate)
      await program.run({ ...data, ...otherFeeds(plan, { step: t, training: true, rows: BATCH, scalars }) })
    }
  }
}

/** Steps per second by backend. */
export async function mlpRates(): Promise<Record<string, number>> {
  const build = wasmBuild()
  const work: Record<string, () => Promise<void>> = {}
  if (build) work[`Chainrule wasm (${build}, 1 thread)`] = await steps(new WasmExecutor(build))
  if (build === 'relaxed') work['Chainrule wasm (simd, 1 thread)'] = await steps(new WasmExecutor('simd'))
  work['Chainrule cpu'] = await steps(new CpuExecutor())
  const seconds = await interleaved(work)
  return Object.fromEntries(Object.entries(seconds).map(([name, s]) => [name, STEPS / s]))
}
