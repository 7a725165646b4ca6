/** Slices by index, and their sums by index: embeddings and what flows back to them. */

/** A number from a tensor as a place among `size`, counted from the end where it is negative; -1 where it names none. */
// @ts-expect-error: decorator
@inline
function place(at: usize, size: i32): i32 {
  const found = load<f32>(at)
  const i = found < 0 ? found + <f32>size : found
  return i >= 0 && i < <f32>size ? <i32>i : -1
}

/** y[i, j, ·] = x[i, indices[j], ·], slices of `inner` elements; 0 where the index names nothing. Counts pairs (i, j). */
export function gather(
  y: usize,
  x: usize,
  indices: usize,
  count: i32,
  size: i32,
  inner: i32,
  from: i32,
  to: i32
): void {
  const bytes = <usize>inner << 2
  for (let turn = from; turn < to; turn++) {
    const n = place(indices + (<usize>(turn % count) << 2), size)
    const put = y + <usize>turn * bytes
    if (n < 0) memory.fill(put, 0, bytes)
    else memory.copy(put, x + <usize>((turn / count) * size + n) * bytes, bytes)
  }
}

/** y[i, n, ·] = Σ x[i, j, ·] over all j with indices[j] = n. Counts i. */
export function scatterAdd(
  y: usize,
  x: usize,
  indices: usize,
  count: i32,
  size: i32,
  inner: i32,
  from: i32,
  to: i32
): void {
  const bytes = <usize>inner << 2
  for (let i = from; i < to; i++) {
    const base = y + <usize>(i * size) * bytes
    memory.fill(base, 0, <usize>size * bytes)
    for (let j = 0; j < count; j++) {
      const index = indices + (<usize>j << 2)
      const n = place(index, size)
      // half an index is none
      if (n < 0 || floor(load<f32>(index)) != load<f32>(index)) continue
      let at = x + <usize>(i * count + j) * bytes
      let put = base + <usize>n * bytes
      let k = 0
      for (; k + 4 <= inner; k += 4) {
        v128.store(put, f32x4.add(v128.load(put), v128.load(at)))
        at += 16
        put += 16
      }
      for (; k < inner; k++) {
        store<f32>(put, load<f32>(put) + load<f32>(at))
        at += 4
        put += 4
      }
    }
  }
}
