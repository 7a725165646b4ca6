/**
 * gpu.js: the one file that imports it, and what this program uses of its inside.
 *
 * gpu.js translates and compiles kernels and runs them. Left to itself, each kernel owns its output, which makes state
 * and reuse of memory awkward; so the devices here hand a kernel its output before each run. That touches fields that
 * gpu.js does not document: its version is pinned, and `selfTest` proves on each machine that they still mean the same.
 */
import { GPU } from 'gpu.js'
import type { Device } from './device.ts'

/** A kernel instance of gpu.js 2.24.1, as far as it is touched. */
export interface RawKernel {
  build(...inputs: unknown[]): Promise<void> | undefined
  run(...inputs: unknown[]): unknown
  destroy(): void
  readonly built: boolean
  readonly switchingKernels: unknown
  readonly fallbackRequested?: boolean
  /** WebGL2. */
  readonly program: WebGLProgram
  readonly framebuffer: WebGLFramebuffer
  readonly texSize: ArrayLike<number>
  buffer: WebGLBuffer | null
  texture: unknown
  mappedTextures: unknown
  drawBuffersMap: number[] | null
  _mappedTextureSwitched: Record<number, boolean>
  getFragmentShader(inputs: unknown): string
  /** WebGPU. */
  outputBuffer: GPUBuffer | null
  readonly computePipeline: GPUComputePipeline
  readonly bindGroupLayout: GPUBindGroupLayout
  readonly paramsBuffer: GPUBuffer
  readonly paramsLayout: { readonly byteLength: number }
  translatedFunctions: string
  workgroupSize: readonly number[]
  assembleWGSL(): string
  _computeDispatch(threads: readonly number[]): { groups: readonly number[]; dispatchWidth: number }
}

export interface RawSettings {
  readonly output: readonly number[]
  readonly functions?: readonly unknown[]
  readonly nativeFunctions?: readonly unknown[]
  readonly injectedNative?: string
  readonly subKernels?: readonly unknown[]
}

export interface RawContext {
  readonly adapter: GPUAdapter
  readonly device: GPUDevice
  readonly isLost: boolean
}

export interface Library {
  createKernel(text: string, settings: RawSettings): RawKernel
  destroy(): Promise<void>
}

type Untyped = {
  createKernel(text: string, settings: unknown): { kernel: RawKernel }
  destroy(): Promise<void>
}

function library(settings: unknown): Library {
  const gpu = new (GPU as unknown as new (settings: unknown) => Untyped)(settings)
  return {
    createKernel: (text, own) =>
      gpu.createKernel(text, {
        pipeline: true,
        precision: 'single',
        tactic: 'precision',
        // floats are divided as floats; whole numbers by crDiv
        fixIntegerDivisionAccuracy: false,
        loopMaxIterations: 2 ** 24,
        ...own
      }).kernel,
    destroy: () => gpu.destroy()
  }
}

export const webgl2Library = (canvas: unknown, context: WebGL2RenderingContext): Library => library({ canvas, context })

export const webgpuLibrary = (): Library => library({ mode: 'webgpu' })

/** The device that all WebGPU kernels of gpu.js share. */
export const webgpuContext = (): Promise<RawContext> =>
  (GPU as unknown as { WebGPUContext: { acquire(): Promise<RawContext> } }).WebGPUContext.acquire()

/** One small kernel into two outputs in turn; throws where the second run overwrote the first output. */
export async function selfTest(device: Device): Promise<void> {
  const [x, y, first, second] = [3, 3, 3, 3].map((n) => device.allocate(n))
  if (!x || !y || !first || !second) return
  const kernel = await device.compile(
    { text: 'function (a0) { return a0[this.thread.x] * 2; }', threads: 3, helpers: [] },
    [first],
    [x]
  )
  device.upload(x, [1, 2, 3])
  device.upload(y, [4, 5, 6])
  kernel.run([first], [x])
  kernel.run([second], [y])
  const got = [...(await device.download(first)), ...(await device.download(second))]
  kernel.destroy()
  for (const memory of [x, y, first, second]) device.release(memory)
  if (got.join() !== '2,4,6,8,10,12') throw new Error(`the GPU computed ${got.join()} for 2,4,6,8,10,12`)
}
