/** Copies of tensors under other strides: transposes, slices, pieces put together. */

/**
 * y[i, j, k, l] = x[i, j, k, l] over four axes; strides are in elements, and those of x may be 0 or negative. From and to
 * count steps of the outermost axis.
 */
export function copy(
  y: usize,
  x: usize,
  nj: i32,
  nk: i32,
  nl: i32,
  yi: i32,
  yj: i32,
  yk: i32,
  yl: i32,
  xi: i32,
  xj: i32,
  xk: i32,
  xl: i32,
  from: i32,
  to: i32
): void {
  const stepX = xl << 2
  const stepY = yl << 2
  for (let i = from; i < to; i++) {
    for (let j = 0; j < nj; j++) {
      for (let k = 0; k < nk; k++) {
        let at = x + ((i * xi + j * xj + k * xk) << 2)
        let put = y + ((i * yi + j * yj + k * yk) << 2)
        let l = 0
        if (yl == 1) {
          if (xl == 1) {
            for (; l + 4 <= nl; l += 4) {
              v128.store(put, v128.load(at))
              at += 16
              put += 16
            }
          } else {
            for (; l + 4 <= nl; l += 4) {
              let four = v128.load32_zero(at)
              four = v128.load32_lane(at + stepX, four, 1)
              four = v128.load32_lane(at + 2 * stepX, four, 2)
              four = v128.load32_lane(at + 3 * stepX, four, 3)
              v128.store(put, four)
              at += 4 * stepX
              put += 16
            }
          }
        }
        for (; l < nl; l++) {
          store<f32>(put, load<f32>(at))
          at += stepX
          put += stepY
        }
      }
    }
  }
}
