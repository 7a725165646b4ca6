/**
 * The data sets that a Dataset node can name: what the graph may know before any data is there (`dataSetInfo`), and
 * the data (`createDataSet`).
 */
import { fail } from '../problem.ts'
import { DIGITS_NOTE, digits } from './digits.ts'
import type { DataFile } from './idx.ts'
import { imageShape, mnistFromFiles } from './mnist.ts'
import { circles, linear, moons, spiral, xor } from './planar.ts'
import type { Table } from './table.ts'

/** A labelled data set in memory. */
export interface DataSet {
  /** As in the graph file: 'mnist'. */
  readonly name: string
  readonly title: string
  readonly train: Table
  readonly test: Table
  /** What the class indices mean, in order; null for regression. */
  readonly classes: readonly string[] | null
  /** What the data were drawn from; null for data from files. */
  readonly seed: number | null
  /** Where the data come from, in one sentence for the screen. */
  readonly note: string
}

/** One attribute that a data set reads, for the inspector and the checks. */
export type DataSetOption =
  | { readonly name: OptionName; readonly kind: 'boolean'; readonly default: boolean; readonly doc: string }
  | {
      readonly name: OptionName
      readonly kind: 'integer' | 'number'
      readonly default: number
      readonly min: number
      readonly max: number
      readonly doc: string
    }

/** What the graph needs to know before any data is there. */
export interface DataSetInfo {
  readonly name: string
  readonly title: string
  /** Shape of one example, without the batch. */
  readonly features: readonly number[]
  /** Shape of one label, without the batch. */
  readonly labels: readonly number[]
  /** Number of classes; null for regression. */
  readonly classes: number | null
  readonly task: 'classification' | 'regression'
  /** The user has to provide or download files. */
  readonly needsFiles: boolean
  /** The attributes that matter to this set; it passes over others. */
  readonly options: readonly DataSetOption[]
}

/** Attributes of a Dataset node, each with the set's own default; those that do not concern a set are passed over. */
export interface DataSetAttributes {
  /** Images as rows [784] (default), else [1, 28, 28]. */
  readonly flatten?: boolean
  /** Class labels as one-hot rows (default), else class indices. */
  readonly oneHot?: boolean
  readonly seed?: number
  /** Training examples; the test split has a quarter as many. */
  readonly size?: number
  /** Standard deviation of the noise. */
  readonly noise?: number
  /** Arms of the spiral. */
  readonly classes?: number
}

export type OptionName = keyof DataSetAttributes

export interface DataSetOptions extends DataSetAttributes {
  /** The files of sets that need them. */
  readonly files?: readonly DataFile[]
}

type Settings = Readonly<Required<DataSetAttributes>>

interface Source {
  readonly title: string
  readonly features: (s: Settings) => readonly number[]
  readonly labels: (s: Settings) => readonly number[]
  readonly classes: (s: Settings) => readonly string[] | null
  readonly needsFiles: boolean
  readonly options: readonly DataSetOption[]
  readonly note: string
  readonly make: (s: Settings, files: readonly DataFile[]) => { readonly train: Table; readonly test: Table }
}

const option = {
  flatten: {
    name: 'flatten',
    kind: 'boolean',
    default: true,
    doc: 'One row of 784 pixels per image, else [1, 28, 28].'
  },
  oneHot: { name: 'oneHot', kind: 'boolean', default: true, doc: 'Labels as one-hot rows, else class indices.' },
  seed: {
    name: 'seed',
    kind: 'integer',
    default: 0,
    min: -Number.MAX_SAFE_INTEGER,
    max: Number.MAX_SAFE_INTEGER,
    doc: 'The same seed gives the same data on every machine.'
  }
} as const satisfies Record<string, DataSetOption>

const size = (value: number, max: number): DataSetOption => ({
  name: 'size',
  kind: 'integer',
  default: value,
  min: 1,
  max,
  doc: 'Training examples; the test split has a quarter as many.'
})

const noise = (value: number, doc: string): DataSetOption => ({
  name: 'noise',
  kind: 'number',
  default: value,
  min: 0,
  max: 100,
  doc: `Standard deviation of the noise ${doc}.`
})

const numbered = (n: number): readonly string[] => Array.from({ length: n }, (_, i) => String(i))
const planarLabels = (n: number) => (s: Settings) => (s.oneHot ? [n] : [])
const drawn = 'Drawn by Chainrule from a formula and a seed.'

/** What the sets of points in the plane with two classes have in common. */
const twoClasses = (title: string, make: Source['make']): Source => ({
  title,
  features: () => [2],
  labels: planarLabels(2),
  classes: () => numbered(2),
  needsFiles: false,
  options: [size(400, 100_000), noise(0.1, 'on both coordinates'), option.seed, option.oneHot],
  note: drawn,
  make
})

