/** Parts of a tensor: what a screen asks for in the place of the whole. */
import { fail } from '../../problem.ts'
import type { Numbers } from '../../tensor.ts'
import type { TensorRequest } from '../protocol.ts'

/** The elements at offset + Σ iₐ · strideₐ, the last axis first. @throws ProblemError value.slice */
export function partOf(
  data: Numbers,
  { offset = 0, count, grid }: Pick<TensorRequest, 'offset' | 'count' | 'grid'>
): Numbers {
  if (!grid) return data.slice(offset, count === undefined ? undefined : offset + count)
  const size = grid.reduce((product, axis) => product * axis.count, 1)
  const last = grid.reduce((sum, axis) => sum + (axis.count - 1) * axis.stride, offset)
  if (size > 0 && (offset < 0 || last >= data.length || grid.some(({ stride }) => stride < 0)))
    fail('value.slice', { last, size: data.length })
  const part = data instanceof Float64Array ? new Float64Array(size) : new Float32Array(size)
  let to = 0
  const walk = (axis: number, from: number): void => {
    const { count: n, stride } = grid[axis] ?? { count: 1, stride: 0 }
    if (axis < grid.length - 1) {
      for (let i = 0; i < n; i++) walk(axis + 1, from + i * stride)
    } else if (stride === 1) {
      part.set(data.subarray(from, from + n), to)
      to += n
    } else for (let i = 0; i < n; i++) part[to++] = data[from + i * stride] as number
  }
  if (size > 0) walk(0, offset)
  return part
}
