/** What the GPU executor needs of a device; one implementation for WebGL2, one for WebGPU. */
import { fail } from '../../problem.ts'

export type GpuMode = 'webgl2' | 'webgpu'

/** `count` float32 numbers, flat, on the device (`length` would make gpu.js take it for an array). `wide`: four neighbours to a texel, for products on WebGL2. */
export interface Memory {
  readonly count: number
  readonly wide: boolean
}

/** Fewest numbers that lie four to a texel. */
const WIDE = 8192

/**
 * Whether a tensor of the plan lies four neighbours to a texel. On WebGL2 reading costs far more than arithmetic, and a
 * texel of four numbers costs no more than one of a single number.
 */
export const isWide = (mode: GpuMode, count: number): boolean => mode === 'webgl2' && count >= WIDE && count % 4 === 0

/** A kernel before it is compiled. */
export interface KernelSource {
  /** `function (a0, a1) { … }` in gpu.js's subset of JavaScript, one output element per `this.thread.x`. */
  readonly text: string
  /** Threads: elements of each output (of four numbers each where `outputs` are wide). */
  readonly threads: number
  /** Functions of the library (see math.ts) that the text calls. */
  readonly helpers: readonly string[]
  /** WebGL2: inputs that the text reads a texel at a time; of other wide inputs it reads single numbers. */
  readonly texels?: readonly number[]
  /** WebGL2: further wide outputs, written by calls of out1(a, b, c, d), out2(…), … */
  readonly maps?: number
  /** WebGPU: the statements of the text, to be translated with whole numbers as such (see wgsl.ts). */
  readonly body?: string
  /** WebGPU: a whole compute shader that takes the place of the translated text, and how it is dispatched. */
  readonly own?: { readonly wgsl: string; readonly groups: readonly [number, number, number] }
}

export interface Kernel {
  run(outputs: readonly Memory[], inputs: readonly Memory[]): void
  destroy(): void
}

export interface Device {
  readonly mode: GpuMode
  /** "WebGL2 on NVIDIA …". */
  readonly name: string
  /** Made of software: it has few processors, and reading costs more than arithmetic. */
  readonly serial: boolean
  /** Most elements of one tensor. */
  readonly limit: number
  /** @param wide whether four neighbours lie in a texel; as `isWide` says where absent */
  allocate(size: number, wide?: boolean): Memory
  upload(memory: Memory, numbers: ArrayLike<number>): void
  download(memory: Memory): Promise<Float32Array>
  release(memory: Memory): void
  /** Hands the device what `run` of kernels asked for so far, where that is not done yet. */
  submit(): void
  /** Resolves when the device is through with all that it was asked for. */
  finish(): Promise<void>
  /** Compiles for inputs and outputs of these sizes; `run` takes others of the same sizes. */
  compile(source: KernelSource, outputs: readonly Memory[], inputs: readonly Memory[]): Promise<Kernel>
  /** Throws what the device reported since it was last asked: a lost device, memory that could not be had. */
  check(): void
  /** What is allocated now: for tests that look for leaks. */
  readonly held: { readonly memories: number; readonly kernels: number }
  dispose(): Promise<void>
}

/** Up to here every whole number is a float32: indices that are floats are exact, as WebGL2 has them. */
export const MAX_INDEX = 2 ** 24

/** Says that the device did not give all the memory that was asked of it. */
export function refuseMemory(memories: Iterable<Memory>): never {
  let bytes = 0
  for (const { count } of memories) bytes += count * 4
  return fail('run.outOfMemory', { needed: `${Math.ceil(bytes / 2 ** 20)} MiB`, available: 'less on this GPU' })
}