const sources: Readonly<Record<string, Source>> = {
  mnist: {
    title: 'MNIST',
    features: (s) => imageShape(s.flatten),
    labels: planarLabels(10),
    classes: () => numbered(10),
    needsFiles: true,
    options: [option.flatten, option.oneHot],
    note: 'MNIST handwritten digits by Yann LeCun, Corinna Cortes and Christopher J. C. Burges (CC BY-SA 3.0).',
    make: (s, files) => mnistFromFiles(files, s)
  },
  digits: {
    title: 'Digits (drawn by Chainrule)',
    features: (s) => imageShape(s.flatten),
    labels: planarLabels(10),
    classes: () => numbered(10),
    needsFiles: false,
    options: [size(8000, 60_000), option.seed, option.flatten, option.oneHot],
    note: DIGITS_NOTE,
    make: digits
  },
  spiral: {
    title: 'Spiral',
    features: () => [2],
    labels: (s) => (s.oneHot ? [s.classes] : []),
    classes: (s) => numbered(s.classes),
    needsFiles: false,
    options: [
      size(300, 100_000),
      noise(0.2, 'on the angle, in radians'),
      { name: 'classes', kind: 'integer', default: 3, min: 2, max: 10, doc: 'Arms of the spiral.' },
      option.seed,
      option.oneHot
    ],
    note: drawn,
    make: (s) => spiral(s, s.classes)
  },
  moons: twoClasses('Moons', moons),
  circles: twoClasses('Circles', circles),
  xor: {
    title: 'XOR',
    features: () => [2],
    labels: () => [1],
    classes: () => numbered(2),
    needsFiles: false,
    options: [size(4, 100_000), noise(0, 'on both coordinates'), option.seed],
    note: 'The truth table of exclusive or; with noise, points around its four corners.',
    make: xor
  },
  linear: {
    title: 'Line',
    features: () => [1],
    labels: () => [1],
    classes: () => null,
    needsFiles: false,
    options: [size(100, 100_000), noise(0.1, 'on y'), option.seed],
    note: 'Points on the line y = 2x + 1 with noise, drawn by Chainrule from a seed.',
    make: linear
  }
}

/** Every data set that `createDataSet` can make. */
export const dataSetNames: readonly string[] = Object.keys(sources)

/** Sources that graph files may name and this version cannot read yet. */
export const laterDataSetNames: readonly string[] = ['csv', 'idx', 'images']

/** @throws ProblemError data.unknown, or data.unavailable for a source of a later version. */
function sourceOf(name: string): Source {
  const source = Object.hasOwn(sources, name) ? sources[name] : undefined
  const known = dataSetNames.join(', ')
  return source ?? fail(laterDataSetNames.includes(name) ? 'data.unavailable' : 'data.unknown', { name, known })
}

const describeValue = (value: unknown): string => JSON.stringify(value) ?? String(value)

/** @throws ProblemError data.option */
function checked(set: string, o: DataSetOption, value: unknown): number | boolean {
  if (value === undefined || value === null) return o.default
  const refuse = (expected: string) =>
    fail('data.option', { name: set, option: o.name, expected, found: describeValue(value) })
  if (o.kind === 'boolean') return typeof value === 'boolean' ? value : refuse('true or false')
  const whole = o.kind === 'integer'
  const fits = typeof value === 'number' && value >= o.min && value <= o.max && (!whole || Number.isInteger(value))
  return fits ? value : refuse(`a ${whole ? 'whole ' : ''}number from ${o.min} to ${o.max}`)
}

function settingsOf(name: string, source: Source, attributes: Readonly<Record<string, unknown>>): Settings {
  const base: Settings = { flatten: true, oneHot: true, seed: 0, size: 0, noise: 0, classes: 0 }
  const own = source.options.map((o) => [o.name, checked(name, o, attributes[o.name])])
  return { ...base, ...Object.fromEntries(own) }
}

/**
 * Shapes and options of the set `name` under a Dataset node's attributes; absent or null ones take the set's default.
 * @throws ProblemError data.unknown, data.unavailable, data.option
 */
export function dataSetInfo(name: string, attributes: Readonly<Record<string, unknown>> = {}): DataSetInfo {
  const source = sourceOf(name)
  const settings = settingsOf(name, source, attributes)
  const classes = source.classes(settings)
  return {
    name,
    title: source.title,
    features: source.features(settings),
    labels: source.labels(settings),
    classes: classes?.length ?? null,
    task: classes ? 'classification' : 'regression',
    needsFiles: source.needsFiles,
    options: source.options
  }
}

/**
 * Makes or reads the set `name`. The shapes of its tables are those of `dataSetInfo`.
 * @throws ProblemError as `dataSetInfo`, and as `mnistFromFiles` for sets from files.
 */
export function createDataSet(name: string, options: DataSetOptions = {}): DataSet {
  const source = sourceOf(name)
  const { files = [], ...attributes } = options
  const settings = settingsOf(name, source, attributes)
  return {
    name,
    title: source.title,
    ...source.make(settings, files),
    classes: source.classes(settings),
    seed: source.options.includes(option.seed) ? settings.seed : null,
    note: source.note
  }
}
