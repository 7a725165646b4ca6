/** How long each kernel of a step takes, and what the device can do at most: by how much a kernel falls short of it. */
import { compile } from '../../engine/compile/compile.ts'
import { Builder } from '../../engine/ir/builder.ts'
import { opOf } from '../../engine/ops/registry.ts'
import type { Executor, Program } from '../../engine/runtime/executor.ts'
import type { Device } from '../../engine/runtime/gpu/device.ts'
import { timeSteps } from '../../engine/runtime/gpu/timing.ts'
import { kernelOf, timed } from '../../engine/session/what-runs.ts'
import type { EngineSpec } from './hosts/protocol.ts'
import { executorFor, load } from './peers/chainrule.ts'
import { gemm } from './workloads/gemm.ts'
import { workload } from './workloads/index.ts'

export interface Peaks {
  /** Read and written in a second. */
  readonly bytes: number
  /** Numbers that were copied for that. */
  readonly numbers: number
  /** In a second. */
  readonly operations: number
  /** By what that was found. */
  readonly what: string
}

export interface KernelTime {
  readonly what: string
  readonly shape: readonly number[]
  readonly milliseconds: number
  /** Read and written, each tensor once. */
  readonly bytes: number
  readonly operations: number
}

export interface Timed {
  readonly kernels: readonly KernelTime[]
  /** Milliseconds of a whole walk. */
  readonly walk: number
}

/** Numbers that are copied: more than caches hold; fewer where a GPU is made of software, or there is none. */
const copiedOn = (executor: Executor): number => (executor.dataLimit === undefined ? 2 ** 22 : 2 ** 24)

const never = (): boolean => false

async function timesOf(executor: Executor, program: Program, feeds: Feeds, result: number, milliseconds: number) {
  const timer = {
    now: () => performance.now(),
    stop: never,
    inTurn: executor.inTurn === true,
    finish: () => program.read(result)
  }
  const found = await timed(program, feeds, timer, milliseconds)
  if (!found?.kernels) throw new Error('its kernels have no times')
  return { ...found, kernels: found.kernels }
}

type Feeds = Readonly<Record<string, ArrayLike<number>>>

async function copied(executor: Executor, count: number): Promise<number> {
  const b = new Builder(opOf)
  const y = b.neg(b.variable('x', [count]))
  const { plan, idOf } = compile(b.graph(), { batch: 1, wanted: [y.id] })
  await executor.setVariable('x', new Float32Array(count).fill(1))
  const program = await executor.load(plan)
  const { kernels } = await timesOf(executor, program, {}, idOf(y.id), 200)
  program.dispose()
  await executor.setVariable('x', [])
  return (8 * count * 1000) / (kernels[0] as number)
}

/** Multiplications and additions in registers, eight chains beside each other. */
async function multiplied(device: Device): Promise<number> {
  const [chains, turns, threads] = [8, 256, device.serial ? 2 ** 14 : 2 ** 20]
  const all = Array.from({ length: chains }, (_, n) => n)
  const text = [
    'function (a0) {',
    'const f = a0[this.thread.x];',
    ...all.map((n) => `let x${n} = f + ${n}.5;`),
    `for (let k = 0; k < ${turns}; k++) {`,
    ...all.map((n) => `x${n} = x${n} * f + f;`),
    '}',
    `return ${all.map((n) => `x${n}`).join(' + ')};`,
    '}'
  ].join('\n')
  const [x, y] = [device.allocate(threads, false), device.allocate(threads, false)]
  device.upload(x, new Float32Array(threads).fill(0.5))
  const kernel = await device.compile({ text, threads, helpers: [] }, [y], [x])
  const [milliseconds] = (await timeSteps(device, [() => kernel.run([y], [x])], 500, never)) as number[]
  kernel.destroy()
  await device.dispose()
  return (2 * chains * turns * threads * 1000) / (milliseconds as number)
}

export async function peaks({ backend, threads }: EngineSpec): Promise<Peaks> {
  const executor = await executorFor(backend, threads)
  try {
    const numbers = copiedOn(executor)
    const bytes = await copied(executor, numbers)
    if (backend === 'webgl2' || backend === 'webgpu') {
      const { openDevice } = await import('../../engine/runtime/gpu/index.ts')
      return {
        bytes,
        numbers,
        operations: await multiplied(await openDevice(backend)),
        what: 'multiplications and additions in registers'
      }
    }
    const work = gemm(512, 'nn')
    const { program, feeds, result } = await load(executor, work)
    const { kernels } = await timesOf(executor, program, feeds(), result, 300)
    program.dispose()
    return { bytes, numbers, operations: (work.operations * 1000) / (kernels[0] as number), what: 'a product of 512³' }
  } finally {
    await executor.dispose()
  }
}

export async function kernels({
  backend,
  threads,
  workload: key,
  milliseconds
}: EngineSpec & { readonly workload: string; readonly milliseconds: number }): Promise<Timed> {
  const executor = await executorFor(backend, threads)
  try {
    const { program, feeds, result } = await load(executor, workload(key))
    const found = await timesOf(executor, program, feeds(), result, milliseconds)
    const { steps } = program.plan
    program.dispose()
    const kernels = steps.map((step, i) => {
      const { what, shape, read, written, operations } = kernelOf(step)
      return { what, shape, milliseconds: found.kernels[i] as number, bytes: read + written, operations }
    })
    return { kernels, walk: found.milliseconds }
  } finally {
    await executor.dispose()
  }
}
