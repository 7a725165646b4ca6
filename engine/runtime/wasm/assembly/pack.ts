/**
 * Operands of a product as panels: some neighbouring rows of A, or columns of B, together, depth by depth.
 *
 * Both are seen as `lanes` that lie `across` elements apart, each `depth` elements long, `along` elements apart. What a
 * last panel has too few is 0.
 */

/** Four neighbours of each of four lanes, `step` bytes apart, turned: written as four rows, `apart` bytes apart. */
// @ts-expect-error: decorator
@inline
function turn(at: usize, step: usize, to: usize, apart: usize): void {
  const a = v128.load(at)
  const b = v128.load(at + step)
  const c = v128.load(at + 2 * step)
  const d = v128.load(at + 3 * step)
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5)
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5)
  v128.store(to, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5))
  v128.store(to + apart, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7))
  const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7)
  const cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7)
  v128.store(to + 2 * apart, v128.shuffle<f32>(abHigh, cdHigh, 0, 1, 4, 5))
  v128.store(to + 3 * apart, v128.shuffle<f32>(abHigh, cdHigh, 2, 3, 6, 7))
}

/** The same for two lanes. */
// @ts-expect-error: decorator
@inline
function turnPair(at: usize, step: usize, to: usize, apart: usize): void {
  const a = v128.load(at)
  const b = v128.load(at + step)
  const low = v128.shuffle<f32>(a, b, 0, 4, 1, 5)
  const high = v128.shuffle<f32>(a, b, 2, 6, 3, 7)
  v128.store64_lane(to, low, 0)
  v128.store64_lane(to + apart, low, 1)
  v128.store64_lane(to + 2 * apart, high, 0)
  v128.store64_lane(to + 3 * apart, high, 1)
}

/** One panel of `lanes` lanes (4, 6 or 8), of which `live` are there. */
export function panel(at: usize, across: i32, along: i32, lanes: i32, live: i32, depth: i32, to: usize): void {
  const acrossBytes = <usize>across << 2
  const alongBytes = <usize>along << 2
  const row = <usize>lanes << 2
  let k = 0
  if (live == lanes && along == 1) {
    for (; k + 4 <= depth; k += 4) {
      turn(at, acrossBytes, to, row)
      if (lanes == 8) turn(at + 4 * acrossBytes, acrossBytes, to + 16, row)
      else if (lanes == 6) turnPair(at + 4 * acrossBytes, acrossBytes, to + 16, row)
      at += 16
      to += 4 * row
    }
  } else if (live == lanes && across == 1) {
    for (; k < depth; k++) {
      v128.store(to, v128.load(at))
      if (lanes == 8) v128.store(to, v128.load(at, 16), 16)
      else if (lanes == 6) store<u64>(to, load<u64>(at, 16), 16)
      at += alongBytes
      to += row
    }
  }
  if (k == depth) return
  if (live < lanes) memory.fill(to, 0, <usize>(depth - k) * row)
  for (let lane = 0; lane < live; lane++) {
    let from = at + <usize>lane * acrossBytes
    let put = to + (<usize>lane << 2)
    for (let rest = k; rest < depth; rest++) {
      store<f32>(put, load<f32>(from))
      from += alongBytes
      put += row
    }
  }
}

/** Two whole panels of eight neighbours: a row of them is a cache line. */
export function twoPanels(at: usize, along: i32, depth: i32, to: usize): void {
  const alongBytes = <usize>along << 2
  let next = to + (<usize>depth << 5)
  for (let k = 0; k < depth; k++) {
    v128.store(to, v128.load(at))
    v128.store(to, v128.load(at, 16), 16)
    v128.store(next, v128.load(at, 32))
    v128.store(next, v128.load(at, 48), 16)
    at += alongBytes
    to += 32
    next += 32
  }
}
