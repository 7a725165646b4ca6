/** Which executor runs, and why not a better one. */
import { fail } from '../problem.ts'
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

const NO_SIMD = 'this machine’s WebAssembly has no SIMD'

/** Executors are kept: each holds compiled kernels and the memory of its device. */
export class Backends {
  readonly #executors = new Map<BackendName, Executor>()
  #probes: Promise<readonly BackendProbe[]> | null = null

  async #executor(name: BackendName): Promise<Executor> {
    const known = this.#executors.get(name)
    if (known) return known
    const made = await make(name)
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
    this.#probes ??= probeBackends()
    const probes = await this.#probes
    const found = probes.find((p) => p.backend === name)
    if (!found?.available) return { usable: false, chosen: false, reason: found?.reason ?? 'it was not found' }
    return { usable: true, chosen: !found.software, reason: found.reason ?? '' }
  }

  /**
   * @throws ProblemError run.backendUnavailable where a backend is asked for by name and cannot run. Nothing else is
   * taken in its place.
   */
  async choose(choice: BackendChoice): Promise<Chosen> {
    if (choice !== 'auto') {
      const { usable, reason } = await this.#probe(choice)
      if (!usable) fail('run.backendUnavailable', { backend: choice, reason })
      const executor = await this.#executor(choice)
      return { executor, report: { backend: choice, device: executor.device, passedOver: [] } }
    }
    const passedOver: { backend: BackendName; reason: string }[] = []
    for (const backend of BY_SPEED) {
      const { chosen, reason } = await this.#probe(backend)
      if (chosen) {
        const executor = await this.#executor(backend)
        return { executor, report: { backend, device: executor.device, passedOver } }
      }
      passedOver.push({ backend, reason })
    }
    throw new Error('the CPU is always there')
  }

  /** Lets go of an executor whose device is gone; the next choice makes a new one. */
  async drop(executor: Executor): Promise<void> {
    for (const [name, one] of this.#executors) if (one === executor) this.#executors.delete(name)
    await executor.dispose()
  }
}

async function make(name: BackendName): Promise<Executor> {
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
