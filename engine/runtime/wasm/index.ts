/**
 * Float32 on the memory of a WebAssembly module, in SIMD and by several threads: matrix products by a compiled GEMM,
 * elementwise kernels by code that is emitted for each plan.
 *
 * Everything else runs as on the CPU, on the same memory: nothing is copied between the two. Work is shared out by
 * elements of the output, never by parts of a sum, so the numbers do not depend on how many threads there are.
 */
import type { Plan } from '../../compile/plan.ts'
import { type Gemm, kernelOf } from '../array-kernels.ts'
import { type Arithmetic, ArrayExecutor } from '../arrays.ts'
import { RELAXED, SIMD } from './binaries.ts'
import { elementwiseKernels } from './elementwise.ts'
import { Machine, stretches } from './machine.ts'
import { chooseThreads } from './threads/runtime.ts'

const decode = (base64: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))

export type Build = 'relaxed' | 'simd'

/** The fastest build that runs here; null where WebAssembly has no SIMD. */
export function wasmBuild(): Build | null {
  if (typeof WebAssembly === 'undefined') return null
  if (WebAssembly.validate(decode(RELAXED))) return 'relaxed'
  return WebAssembly.validate(decode(SIMD)) ? 'simd' : null
}

/** Rows and columns of the block that the compiled product keeps in registers. */
const [ROWS, COLUMNS] = [6, 8]
/** Operations of a product that are worth a thread of their own: some ten microseconds. */
const WORTH_A_THREAD = 500_000

/** Products by the compiled kernel; each thread has scratch memory of its own. */
function products(build: Build, machine: Machine): { readonly gemm: Gemm; readonly prepare: (widest: number) => void } {
  const code = machine.load(decode(build === 'relaxed' ? RELAXED : SIMD))
  let scratch = machine.heap.allocate(0)
  let each = 0
  const gemm: Gemm = (m, n, k, a, b, c, offset) => {
    if (k === 0) {
      c.fill(0, offset, offset + m * n)
      return
    }
    const [atA, atB, atC] = [
      a.data.byteOffset + 4 * a.offset,
      b.data.byteOffset + 4 * b.offset,
      c.byteOffset + 4 * offset
    ]
    const parts = Math.min(machine.threads, Math.floor((2 * m * n * k) / WORTH_A_THREAD))
    // what is not cut is packed by every thread: the shorter side
    const byRows = m >= n
    const cuts = byRows ? stretches(m, parts, ROWS) : stretches(n, parts, COLUMNS)
    const lists = cuts.map(([from, to], thread) => {
      const [row, column] = byRows ? [from, 0] : [0, from]
      const [height, width] = byRows ? [to - from, n] : [m, to - from]
      const left = [atA + 4 * row * a.row, a.row, a.column]
      const right = [atB + 4 * column * b.column, b.row, b.column]
      return [height, width, k, ...left, ...right, atC + 4 * (row * n + column), n, scratch.offset + thread * each]
    })
    code.run('gemm', ...lists)
  }
  const prepare = (widest: number): void => {
    const bytes = code.get('scratch')(widest) as number
    if (bytes <= each) return
    machine.heap.free(scratch)
    scratch = machine.heap.allocate((bytes / 4) * machine.threads)
    each = bytes
  }
  return { gemm, prepare }
}

const notStarted = (error: Error): string => `others do not start: ${error.message}`

function arithmetic(build: Build, machine: Machine, why: string | null): Arithmetic {
  const { gemm, prepare } = products(build, machine)
  const { threads } = machine
  const simd = build === 'relaxed' ? 'WebAssembly SIMD with fused multiply-add' : 'WebAssembly SIMD'
  return {
    device: `${simd}, ${threads} ${threads === 1 ? 'thread' : 'threads'}${why ? ` (${why})` : ''}`,
    maxOutputs: 4,
    memory: machine.heap,
    compile: (plan: Plan) => {
      prepare(plan.steps.reduce((most, step) => (step.kind === 'product' ? Math.max(most, step.n) : most), 0))
      const chains = plan.steps.flatMap((step) =>
        step.kind === 'elementwise' ? [step] : step.kind === 'product' && step.epilogue ? [step.epilogue] : []
      )
      const { of: elementwise, dispose } = elementwiseKernels(chains, machine)
      return { kernels: plan.steps.map((step) => kernelOf(step, { gemm, elementwise })), dispose }
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
   * @param wanted how many; by default one for each core, up to eight
   */
  static async open(build: Build, wanted?: number): Promise<WasmExecutor> {
    const { threads, why } = chooseThreads(wanted)
    const machine = new Machine()
    const failed = threads > 1 ? await machine.start(threads).then(() => null, notStarted) : null
    return new WasmExecutor(build, machine, why ?? failed)
  }
}
