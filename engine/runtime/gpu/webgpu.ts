/** Tensors as storage buffers, kernels as compute shaders of gpu.js. */
import { fail } from '../../problem.ts'
import { isSoftware } from '../probe.ts'
import { type Device, type Kernel, type KernelSource, MAX_INDEX, type Memory, refuseMemory } from './device.ts'
import { type Library, type RawContext, type RawKernel, webgpuContext, webgpuLibrary } from './gpujs.ts'
import { parametersOf, wgslLibrary } from './math.ts'

/** A tensor, and what gpu.js takes for the result of one of its kernels. */
class Buffer implements Memory {
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
    this.limit = Math.min(MAX_INDEX, device.limits.maxStorageBufferBindingSize / 4, device.limits.maxBufferSize / 4)
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
    const data = numbers instanceof Float32Array ? numbers : Float32Array.from(numbers)
    this.#context.device.queue.writeBuffer((memory as Buffer).buffer, 0, data as Float32Array<ArrayBuffer>)
  }

  async download(memory: Memory): Promise<Float32Array> {
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
    if (this.#memories.delete(memory as Buffer)) (memory as Buffer).buffer.destroy()
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
    const translated = raw.assembleWGSL
    raw.assembleWGSL = function (this: RawKernel): string {
      if (source.own) {
        this.workgroupSize = [8, 8, 1]
        return source.own.wgsl
      }
      this.translatedFunctions = wgslLibrary(source.helpers)
      return translated.call(this)
    }
    if (source.own) {
      const { groups } = source.own
      raw._computeDispatch = () => ({ groups, dispatchWidth: 0 })
    }
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
    return {
      run: (to, from) => {
        const { buffer } = to[0] as Buffer
        if (raw.outputBuffer !== buffer) {
          raw.outputBuffer = buffer
          raw.bindGroupDirty = true
        }
        raw.run(...from)
      },
      destroy
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
    for (const memory of [...this.#memories]) this.release(memory)
    this.#context.device.removeEventListener('uncapturederror', this.#listen)
    await this.#library.destroy()
  }
}
