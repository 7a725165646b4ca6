/** What this machine offers: which GPUs answer, and which are made of software. */
import { type Problem, problem } from '../problem.ts'

export interface BackendProbe {
  readonly backend: 'webgpu' | 'webgl2'
  readonly available: boolean
  /** What answered, as it calls itself; empty where nothing did. */
  readonly device: string
  /** Computed on the CPU after all: tests use it, `auto` does not. */
  readonly software: boolean
  /** Why `auto` does not take it; null where it does. */
  readonly why: Problem | null
}

const SOFTWARE =
  /swiftshader|llvmpipe|lavapipe|softpipe|software|microsoft basic render|warp\b|mesa offscreen|cpu-based/i

/** Whether an adapter or renderer of this name computes on the CPU. */
export const isSoftware = (name: string): boolean => SOFTWARE.test(name)

const absent = (backend: BackendProbe['backend'], why: Problem): BackendProbe => ({
  backend,
  available: false,
  device: '',
  software: false,
  why
})

const present = (backend: BackendProbe['backend'], device: string, software: boolean): BackendProbe => ({
  backend,
  available: true,
  device,
  software,
  why: software ? problem('backend.software', { device: device || '?' }) : null
})

async function probeWebGpu(): Promise<BackendProbe> {
  const gpu = typeof navigator === 'undefined' ? undefined : (navigator as { gpu?: GPU }).gpu
  if (!gpu) return absent('webgpu', problem('backend.missing', { api: 'WebGPU' }))
  try {
    const adapter = await gpu.requestAdapter()
    if (!adapter) return absent('webgpu', problem('backend.noAdapter'))
    const { description, vendor, architecture, device } = adapter.info
    // older browsers have it on the adapter
    const fallback = [adapter.info, adapter].some((o) => (o as { isFallbackAdapter?: boolean }).isFallbackAdapter)
    const name = description || [vendor, architecture, device].filter(Boolean).join(' ')
    return present('webgpu', name, fallback || isSoftware(`${name} ${vendor} ${architecture}`))
  } catch (error) {
    return absent('webgpu', problem('backend.adapterFailed', { detail: (error as Error).message }))
  }
}

function probeWebGl2(): BackendProbe {
  if (typeof OffscreenCanvas === 'undefined') return absent('webgl2', problem('backend.missing', { api: 'WebGL2' }))
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2')
  if (!gl) return absent('webgl2', problem('backend.noContext'))
  const info = gl.getExtension('WEBGL_debug_renderer_info')
  const name = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER))
  const floats = gl.getExtension('EXT_color_buffer_float') !== null
  // a page has few contexts to give
  gl.getExtension('WEBGL_lose_context')?.loseContext()
  if (!floats) return absent('webgl2', problem('backend.noFloats', { device: name }))
  return present('webgl2', name, isSoftware(name))
}

/** Asks each GPU backend; works in a worker, in a page and, where there is none, in Node. Best first. */
export async function probeBackends(): Promise<BackendProbe[]> {
  return [await probeWebGpu(), probeWebGl2()]
}
