/**
 * Sums, products, largest and smallest elements over axes, of x seen as [a, b, c, d]: y[b, d] = fold of x[·, b, ·, d].
 *
 * Sums are kept in blocks, so that adding many numbers costs few digits. The order depends on the sizes alone.
 */

const SUM: i32 = 0
const MAX: i32 = 1
const MIN: i32 = 2

/** Elements after which a sum is put aside. */
const BLOCK: i32 = 128

// @ts-expect-error: decorator
@inline
function start(kind: i32): v128 {
  if (kind == SUM) return f32x4.splat(0)
  if (kind == MAX) return f32x4.splat(-Infinity)
  return f32x4.splat(kind == MIN ? Infinity : 1)
}

/** The larger; NaN where one of them is. Fewer instructions than f32x4.max: it does not tell -0 from 0. */
// @ts-expect-error: decorator
@inline
export function larger(a: v128, b: v128): v128 {
  return v128.or(f32x4.pmax(a, b), f32x4.ne(b, b))
}

// @ts-expect-error: decorator
@inline
function fold(kind: i32, a: v128, b: v128): v128 {
  if (kind == SUM) return f32x4.add(a, b)
  if (kind == MAX) return larger(a, b)
  return kind == MIN ? v128.or(f32x4.pmin(a, b), f32x4.ne(b, b)) : f32x4.mul(a, b)
}

/** The four lanes folded into each of them. */
// @ts-expect-error: decorator
@inline
function across(kind: i32, x: v128): v128 {
  const pairs = fold(kind, x, v128.shuffle<f32>(x, x, 2, 3, 0, 1))
  return fold(kind, pairs, v128.shuffle<f32>(pairs, pairs, 1, 0, 3, 2))
}

/** Lanes from `live` on hold what changes nothing. */
// @ts-expect-error: decorator
@inline
function only(kind: i32, x: v128, live: i32): v128 {
  const place = i32x4(0, 1, 2, 3)
  return v128.bitselect(x, start(kind), i32x4.lt_s(place, i32x4.splat(live)))
}

/** `count` neighbours from `at` on. */
// @ts-expect-error: decorator
@inline
function along(kind: i32, at: usize, count: i32): v128 {
  let total = start(kind)
  let i = 0
  while (i + 16 <= count) {
    const end = min(count & ~15, i + BLOCK * 16)
    let p = start(kind)
    let q = start(kind)
    let r = start(kind)
    let s = start(kind)
    for (; i < end; i += 16) {
      p = fold(kind, p, v128.load(at))
      q = fold(kind, q, v128.load(at, 16))
      r = fold(kind, r, v128.load(at, 32))
      s = fold(kind, s, v128.load(at, 48))
      at += 64
    }
    total = fold(kind, total, fold(kind, fold(kind, p, q), fold(kind, r, s)))
  }
  for (; i < count; i += 4) {
    const x = v128.load(at)
    total = fold(kind, total, count - i < 4 ? only(kind, x, count - i) : x)
    at += 16
  }
  return across(kind, total)
}

/** Sixteen neighbours of y, a cache line of each row, added to those at `line`; `rows` rows, `step` bytes apart. */
// @ts-expect-error: decorator
@inline
function down(kind: i32, at: usize, rows: i32, step: usize, line: usize): void {
  for (let i = 0; i < rows; i += BLOCK) {
    const end = min(rows, i + BLOCK)
    let p = start(kind)
    let q = start(kind)
    let r = start(kind)
    let s = start(kind)
    for (let j = i; j < end; j++) {
      p = fold(kind, p, v128.load(at))
      q = fold(kind, q, v128.load(at, 16))
      r = fold(kind, r, v128.load(at, 32))
      s = fold(kind, s, v128.load(at, 48))
      at += step
    }
    v128.store(line, fold(kind, v128.load(line), p))
    v128.store(line, fold(kind, v128.load(line, 16), q), 16)
    v128.store(line, fold(kind, v128.load(line, 32), r), 32)
    v128.store(line, fold(kind, v128.load(line, 48), s), 48)
  }
}

/** The same for four neighbours. */
// @ts-expect-error: decorator
@inline
function downFour(kind: i32, at: usize, rows: i32, step: usize, total: v128): v128 {
  let sum = total
  for (let i = 0; i < rows; i += BLOCK) {
    const end = min(rows, i + BLOCK)
    let part = start(kind)
    for (let j = i; j < end; j++) {
      part = fold(kind, part, v128.load(at))
      at += step
    }
    sum = fold(kind, sum, part)
  }
  return sum
}

// @ts-expect-error: decorator
@inline
function reduceBy(kind: i32, y: usize, x: usize, a: i32, b: i32, c: i32, d: i32, from: i32, to: i32): void {
  const outer = <usize>(b * c * d) << 2
  if (d == 1) {
    for (let i = from; i < to; i++) {
      let total = start(kind)
      const at = x + (<usize>(i * c) << 2)
      for (let j = 0; j < a; j++) total = fold(kind, total, along(kind, at + <usize>j * outer, c))
      v128.store32_lane(y + (<usize>i << 2), total, 0)
    }
    return
  }
  const step = <usize>d << 2
  const turns = (d + 15) >> 4
  for (let turn = from; turn < to; turn++) {
    const i = turn / turns
    const k = (turn % turns) << 4
    const at = x + (<usize>(i * c * d + k) << 2)
    const put = y + (<usize>(i * d + k) << 2)
    const live = min(16, d - k)
    if (live == 16) {
      for (let f = 0; f < 64; f += 16) v128.store(put + f, start(kind))
      for (let j = 0; j < a; j++) down(kind, at + <usize>j * outer, c, step, put)
      continue
    }
    for (let f = 0; f < live; f += 4) {
      const shift = <usize>f << 2
      let total = start(kind)
      for (let j = 0; j < a; j++) total = downFour(kind, at + shift + <usize>j * outer, c, step, total)
      const left = live - f
      if (left >= 4) v128.store(put + shift, total)
      else {
        v128.store32_lane(put + shift, total, 0)
        if (left > 1) v128.store32_lane(put + shift, total, 1, 4)
        if (left > 2) v128.store32_lane(put + shift, total, 2, 8)
      }
    }
  }
}

/** `kind`: 0 sum, 1 max, 2 min, 3 product. From and to count elements of y, or sixteens of each row where d > 1. */
export function reduce(
  y: usize,
  x: usize,
  kind: i32,
  a: i32,
  b: i32,
  c: i32,
  d: i32,
  from: i32,
  to: i32
): void {
  // one loop for each kind: nothing is asked inside
  if (kind == SUM) reduceBy(SUM, y, x, a, b, c, d, from, to)
  else if (kind == MAX) reduceBy(MAX, y, x, a, b, c, d, from, to)
  else if (kind == MIN) reduceBy(MIN, y, x, a, b, c, d, from, to)
  else reduceBy(3, y, x, a, b, c, d, from, to)
}
