/**
 * Sums of one block of a product, in registers: 6 or 4 rows × 8 or 4 columns, over `depth` elements of two packed panels.
 *
 * 6 × 8 fits the sixteen vector registers of x86-64: twelve sums, two vectors of B, one element of A. The others are for
 * the edges. (Goto and van de Geijn 2008.)
 */

// @ts-expect-error: decorator
@inline
function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c)
  return f32x4.add(f32x4.mul(a, b), c)
}

// @ts-expect-error: decorator
@inline
function put(c: usize, left: v128, right: v128, wide: bool, first: bool): void {
  v128.store(c, first ? left : f32x4.add(v128.load(c), left))
  if (wide) v128.store(c, first ? right : f32x4.add(v128.load(c, 16), right), 16)
}

// @ts-expect-error: decorator
@inline
function sums(depth: i32, a: usize, b: usize, c: usize, row: usize, first: bool, six: bool, wide: bool): void {
  let c00 = f32x4.splat(0)
  let c01 = f32x4.splat(0)
  let c10 = f32x4.splat(0)
  let c11 = f32x4.splat(0)
  let c20 = f32x4.splat(0)
  let c21 = f32x4.splat(0)
  let c30 = f32x4.splat(0)
  let c31 = f32x4.splat(0)
  let c40 = f32x4.splat(0)
  let c41 = f32x4.splat(0)
  let c50 = f32x4.splat(0)
  let c51 = f32x4.splat(0)
  const end = b + (<usize>depth << 5)
  while (b < end) {
    const b0 = v128.load(b)
    const b1 = wide ? v128.load(b, 16) : b0
    let x = v128.load32_splat(a)
    c00 = madd(x, b0, c00)
    if (wide) c01 = madd(x, b1, c01)
    x = v128.load32_splat(a, 4)
    c10 = madd(x, b0, c10)
    if (wide) c11 = madd(x, b1, c11)
    x = v128.load32_splat(a, 8)
    c20 = madd(x, b0, c20)
    if (wide) c21 = madd(x, b1, c21)
    x = v128.load32_splat(a, 12)
    c30 = madd(x, b0, c30)
    if (wide) c31 = madd(x, b1, c31)
    if (six) {
      x = v128.load32_splat(a, 16)
      c40 = madd(x, b0, c40)
      if (wide) c41 = madd(x, b1, c41)
      x = v128.load32_splat(a, 20)
      c50 = madd(x, b0, c50)
      if (wide) c51 = madd(x, b1, c51)
    }
    a += six ? 24 : 16
    b += 32
  }
  put(c, c00, c01, wide, first)
  put(c + row, c10, c11, wide, first)
  put(c + 2 * row, c20, c21, wide, first)
  put(c + 3 * row, c30, c31, wide, first)
  if (six) {
    put(c + 4 * row, c40, c41, wide, first)
    put(c + 5 * row, c50, c51, wide, first)
  }
}

function six8(depth: i32, a: usize, b: usize, c: usize, row: usize, first: bool): void {
  sums(depth, a, b, c, row, first, true, true)
}

function six4(depth: i32, a: usize, b: usize, c: usize, row: usize, first: bool): void {
  sums(depth, a, b, c, row, first, true, false)
}

function four8(depth: i32, a: usize, b: usize, c: usize, row: usize, first: bool): void {
  sums(depth, a, b, c, row, first, false, true)
}

function four4(depth: i32, a: usize, b: usize, c: usize, row: usize, first: bool): void {
  sums(depth, a, b, c, row, first, false, false)
}

/** Added to what is at `c` unless `first`. `row` is the stride of C in bytes. */
// @ts-expect-error: decorator
@inline
export function block(
  six: bool,
  wide: bool,
  depth: i32,
  a: usize,
  b: usize,
  c: usize,
  row: usize,
  first: bool
): void {
  if (six) {
    if (wide) six8(depth, a, b, c, row, first)
    else six4(depth, a, b, c, row, first)
  } else if (wide) four8(depth, a, b, c, row, first)
  else four4(depth, a, b, c, row, first)
}
