/**
 * Seeded random numbers, the same on every machine.
 *
 * Generator: xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47(4), 2021;
 * https://prng.di.unimi.it/xoshiro128starstar.c, public domain), seeded by splitmix64 as its authors advise
 * (https://prng.di.unimi.it/splitmix64.c). Only + - * /, Math.imul, shifts and Math.sqrt are used, which ECMAScript
 * defines to the last bit; its Math.log and Math.sin are "implementation-approximated", so `normal` brings its own
 * logarithm.
 */

const MASK = 0xffff_ffff_ffff_ffffn
const LN2 = Math.LN2

/** One step of splitmix64: the new state and the output. Unsigned 64-bit integers. */
export function splitmix64(state: bigint): { readonly state: bigint; readonly value: bigint } {
  const next = (state + 0x9e37_79b9_7f4a_7c15n) & MASK
  let z = next
  z = ((z ^ (z >> 30n)) * 0xbf58_476d_1ce4_e5b9n) & MASK
  z = ((z ^ (z >> 27n)) * 0x94d0_49bb_1331_11ebn) & MASK
  return { state: next, value: z ^ (z >> 31n) }
}

/** FNV-1a, 64 bits, over the UTF-16 units of a text, low byte first. */
function hash64(text: string): bigint {
  let h = 0xcbf2_9ce4_8422_2325n
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    h = ((h ^ BigInt(unit & 0xff)) * 0x100_0000_01b3n) & MASK
    h = ((h ^ BigInt(unit >> 8)) * 0x100_0000_01b3n) & MASK
  }
  return h
}

const view = new DataView(new ArrayBuffer(8))

/**
 * Natural logarithm of a positive normal number, to about 1 ulp, from + - * / alone.
 * x = 2^e·m with m in [√½, √2); log m = 2·artanh((m - 1) / (m + 1)), whose series in f² ≤ 0.0295 needs eleven terms.
 */
export function portableLog(x: number): number {
  view.setFloat64(0, x)
  const high = view.getUint32(0)
  let exponent = (high >>> 20) - 1023
  view.setUint32(0, (high & 0x000f_ffff) | 0x3ff0_0000)
  let m = view.getFloat64(0)
  if (m > Math.SQRT2) {
    m /= 2
    exponent++
  }
  const f = (m - 1) / (m + 1)
  const s = f * f
  let sum = 0
  for (let k = 21; k >= 3; k -= 2) sum = s * (1 / k + sum)
  return exponent * LN2 + 2 * f * (1 + sum)
}

/** What `Random.restore` needs, safe to keep as JSON. */
export interface RandomState {
  /** 16 hexadecimal digits: what forks are derived from. */
  readonly key: string
  /** The generator's four 32-bit words. */
  readonly words: readonly [number, number, number, number]
}

/** Anything that can be shuffled in place. */
export interface MutableList<T> {
  readonly length: number
  [index: number]: T
}

/** A stream of random numbers that depends on its seed alone. */
export class Random {
  #key: bigint
  #s0 = 0
  #s1 = 0
  #s2 = 0
  #s3 = 0

