/** An engine in a process of Node, and (started by itself) that process. */
import { fork } from 'node:child_process'
import { type Failure, type Host, type Request, unwrap, within } from './protocol.ts'

export function nodeHost(): Host {
  const child = fork(import.meta.filename, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  let said = ''
  child.stderr?.on('data', (text) => {
    said = `${said}${text}`.slice(-500)
  })
  return {
    async call(kind, request, timeout) {
      const answer = new Promise<never>((resolve, reject) => {
        const gone = () => reject(new Error(`Node ended: ${said.trim()}`))
        child.once('exit', gone)
        child.once('message', (message) => {
          child.off('exit', gone)
          resolve(message as never)
        })
      })
      child.send({ kind, ...request })
      return unwrap(await within(answer, timeout))
    },
    async close() {
      child.kill()
    }
  }
}

/** WebGPU in Node: Dawn's own binding, where it is installed. */
async function bringWebGpu(): Promise<void> {
  if ('gpu' in navigator) return
  const { create, globals } = await import('webgpu' as string)
  Object.assign(globalThis, globals)
  Object.defineProperty(navigator, 'gpu', { value: create([]), configurable: true })
}

if (process.send && process.argv[1] === import.meta.filename) {
  const { server } = await import('./serve.ts')
  const answer = server()
  process.on('message', async (request: Request) => {
    let value: object | Failure
    try {
      if ('backend' in request && request.backend === 'webgpu') await bringWebGpu()
      value = await answer(request)
    } catch (error) {
      value = { error: (error as Error).message }
    }
    process.send?.(value)
  })
}
