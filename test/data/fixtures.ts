/** Small data files made on the spot. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'fflate'
import { MNIST_FILES } from '../../engine/data/mnist.ts'
import { type Problem, ProblemError } from '../../engine/problem.ts'

export interface File {
  name: string
  bytes: Uint8Array
}

/** Type byte, dimensions and the elements' bytes as an IDX file. */
export function idx(type: number, shape: readonly number[], body: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + body.length)
  const view = new DataView(bytes.buffer)
  view.setUint8(2, type)
  view.setUint8(3, shape.length)
  for (const [d, n] of shape.entries()) view.setUint32(4 + 4 * d, n)
  bytes.set(Array.from(body), 4 + 4 * shape.length)
  return bytes
}

export const gzipped = (file: File): File => ({ name: `${file.name}.gz`, bytes: gzipSync(file.bytes) })

/** Four files as MNIST's: image i is filled with byte (7i + 3·split) mod 256, but its first pixel is 255; label i mod 10. */
export function syntheticMnist(train = 25, test = 12): File[] {
  return MNIST_FILES.map((name) => {
    const [n, offset] = name.startsWith('train') ? [train, 0] : [test, 3]
    if (name.includes('labels'))
      return {
        name,
        bytes: idx(
          8,
          [n],
          Array.from({ length: n }, (_, i) => i % 10)
        )
      }
    const pixels = Array.from({ length: n * 784 }, (_, p) =>
      p % 784 === 0 ? 255 : (7 * Math.floor(p / 784) + offset) % 256
    )
    return { name, bytes: idx(8, [n, 28, 28], pixels) }
  })
}

/** The files of the genuine MNIST, where a copy is at hand, else null. */
export function genuineMnist(): File[] | null {
  const repository = join(import.meta.dirname, '..', '..')
  const data = process.env.CHAINRULE_DATA
  const folders = [...(data ? [join(data, 'mnist')] : []), join(repository, '..', 'shared', 'mnist')]
  const folder = folders.find((path) => existsSync(path))
  if (!folder) return null
  return readdirSync(folder).map((name) => ({ name, bytes: new Uint8Array(readFileSync(join(folder, name))) }))
}

/** The problem that `run` throws. */
export function problemOf(run: () => unknown): Problem {
  try {
    run()
  } catch (error) {
    if (error instanceof ProblemError) return error.problem
    throw error
  }
  throw new Error('No problem was thrown.')
}
