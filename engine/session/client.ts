/** The screen's end of the session: each call is a message, each answer a promise. */
import { ProblemError, problem } from '../problem.ts'
import type { SessionClient, TrainEvent } from './protocol.ts'
import type { FromWorker, Method, ToWorker } from './wire.ts'

interface Pending {
  readonly resolve: (value: never) => void
  readonly reject: (error: unknown) => void
  readonly on: ((event: never) => void) | null
}

interface CallOptions {
  readonly signal?: AbortSignal | undefined
  readonly on?: (event: never) => void
  readonly transfer?: Transferable[]
}

/** What a Worker is to the client. */
export interface Port {
  postMessage(message: ToWorker, transfer?: Transferable[]): void
  addEventListener(type: 'message', listener: (event: { readonly data: FromWorker }) => void): void
  addEventListener(type: 'error', listener: (event: { readonly message?: string }) => void): void
}

const aborted = (): DOMException => new DOMException('Cancelled.', 'AbortError')

/** @param onBroken told when the worker itself broke: this client answers no call any more */
export function createClient(port: Port, onBroken?: () => void): SessionClient {
  const pending = new Map<number, Pending>()
  let calls = 0
  let broken: ProblemError | null = null

  port.addEventListener('message', ({ data }) => {
    const waiting = pending.get(data.call)
    if (!waiting) return
    if ('event' in data) {
      waiting.on?.(data.event as never)
      return
    }
    pending.delete(data.call)
    if ('result' in data) waiting.resolve(data.result as never)
    else waiting.reject('aborted' in data ? aborted() : new ProblemError(data.problems))
  })
  // The worker itself broke, not a call in it: nobody who waits will ever hear.
  port.addEventListener('error', ({ message }) => {
    const error = new ProblemError(problem('run.failed', { detail: message ?? 'the worker could not be started' }))
    broken ??= error
    for (const { reject } of pending.values()) reject(error)
    pending.clear()
    onBroken?.()
  })

  function call<T>(
    method: Method,
    args: readonly unknown[],
    { signal, on, transfer = [] }: CallOptions = {}
  ): Promise<T> {
    if (signal?.aborted) return Promise.reject(aborted())
    if (broken) return Promise.reject(broken)
    const id = ++calls
    const flag = typeof SharedArrayBuffer === 'undefined' ? null : new SharedArrayBuffer(4)
    return new Promise<T>((resolve, reject) => {
      const stop = () => {
        if (flag) Atomics.store(new Int32Array(flag), 0, 1)
        port.postMessage({ cancel: id })
      }
      const settle =
        <A>(then: (value: A) => void) =>
        (value: A): void => {
          signal?.removeEventListener('abort', stop)
          then(value)
        }
      signal?.addEventListener('abort', stop, { once: true })
      pending.set(id, { resolve: settle(resolve), reject: settle(reject), on: on ?? null })
      port.postMessage({ call: id, method, arguments: args, flag }, transfer)
    })
  }

  return {
    backends: () => call('backends', []),
    run: (request, signal) => call('run', [request], { signal }),
    readTensor: (request) => call('readTensor', [request]),
    readProduct: (request) => call('readProduct', [request]),
    plan: (request, signal) => call('plan', [request], { signal }),
    steps: (request, signal) => call('steps', [request], { signal }),
    readStep: (request) => call('readStep', [request]),
    endSteps: () => call('endSteps', []),
    explainSample: (request, signal) => call('explainSample', [request], { signal }),
    findSample: (request, signal) => call('findSample', [request], { signal }),
    train: (request, on: (event: TrainEvent) => void, signal) => call('train', [request], { signal, on }),
    history: () => call('history', []),
    lookBack: (request, signal) => call('lookBack', [request], { signal }),
    surveyHistory: (signal) => call('surveyHistory', [], { signal }),
    overTime: (request, signal) => call('overTime', [request], { signal }),
    live: () => call('live', []),
    keepPast: () => call('keepPast', []),
    evaluate: (document, backend, signal) => call('evaluate', [document, backend], { signal }),
    jacobian: (request, signal) => call('jacobian', [request], { signal }),
    chains: (request, signal) => call('chains', [request], { signal }),
    hessian: (request, signal) => call('hessian', [request], { signal }),
    gradcheck: (document, options, signal) => call('gradcheck', [document, options], { signal }),
    differences: (request, signal) => call('differences', [request], { signal }),
    curve: (request, signal) => call('curve', [request], { signal }),
    landscape: (request, signal) => call('landscape', [request], { signal }),
    paths: (request, signal) => call('paths', [request], { signal }),
    plane: (request, signal) => call('plane', [request], { signal }),
    reset: () => call('reset', []),
    exportWeights: (document) => call('exportWeights', [document]),
    importWeights: (document, bytes) => call('importWeights', [document, bytes]),
    provideData: (name, files) => call('provideData', [name, files]),
    dataSets: () => call('dataSets', [])
  }
}
