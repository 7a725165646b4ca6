/** The engine's end of the session: hears calls, runs them, answers. */
import { problemsOf } from '../problem.ts'
import type { Stop } from '../runtime/executor.ts'
import type { SessionClient, TrainEvent } from './protocol.ts'
import { Session } from './session.ts'
import type { FromWorker, ToWorker } from './wire.ts'

/** What a worker's global scope is to the server. */
export interface Scope {
  postMessage(message: FromWorker, transfer?: Transferable[]): void
  addEventListener(type: 'message', listener: (event: { readonly data: ToWorker }) => void): void
}

/** Buffers that go over instead of being copied. */
function transfers(result: unknown): Transferable[] {
  const data = ArrayBuffer.isView(result) ? result : (result as { data?: unknown } | null)?.data
  return ArrayBuffer.isView(data) && data.buffer instanceof ArrayBuffer ? [data.buffer] : []
}

/** Lets waiting messages in: a message to itself comes behind those that are already there. */
function breathing(): () => Promise<void> {
  const { port1, port2 } = new MessageChannel()
  const waiting: (() => void)[] = []
  port1.onmessage = () => waiting.shift()?.()
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve)
      port2.postMessage(null)
    })
}

/** Milliseconds between two epochs that are told: thousands of short ones a second would drown the screen. */
const EPOCHS_EVERY = 50

/** Passes everything on but epochs that follow each other too closely; the report at the end has them all. */
function paced(send: (event: TrainEvent) => void): (event: TrainEvent) => void {
  let [told, epochs] = [Number.NEGATIVE_INFINITY, 0]
  return (event) => {
    if (event.type === 'started') epochs = event.epochs
    if (event.type === 'epoch') {
      const now = performance.now()
      if (now - told < EPOCHS_EVERY && event.report.epoch !== epochs) return
      told = now
    }
    send(event)
  }
}

export function serve(scope: Scope): void {
  const session = new Session({ breathe: breathing() })
  const cancelled = new Set<number>()

  const answer = (
    call: number,
    method: keyof SessionClient,
    args: readonly unknown[],
    stop: Stop
  ): Promise<unknown> => {
    const [first, second] = args as [never, never]
    switch (method) {
      case 'run':
        return session.run(first, stop)
      case 'train':
        return session.train(
          first,
          paced((event) => scope.postMessage({ call, event })),
          stop
        )
      case 'history':
        return session.history()
      case 'lookBack':
        return session.lookBack(first, stop)
      case 'surveyHistory':
        return session.surveyHistory(stop)
      case 'overTime':
        return session.overTime(first, stop)
      case 'live':
        return session.live()
      case 'keepPast':
        return session.keepPast()
      case 'evaluate':
        return session.evaluate(first, second, stop)
      case 'jacobian':
        return session.jacobian(first, stop)
      case 'chains':
        return session.chains(first, stop)
      case 'hessian':
        return session.hessian(first, stop)
      case 'gradcheck':
        return session.gradcheck(first, second, stop)
      case 'differences':
        return session.differences(first, stop)
      case 'curve':
        return session.curve(first, stop)
      case 'landscape':
        return session.landscape(first, stop)
      case 'paths':
        return session.paths(first, stop)
      case 'plane':
        return session.plane(first, stop)
      case 'backends':
        return session.backends()
      case 'readTensor':
        return session.readTensor(first)
      case 'readProduct':
        return session.readProduct(first)
      case 'steps':
        return session.steps(first, stop)
      case 'readStep':
        return session.readStep(first)
      case 'endSteps':
        return session.endSteps()
      case 'explainSample':
        return session.explainSample(first, stop)
      case 'findSample':
        return session.findSample(first, stop)
      case 'plan':
        return session.plan(first, stop)
      case 'reset':
        return session.reset()
      case 'exportWeights':
        return session.exportWeights(first)
      case 'importWeights':
        return session.importWeights(first, second)
      case 'provideData':
        return session.provideData(first, second)
      case 'dataSets':
        return session.dataSets()
    }
  }

  scope.addEventListener('message', async ({ data }) => {
    if ('cancel' in data) {
      cancelled.add(data.cancel)
      return
    }
    const { call, method, flag } = data
    const shared = flag && new Int32Array(flag)
    const stop: Stop = () => cancelled.has(call) || (shared !== null && Atomics.load(shared, 0) === 1)
    try {
      const result = await answer(call, method, data.arguments, stop)
      scope.postMessage({ call, result }, transfers(result))
    } catch (error) {
      const isAbort = error instanceof DOMException && error.name === 'AbortError'
      scope.postMessage(isAbort ? { call, aborted: true } : { call, problems: problemsOf(error) })
    } finally {
      cancelled.delete(call)
    }
  })
}
