/** Tensors as float textures, kernels as fragment shaders of gpu.js. */
import { fail } from '../../problem.ts'
import { isSoftware } from '../probe.ts'
import { type Device, isWide, type Kernel, type KernelSource, MAX_INDEX, type Memory, refuseMemory } from './device.ts'
import { type Library, type RawKernel, webgl2Library } from './gpujs.ts'
import { glslLibrary, parametersOf } from './math.ts'

/** The texture that gpu.js lays `length` texels out in. */
export function textureSize(length: number): [number, number] {
  let high = Math.ceil(Math.sqrt(length))
  let low = Math.floor(Math.sqrt(length))
  while (high * low < length) {
    high--
    low = Math.ceil(length / high)
  }
  return [low, Math.ceil(length / low)]
}

/** A tensor, and what gpu.js takes for one of its own textures. */
class Texture implements Memory {
  readonly type: string
  readonly size: readonly [number, number]
  readonly output: readonly number[]
  readonly dimensions: Int32Array
  readonly texture: WebGLTexture
  readonly context: WebGL2RenderingContext
  readonly count: number
  readonly wide: boolean

  constructor(context: WebGL2RenderingContext, texture: WebGLTexture, length: number, wide: boolean) {
    const texels = wide ? length / 4 : length
    this.context = context
    this.texture = texture
    this.count = length
    this.wide = wide
    this.type = wide ? 'ArrayTexture(4)' : 'ArrayTexture(1)'
    this.size = textureSize(texels)
    this.output = [texels]
    this.dimensions = new Int32Array([texels, 1, 1])
  }

  /** gpu.js asks before it draws: nobody else holds the texture. */
  beforeMutate(): boolean {
    return false
  }

  delete(): void {
    // released by the device, not by a kernel
  }
}

const CORNERS = 64

/** One number of a texture that holds four to a texel. */
const PICK = `
float crPick(sampler2D tex, ivec2 texSize, ivec3 texDim, int z, int y, int x) {
  vec4 texel = getImage2D(tex, texSize, texDim, 0, 0, x / 4);
  int c = x % 4;
  return c < 2 ? (c == 0 ? texel.x : texel.y) : (c == 2 ? texel.z : texel.w);
}
`

/** Up to so many texels the quotient of index and width, a float, is on the right side of every whole number. */
const EXACT = 2 ** 20

/**
 * How gpu.js finds a texel, and how it is found here: dividing whole numbers is slow on GPUs and slower in software.
 * For large textures the quotient may be one off, which the steps put right.
 */
const LOOKUP = /vec4 getImage2D\(sampler2D tex,[^}]*\}/
const lookup = (
  texels: number
): string => `vec4 getImage2D(sampler2D tex, ivec2 texSize, ivec3 texDim, int z, int y, int x) {
  vec2 size = vec2(texSize);
  float i = float(x)${texels <= EXACT ? ' + 0.5' : ''};
  float row = floor(i / size.x);
  float column = i - row * size.x;
${
  texels <= EXACT
    ? '  return texture(tex, vec2(column, row + 0.5) / size);'
    : `  float more = step(size.x, column) + step(0.0, column) - 1.0;
  return texture(tex, (vec2(column - more * size.x, row + more) + 0.5) / size);`
}
}`

/** As which gpu.js takes a wide texture whose numbers a kernel reads one by one. */
const oneByOne = (memory: Texture): Texture => Object.create(memory, { type: { value: 'ArrayTexture(1)' } })

export class WebGl2Device implements Device {
  readonly mode = 'webgl2'
  readonly name: string
  readonly serial: boolean
  readonly limit: number
  readonly #gl: WebGL2RenderingContext
  readonly #library: Library
  /** The rectangle that every kernel draws: one for all, so that destroying a kernel leaves the others theirs. */
  readonly #corners: WebGLBuffer
  readonly #reader: WebGLFramebuffer
  readonly #memories = new Set<Texture>()
  readonly #kernels = new Set<RawKernel>()
  #lost: string | null = null
  #pointed = ''

  static open(): WebGl2Device {
    const canvas = new OffscreenCanvas(2, 2)
    const gl = canvas.getContext('webgl2', {
      alpha: false,
      depth: false,
      antialias: false,
      powerPreference: 'high-performance'
    })
    if (!gl) return fail('run.backendUnavailable', { backend: 'webgl2', reason: 'the browser gives no WebGL2 context' })
    if (!gl.getExtension('EXT_color_buffer_float'))
      return fail('run.backendUnavailable', { backend: 'webgl2', reason: 'its textures cannot hold floats' })
    return new WebGl2Device(canvas, gl)
  }

