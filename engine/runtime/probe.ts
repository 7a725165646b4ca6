/** What this machine offers to compute on. */

export interface BackendProbe {
  readonly backend: 'webgpu' | 'webgl2'
  readonly available: boolean
  readonly device: string
  /** Drawn by the processor: there for tests, slower than our own CPU kernels. */
  readonly software: boolean
  /** Why it is not available or not chosen; null where it is good. */
  readonly reason: string | null
}

export async function probeBackends(): Promise<readonly BackendProbe[]> {
  const missing = (backend: BackendProbe['backend']): BackendProbe => ({
    backend,
    available: false,
    device: '',
    software: false,
    reason: 'there is no graphics interface here'
  })
  return [missing('webgpu'), missing('webgl2')]
}
