/**
 * Float32 on the memory of a WebAssembly module, in SIMD and by several threads: products, reductions, windows and
 * copies by compiled kernels, elementwise chains and rows by code that is emitted for each plan.
 *
 * What is left runs as on the CPU, on the same memory: nothing is copied between the two. Work is shared out by
 * elements of the output, never by parts of a sum, so the numbers do not depend on how many threads there are.
 */
import type { Plan, Step } from '../../compile/plan.ts'
import { kernelOf } from '../array-kernels.ts'
import { type Arithmetic, ArrayExecutor, type Compiled, type Region, runOf } from '../arrays.ts'
import { gemm } from '../gemm.ts'
import { RELAXED, SIMD } from './binaries.ts'
import { type Call, runOfCalls, stagesOf } from './calls.ts'
import { elementwiseKernels } from './elementwise.ts'
import { loopCalls } from './loops.ts'
import { Machine } from './machine.ts'
import { Products } from './products.ts'
import { chooseThreads } from './threads/runtime.ts'

const decode = (base64: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))

export type Build = 'relaxed' | 'simd'

/** The fastest build that runs here; null where WebAssembly has no SIMD. */
export function wasmBuild(): Build | null {
  if (typeof WebAssembly === 'undefined') return null
  if (WebAssembly.validate(decode(RELAXED))) return 'relaxed'
  return WebAssembly.validate(decode(SIMD)) ? 'simd' : null
}

const notStarted = (error: Error): string => `others do not start: ${error.message}`

type Keep = <T extends { dispose(): void }>(one: T) => T

function arithmetic(build: Build, machine: Machine, why: string | null): Arithmetic {
  const { threads } = machine
  const code = machine.load(decode(build === 'relaxed' ? RELAXED : SIMD))
  const compiled = (plan: Plan, own: readonly (Region | null)[], keep: Keep): Omit<Compiled, 'dispose'> => {
    const products = keep(
      new Products(
        code,
        machine,
        plan.steps.filter((step) => step.kind === 'product')
      )
    )
    const chains = plan.steps.flatMap((step) =>
      step.kind === 'elementwise' || step.kind === 'rows'
        ? [step]
        : step.kind === 'product' && step.epilogue
          ? [step.epilogue]
          : []
    )
    const { of: elementwise } = keep(elementwiseKernels(chains, machine, build === 'relaxed'))
    const callsOf = (step: Step): Call[] | null => {
      if (step.kind === 'elementwise' || step.kind === 'rows') return elementwise(step)
      if (step.kind === 'loop') return loopCalls(step, code, machine)
      const calls = products.calls(step)
      return calls && [...calls, ...(step.epilogue ? elementwise(step.epilogue) : [])]
    }
    const work = plan.steps.map((step) => callsOf(step) ?? runOf(step, kernelOf(step, gemm)))
    const { stages } = keep(stagesOf(work, own, machine))
    return { steps: work.map((calls) => (typeof calls === 'function' ? calls : runOfCalls(calls))), stages }
  }
  const simd = build === 'relaxed' ? 'WebAssembly SIMD with fused multiply-add' : 'WebAssembly SIMD'
  return {
    device: `${simd}, ${threads} ${threads === 1 ? 'thread' : 'threads'}${why ? ` (${why})` : ''}`,
    maxOutputs: 4,
    // shorter ones leave lanes of the vectors empty, and what is one number for a row takes a whole one
    shortestRow: 8,
    memory: machine.heap,
    compile: (plan: Plan, own) => {
      const made: { dispose(): void }[] = []
      const keep = <T extends { dispose(): void }>(one: T): T => {
        made.push(one)
        return one
      }
      const dispose = (): void => {
        for (const one of made.splice(0)) one.dispose()
      }
      try {
        return { ...compiled(plan, own, keep), dispose }
      } catch (error) {
        // what was taken until memory ended would never come back
        dispose()
        throw error
      }
    },
    dispose: () => machine.close()
  }
}

export class WasmExecutor extends ArrayExecutor {
  /** On this thread alone. */
  constructor(build: Build, machine = new Machine(), why: string | null = null) {
    super(arithmetic(build, machine, why))
  }

  /**
   * With threads, where they can be had; `device` says why there is but one where more were to be expected.
   * @param wanted how many; by default as `threadsFor` says
   */
  static async open(build: Build, wanted?: number): Promise<WasmExecutor> {
    const { threads, why } = chooseThreads(wanted)
    const machine = new Machine()
    const failed = threads > 1 ? await machine.start(threads).then(() => null, notStarted) : null
    return new WasmExecutor(build, machine, why ?? failed)
  }
}
