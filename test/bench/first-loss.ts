/** From pressing Train on W to the first loss: a session that has the data and has compiled nothing. */
import type { GraphDocument, TrainingSettings } from '../../engine/document/types.ts'
import type { BackendName } from '../../engine/session/protocol.ts'
import { Session } from '../../engine/session/session.ts'
import { w } from './workloads/w.ts'

const IMAGES = 60_000

/** An IDX file (http://yann.lecun.com/exdb/mnist) of bytes. */
function idx(name: string, shape: readonly number[], byte: (i: number) => number) {
  const header = 4 + 4 * shape.length
  const bytes = new Uint8Array(header + shape.reduce((a, b) => a * b, 1))
  const view = new DataView(bytes.buffer)
  view.setUint32(0, 0x0800 + shape.length)
  for (const [i, d] of shape.entries()) view.setUint32(4 + 4 * i, d)
  for (let i = header; i < bytes.length; i++) bytes[i] = byte(i - header)
  return { name, bytes }
}

/** Files of MNIST's names and sizes; what is in them takes as long to learn from. */
const files = () => [
  idx('train-images-idx3-ubyte', [IMAGES, 28, 28], (i) => (i * 31) & 255),
  idx('train-labels-idx1-ubyte', [IMAGES], (i) => i % 10),
  idx('t10k-images-idx3-ubyte', [500, 28, 28], (i) => (i * 31) & 255),
  idx('t10k-labels-idx1-ubyte', [500], (i) => i % 10)
]

export interface FirstLoss {
  /** Until the first loss was told. */
  readonly milliseconds: number
  /** Of the training as the program runs it, data gathered and progress told, over the seconds after that. */
  readonly stepsPerSecond: number
}

export async function firstLoss(backend: BackendName, seconds: number): Promise<FirstLoss> {
  const { port1, port2 } = new MessageChannel()
  // as serve.ts breathes: a message to oneself lets others in
  const breathe = () =>
    new Promise<void>((done) => {
      port2.onmessage = () => done()
      port1.postMessage(null)
    })
  const session = new Session({ breathe })
  await session.provideData('mnist', files())
  const document: GraphDocument = { ...w().document, training: w().document.training as TrainingSettings }
  let [first, steps, began] = [0, 0, 0]
  const start = performance.now()
  const stop = () => first > 0 && performance.now() - start > first + 1000 * seconds
  const listen = (event: { readonly type: string; readonly step?: number }) => {
    if (event.type !== 'progress') return
    if (first === 0) {
      first = performance.now() - start
      began = event.step ?? 0
    }
    steps = (event.step ?? 0) - began
  }
  const outcome = await session.train({ document, revision: 0, backend, snapshotEvery: 0 }, listen, stop)
  if (outcome.outcome === 'failed') throw new Error(outcome.problems[0]?.message ?? 'the training failed')
  const passed = (performance.now() - start - first) / 1000
  port1.close()
  return { milliseconds: first, stepsPerSecond: steps / passed }
}
