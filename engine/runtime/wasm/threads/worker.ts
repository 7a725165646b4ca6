/** Entry of a thread of the pool: one message says where the memory is, then it works. */
import { work } from './control.ts'
import { nodeThreads, type Start } from './runtime.ts'

function start({ control, memory, thread }: Start, ready: () => void): void {
  ready()
  work(new Int32Array(control), memory, thread)
}

const node = nodeThreads()
if (node?.parentPort) {
  const port = node.parentPort
  port.once('message', (message: Start) => start(message, () => port.postMessage('ready')))
} else {
  const scope = globalThis as unknown as {
    onmessage: (event: MessageEvent<Start>) => void
    postMessage(message: unknown): void
    close(): void
  }
  scope.onmessage = ({ data }) => {
    start(data, () => scope.postMessage('ready'))
    scope.close()
  }
}
