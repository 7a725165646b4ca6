/**
 * Functions of kernel texts on four float32 lanes.
 *
 * Polynomials and reductions are those of the Cephes library (S. Moshier, 1984-2000), single precision. Unless the
 * builder fuses multiplications with additions, every machine gives the same bits. NaN gives NaN; infinities, zeros and denormals are as in JavaScript,
 * except that a zero may lose its sign. Largest errors, in units in the last place of the exact result rounded to
 * float32, held by a test: exp 1.5, log 1.5, expm1 3, log1p 3, tanh 3.
 */
import type { LaneBuilder, Lanes } from './lanes.ts'

/** ln 2 in two parts: the first has few digits, so that its multiples are exact. */
const LN2_HIGH = 0.693359375
const LN2_LOW = -2.1219444e-4

/** 1.5·2²³: what is added to it is rounded to a whole number, which stands in the lowest bits. */
const ROUNDER = 12582912

/** x = n·ln 2 + r with |r| ≤ ln 2 / 2: n as an integer, and e^r - 1. */
function reduced(b: LaneBuilder, x: Lanes): { readonly whole: Lanes; readonly rest: Lanes } {
  const rounder = b.number(ROUNDER)
  const rounded = b.madd(x, b.number(Math.LOG2E), rounder)
  const n = b.sub(rounded, rounder)
  const whole = b.apply('i32x4.sub', rounded, rounder)
  const r = b.nmadd(n, b.number(LN2_LOW), b.nmadd(n, b.number(LN2_HIGH), x))
  const p = b.polynomial(r, [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 0.5])
  return { whole, rest: b.madd(p, b.mul(r, r), r) }
}

/** 2ⁿ for -126 ≤ n ≤ 127, by the exponent's bits. */
const power = (b: LaneBuilder, n: Lanes): Lanes => b.shift('i32x4.shl', b.apply('i32x4.add', n, b.bits(127)), 23)

/** Never below `low` or above `high`; NaN stays. */
const between = (b: LaneBuilder, x: Lanes, low: number, high: number): Lanes =>
  b.apply('f32x4.pmin', b.apply('f32x4.pmax', x, b.number(low)), b.number(high))

/** Beyond the borders the result is 0 or infinite. Scaled twice: 2ⁿ itself may be denormal, or 2¹²⁸. */
function exp(b: LaneBuilder, x: Lanes): Lanes {
  const { whole, rest } = reduced(b, between(b, x, -104, 89))
  const half = b.shift('i32x4.shr_s', whole, 1)
  const y = b.add(rest, b.number(1))
  return b.mul(b.mul(y, power(b, half)), power(b, b.apply('i32x4.sub', whole, half)))
}

/** 2ⁿ·(e^r - 1) + (2ⁿ - 1), halved on the way, since 2¹²⁸ is no float32. Below -18 it is -1 to the last bit. */
function expm1(b: LaneBuilder, x: Lanes): Lanes {
  const { whole, rest } = reduced(b, between(b, x, -18, 89))
  const half = power(b, b.apply('i32x4.sub', whole, b.bits(1)))
  const y = b.madd(rest, half, b.sub(half, b.number(0.5)))
  const near = b.less(b.abs(x), b.number(0.3))
  return b.select(near, rest, b.add(y, y))
}

function log(b: LaneBuilder, x: Lanes): Lanes {
  const tiny = b.less(x, b.number(2 ** -126))
  const scaled = b.select(tiny, b.mul(x, b.number(2 ** 23)), x)
  const exponent = b.apply('i32x4.sub', b.shift('i32x4.shr_u', scaled, 23), b.bits(126))
  const mantissa = b.or(b.and(scaled, b.bits(0x7fffff)), b.bits(0x3f000000))
  const low = b.less(mantissa, b.number(Math.SQRT1_2))
  const lower = b.sub(b.apply('f32x4.convert_i32x4_s', exponent), b.and(low, b.number(1)))
  const e = b.sub(lower, b.and(tiny, b.number(23)))
  const m = b.sub(b.add(mantissa, b.and(low, mantissa)), b.number(1))
  const square = b.mul(m, m)
  const p = b.polynomial(
    m,
    [
      7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
      2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1
    ]
  )
  const tail = b.madd(b.mul(p, m), square, b.mul(e, b.number(LN2_LOW)))
  const y = b.madd(e, b.number(LN2_HIGH), b.add(m, b.nmadd(square, b.number(0.5), tail)))
  const infinite = b.number(Number.POSITIVE_INFINITY)
  const upper = b.select(b.equal(x, infinite), infinite, y)
  const atZero = b.select(b.equal(x, b.number(0)), b.number(Number.NEGATIVE_INFINITY), upper)
  // all bits set are NaN
  return b.or(atZero, b.apply('v128.not', b.apply('f32x4.ge', x, b.number(0))))
}

/** ln(u)·x / (u - 1) with u = 1 + x: what rounding took from x is put back (W. Kahan). */
function log1p(b: LaneBuilder, x: Lanes): Lanes {
  const u = b.add(x, b.number(1))
  const y = b.mul(log(b, u), b.div(x, b.sub(u, b.number(1))))
  const infinite = b.number(Number.POSITIVE_INFINITY)
  return b.select(b.equal(u, infinite), infinite, b.select(b.equal(u, b.number(1)), x, y))
}

/** 1 - 2 / (e^2|x| + 1) with the sign of x; near 0 an odd polynomial. Above 15 it is 1 to the last bit. */
function tanh(b: LaneBuilder, x: Lanes): Lanes {
  const size = b.abs(x)
  const doubled = b.add(size, size)
  const { whole, rest } = reduced(b, b.apply('f32x4.pmin', doubled, b.number(30)))
  const e = b.mul(b.add(rest, b.number(1)), power(b, whole))
  const far = b.sub(b.number(1), b.div(b.number(2), b.add(e, b.number(1))))
  const signed = b.or(far, b.and(x, b.bits(0x80000000)))
  const square = b.mul(x, x)
  const p = b.polynomial(
    square,
    [-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1]
  )
  const near = b.madd(b.mul(p, square), x, x)
  return b.select(b.less(size, b.number(0.625)), near, signed)
}

type Make = (b: LaneBuilder, ...args: readonly [Lanes, Lanes]) => Lanes

/** By their names in kernel texts, after "Math.". */
export const FUNCTIONS: Readonly<Record<string, Make>> = {
  abs: (b, x) => b.abs(x),
  sqrt: (b, x) => b.apply('f32x4.sqrt', x),
  floor: (b, x) => b.apply('f32x4.floor', x),
  ceil: (b, x) => b.apply('f32x4.ceil', x),
  min: (b, x, y) => b.apply('f32x4.min', x, y),
  max: (b, x, y) => b.apply('f32x4.max', x, y),
  exp,
  expm1,
  log,
  log1p,
  tanh,
  sin: (b, x) => b.call('sin', x),
  cos: (b, x) => b.call('cos', x),
  tan: (b, x) => b.call('tan', x),
  pow: (b, x, y) => (y.kind === 'constant' && y === b.number(2) ? b.mul(x, x) : b.call('pow', x, y))
}
