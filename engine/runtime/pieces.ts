/** Tensors that a device takes only in pieces (`compile/split.ts`): what is sent and read is whole. */
import type { Plan } from '../compile/plan.ts'
import { type Piece, sameCuts } from '../compile/split.ts'
import type { Numbers } from '../tensor.ts'
import type { Executor } from './executor.ts'

async function joined<Key>(keys: readonly Key[], read: (key: Key) => Promise<Numbers>): Promise<Numbers> {
  const parts: Numbers[] = []
  for (const key of keys) parts.push(await read(key))
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** Reads a result of a plan; of one in pieces, all of them. */
export function readWhole(plan: Plan, id: number, read: (id: number) => Promise<Numbers>): Promise<Numbers> {
  const parts = plan.joined.get(id)
  return parts ? joined(parts, read) : read(id)
}

/** Variables in pieces. Their numbers wait here until a plan says where they are cut. */
export class PiecedVariables {
  readonly #store: Pick<Executor, 'setVariable' | 'getVariable'>
  readonly #cuts = new Map<string, readonly Piece[]>()
  readonly #waiting = new Map<string, ArrayLike<number>>()

  /** @param store holds each piece as a variable of its own */
  constructor(store: Pick<Executor, 'setVariable' | 'getVariable'>) {
    this.#store = store
  }

  has(name: string): boolean {
    return this.#cuts.has(name) || this.#waiting.has(name)
  }

  async set(name: string, values: ArrayLike<number>): Promise<void> {
    const cuts = this.#cuts.get(name)
    if (cuts?.at(-1)?.to === values.length) await this.#send(cuts, values)
    else {
      await this.drop(name)
      this.#waiting.set(name, Float32Array.from(values))
    }
  }

  async get(name: string): Promise<Numbers> {
    const cuts = this.#cuts.get(name)
    if (!cuts) return Float32Array.from(this.#waiting.get(name) as ArrayLike<number>)
    return joined(
      cuts.map((piece) => piece.name),
      (piece) => this.#store.getVariable(piece)
    )
  }

  /** Cuts variables where a plan has them cut. */
  async cut(pieces: Plan['pieces']): Promise<void> {
    for (const [name, cuts] of pieces) {
      const known = this.#cuts.get(name)
      if (known && sameCuts(known, cuts)) continue
      if (!this.has(name)) throw new Error(`variable ${name} has no numbers`)
      const values = await this.get(name)
      await this.drop(name)
      await this.#send(cuts, values)
      this.#cuts.set(name, cuts)
    }
  }

  /** Gives the memory of a variable back. */
  async drop(name: string): Promise<void> {
    for (const piece of this.#cuts.get(name) ?? []) await this.#store.setVariable(piece.name, [])
    this.#cuts.delete(name)
    this.#waiting.delete(name)
  }

  async #send(cuts: readonly Piece[], values: ArrayLike<number>): Promise<void> {
    const all = values instanceof Float32Array ? values : Float32Array.from(values)
    for (const { name, from, to } of cuts) await this.#store.setVariable(name, all.subarray(from, to))
  }
}