  /** @param seed any safe integer, negative ones too. @throws RangeError for another number. */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) throw new RangeError(`A seed must be a safe integer, but is ${seed}.`)
    this.#key = BigInt.asUintN(64, BigInt(seed))
    this.#start()
  }

  /** The four words are two outputs of splitmix64, low half first; all four are never 0 together. */
  #start(): void {
    const first = splitmix64(this.#key)
    const second = splitmix64(first.state)
    this.#s0 = Number(first.value & 0xffff_ffffn) | 0
    this.#s1 = Number(first.value >> 32n) | 0
    this.#s2 = Number(second.value & 0xffff_ffffn) | 0
    this.#s3 = Number(second.value >> 32n) | 0
  }

  /** The generator's own output: a whole number in [0, 2³²). */
  uint32(): number {
    const s1 = this.#s1
    let result = Math.imul(s1, 5)
    result = Math.imul((result << 7) | (result >>> 25), 9)
    this.#s2 ^= this.#s0
    this.#s3 ^= s1
    this.#s1 = s1 ^ this.#s2
    this.#s0 ^= this.#s3
    this.#s2 ^= s1 << 9
    this.#s3 = (this.#s3 << 11) | (this.#s3 >>> 21)
    return result >>> 0
  }

  /** Uniform in [0, 1), a multiple of 2⁻⁵³. Takes two outputs. */
  next(): number {
    const high = this.uint32() >>> 5
    const low = this.uint32() >>> 6
    return (high * 0x400_0000 + low) / 0x20_0000_0000_0000
  }

  /** Uniform in [low, high). */
  uniform(low: number, high: number): number {
    return low + (high - low) * this.next()
  }

  /**
   * Normally distributed. Marsaglia's polar method ("A convenient method for generating normal variables", SIAM Review
   * 6(3), 1964). The second number of each pair is dropped, so that `state` is the generator's state and nothing else.
   */
  normal(mean = 0, std = 1): number {
    let x: number
    let s: number
    do {
      x = 2 * this.next() - 1
      const y = 2 * this.next() - 1
      s = x * x + y * y
    } while (s >= 1 || s === 0)
    return mean + std * x * Math.sqrt((-2 * portableLog(s)) / s)
  }

  /** Uniform whole number in [0, n), without bias (outputs past the last whole multiple of n are drawn again).
   * @throws RangeError unless 1 ≤ n ≤ 2³². */
  int(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 0x1_0000_0000)
      throw new RangeError(`int(n) needs 1 ≤ n ≤ 2³², but n is ${n}.`)
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % n)
    let x: number
    do {
      x = this.uint32()
    } while (x >= limit)
    return x % n
  }

  /** Shuffles in place (Fisher and Yates, as Durstenfeld gave it) and returns the same array. */
  shuffle<L extends MutableList<unknown>>(array: L): L {
    const list: MutableList<unknown> = array
    for (let i = list.length - 1; i > 0; i--) {
      const j = this.int(i + 1)
      const kept = list[i]
      list[i] = list[j]
      list[j] = kept
    }
    return array
  }

  /** The numbers 0…n-1 in random order. */
  permutation(n: number): Uint32Array {
    const order = new Uint32Array(n)
    for (let i = 0; i < n; i++) order[i] = i
    return this.shuffle(order)
  }

  /**
   * An independent stream that depends on this one's seed and on `label`, not on how many numbers were drawn. So a new
   * consumer of random numbers never shifts the numbers of another.
   */
  fork(label: string): Random {
    const child = new Random(0)
    // Hashed twice, so that fork('a').fork('b') and fork('b').fork('a') differ.
    child.#key = splitmix64(splitmix64(this.#key).value ^ hash64(label)).value
    child.#start()
    return child
  }

  /** Where the stream stands. */
  state(): RandomState {
    return {
      key: this.#key.toString(16).padStart(16, '0'),
      words: [this.#s0 >>> 0, this.#s1 >>> 0, this.#s2 >>> 0, this.#s3 >>> 0]
    }
  }

  /** A stream that goes on where `state` was taken. @throws RangeError for what `state` cannot have returned. */
  static restore(state: RandomState): Random {
    const { key, words } = state
    const whole = words.length === 4 && words.every((w) => Number.isInteger(w) && w >= 0 && w <= 0xffff_ffff)
    if (!/^[0-9a-f]{16}$/.test(key) || !whole || words.every((w) => w === 0)) {
      throw new RangeError('This is not the state of a random number generator.')
    }
    const random = new Random(0)
    random.#key = BigInt(`0x${key}`)
    random.#s0 = words[0] | 0
    random.#s1 = words[1] | 0
    random.#s2 = words[2] | 0
    random.#s3 = words[3] | 0
    return random
  }
}
