/** Where a JavaScript engine runs: answers the bench's requests, one at a time. */
import { type Open, type Peer, type Session, Unsupported } from '../peers/peer.ts'
import { workload } from '../workloads/index.ts'
import type { EngineSpec, Failure, Request } from './protocol.ts'

const PEERS: Readonly<Record<string, () => Promise<{ open: Open }>>> = {
  chainrule: () => import('../peers/chainrule.ts'),
  tfjs: () => import('../peers/tfjs.ts'),
  jax: () => import('../peers/jax.ts'),
  gpujs: () => import('../peers/gpujs.ts')
}

async function load({ peer, backend, threads }: EngineSpec): Promise<Peer> {
  const find = PEERS[peer]
  if (!find) throw new Error(`no engine is named ${peer}`)
  return (await find()).open(backend, threads)
}

/** A function that answers requests; it never throws. */
export function server(): (request: Request) => Promise<object | Failure> {
  let peer: Peer | null = null
  let session: Session | null = null

  const started = (): Session => {
    if (!session) throw new Error('no workload was started')
    return session
  }

  async function answer(request: Request): Promise<object> {
    switch (request.kind) {
      case 'open':
        peer = await load(request)
        return { device: peer.device }
      case 'start':
        session?.stop()
        session = null
        session = (await peer?.start(workload(request.workload))) ?? null
        return {}
      case 'check': {
        const results: ArrayLike<number>[] = []
        for (let i = 0; i < request.steps; i++) {
          await started().step()
          results.push(await started().result())
        }
        return { results }
      }
      case 'time': {
        const begin = performance.now()
        for (let i = 0; i < request.steps; i++) await started().step()
        await started().sync()
        return { seconds: (performance.now() - begin) / 1000 }
      }
      case 'stop':
        session?.stop()
        session = null
        return {}
      case 'peaks':
        return (await import('../kernels.ts')).peaks(request)
      case 'kernels':
        return (await import('../kernels.ts')).kernels(request)
      case 'first':
        return (await import('../first-loss.ts')).firstLoss(request.backend, request.seconds)
      case 'looking':
        return (await import('../looking.ts')).looking(request.backend, request.seconds, request.rounds)
    }
  }

  return (request) =>
    answer(request).catch((error: unknown) => ({
      error: error instanceof Error ? error.message : String(error),
      ...(error instanceof Unsupported ? { unsupported: true } : {})
    }))
}
