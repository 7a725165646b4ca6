/** Jacobians and Hessians as numbers: one walk over a loaded program for each row. */
import type { Compiled } from '../compile/compile.ts'
import type { HessianProduct, JacobianRow } from '../compile/jacobian.ts'
import type { Value } from '../ir/builder.ts'
import type { Program, Stop } from '../runtime/executor.ts'
import type { Numbers } from '../tensor.ts'
import type { Feeds } from './feeds.ts'

/** A program that has the rows (or products and gradients) among its results, and what it is fed besides directions. */
export interface Loaded {
  readonly compiled: Compiled
  readonly program: Program
  readonly feeds: Feeds
  readonly stop: Stop
  /** Lets others in, such as whoever wants to stop. */
  readonly breathe?: (() => Promise<void>) | undefined
}

/** Milliseconds of walks between two breaths. */
const BREATH_EVERY = 16

/** Between two walks: breathes where it is time to. False where somebody wants to stop. */
function between({ breathe, stop }: Loaded): () => Promise<boolean> {
  let last = performance.now()
  return async () => {
    if (breathe && performance.now() - last >= BREATH_EVERY) {
      await breathe()
      last = performance.now()
    }
    return !stop()
  }
}

const read = ({ compiled, program }: Loaded, value: Value): Promise<Numbers> => program.read(compiled.idOf(value.id))

/** Row-major, `rows` × `columns`. Null where `stop` ended it. */
export async function jacobianMatrix(
  loaded: Loaded,
  { direction, row }: JacobianRow,
  rows: number,
  columns: number
): Promise<Float64Array | null> {
  const matrix = new Float64Array(rows * columns)
  if (!row) return matrix
  const unit = new Float64Array(rows)
  const goesOn = between(loaded)
  for (let i = 0; i < rows; i++) {
    if (!(await goesOn())) return null
    unit[i] = 1
    if (!(await loaded.program.run({ ...loaded.feeds, [direction]: unit }, loaded.stop))) return null
    matrix.set(await read(loaded, row), i * columns)
    unit[i] = 0
  }
  return matrix
}

export interface Curvature {
  /** All parameters one after the other. */
  readonly gradient: Float64Array
  /** Row-major and symmetric but for rounding. */
  readonly hessian: Float64Array
}

/** Gradient and Hessian with regard to tensors of these sizes. Null where `stop` ended it. */
export async function curvature(
  loaded: Loaded,
  { gradients, directions, products }: HessianProduct,
  sizes: readonly number[]
): Promise<Curvature | null> {
  const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0))
  const size = sizes.reduce((sum, one) => sum + one, 0)
  const gradient = new Float64Array(size)
  const hessian = new Float64Array(size * size)
  const units = sizes.map((n) => new Float64Array(n))
  const feeds = {
    ...loaded.feeds,
    ...Object.fromEntries(directions.map((name, i) => [name, units[i] as Float64Array]))
  }
  const gather = async (values: readonly (Value | null)[], into: Float64Array): Promise<void> => {
    for (const [i, value] of values.entries()) if (value) into.set(await read(loaded, value), starts[i] as number)
  }
  const goesOn = between(loaded)
  for (const [part, unit] of units.entries()) {
    for (let j = 0; j < unit.length; j++) {
      if (!(await goesOn())) return null
      unit[j] = 1
      if (!(await loaded.program.run(feeds, loaded.stop))) return null
      const at = (starts[part] as number) + j
      await gather(products, hessian.subarray(at * size, (at + 1) * size))
      if (at === 0) await gather(gradients, gradient)
      unit[j] = 0
    }
  }
  return { gradient, hessian }
}
