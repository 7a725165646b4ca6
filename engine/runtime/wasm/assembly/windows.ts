/**
 * Windows that slide over planes of [height, width]: im2col and its transpose, pooling and its gradient.
 *
 * A window has `kh` × `kw` elements, `dh` and `dw` apart; windows are `sh` and `sw` apart and begin `ph` and `pw` before
 * the plane. There are `oh` × `ow` of them.
 */
import { larger } from './reduce'

/** First window whose element `offset` is not before an axis. */
// @ts-expect-error: decorator
@inline
function firstInside(offset: i32, stride: i32): i32 {
  return offset >= 0 ? 0 : (stride - 1 - offset) / stride
}

/** First window whose element `offset` is behind an axis of that size. */
// @ts-expect-error: decorator
@inline
function firstBeyond(offset: i32, stride: i32, size: i32, count: i32): i32 {
  const room = size - offset
  return room <= 0 ? 0 : min(count, (room + stride - 1) / stride)
}

/**
 * Rows are short: these are faster than bulk instructions. Both give where the row ends. A row that is `loose` may be
 * written beyond: what stands there comes later.
 */
// @ts-expect-error: decorator
@inline
function zeros(to: usize, count: i32, loose: bool): usize {
  const end = to + (<usize>count << 2)
  if (loose) {
    for (; to < end; to += 16) v128.store(to, i32x4.splat(0))
    return end
  }
  for (; to + 16 <= end; to += 16) v128.store(to, i32x4.splat(0))
  for (; to < end; to += 4) store<f32>(to, 0)
  return to
}

// @ts-expect-error: decorator
@inline
function moved(to: usize, at: usize, count: i32, loose: bool): usize {
  const end = to + (<usize>count << 2)
  if (loose) {
    for (; to < end; to += 16) {
      v128.store(to, v128.load(at))
      at += 16
    }
    return end
  }
  for (; to + 16 <= end; to += 16) {
    v128.store(to, v128.load(at))
    at += 16
  }
  for (; to < end; to += 4) {
    store<f32>(to, load<f32>(at))
    at += 4
  }
  return to
}

/**
 * Planes of x → rows of columns: y[plane, ky, kx, oy, ox] = x[plane, place]. Padding is 0. From and to count rows
 * (plane, ky, kx).
 */
export function unfold(
  y: usize,
  x: usize,
  h: i32,
  w: i32,
  kh: i32,
  kw: i32,
  sh: i32,
  sw: i32,
  dh: i32,
  dw: i32,
  ph: i32,
  pw: i32,
  oh: i32,
  ow: i32,
  from: i32,
  to: i32
): void {
  const window = kh * kw
  let out = y + (<usize>(from * oh * ow) << 2)
  for (let row = from; row < to; row++) {
    const plane = row / window
    const k = row % window
    const offset = (k % kw) * dw - pw
    const first = min(ow, firstInside(offset, sw))
    const beyond = max(first, firstBeyond(offset, sw, w, ow))
    for (let oy = 0; oy < oh; oy++) {
      const iy = oy * sh + (k / kw) * dh - ph
      // the last row of these may have somebody else's behind it
      const loose = row + 1 < to || oy + 1 < oh
      if (iy < 0 || iy >= h) {
        out = zeros(out, ow, loose)
        continue
      }
      let at = x + (<usize>((plane * h + iy) * w + first * sw + offset) << 2)
      out = zeros(out, first, loose)
      if (sw == 1) out = moved(out, at, beyond - first, loose)
      else {
        for (let ox = first; ox < beyond; ox++) {
          store<f32>(out, load<f32>(at))
          at += <usize>sw << 2
          out += 4
        }
      }
      out = zeros(out, ow - beyond, loose)
    }
  }
}

