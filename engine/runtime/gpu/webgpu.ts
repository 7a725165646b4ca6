/** Tensors as storage buffers, kernels as compute shaders of gpu.js. */
import { fail } from '../../problem.ts'
import { isSoftware } from '../probe.ts'
import { type Device, type Kernel, type KernelSource, type Memory, refuseMemory } from './device.ts'
import { type Library, type RawContext, type RawKernel, webgpuContext, webgpuLibrary } from './gpujs.ts'
import { parametersOf, wgslLibrary } from './math.ts'
import { shaderOf } from './wgsl.ts'

let buffers = 0

/** Most numbers of a buffer: what is added to an index, or multiplied by four, must stay a whole number of 32 bits. */
const MOST = 2 ** 29

/** A tensor, and what gpu.js takes for the result of one of its kernels. */
class Buffer implements Memory {
  readonly id = buffers++
  readonly type = 'WebGPUBuffer'
  readonly componentCount = 1
  readonly wide = false
  readonly output: readonly number[]
  readonly context: RawContext
  readonly buffer: GPUBuffer
  readonly count: number

  constructor(context: RawContext, buffer: GPUBuffer, length: number) {
    this.context = context
    this.buffer = buffer
    this.count = length
    this.output = [length]
  }
}

export class WebGpuDevice implements Device {
  readonly mode = 'webgpu'
  readonly name: string
  readonly serial: boolean
  readonly limit: number
  readonly #context: RawContext
  readonly #library: Library
  readonly #memories = new Set<Buffer>()
  readonly #kernels = new Set<RawKernel>()
  /** Kernels that were asked for and are not submitted yet: all of a walk go to the device together. */
  #recording: { readonly encoder: GPUCommandEncoder; readonly pass: GPUComputePassEncoder } | null = null
  /** Counts releases: what was bound before one may be gone. */
  #released = 0
  #error: GPUError | null = null
  #lost: string | null = null
  readonly #listen = (event: GPUUncapturedErrorEvent): void => {
    this.#error ??= event.error
  }

  static async open(): Promise<WebGpuDevice> {
    try {
      return new WebGpuDevice(await webgpuContext())
    } catch (error) {
      return fail('run.backendUnavailable', { backend: 'webgpu', reason: (error as Error).message })
    }
  }

  private constructor(context: RawContext) {
    const { adapter, device } = context
    this.#context = context
    this.#library = webgpuLibrary()
    const { description, vendor, architecture } = adapter.info
    this.name = `WebGPU on ${description || [vendor, architecture].filter(Boolean).join(' ') || 'an unnamed adapter'}`
    this.serial = isSoftware(`${this.name} ${vendor} ${architecture}`)
    this.limit = Math.min(
      MOST,
      ...[device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize].map((b) => Math.floor(b / 4))
    )
    device.addEventListener('uncapturederror', this.#listen)
    void device.lost.then(({ message, reason }) => {
      this.#lost = message || reason
    })
  }

  get held() {
    return { memories: this.#memories.size, kernels: this.#kernels.size }
  }

  allocate(length: number): Memory {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST
    const buffer = this.#context.device.createBuffer({ size: length * 4, usage })
    const memory = new Buffer(this.#context, buffer, length)
    this.#memories.add(memory)
    return memory
  }

  upload(memory: Memory, numbers: ArrayLike<number>): void {
    // what is recorded reads the numbers that are there now
    this.submit()
    const data = numbers instanceof Float32Array ? numbers : Float32Array.from(numbers)
    this.#context.device.queue.writeBuffer((memory as Buffer).buffer, 0, data as Float32Array<ArrayBuffer>)
  }

  async download(memory: Memory): Promise<Float32Array> {
    this.submit()
    this.check()
    const { device } = this.#context
    const size = memory.count * 4
    const staging = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST })
    try {
      const encoder = device.createCommandEncoder()
      encoder.copyBufferToBuffer((memory as Buffer).buffer, 0, staging, 0, size)
      device.queue.submit([encoder.finish()])
      await staging.mapAsync(GPUMapMode.READ)
      const numbers = new Float32Array(staging.getMappedRange().slice(0))
      this.check()
      return numbers
    } catch (error) {
      return await this.#explain(error)
    } finally {
      staging.destroy()
    }
  }

  release(memory: Memory): void {
    if (!this.#memories.delete(memory as Buffer)) return
    this.submit()
    this.#released++
    ;(memory as Buffer).buffer.destroy()
  }

  submit(): void {
    const recording = this.#recording
    if (!recording) return
    this.#recording = null
    recording.pass.end()
    this.#context.device.queue.submit([recording.encoder.finish()])
  }

  async finish(): Promise<void> {
    this.submit()
    await this.#context.device.queue.onSubmittedWorkDone()
  }

  #pass(): GPUComputePassEncoder {
    if (!this.#recording) {
      const encoder = this.#context.device.createCommandEncoder()
      this.#recording = { encoder, pass: encoder.beginComputePass() }
    }
    return this.#recording.pass
  }

  async compile(source: KernelSource, outputs: readonly Memory[], inputs: readonly Memory[]): Promise<Kernel> {
    const raw = this.#library.createKernel(source.text, {
      output: [source.threads],
      // stand-ins from which gpu.js learns the types: it knows no native functions here
      functions: source.helpers.map((name) => {
        const parameters = parametersOf(name)
        return {
          name,
          source: `function ${name}(${parameters.join(', ')}) { return ${parameters[0]}; }`,
          argumentTypes: parameters.map(() => 'Number'),
          returnType: 'Number'
        }
      })
    })
    const own =
      source.own ??
      (source.body === undefined
        ? null
        : shaderOf(source.body, inputs.length, source.threads, wgslLibrary(source.helpers)))
    const translated = raw.assembleWGSL
    raw.assembleWGSL = function (this: RawKernel): string {
      if (own) return own.wgsl
      this.translatedFunctions = wgslLibrary(source.helpers)
      return translated.call(this)
    }
    if (own) raw._computeDispatch = () => ({ groups: own.groups, dispatchWidth: 0 })
    raw.outputBuffer = (outputs[0] as Buffer).buffer
    this.#kernels.add(raw)
    const destroy = (): void => {
      // what the kernel did not make it must not destroy
      raw.outputBuffer = null
      raw.destroy()
      this.#kernels.delete(raw)
    }
    try {
      await raw.build(...inputs)
    } catch (error) {
      destroy()
      await this.#explain(error)
    }
    const { groups } = this.#parameters(raw, source, inputs)
    const bind = this.#binder(raw)
    return {
      run: (to, from) => {
        const pass = this.#pass()
        pass.setPipeline(raw.computePipeline)
        pass.setBindGroup(0, bind([...from, to[0] as Memory] as Buffer[]))
        pass.dispatchWorkgroups(...(groups as [number, number, number]))
      },
      destroy
    }
  }

  /** What gpu.js would write before each run: the sizes, which never change here. */
  #parameters(raw: RawKernel, source: KernelSource, inputs: readonly Memory[]) {
    const dispatch = raw._computeDispatch([source.threads, 1, 1])
    const sizes = inputs.flatMap(({ count }) => [count, 1, 1, count])
    const words = new Uint32Array(raw.paramsLayout.byteLength / 4)
    words.set([source.threads, 1, 1, dispatch.dispatchWidth, ...sizes])
    this.#context.device.queue.writeBuffer(raw.paramsBuffer, 0, words)
    return dispatch
  }

  /** Bind groups of a kernel by what is bound: variables change places from walk to walk, and come back. */
  #binder(raw: RawKernel): (buffers: readonly Buffer[]) => GPUBindGroup {
    const { device } = this.#context
    const known = new Map<string, GPUBindGroup>()
    let released = this.#released
    return (buffers) => {
      if (released !== this.#released) known.clear()
      released = this.#released
      const key = buffers.map((b) => b.id).join()
      const made =
        known.get(key) ??
        device.createBindGroup({
          layout: raw.bindGroupLayout,
          entries: [raw.paramsBuffer, ...buffers.map((b) => b.buffer)].map((buffer, binding) => ({
            binding,
            resource: { buffer }
          }))
        })
      known.set(key, made)
      return made
    }
  }

  check(): void {
    if (this.#lost !== null || this.#context.isLost) fail('run.deviceLost', { reason: this.#lost ?? 'it went away' })
    const error = this.#error
    this.#error = null
    if (error instanceof GPUOutOfMemoryError) refuseMemory(this.#memories)
    if (error !== null) throw new Error(`WebGPU reports: ${error.message}`)
  }

  /** A lost device fails whatever was under way, and says a moment later that it is lost. */
  async #explain(error: unknown): Promise<never> {
    const soon = new Promise((resolve) => setTimeout(resolve, 100))
    await Promise.race([this.#context.device.lost, soon])
    this.check()
    throw error
  }

  async dispose(): Promise<void> {
    this.#recording = null
    for (const memory of [...this.#memories]) this.release(memory)
    this.#context.device.removeEventListener('uncapturederror', this.#listen)
    await this.#library.destroy()
  }
}
