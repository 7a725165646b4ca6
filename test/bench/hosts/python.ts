/** PyTorch in a process of the machine's Python. Numbers travel as files of float32 in a folder of their own. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { LINKS } from '../workloads/chain.ts'
import { workload } from '../workloads/index.ts'
import { scalarNodes } from '../workloads/scalar.ts'
import { EPSILON, RHO, type Tensor } from '../workloads/workload.ts'
import { type Host, unwrap, within } from './protocol.ts'

const SCRIPT = join(import.meta.dirname, '../peers/torch_peer.py')

/** A Python that has PyTorch; null where there is none. */
export function findPython(): string | null {
  const has = (python: string) => spawnSync(python, ['-c', 'import torch, numpy'], { stdio: 'ignore' }).status === 0
  return ['/usr/bin/python3', 'python3', 'python'].find(has) ?? null
}

/** The workload as JSON, its tensors as files beside it. */
function write(key: string, folder: string): void {
  mkdirSync(folder, { recursive: true })
  let files = 0
  const replace = (value: unknown): unknown => {
    const { shape, values } = (value ?? {}) as Partial<Tensor>
    if (Array.isArray(value)) return value.map(replace)
    if (typeof value !== 'object' || value === null) return value
    if (!shape || !values) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, replace(v)]))
    const file = `${files++}.f32`
    writeFileSync(join(folder, file), values)
    return { file, shape }
  }
  const work = { ...workload(key), document: null }
  const more = { rho: RHO, epsilon: EPSILON, links: LINKS, nodes: work.id === 'scalar' ? scalarNodes() : [] }
  writeFileSync(join(folder, 'workload.json'), JSON.stringify({ ...(replace(work) as object), ...more }))
}

export function pythonHost(python: string, threads: number): Host {
  const folder = mkdtempSync(join(tmpdir(), 'chainrule-bench-'))
  const env = { ...process.env, OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(threads) }
  const child: ChildProcess = spawn(python, [SCRIPT], { env, stdio: ['pipe', 'pipe', 'pipe'] })
  let said = ''
  child.stderr?.on('data', (text) => {
    said = `${said}${text}`.slice(-500)
  })
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  return {
    async call(kind, request, timeout) {
      const answer = new Promise<never>((resolve, reject) => {
        const gone = () => reject(new Error(`Python ended: ${said.trim()}`))
        child.once('exit', gone)
        lines.once('line', (line) => {
          child.off('exit', gone)
          resolve(JSON.parse(line) as never)
        })
      })
      if ('workload' in request) write(request.workload, folder)
      child.stdin?.write(`${JSON.stringify({ kind, ...request, folder })}\n`)
      return unwrap(await within(answer, timeout))
    },
    async close() {
      child.kill()
      rmSync(folder, { recursive: true, force: true })
    }
  }
}
