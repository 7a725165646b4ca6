/**
 * Float32 on the memory of a WebAssembly module, with matrix products in SIMD.
 *
 * Everything else runs as on the CPU, on the same memory: nothing is copied between the two.
 */
import type { ElementwiseStep, Plan } from '../../compile/plan.ts'
import { type Gemm, type Kernel, kernelOf } from '../array-kernels.ts'
import { type Arithmetic, ArrayExecutor } from '../arrays.ts'
import { RELAXED, SIMD } from './binaries.ts'
import { elementwiseKernels } from './elementwise.ts'
import { Heap } from './heap.ts'

interface Exports {
  gemm(
    m: number,
    n: number,
    k: number,
    a: number,
    rowA: number,
    columnA: number,
    b: number,
    rowB: number,
    columnB: number,
    c: number,
    rowC: number,
    work: number
  ): void
  /** Bytes of scratch memory for a product of width n. */
  scratch(n: number): number
}

const decode = (base64: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))

export type Build = 'relaxed' | 'simd'

/** The fastest build that runs here; null where WebAssembly has no SIMD. */
export function wasmBuild(): Build | null {
  if (typeof WebAssembly === 'undefined') return null
  if (WebAssembly.validate(decode(RELAXED))) return 'relaxed'
  return WebAssembly.validate(decode(SIMD)) ? 'simd' : null
}

/** The module's own data lies at the beginning. */
const FIRST_FREE = 65_536

function arithmetic(build: Build): Arithmetic {
  const memory = new WebAssembly.Memory({ initial: 16 })
  const module = new WebAssembly.Module(decode(build === 'relaxed' ? RELAXED : SIMD))
  const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports
  const heap = new Heap(memory, FIRST_FREE)
  let work = heap.allocate(0)
  const gemm: Gemm = (m, n, k, a, b, c, offset) => {
    if (k === 0) c.fill(0, offset, offset + m * n)
    else {
      const at = (data: Float32Array, first: number): number => data.byteOffset + first * 4
      kernels.gemm(
        m,
        n,
        k,
        at(a.data, a.offset),
        a.row,
        a.column,
        at(b.data, b.offset),
        b.row,
        b.column,
        at(c, offset),
        n,
        work.offset
      )
    }
  }
  const compile = (plan: Plan): Kernel[] => {
    const chains = plan.steps.flatMap((s) =>
      s.kind === 'elementwise' ? [s] : s.kind === 'product' && s.epilogue ? [s.epilogue] : []
    )
    const compiled = elementwiseKernels(chains, memory)
    const kernels = new Map(chains.map((step, i) => [step, compiled[i] as Kernel]))
    const elementwise = (step: ElementwiseStep): Kernel => kernels.get(step) as Kernel
    return plan.steps.map((step) => kernelOf(step, { gemm, elementwise }))
  }
  return {
    compile,
    device: build === 'relaxed' ? 'WebAssembly SIMD with fused multiply-add' : 'WebAssembly SIMD',
    maxOutputs: 4,
    memory: heap,
    prepare(plan: Plan) {
      const widest = plan.steps.reduce((most, step) => (step.kind === 'product' ? Math.max(most, step.n) : most), 0)
      const needed = Math.ceil(kernels.scratch(widest) / 4)
      if (work.array.length >= needed) return
      heap.free(work)
      work = heap.allocate(needed)
    }
  }
}

export class WasmExecutor extends ArrayExecutor {
  constructor(build: Build) {
    super(arithmetic(build))
  }
}
