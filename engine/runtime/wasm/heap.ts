/** Memory of a WebAssembly module, handed out in pieces. */
import { fail } from '../../problem.ts'
import type { ArrayMemory, Region } from '../arrays.ts'

const PAGE = 65_536
/** Pieces begin at multiples of a cache line, and the last has one behind it: kernels read and write whole vectors. */
const ALIGNMENT = 64
/** 32-bit addresses: 4 GiB. */
export const MOST_PAGES = 65_536

const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT

/** A piece of the heap. Growing memory gives it a new buffer; `array` always looks at the present one. */
export class Piece implements Region {
  readonly offset: number
  readonly #size: number
  readonly #memory: WebAssembly.Memory
  #array: Float32Array | null = null

  constructor(memory: WebAssembly.Memory, offset: number, size: number) {
    this.#memory = memory
    this.offset = offset
    this.#size = size
  }

  get bytes(): number {
    return aligned(Math.max(this.#size, 1) * 4)
  }

  get array(): Float32Array {
    if (this.#array?.buffer !== this.#memory.buffer) {
      this.#array = new Float32Array(this.#memory.buffer, this.offset, this.#size)
    }
    return this.#array
  }
}

/** What was there before must not be taken for a result. */
function cleared(piece: Piece): Piece {
  piece.array.fill(0)
  return piece
}

/**
 * First fit over a list of free stretches, kept in order and joined with their neighbours. A plan takes its pieces once
 * and gives them back once, so the list stays short.
 */
export class Heap implements ArrayMemory {
  readonly memory: WebAssembly.Memory
  #end: number
  #free: { offset: number; bytes: number }[] = []

  constructor(memory: WebAssembly.Memory, from: number) {
    this.memory = memory
    this.#end = aligned(from)
  }

  allocate(size: number): Piece {
    const bytes = aligned(Math.max(size, 1) * 4)
    const gap = this.#free.find((stretch) => stretch.bytes >= bytes)
    if (gap) {
      const piece = new Piece(this.memory, gap.offset, size)
      gap.offset += bytes
      gap.bytes -= bytes
      if (gap.bytes === 0) this.#free.splice(this.#free.indexOf(gap), 1)
      return cleared(piece)
    }
    this.#grow(this.#end + bytes + ALIGNMENT)
    const piece = new Piece(this.memory, this.#end, size)
    this.#end += bytes
    return cleared(piece)
  }

  free(piece: Region): void {
    if (!(piece instanceof Piece)) throw new Error('this piece is not of the heap')
    const { offset, bytes } = piece
    const at = this.#free.findIndex((stretch) => stretch.offset > offset)
    const place = at < 0 ? this.#free.length : at
    this.#free.splice(place, 0, { offset, bytes })
    this.#join(place)
    this.#join(place - 1)
    const last = this.#free.at(-1)
    if (last && last.offset + last.bytes === this.#end) {
      this.#end = last.offset
      this.#free.pop()
    }
  }

  /** Bytes between the beginning and the last piece that is in use. */
  get used(): number {
    return this.#end - this.#free.reduce((sum, stretch) => sum + stretch.bytes, 0)
  }

  #join(at: number): void {
    const [left, right] = [this.#free[at], this.#free[at + 1]]
    if (!left || !right || left.offset + left.bytes !== right.offset) return
    left.bytes += right.bytes
    this.#free.splice(at + 1, 1)
  }

  #grow(bytes: number): void {
    const pages = Math.ceil(bytes / PAGE) - this.memory.buffer.byteLength / PAGE
    if (pages <= 0) return
    const gigabytes = (n: number): string => `${(n / 2 ** 30).toFixed(1)} GB`
    try {
      this.memory.grow(pages)
    } catch {
      fail('run.outOfMemory', { needed: gigabytes(bytes), available: gigabytes(MOST_PAGES * PAGE) })
    }
  }
}