  private constructor(canvas: OffscreenCanvas, gl: WebGL2RenderingContext) {
    canvas.addEventListener('webglcontextlost', () => {
      this.#lost ??= 'the driver took its context back'
    })
    const info = gl.getExtension('WEBGL_debug_renderer_info')
    this.name = `WebGL2 on ${gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER)}`
    this.serial = isSoftware(this.name)
    const side = gl.getParameter(gl.MAX_TEXTURE_SIZE) as number
    this.limit = Math.min(MAX_INDEX, side * side)
    this.#gl = gl
    this.#library = webgl2Library(canvas, gl)
    this.#corners = gl.createBuffer()
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#corners)
    gl.bufferData(gl.ARRAY_BUFFER, CORNERS, gl.STATIC_DRAW)
    this.#reader = gl.createFramebuffer()
  }

  get held() {
    return { memories: this.#memories.size, kernels: this.#kernels.size }
  }

  allocate(length: number, wide = isWide('webgl2', length)): Memory {
    const gl = this.#gl
    const texture = gl.createTexture()
    const memory = new Texture(gl, texture, length, wide)
    this.#bind(texture)
    for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, side, gl.CLAMP_TO_EDGE)
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
      gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST)
    gl.texStorage2D(gl.TEXTURE_2D, 1, wide ? gl.RGBA32F : gl.R32F, ...memory.size)
    this.#memories.add(memory)
    return memory
  }

  upload(memory: Memory, numbers: ArrayLike<number>): void {
    const gl = this.#gl
    const { texture, size, wide } = memory as Texture
    const all = size[0] * size[1] * (wide ? 4 : 1)
    let data = numbers
    if (!(numbers instanceof Float32Array) || numbers.length !== all) {
      data = new Float32Array(all)
      ;(data as Float32Array).set(numbers)
    }
    this.#bind(texture)
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, ...size, wide ? gl.RGBA : gl.RED, gl.FLOAT, data as Float32Array)
  }

  async download(memory: Memory): Promise<Float32Array> {
    const gl = this.#gl
    const { texture, size, wide, count } = memory as Texture
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.#reader)
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0)
    // only RGBA is promised; most drivers give a single channel as it is
    const single = !wide && gl.getParameter(gl.IMPLEMENTATION_COLOR_READ_FORMAT) === gl.RED
    const pixels = new Float32Array(size[0] * size[1] * (single ? 1 : 4))
    gl.readPixels(0, 0, ...size, single ? gl.RED : gl.RGBA, gl.FLOAT, pixels)
    this.#checkErrors()
    if (single || wide) return pixels.length === count ? pixels : pixels.slice(0, count)
    return Float32Array.from({ length: count }, (_, i) => pixels[i * 4] as number)
  }

  release(memory: Memory): void {
    if (this.#memories.delete(memory as Texture)) this.#gl.deleteTexture((memory as Texture).texture)
  }

  async compile(source: KernelSource, outputs: readonly Memory[], inputs: readonly Memory[]): Promise<Kernel> {
    const gl = this.#gl
    const maps = Array.from({ length: source.maps ?? 0 }, (_, n) => `out${n + 1}`)
    const picked = inputs.flatMap(({ wide }, n) => (wide && !source.texels?.includes(n) ? [n] : []))
    const texels = Math.max(0, ...inputs.map(({ count, wide }) => (wide ? count / 4 : count)))
    const raw = this.#library.createKernel(source.text, {
      output: [source.threads],
      // gpu.js learns the types from these; the functions themselves come with all that they call
      nativeFunctions: source.helpers.map((name) => ({
        name,
        source: '',
        returnType: 'Number',
        argumentTypes: Object.fromEntries(parametersOf(name).map((p) => [p, 'Number']))
      })),
      injectedNative: `${glslLibrary(source.helpers)}\n${picked.length > 0 ? PICK : ''}`,
      ...(maps.length === 0
        ? {}
        : {
            subKernels: maps.map((name) => ({
              name,
              source: `function ${name}(a, b, c, d) { return [a, b, c, d]; }`,
              property: name
            }))
          })
    })
    const translated = raw.getFragmentShader
    raw.getFragmentShader = function (this: RawKernel, given: unknown): string {
      const shader = translated.call(this, given)
      if (!LOOKUP.test(shader)) throw new Error('gpu.js finds texels otherwise than it did')
      return picked.reduce(
        (text, n) => text.replaceAll(`getFloatFromSampler2D(user_a${n},`, `crPick(user_a${n},`),
        shader.replace(LOOKUP, lookup(texels))
      )
    }
    raw.buffer = this.#corners
    raw.texture = outputs[0]
    if (maps.length > 0) {
      raw.mappedTextures = outputs.slice(1)
      raw.drawBuffersMap = outputs.map((_, n) => gl.COLOR_ATTACHMENT0 + n)
    }
    this.#kernels.add(raw)
    const destroy = (): void => {
      // what the kernel did not make it must not delete
      raw.buffer = null
      raw.texture = null
      raw.mappedTextures = null
      raw.destroy()
      this.#kernels.delete(raw)
    }
    try {
      this.check()
      void raw.build(...inputs.map((m, n) => (picked.includes(n) ? oneByOne(m as Texture) : m)))
      this.#checkErrors()
      if (!raw.built || raw.fallbackRequested) throw new Error(`gpu.js did not build this kernel:\n${source.text}`)
      const [width, height] = (outputs[0] as Texture).size
      if (raw.texSize[0] !== width || raw.texSize[1] !== height)
        throw new Error(`gpu.js lays ${source.threads} texels out as ${raw.texSize[0]}×${raw.texSize[1]}`)
    } catch (error) {
      destroy()
      throw error
    }
    const places = ['aPos', 'aTexCoord'].map((name) => gl.getAttribLocation(raw.program, name))
    this.#pointed = places.join()
    return {
      run: (to, from) => {
        this.#point(places)
        gl.bindFramebuffer(gl.FRAMEBUFFER, raw.framebuffer)
        for (const [n, memory] of to.entries()) {
          const at = gl.COLOR_ATTACHMENT0 + n
          gl.framebufferTexture2D(gl.FRAMEBUFFER, at, gl.TEXTURE_2D, (memory as Texture).texture, 0)
        }
        raw.texture = to[0]
        if (to.length > 1) raw.mappedTextures = to.slice(1)
        raw.run(...from)
        if (raw.switchingKernels) throw new Error('gpu.js wants another kernel for the same textures')
      },
      destroy
    }
  }

  submit(): void {
    this.#gl.flush()
  }

  /** `finish` alone returns early in browsers; a number that is read back cannot. */
  async finish(): Promise<void> {
    const gl = this.#gl
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.#reader)
    const [any] = this.#memories
    if (any) gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, any.texture, 0)
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.FLOAT, new Float32Array(4))
  }

  check(): void {
    const gl = this.#gl
    if (this.#lost !== null || gl.isContextLost())
      fail('run.deviceLost', { reason: this.#lost ?? 'the driver took its context back' })
  }

  /** Waits for the driver: only where it is waited for anyway. */
  #checkErrors(): void {
    this.check()
    const gl = this.#gl
    const error = gl.getError()
    if (error === gl.NO_ERROR) return
    if (error === gl.OUT_OF_MEMORY) refuseMemory(this.#memories)
    throw new Error(`WebGL2 reports error ${error}`)
  }

  async dispose(): Promise<void> {
    for (const memory of [...this.#memories]) this.release(memory)
    const gl = this.#gl
    gl.deleteBuffer(this.#corners)
    gl.deleteFramebuffer(this.#reader)
    await this.#library.destroy()
  }

  /** On a unit that kernels reach last. */
  #bind(texture: WebGLTexture): void {
    const gl = this.#gl
    gl.activeTexture(gl.TEXTURE15)
    gl.bindTexture(gl.TEXTURE_2D, texture)
  }

  /** Another program may number its vertex attributes otherwise, and gpu.js points them at building only. */
  #point(places: readonly number[]): void {
    const key = places.join()
    if (key === this.#pointed) return
    this.#pointed = key
    const gl = this.#gl
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#corners)
    for (const [n, place] of places.entries()) {
      if (place < 0) continue
      gl.enableVertexAttribArray(place)
      gl.vertexAttribPointer(place, 2, gl.FLOAT, false, 0, (n * CORNERS) / 2)
    }
  }
}
