/** A session as the program's worker has it, with W and data of MNIST's size at hand, and nothing compiled. */
import type { GraphDocument, TrainingSettings } from '../../engine/document/types.ts'
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

export interface Prepared {
  readonly session: Session
  readonly document: GraphDocument
  close(): void
}

export async function prepareW(): Promise<Prepared> {
  const { port1, port2 } = new MessageChannel()
  // as serve.ts breathes: a message to oneself lets others in
  const breathe = () =>
    new Promise<void>((done) => {
      port2.onmessage = () => done()
      port1.postMessage(null)
    })
  const session = new Session({ breathe })
  await session.provideData('mnist', files())
  const { document } = w()
  return {
    session,
    document: { ...document, training: document.training as TrainingSettings },
    close: () => port1.close()
  }
}
