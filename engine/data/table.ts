/**
 * Labelled data in memory: what training reads. Rows are examples; `gather` is the one way to the numbers, so that a
 * table may hold bytes, a view of another table or, later, parts of a file.
 */

export interface Table {
  /** Number of examples. */
  readonly rows: number
  /** Shape of one example, without the batch: [784], [1, 28, 28], [2]. */
  readonly featureShape: readonly number[]
  /** Shape of one label: [] for a class index, [k] for one-hot rows and targets. */
  readonly labelShape: readonly number[]
  /** Elements of one example and of one label. */
  readonly featureSize: number
  readonly labelSize: number
  /**
   * Copies the rows named by `indices` side by side, row-major, to the beginning of both arrays: shapes
   * [indices.length, …featureShape] and [indices.length, …labelShape]. What lies behind them is left as it was.
   * @throws RangeError for a row that does not exist or arrays that are too short: faults of the program, not of the data.
   */
  gather(indices: ArrayLike<number>, features: Float32Array, labels: Float32Array): void
}

/** Numbers of one row after the other; bytes are read as value / 255, in [0, 1]. */
export type Cells = Uint8Array | Float32Array

/** Labels: numbers of their own, or one class index per row. */
export type Labels =
  | { readonly kind: 'targets'; readonly values: Float32Array; readonly shape: readonly number[] }
  | { readonly kind: 'classes'; readonly values: Uint8Array; readonly classes: number; readonly oneHot: boolean }

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

/** value / 255, rounded once to float32: what `x.astype(float32) / 255` gives in NumPy. */
const unitOfByte = Float32Array.from({ length: 256 }, (_, byte) => byte / 255)

/** A table over arrays that it does not copy. */
export class MemoryTable implements Table {
  readonly rows: number
  readonly featureShape: readonly number[]
  readonly labelShape: readonly number[]
  readonly featureSize: number
  readonly labelSize: number
  readonly #cells: Cells
  readonly #labels: Labels

  constructor(cells: Cells, featureShape: readonly number[], labels: Labels) {
    this.#cells = cells
    this.#labels = labels
    this.featureShape = featureShape
    this.labelShape = labels.kind === 'targets' ? labels.shape : labels.oneHot ? [labels.classes] : []
    this.featureSize = sizeOf(featureShape)
    this.labelSize = sizeOf(this.labelShape)
    this.rows = cells.length / this.featureSize
    const labelled = labels.values.length / (labels.kind === 'targets' ? this.labelSize : 1)
    if (this.rows !== labelled) throw new RangeError(`${this.rows} rows of features, ${labelled} of labels.`)
  }

  gather(indices: ArrayLike<number>, features: Float32Array, labels: Float32Array): void {
    checkGather(this, indices, features, labels)
    const size = this.featureSize
    const cells = this.#cells
    if (cells instanceof Uint8Array) gatherBytes(cells, size, indices, features)
    else gatherFloats(cells, size, indices, features)
    this.#gatherLabels(indices, labels)
  }

  #gatherLabels(indices: ArrayLike<number>, out: Float32Array): void {
    const labels = this.#labels
    if (labels.kind === 'targets') {
      gatherFloats(labels.values, this.labelSize, indices, out)
      return
    }
    const width = this.labelSize
    if (labels.oneHot) out.fill(0, 0, indices.length * width)
    for (let i = 0; i < indices.length; i++) {
      const label = labels.values[indices[i] as number] as number
      if (labels.oneHot) out[i * width + label] = 1
      else out[i] = label
    }
  }
}

function checkGather(table: Table, indices: ArrayLike<number>, features: Float32Array, labels: Float32Array): void {
  const n = indices.length
  for (let i = 0; i < n; i++) {
    const row = indices[i] as number
    // The negated test also refuses NaN.
    if (!(row >= 0 && row < table.rows)) throw new RangeError(`Row ${row} of a table with ${table.rows} rows.`)
  }
  if (features.length < n * table.featureSize || labels.length < n * table.labelSize) {
    throw new RangeError(`${n} rows do not fit in arrays of ${features.length} and ${labels.length} elements.`)
  }
}

function gatherBytes(cells: Uint8Array, size: number, indices: ArrayLike<number>, out: Float32Array): void {
  let to = 0
  for (let i = 0; i < indices.length; i++) {
    const from = (indices[i] as number) * size
    for (let k = 0; k < size; k++) out[to++] = unitOfByte[cells[from + k] as number] as number
  }
}

function gatherFloats(cells: Float32Array, size: number, indices: ArrayLike<number>, out: Float32Array): void {
  for (let i = 0; i < indices.length; i++) {
    const from = (indices[i] as number) * size
    // Rows of a few numbers are quicker copied one by one than by a call.
    if (size < 16) for (let k = 0; k < size; k++) out[i * size + k] = cells[from + k] as number
    else out.set(cells.subarray(from, from + size), i * size)
  }
}

/** The rows `rows` of `table`, in that order, without a copy. */
export class TableView implements Table {
  readonly rows: number
  readonly featureShape: readonly number[]
  readonly labelShape: readonly number[]
  readonly featureSize: number
  readonly labelSize: number
  readonly #table: Table
  readonly #map: Uint32Array
  #translated = new Uint32Array(0)

  constructor(table: Table, rows: Uint32Array) {
    this.#table = table
    this.#map = rows
    this.rows = rows.length
    this.featureShape = table.featureShape
    this.labelShape = table.labelShape
    this.featureSize = table.featureSize
    this.labelSize = table.labelSize
  }

  gather(indices: ArrayLike<number>, features: Float32Array, labels: Float32Array): void {
    checkGather(this, indices, features, labels)
    const n = indices.length
    if (this.#translated.length < n) this.#translated = new Uint32Array(n)
    for (let i = 0; i < n; i++) this.#translated[i] = this.#map[indices[i] as number] as number
    this.#table.gather(this.#translated.subarray(0, n), features, labels)
  }
}

/** All rows at once: for small tables, pictures and tests. */
export function gatherAll(table: Table): { features: Float32Array; labels: Float32Array } {
  const features = new Float32Array(table.rows * table.featureSize)
  const labels = new Float32Array(table.rows * table.labelSize)
  table.gather(
    Uint32Array.from({ length: table.rows }, (_, i) => i),
    features,
    labels
  )
  return { features, labels }
}
