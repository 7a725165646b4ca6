/** Which executor runs, and why not a better one. */
import { fail, ProblemError } from '../problem.ts'
import { CpuExecutor } from '../runtime/cpu.ts'
import type { Executor } from '../runtime/executor.ts'
import { type BackendProbe, probeBackends } from '../runtime/probe.ts'
import { ReferenceExecutor } from '../runtime/reference.ts'
import { WasmExecutor, wasmBuild } from '../runtime/wasm/index.ts'
import type { BackendChoice, BackendName, BackendReport } from './protocol.ts'

export interface Chosen {
  readonly executor: Executor
  readonly report: BackendReport
}

/** Best first: the order in which `auto` tries. The reference is an oracle, never a choice of `auto`. */
const BY_SPEED: readonly BackendName[] = ['webgpu', 'webgl2', 'wasm', 'cpu']

/** What a backend is chosen for. */
export interface Work {
  /** `look` reads every value back; `learn` keeps them on the device from step to step. */
  readonly kind: 'look' | 'learn'
  /** Arithmetic operations of one walk. */
  readonly operations: number
}

/**
 * Below so many operations a step, starting kernels one by one costs more than the arithmetic: a GPU starts one in about
 * 10 µs, and our SIMD products do 50 million operations in about 1 ms.
 */
const WORTH_A_GPU = 50e6

const isGpu = (name: BackendName): boolean => name === 'webgpu' || name === 'webgl2'

function notWorthTheGpu({ kind, operations }: Work): string | null {
  if (kind === 'look') return 'to show every value, each would have to be read back from the device'
  if (operations >= WORTH_A_GPU) return null
  const millions = (n: number): string => String(Number((n / 1e6).toPrecision(2)))
  return `a step of this graph is ${millions(operations)} million operations; below ${millions(WORTH_A_GPU)} million the CPU is faster`
}

const NO_SIMD = 'this machine’s WebAssembly has no SIMD'

/** Executors are kept: each holds compiled kernels and the memory of its device. */
export class Backends {
  readonly #executors = new Map<BackendName, Executor>()
  readonly #look: () => Promise<readonly BackendProbe[]>
  readonly #make: (name: BackendName) => Promise<Executor>
  #probes: Promise<readonly BackendProbe[]> | null = null

  constructor(look: () => Promise<readonly BackendProbe[]> = probeBackends, make = makeExecutor) {
    this.#look = look
    this.#make = make
  }

  async #executor(name: BackendName): Promise<Executor> {
    const known = this.#executors.get(name)
    if (known) return known
    const made = await this.#make(name)
    this.#executors.set(name, made)
    return made
  }

  async #probe(
    name: BackendName
  ): Promise<{ readonly usable: boolean; readonly chosen: boolean; readonly reason: string }> {
    if (name === 'cpu' || name === 'reference') return { usable: true, chosen: name === 'cpu', reason: '' }
    if (name === 'wasm') {
      const usable = wasmBuild() !== null
      return { usable, chosen: usable, reason: usable ? '' : NO_SIMD }
    }
    this.#probes ??= this.#look()
    const probes = await this.#probes
    const found = probes.find((p) => p.backend === name)
    if (!found?.available) return { usable: false, chosen: false, reason: found?.reason ?? 'it was not found' }
    return { usable: true, chosen: !found.software, reason: found.reason ?? '' }
  }

  /**
   * @param work what is to be done; only `auto` looks at it
   * @throws ProblemError run.backendUnavailable where a backend is asked for by name and cannot run. Nothing else is
   * taken in its place.
   */
  async choose(choice: BackendChoice, work: Work): Promise<Chosen> {
    if (choice !== 'auto') {
      const { usable, reason } = await this.#probe(choice)
      if (!usable) fail('run.backendUnavailable', { backend: choice, reason })
      const executor = await this.#executor(choice)
      return { executor, report: { backend: choice, device: executor.device, passedOver: [] } }
    }
    const passedOver: { backend: BackendName; reason: string }[] = []
    for (const backend of BY_SPEED) {
      const { chosen, reason } = await this.#probe(backend)
      const why = chosen ? (isGpu(backend) ? notWorthTheGpu(work) : null) : reason
      if (why !== null) {
        passedOver.push({ backend, reason: why })
        continue
      }
      try {
        const executor = await this.#executor(backend)
        return { executor, report: { backend, device: executor.device, passedOver } }
      } catch (error) {
        // A device that answered the probe and then cannot compute: passed over, and said.
        if (!(error instanceof ProblemError)) throw error
        passedOver.push({ backend, reason: error.problem.message })
      }
    }
    throw new Error('the CPU is always there')
  }

  /** Lets go of what ran on a graphics device that is gone; the next choice makes a new one. */
  async dropGpu(): Promise<void> {
    for (const [name, executor] of this.#executors) {
      if (!isGpu(name)) continue
      this.#executors.delete(name)
      await executor.dispose().catch(() => undefined)
    }
    this.#probes = null
  }
}

async function makeExecutor(name: BackendName): Promise<Executor> {
  switch (name) {
    case 'cpu':
      return new CpuExecutor()
    case 'reference':
      return new ReferenceExecutor()
    case 'webgl2':
    case 'webgpu': {
      // Loaded only where it is used: gpu.js is large, and the command line never needs it.
      const { createGpuExecutor } = await import('../runtime/gpu/index.ts')
      return createGpuExecutor(name)
    }
    case 'wasm': {
      const build = wasmBuild()
      return build ? new WasmExecutor(build) : fail('run.backendUnavailable', { backend: name, reason: NO_SIMD })
    }
  }
}
