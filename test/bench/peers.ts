/** PyTorch from the machine's own Python, where it is; never a dependency. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

interface Measured {
  readonly ok: true
  readonly name: string
  /** Steps per second. */
  readonly mlp: number
  /** GFLOP/s by size. */
  readonly gemm: Readonly<Record<string, number>>
}

/** One thread, as the backends it stands beside. */
export function torch(): Measured | { readonly ok: false; readonly why: string } {
  const script = join(import.meta.dirname, 'torch_peer.py')
  for (const python of ['/usr/bin/python3', 'python3']) {
    const { status, stdout } = spawnSync(python, [script], {
      encoding: 'utf8',
      env: { ...process.env, OMP_NUM_THREADS: '1' }
    })
    if (status === 0) return { ok: true, ...JSON.parse(stdout) }
  }
  return {
    ok: false,
    why: 'no Python with PyTorch was found (Debian: apt-get install python3-torch libopenblas0-openmp)'
  }
}
