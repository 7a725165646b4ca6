/**
 * What a kernel computes from one place to the next, for four neighbours at once: a graph of instructions on the four
 * lanes of a v128. Equal nodes are one node, so a subexpression that a text repeats is computed once.
 */
import type { LaneInstruction } from './bytes.ts'

/** Functions of JavaScript that are called lane by lane, in double precision. */
export type HostFunction = 'sin' | 'cos' | 'tan' | 'pow'

export interface Lanes {
  readonly id: number
  readonly kind: 'constant' | 'operand' | 'instruction' | 'shift' | 'call'
  /** Bits of a constant, number of an operand, name of an instruction or function. */
  readonly what: number | LaneInstruction | HostFunction
  readonly args: readonly Lanes[]
  /** Of a shift: by how many bits. */
  readonly by: number
}

const scratch = new DataView(new ArrayBuffer(4))

/** The bits of a float32. */
export function bitsOf(x: number): number {
  scratch.setFloat32(0, x)
  return scratch.getInt32(0)
}

const ZERO = 0
const COMPARISONS: readonly unknown[] = ['f32x4.eq', 'f32x4.ne', 'f32x4.lt', 'f32x4.gt', 'f32x4.le', 'f32x4.ge']

/** Makes nodes. Floats are float32 throughout; a mask has all bits of a lane set, or none. */
export class LaneBuilder {
  readonly nodes: Lanes[] = []
  /** Whether the polynomials of functions are of fused multiply-adds, where the machine has them. */
  readonly #fused: boolean
  readonly #known = new Map<string, Lanes>()

  constructor(fused = false) {
    this.#fused = fused
  }

  #node(kind: Lanes['kind'], what: Lanes['what'], args: readonly Lanes[], by = 0): Lanes {
    const key = `${kind} ${what} ${by} ${args.map((a) => a.id).join()}`
    const known = this.#known.get(key)
    if (known) return known
    const node: Lanes = { id: this.nodes.length, kind, what, args, by }
    this.nodes.push(node)
    this.#known.set(key, node)
    return node
  }

  /** The same for builders that made the same nodes in the same order. */
  get key(): string {
    return [...this.#known.keys()].join(';')
  }

  /** The four elements of operand n at this place, or four times its one element. */
  operand = (n: number): Lanes => this.#node('operand', n, [])
  bits = (x: number): Lanes => this.#node('constant', x | 0, [])
  number = (x: number): Lanes => this.bits(bitsOf(x))
  apply = (instruction: LaneInstruction, ...args: readonly Lanes[]): Lanes =>
    this.#node('instruction', instruction, args)
  call = (name: HostFunction, ...args: readonly Lanes[]): Lanes => this.#node('call', name, args)
  shift = (way: 'i32x4.shl' | 'i32x4.shr_s' | 'i32x4.shr_u', x: Lanes, by: number): Lanes =>
    this.#node('shift', way, [x], by)

  add = (a: Lanes, b: Lanes): Lanes => this.apply('f32x4.add', a, b)
  sub = (a: Lanes, b: Lanes): Lanes => this.apply('f32x4.sub', a, b)
  mul = (a: Lanes, b: Lanes): Lanes => this.apply('f32x4.mul', a, b)
  div = (a: Lanes, b: Lanes): Lanes => this.apply('f32x4.div', a, b)
  abs = (x: Lanes): Lanes => this.apply('f32x4.abs', x)
  and = (a: Lanes, b: Lanes): Lanes => this.apply('v128.and', a, b)
  or = (a: Lanes, b: Lanes): Lanes => this.apply('v128.or', a, b)
  less = (a: Lanes, b: Lanes): Lanes => this.apply('f32x4.lt', a, b)
  equal = (a: Lanes, b: Lanes): Lanes => this.apply('f32x4.eq', a, b)

  /** a·b + c */
  madd(a: Lanes, b: Lanes, c: Lanes): Lanes {
    return this.#fused ? this.apply('f32x4.relaxed_madd', a, b, c) : this.add(this.mul(a, b), c)
  }

  /** c - a·b */
  nmadd(a: Lanes, b: Lanes, c: Lanes): Lanes {
    return this.#fused ? this.apply('f32x4.relaxed_nmadd', a, b, c) : this.sub(c, this.mul(a, b))
  }

  neg(x: Lanes): Lanes {
    return x.kind === 'constant' ? this.bits((x.what as number) ^ 0x80000000) : this.apply('f32x4.neg', x)
  }

  /** x ≠ y. A mask that was made a number (1 or 0) and is asked for again is the mask itself. */
  notEqual(x: Lanes, y: Lanes): Lanes {
    const [mask, one] = x.what === 'v128.and' ? x.args : []
    const isMask = y.what === ZERO && one?.what === bitsOf(1) && COMPARISONS.includes(mask?.what)
    return isMask ? (mask as Lanes) : this.apply('f32x4.ne', x, y)
  }

  /** `yes` where the mask is set, else `no`. */
  select(mask: Lanes, yes: Lanes, no: Lanes): Lanes {
    if (no.kind === 'constant' && no.what === ZERO) return this.and(mask, yes)
    if (yes.kind === 'constant' && yes.what === ZERO) return this.apply('v128.andnot', no, mask)
    return this.apply('v128.bitselect', yes, no, mask)
  }

  /** Σ cᵢ xⁱ by Horner's rule; coefficients from the highest power down. */
  polynomial(x: Lanes, coefficients: readonly number[]): Lanes {
    const [highest, ...rest] = coefficients.map((c) => this.number(c)) as [Lanes, ...Lanes[]]
    return rest.reduce((sum, c) => this.madd(sum, x, c), highest)
  }
}
