/** The weights file: names, shapes and float32 numbers as JSON, exact to the last bit. */
import * as v from 'valibot'
import { duplicateKey } from '../document/duplicate-keys.ts'
import { ProblemError, problem } from '../problem.ts'

export const WEIGHTS_FORMAT = 'chainrule-weights'
export const WEIGHTS_VERSION = 1
/** The file that engine/document reads; taken for weights, it is told by its name. */
const GRAPH_FORMAT = 'chainrule-graph'

export interface WeightTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array
}

export interface TrainingRecord {
  readonly epochs: number
  readonly steps: number
  readonly loss: number | null
  readonly metrics: Readonly<Record<string, number>>
}

export interface WeightsFile {
  readonly graph: string
  readonly tensors: readonly WeightTensor[]
  readonly training: TrainingRecord | null
}

/** The shortest decimal that reads back as the same float32; what JSON cannot say is a text. */
export function printFloat32(x: number): string {
  if (!Number.isFinite(x)) return `"${x}"`
  if (Object.is(x, -0)) return '-0'
  for (let digits = 6; digits < 9; digits++) {
    const shorter = Number(x.toPrecision(digits))
    if (Math.fround(shorter) === x) return String(shorter)
  }
  return String(Number(x.toPrecision(9)))
}

export function writeWeights({ graph, tensors, training }: WeightsFile): string {
  const quoted = JSON.stringify
  const lines = tensors.map(
    (t) =>
      `    { "name": ${quoted(t.name)}, "dtype": "float32", "shape": [${t.shape.join(', ')}], "data": [${Array.from(t.data, printFloat32).join(', ')}] }`
  )
  const head = `{\n  "format": "${WEIGHTS_FORMAT}",\n  "version": ${WEIGHTS_VERSION},\n  "graph": ${quoted(graph)},\n`
  return `${head}  "tensors": [\n${lines.join(',\n')}\n  ],\n  "training": ${quoted(training)}\n}\n`
}

const size = v.pipe(v.number(), v.integer(), v.minValue(0))
const finite = v.pipe(v.number(), v.finite())
const element = v.union([v.number(), v.picklist(['NaN', 'Infinity', '-Infinity'])])
/** What the next training adds its own numbers to: each must be one. A metric that is none was written as null. */
const record = v.object({
  epochs: size,
  steps: size,
  loss: v.nullable(finite),
  metrics: v.record(
    v.string(),
    v.pipe(
      v.nullable(finite),
      v.transform((x) => x ?? Number.NaN)
    )
  )
})
const schema = v.object({
  format: v.literal(WEIGHTS_FORMAT),
  version: v.pipe(v.number(), v.integer(), v.minValue(1)),
  graph: v.optional(v.string(), ''),
  tensors: v.array(
    v.object({ name: v.string(), dtype: v.literal('float32'), shape: v.array(size), data: v.array(v.unknown()) })
  ),
  training: v.optional(v.nullable(record), null)
})

/** @throws ProblemError for what is no weights file, with the tensor and element that is wrong. */
export function readWeights(bytes: Uint8Array): WeightsFile {
  const wrong = (path: string, expected: string, found: unknown): never => {
    const shown = typeof found === 'number' ? String(found) : JSON.stringify(found)?.slice(0, 60)
    throw new ProblemError(problem('file.field', { path, expected, found: shown ?? 'nothing' }))
  }
  let raw: unknown
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    raw = JSON.parse(text)
  } catch (error) {
    throw new ProblemError(problem('file.notJson', { detail: (error as Error).message }))
  }
  const twice = duplicateKey(text)
  if (twice) throw new ProblemError(problem('file.duplicateKey', twice))
  const format = (raw as { format?: unknown } | null)?.format
  if (format === GRAPH_FORMAT) throw new ProblemError(problem('file.isGraph'))
  if (format !== WEIGHTS_FORMAT) {
    throw new ProblemError(problem('file.format', { expected: WEIGHTS_FORMAT, found: JSON.stringify(format ?? null) }))
  }
  const result = v.safeParse(schema, raw)
  if (!result.success) {
    const [issue] = result.issues
    return wrong(v.getDotPath(issue) ?? 'the file', issue.expected ?? issue.message, issue.input)
  }
  const { version, graph, tensors, training } = result.output
  if (version > WEIGHTS_VERSION) {
    throw new ProblemError(problem('file.newerVersion', { found: version, supported: WEIGHTS_VERSION }))
  }
  const names = new Set<string>()
  for (const { name } of tensors) {
    if (names.has(name)) throw new ProblemError(problem('weights.duplicate', { name }))
    names.add(name)
  }
  const read = tensors.map(({ name, shape, data }, t) => {
    const expected = shape.reduce((a, b) => a * b, 1)
    if (data.length !== expected)
      wrong(`tensors[${t}] "${name}"`, `${expected} numbers for shape [${shape.join(', ')}]`, data.length)
    const numbers = Float32Array.from(data, (x, i) => {
      if (!v.is(element, x)) wrong(`tensors[${t}].data[${i}]`, 'a number, "NaN", "Infinity" or "-Infinity"', x)
      // an infinity is written as a text: a number that becomes one is too large
      if (typeof x === 'number' && !Number.isFinite(Math.fround(x)))
        wrong(`tensors[${t}].data[${i}]`, 'a number that float32 can hold', x)
      return Number(x)
    })
    return { name, shape, data: numbers }
  })
  return { graph, tensors: read, training }
}
