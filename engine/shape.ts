/**
 * Shapes whose batch dimension may still be open.
 *
 * A dimension is a number, or a polynomial in the batch size B written as text: "B", "2*B", "B+3", "784*B". It becomes
 * a number by `bindShape` as soon as data is there.
 */

export type Dim = number | string
export type Shape = readonly Dim[]
export type StaticShape = readonly number[]

/** The batch size, not yet known. */
export const BATCH = 'B'

/** Largest rank the kernels handle. */
export const MAX_RANK = 6

/** Coefficients by power: [3, 1] is B + 3. */
type Polynomial = readonly number[]

function parse(dim: Dim): Polynomial {
  if (typeof dim === 'number') return [dim]
  const coefficients: number[] = []
  for (const term of dim.split('+')) {
    const factors = term.split('*')
    const power = factors.filter((f) => f === BATCH).length
    const scale = factors.filter((f) => f !== BATCH).reduce((product, f) => product * Number(f), 1)
    coefficients[power] = (coefficients[power] ?? 0) + scale
  }
  return Array.from(coefficients, (c) => c ?? 0)
}

function format(p: Polynomial): Dim {
  const terms: string[] = []
  for (let power = p.length - 1; power > 0; power--) {
    const c = p[power] ?? 0
    if (c !== 0) terms.push([...(c === 1 ? [] : [String(c)]), ...Array<string>(power).fill(BATCH)].join('*'))
  }
  const constant = p[0] ?? 0
  if (terms.length === 0) return constant
  return constant === 0 ? terms.join('+') : `${terms.join('+')}+${constant}`
}

export function addDims(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a + b
  const [p, q] = [parse(a), parse(b)]
  return format(Array.from({ length: Math.max(p.length, q.length) }, (_, i) => (p[i] ?? 0) + (q[i] ?? 0)))
}

export function multiplyDims(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a * b
  const [p, q] = [parse(a), parse(b)]
  const product = Array<number>(p.length + q.length - 1).fill(0)
  for (const [i, x] of p.entries()) for (const [j, y] of q.entries()) product[i + j] = (product[i + j] ?? 0) + x * y
  return format(product)
}

/** The exact quotient, or null where `b` does not divide `a` for every batch size. */
export function divideDims(a: Dim, b: Dim): Dim | null {
  const rest = [...parse(a)]
  const divisor = parse(b)
  const lead = divisor.length - 1
  const leadValue = divisor[lead] ?? 0
  if (leadValue === 0) return null
  const quotient: number[] = []
  for (let power = rest.length - 1 - lead; power >= 0; power--) {
    const q = (rest[power + lead] ?? 0) / leadValue
    if (!Number.isInteger(q)) return null
    quotient[power] = q
    for (const [i, d] of divisor.entries()) rest[power + i] = (rest[power + i] ?? 0) - q * d
  }
  return rest.some((r) => r !== 0) ? null : format(Array.from(quotient, (q) => q ?? 0))
}

/** How many elements: the product of all dimensions. */
export const countOf = (shape: Shape): Dim => shape.reduce<Dim>(multiplyDims, 1)

/** Puts the batch size in. */
export const bindDim = (dim: Dim, batch: number): number =>
  typeof dim === 'number' ? dim : parse(dim).reduce((sum, c, power) => sum + c * batch ** power, 0)

export const bindShape = (shape: Shape, batch: number): number[] => shape.map((d) => bindDim(d, batch))

export const isStatic = (shape: Shape): shape is StaticShape => shape.every((d) => typeof d === 'number')

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((d, i) => d === b[i])

/** As people write it: "B×784", "scalar". */
export const showShape = (shape: Shape): string => (shape.length === 0 ? 'scalar' : `[${shape.join(', ')}]`)

/** Elements of a shape whose sizes are all known. */
export const sizeOf = (shape: StaticShape): number => shape.reduce((product, d) => product * d, 1)

/** Row-major strides in elements. */
export function stridesOf(shape: StaticShape): number[] {
  const strides = Array<number>(shape.length).fill(1)
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = (strides[i + 1] as number) * (shape[i + 1] as number)
  return strides
}

/**
 * NumPy broadcasting (numpy.org/doc/stable/user/basics.broadcasting.html): aligned from the right, equal or 1.
 * Returns the shape, or the first axis (counted from the right, 1 = last) on which the two clash.
 */
export function broadcast(a: Shape, b: Shape): { shape: Shape } | { clash: number; da: Dim; db: Dim } {
  const shape: Dim[] = []
  for (let i = 1; i <= Math.max(a.length, b.length); i++) {
    const da = a[a.length - i] ?? 1
    const db = b[b.length - i] ?? 1
    if (da !== db && da !== 1 && db !== 1) return { clash: i, da, db }
    shape.unshift(da === 1 ? db : da)
  }
  return { shape }
}

/** Axes of `to` along which a tensor of shape `from` was repeated by broadcasting. */
export function broadcastAxes(from: Shape, to: Shape): number[] {
  const lead = to.length - from.length
  return to.map((_, i) => i).filter((i) => i < lead || (from[i - lead] === 1 && to[i] !== 1))
}
