/** The GPU executor. Import this file only where it is used: gpu.js is large. */
import { fail, ProblemError, problemsOf } from '../../problem.ts'
import type { Device, GpuMode } from './device.ts'
import { GpuExecutor } from './executor.ts'
import { selfTest } from './gpujs.ts'
import { WebGl2Device } from './webgl2.ts'
import { WebGpuDevice } from './webgpu.ts'

export type { GpuMode } from './device.ts'
export { GpuExecutor } from './executor.ts'

export const openDevice = async (mode: GpuMode): Promise<Device> =>
  mode === 'webgl2' ? WebGl2Device.open() : WebGpuDevice.open()

/**
 * An executor on this machine's GPU.
 * @throws ProblemError run.backendUnavailable where it has none, or where a first kernel computes something else
 */
export async function createGpuExecutor(mode: GpuMode): Promise<GpuExecutor> {
  const device = await openDevice(mode)
  try {
    await selfTest(device)
  } catch (error) {
    await device.dispose()
    if (error instanceof ProblemError) throw error
    return fail('run.backendUnavailable', { backend: mode, reason: problemsOf(error)[0]?.message ?? '' })
  }
  return new GpuExecutor(device)
}