/** The transpose of unfold: rows of columns are added up at their places. From and to count planes. */
export function foldUp(
  y: usize,
  x: usize,
  h: i32,
  w: i32,
  kh: i32,
  kw: i32,
  sh: i32,
  sw: i32,
  dh: i32,
  dw: i32,
  ph: i32,
  pw: i32,
  oh: i32,
  ow: i32,
  from: i32,
  to: i32
): void {
  for (let plane = from; plane < to; plane++) {
    const base = y + (<usize>(plane * h * w) << 2)
    memory.fill(base, 0, <usize>(h * w) << 2)
    for (let k = 0; k < kh * kw; k++) {
      const offset = (k % kw) * dw - pw
      const first = min(ow, firstInside(offset, sw))
      const beyond = max(first, firstBeyond(offset, sw, w, ow))
      for (let oy = 0; oy < oh; oy++) {
        const iy = oy * sh + (k / kw) * dh - ph
        if (iy < 0 || iy >= h) continue
        let at = x + (<usize>(((plane * kh * kw + k) * oh + oy) * ow + first) << 2)
        let put = base + (<usize>(iy * w + first * sw + offset) << 2)
        let ox = first
        if (sw == 1) {
          for (; ox + 4 <= beyond; ox += 4) {
            v128.store(put, f32x4.add(v128.load(put), v128.load(at)))
            at += 16
            put += 16
          }
        }
        for (; ox < beyond; ox++) {
          store<f32>(put, load<f32>(put) + load<f32>(at))
          at += 4
          put += <usize>sw << 2
        }
      }
    }
  }
}

/** What padding counts as in a search for the largest: below every float32 that is not infinite. */
const LOWEST: f32 = -3.4028234e38

/** Four elements, `sw` apart. */
// @ts-expect-error: decorator
@inline
function four(at: usize, sw: i32): v128 {
  if (sw == 1) return v128.load(at)
  if (sw == 2) return v128.shuffle<f32>(v128.load(at), v128.load(at, 12), 0, 2, 5, 7)
  const step = <usize>sw << 2
  let x = v128.load32_zero(at)
  x = v128.load32_lane(at + step, x, 1)
  x = v128.load32_lane(at + 2 * step, x, 2)
  return v128.load32_lane(at + 3 * step, x, 3)
}

/** Windows of 2 × 2, beside each other: the most common ones have loops of their own. */
// @ts-expect-error: decorator
@inline
function isTwos(kh: i32, kw: i32, sw: i32, dh: i32, dw: i32): bool {
  return kh == 2 && kw == 2 && sw == 2 && dh == 1 && dw == 1
}

/** The largest of four windows of 2 × 2, or where it stands. */
// @ts-expect-error: decorator
@inline
function ofTwos(at: usize, row: usize, place: bool): v128 {
  const top = v128.load(at)
  const topNext = v128.load(at, 16)
  const low = v128.load(at + row)
  const lowNext = v128.load(at + row, 16)
  const a = v128.shuffle<f32>(top, topNext, 0, 2, 4, 6)
  const b = v128.shuffle<f32>(top, topNext, 1, 3, 5, 7)
  const c = v128.shuffle<f32>(low, lowNext, 0, 2, 4, 6)
  const d = v128.shuffle<f32>(low, lowNext, 1, 3, 5, 7)
  if (!place) return larger(larger(larger(a, b), c), d)
  const toB = f32x4.gt(b, a)
  const ab = v128.bitselect(b, a, toB)
  const toC = f32x4.gt(c, ab)
  const abc = v128.bitselect(c, ab, toC)
  const best = v128.bitselect(f32x4.splat(2), v128.and(toB, f32x4.splat(1)), toC)
  return v128.bitselect(f32x4.splat(3), best, f32x4.gt(d, abc))
}

/** The largest element of each window, or (`place`) where in the window the first largest stands. Counts planes. */
export function poolMax(
  y: usize,
  x: usize,
  h: i32,
  w: i32,
  kh: i32,
  kw: i32,
  sh: i32,
  sw: i32,
  dh: i32,
  dw: i32,
  ph: i32,
  pw: i32,
  oh: i32,
  ow: i32,
  place: i32,
  from: i32,
  to: i32
): void {
  // windows that lie inside from side to side
  const first = min(ow, firstInside(-pw, sw))
  const inside = max(first, firstBeyond((kw - 1) * dw - pw, sw, w, ow))
  const vectors = ow >= 4 && inside == ow && ow - 4 >= first
  const twos = isTwos(kh, kw, sw, dh, dw)
  let row = y + (<usize>(from * oh * ow) << 2)
  for (let plane = from; plane < to; plane++) {
    const base = x + (<usize>(plane * h * w) << 2)
    for (let oy = 0; oy < oh; oy++) {
      const top = oy * sh - ph
      const within = top >= 0 && top + (kh - 1) * dh < h
      let ox = 0
      while (ox < ow) {
        // the last four are computed together, some of them again
        if (vectors && within && ox > first && ox + 4 > ow) ox = ow - 4
        const out = row + (<usize>ox << 2)
        if (within && ox >= first && ox + 4 <= inside) {
          if (twos) {
            const at = base + (<usize>(top * w + ox * 2 - pw) << 2)
            v128.store(out, ofTwos(at, <usize>w << 2, place != 0))
            ox += 4
            continue
          }
          let best = f32x4.splat(0)
          let most = f32x4.splat(0)
          for (let ky = 0; ky < kh; ky++) {
            const at = base + (<usize>((top + ky * dh) * w + ox * sw - pw) << 2)
            for (let kx = 0; kx < kw; kx++) {
              const next = four(at + (<usize>(kx * dw) << 2), sw)
              if (ky + kx == 0) most = next
              else if (place) {
                const more = f32x4.gt(next, most)
                best = v128.bitselect(f32x4.splat(<f32>(ky * kw + kx)), best, more)
                most = v128.bitselect(next, most, more)
              } else most = larger(most, next)
            }
          }
          v128.store(out, place ? best : most)
          ox += 4
        } else {
          let best: f32 = 0
          let most: f32 = 0
          for (let ky = 0; ky < kh; ky++) {
            const iy = top + ky * dh
            for (let kx = 0; kx < kw; kx++) {
              const ix = ox * sw + kx * dw - pw
              const padding = iy < 0 || iy >= h || ix < 0 || ix >= w
              const next = padding ? LOWEST : load<f32>(base + (<usize>(iy * w + ix) << 2))
              if (ky + kx == 0) most = next
              else if (place) {
                if (next > most) {
                  most = next
                  best = <f32>(ky * kw + kx)
                }
              } else most = max(most, next)
            }
          }
          store<f32>(out, place ? best : most)
          ox++
        }
      }
      row += <usize>ow << 2
    }
  }
}

