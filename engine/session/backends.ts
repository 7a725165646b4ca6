/** Which executor runs, and why not a better one. */
import { fail, type Problem, ProblemError, problem } from '../problem.ts'
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

/** A training that is to be tried on the GPU and on the CPU before one of them is chosen. */
export interface Trial {
  /** What the result holds for: the same graph and batch need no second trial. */
  readonly key: string
  /** Steps of the whole training. */
  readonly steps: number
  /** Steps per second of an executor; NaN where it was stopped, or is not to be tried now. */
  readonly run: (executor: Executor, milliseconds: number) => Promise<number>
}

/**
 * What a backend is chosen for: to look at every value, to learn, or for steps that are taken on the host. What is only
 * asked about (`anything`) is tried nowhere.
 */
export type Work = { readonly kind: 'look' | 'host' | 'anything' } | { readonly kind: 'learn'; readonly trial: Trial }

/** Milliseconds of trial on each side: with what is compiled for it, about a second in all. */
const TRIAL = 350
/** Seconds: a training that the CPU is through with by then is not worth a trial of the GPU. */
const SHORT = 2

const isGpu = (name: BackendName): boolean => name === 'webgpu' || name === 'webgl2'

interface Candidate extends Chosen {
  readonly name: BackendName
}

const three = (x: number): string => String(Number(x.toPrecision(3)))

/** Executors are kept: each holds compiled kernels and the memory of its device. */
export class Backends {
  readonly #executors = new Map<BackendName, Promise<Executor>>()
  readonly #look: () => Promise<readonly BackendProbe[]>
  readonly #make: (name: BackendName) => Promise<Executor>
  #probes: Promise<readonly BackendProbe[]> | null = null
  /** Steps per second by backend, by what was tried. */
  readonly #rates = new Map<string, Map<BackendName, number>>()

  constructor(
    look: () => Promise<readonly BackendProbe[]> = probeBackends,
    make: (name: BackendName) => Promise<Executor> = makeExecutor
  ) {
    this.#look = look
    this.#make = make
  }

  async #executor(name: BackendName): Promise<Executor> {
    const known = this.#executors.get(name)
    if (known) return known
    // kept before it is there: whoever asks meanwhile gets the same one
    const made = this.#make(name)
    this.#executors.set(name, made)
    made.catch(() => this.#executors.delete(name))
    return made
  }

  /** Whether a backend can run at all, and why `auto` leaves it. */
  async #probe(name: BackendName): Promise<{ readonly usable: boolean; readonly why: Problem | null }> {
    if (name === 'cpu' || name === 'reference') return { usable: true, why: null }
    if (name === 'wasm') {
      const usable = wasmBuild() !== null
      return { usable, why: usable ? null : problem('backend.noSimd') }
    }
    this.#probes ??= this.#look()
    const found = (await this.#probes).find((p) => p.backend === name)
    return { usable: found?.available === true, why: found ? found.why : problem('backend.missing', { api: name }) }
  }

  /**
   * @param work what is to be done; only `auto` looks at it
   * @throws ProblemError run.backendUnavailable where a backend is asked for by name and cannot run. Nothing else is
   * taken in its place.
   */
  async choose(choice: BackendChoice, work: Work): Promise<Chosen> {
    const passedOver: { backend: BackendName; why: Problem }[] = []
    if (choice !== 'auto') {
      const { usable, why } = await this.#probe(choice)
      if (!usable) fail('run.backendUnavailable', { backend: choice, reason: why?.message ?? '' })
      const executor = await this.#executor(choice)
      return { executor, report: { backend: choice, device: executor.device, passedOver, trials: [] } }
    }
    const without = work.kind === 'look' ? problem('backend.readsBack') : null
    const host = work.kind === 'host' ? problem('backend.hostSteps') : null
    const gpu = await this.#first(true, passedOver, without ?? host)
    if (gpu && work.kind === 'anything') return gpu
    const cpu = (await this.#first(false, passedOver, null)) as Candidate
    if (!gpu || work.kind !== 'learn') return cpu
    return this.#faster(gpu, cpu, work.trial, passedOver)
  }

  /** The first backend of its kind that can run; the others are passed over, and said. */
  async #first(
    gpu: boolean,
    passedOver: { backend: BackendName; why: Problem }[],
    unwanted: Problem | null
  ): Promise<Candidate | null> {
    for (const name of BY_SPEED.filter((b) => isGpu(b) === gpu)) {
      const why = (await this.#probe(name)).why ?? unwanted
      if (why) {
        passedOver.push({ backend: name, why })
        continue
      }
      try {
        const executor = await this.#executor(name)
        return { name, executor, report: { backend: name, device: executor.device, passedOver, trials: [] } }
      } catch (error) {
        // A device that answered the probe and then cannot compute: passed over, and said.
        if (!(error instanceof ProblemError)) throw error
        passedOver.push({ backend: name, why: error.problem })
      }
    }
    return null
  }

  /** Tries both, unless it is known, and takes the faster one. */
  async #faster(
    gpu: Candidate,
    cpu: Candidate,
    trial: Trial,
    passedOver: { backend: BackendName; why: Problem }[]
  ): Promise<Chosen> {
    const rates = this.#rates.get(trial.key) ?? new Map<BackendName, number>()
    this.#rates.set(trial.key, rates)
    /** Null where it cannot hold the training; the reason is then said. */
    const rateOf = async ({ name, executor }: Candidate): Promise<number | null> => {
      try {
        const rate = rates.get(name) ?? (await trial.run(executor, TRIAL))
        if (!Number.isNaN(rate)) rates.set(name, rate)
        return rate
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error
        passedOver.push({ backend: name, why: error.problem })
        return null
      }
    }
    const onCpu = await rateOf(cpu)
    if (onCpu === null) return gpu
    if (Number.isNaN(onCpu)) return this.#tried(cpu, rates)
    const seconds = trial.steps / onCpu
    if (seconds < SHORT && !rates.has(gpu.name)) {
      const why = problem('backend.shortTraining', { seconds: three(seconds), backend: cpu.name })
      passedOver.push({ backend: gpu.name, why })
      return this.#tried(cpu, rates)
    }
    const onGpu = await rateOf(gpu)
    if (onGpu !== null && onGpu > onCpu) return this.#tried(gpu, rates)
    if (onGpu !== null && !Number.isNaN(onGpu)) {
      const why = problem('backend.slower', { rate: three(onGpu), other: cpu.name, best: three(onCpu) })
      passedOver.push({ backend: gpu.name, why })
    }
    return this.#tried(cpu, rates)
  }

  #tried({ executor, report }: Candidate, rates: ReadonlyMap<BackendName, number>): Chosen {
    const trials = [...rates].map(([backend, stepsPerSecond]) => ({ backend, stepsPerSecond }))
    return { executor, report: { ...report, trials } }
  }

  /** Lets go of what ran on a graphics device that is gone; the next choice makes a new one. */
  async dropGpu(): Promise<void> {
    for (const [name, executor] of this.#executors) {
      if (!isGpu(name)) continue
      this.#executors.delete(name)
      await executor.then((made) => made.dispose()).catch(() => undefined)
    }
    this.#probes = null
    this.#rates.clear()
  }
}

/** @param threads how many the CPU may take; by default one for each core, up to eight, less one where a page is drawn and cores are more than two */
export async function makeExecutor(name: BackendName, threads?: number): Promise<Executor> {
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
      return build
        ? await WasmExecutor.open(build, threads)
        : fail('run.backendUnavailable', { backend: name, reason: problem('backend.noSimd').message })
    }
  }
}
