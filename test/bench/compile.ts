/** What a node costs: to check, to compile and to run, in chains of nodes. It must grow with their number, no faster. */
import { backward } from '../../engine/compile/backward.ts'
import { compile } from '../../engine/compile/compile.ts'
import { build } from '../../engine/document/build.ts'
import { check } from '../../engine/document/check.ts'
import type { GraphDocument } from '../../engine/document/types.ts'
import { CpuExecutor } from '../../engine/runtime/cpu.ts'
import { median } from './measure.ts'
import { graph, type Short, settings } from './workloads/workload.ts'

const chain = (length: number): GraphDocument =>
  graph(
    'Chain',
    Object.fromEntries(
      Array.from({ length: length + 1 }, (_, i): [string, Short] =>
        i === 0
          ? ['n0', ['Parameter', {}, { init: { kind: 'ones' } }]]
          : [i === length ? 'loss' : `n${i}`, [i % 2 === 1 ? 'Tanh' : 'Neg', { x: `n${i - 1}` }]]
      )
    ),
    settings({ kind: 'sgd', learningRate: 0.1 }, 1)
  )

async function milliseconds(work: () => unknown, repeats: number): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < repeats; i++) {
    const start = performance.now()
    await work()
    times.push(performance.now() - start)
  }
  return median(times)
}

export interface ChainCost {
  readonly nodes: number
  /** Milliseconds. */
  readonly check: number
  readonly compile: number
  readonly run: number
}

/** Medians for chains of these lengths; `run` is one walk forward and backward on plain typed arrays. */
export async function chainCosts(lengths: readonly number[], repeats: number): Promise<ChainCost[]> {
  const costs: ChainCost[] = []
  for (const nodes of lengths) {
    const document = chain(nodes)
    const planned = () => {
      const { builder, objective } = build({ ...document })
      if (!objective) throw new Error('the chain has no objective')
      const gradients = backward(builder, objective)
      return compile(builder.graph(), { batch: 1, wanted: [objective.id, gradients.get(0)?.id ?? 0] })
    }
    const executor = new CpuExecutor()
    await executor.setVariable('n0', [1])
    const program = await executor.load(planned().plan)
    costs.push({
      nodes,
      check: await milliseconds(() => check({ ...document }), repeats),
      compile: await milliseconds(planned, repeats),
      run: await milliseconds(() => program.run({}), 10 * repeats)
    })
    program.dispose()
  }
  return costs
}