/** A row of windows of 2 × 2 that do not overlap: each number is written where it belongs, zeros beside it. */
// @ts-expect-error: decorator
@inline
function backToTwos(to: usize, row: usize, x: usize, places: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) {
    // the last four are written together, some of them again
    const first = <usize>min(i, count - 4) << 2
    const value = v128.load(x + first)
    const place = v128.load(places + first)
    const put = to + 2 * first
    const a = v128.and(value, f32x4.eq(place, f32x4.splat(0)))
    const b = v128.and(value, f32x4.eq(place, f32x4.splat(1)))
    v128.store(put, v128.shuffle<f32>(a, b, 0, 4, 1, 5))
    v128.store(put, v128.shuffle<f32>(a, b, 2, 6, 3, 7), 16)
    const c = v128.and(value, f32x4.eq(place, f32x4.splat(2)))
    const d = v128.and(value, f32x4.eq(place, f32x4.splat(3)))
    v128.store(put + row, v128.shuffle<f32>(c, d, 0, 4, 1, 5))
    v128.store(put + row, v128.shuffle<f32>(c, d, 2, 6, 3, 7), 16)
  }
}

/** Adds each number up at the place that its window names; a place that is none counts for nothing. Counts planes. */
export function unpool(
  y: usize,
  x: usize,
  places: usize,
  h: i32,
  w: i32,
  kh: i32,
  kw: i32,
  sh: i32,
  sw: i32,
  dh: i32,
  dw: i32,
  ph: i32,
  pw: i32,
  oh: i32,
  ow: i32,
  from: i32,
  to: i32
): void {
  const twos = isTwos(kh, kw, sw, dh, dw) && sh >= 2 && ph == 0 && pw == 0 && ow >= 4 && (oh - 1) * sh + 2 <= h && ow * 2 <= w
  // multiplied instead of divided by kw
  const share: u64 = 0x100000000 / <u64>kw + 1
  let at = <usize>(from * oh * ow) << 2
  for (let plane = from; plane < to; plane++) {
    const base = y + (<usize>(plane * h * w) << 2)
    memory.fill(base, 0, <usize>(h * w) << 2)
    for (let oy = 0; oy < oh; oy++) {
      if (twos) {
        backToTwos(base + (<usize>(oy * sh * w) << 2), <usize>w << 2, x + at, places + at, ow)
        at += <usize>ow << 2
        continue
      }
      for (let ox = 0; ox < ow; ox++) {
        const named = load<f32>(places + at)
        const k = <i32>named
        const ky = <i32>((<u64>k * share) >> 32)
        const iy = oy * sh + ky * dh - ph
        const ix = ox * sw + (k - ky * kw) * dw - pw
        if (<f32>k == named && k >= 0 && k < kh * kw && iy >= 0 && iy < h && ix >= 0 && ix < w) {
          const put = base + (<usize>(iy * w + ix) << 2)
          store<f32>(put, load<f32>(put) + load<f32>(x + at))
        }
        at += 4
      }
    }
  }
}
