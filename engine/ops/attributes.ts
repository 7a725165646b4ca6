/** Attribute fields: what the inspector shows as a form, the validator checks and the file schema is made from. */
import type { Field, Op } from '../ir/op.ts'
import type { Attributes, AttributeValue } from '../ir/types.ts'
import { MAX_RANK } from '../shape.ts'

type Check = (value: unknown) => string | null
type Options<T extends AttributeValue> = { readonly default?: T; readonly min?: number; readonly max?: number }

const field = <T extends AttributeValue>(kind: Field['kind'], doc: string, check: Check, options: Options<T>): Field =>
  ({ kind, doc, check, ...options }) as Field

const between = ({ min, max }: { min?: number; max?: number }): string =>
  min !== undefined && max !== undefined
    ? ` from ${min} to ${max}`
    : min !== undefined
      ? ` of at least ${min}`
      : max !== undefined
        ? ` of at most ${max}`
        : ''

const inRange = (value: number, { min, max }: { min?: number; max?: number }): boolean =>
  value >= (min ?? Number.NEGATIVE_INFINITY) && value <= (max ?? Number.POSITIVE_INFINITY)

const isWhole = (v: unknown): v is number => Number.isSafeInteger(v)
const isNumber = (v: unknown): v is number => typeof v === 'number' && Number.isFinite(v)

export const integer = (doc: string, options: Options<number> = {}): Field =>
  field(
    'integer',
    doc,
    (v) => (isWhole(v) && inRange(v, options) ? null : `a whole number${between(options)}`),
    options
  )

export const optionalInteger = (doc: string, options: Options<number | null> = {}): Field =>
  field(
    'optional-integer',
    doc,
    (v) => (v === null || (isWhole(v) && inRange(v, options)) ? null : `a whole number${between(options)}, or null`),
    { default: null, ...options }
  )

export const number = (doc: string, options: Options<number> = {}): Field =>
  field('number', doc, (v) => (isNumber(v) && inRange(v, options) ? null : `a number${between(options)}`), options)

export const optionalNumber = (doc: string, options: Options<number | null> = {}): Field =>
  field(
    'optional-number',
    doc,
    (v) => (v === null || (isNumber(v) && inRange(v, options)) ? null : `a number${between(options)}, or null`),
    { default: null, ...options }
  )

export const boolean = (doc: string, options: Options<boolean> = {}): Field =>
  field('boolean', doc, (v) => (typeof v === 'boolean' ? null : 'true or false'), options)

/** ONNX writes switches as 0 and 1. */
export const flag = (doc: string, preset: 0 | 1): Field =>
  field('integer', doc, (v) => (v === 0 || v === 1 ? null : '0 or 1'), { default: preset, min: 0, max: 1 })

export const choice = (doc: string, choices: readonly string[], preset?: string): Field => ({
  ...field(
    'choice',
    doc,
    (v) => (choices.includes(v as string) ? null : `one of ${choices.join(', ')}`),
    preset === undefined ? {} : { default: preset }
  ),
  choices
})

export const text = (doc: string, options: Options<string> = {}): Field =>
  field('text', doc, (v) => (typeof v === 'string' ? null : 'a text'), options)

/** Whole numbers, such as axes; null (the default) where they may be left out. */
export const integers = (doc: string, options: Options<readonly number[] | null> = {}): Field =>
  field(
    'integers',
    doc,
    (v) =>
      (v === null && options.default === null) ||
      (Array.isArray(v) && v.every((x) => isWhole(x) && inRange(x, options)))
        ? null
        : `a list of whole numbers${between(options)}${options.default === null ? ', or null' : ''}`,
    options
  )

/** Sizes; `batch` allows null as the first, which stands for the batch. */
export const shape = (doc: string, batch = false): Field =>
  field(
    'shape',
    doc,
    (v) =>
      Array.isArray(v) &&
      v.length <= MAX_RANK &&
      v.every((d, i) => (isWhole(d) && d >= 0) || (batch && i === 0 && d === null))
        ? null
        : `a list of at most ${MAX_RANK} sizes, whole numbers from 0${batch ? ', the first may be null for the batch' : ''}`,
    { default: [] }
  )

export const numbers = (doc: string, options: Options<readonly number[]> = {}): Field =>
  field(
    'numbers',
    doc,
    (v) => (Array.isArray(v) && v.every((x) => isNumber(x)) ? null : 'a flat list of numbers'),
    options
  )

/** Initialisers and their named numbers, in Keras' words. */
export const INITIALIZERS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  zeros: {},
  ones: {},
  constant: { value: 0 },
  uniform: { low: -0.05, high: 0.05 },
  normal: { mean: 0, std: 0.05 },
  glorotUniform: {},
  glorotNormal: {},
  heUniform: {},
  heNormal: {}
}

function checkInit(v: unknown): string | null {
  if (typeof v !== 'object' || v === null || Array.isArray(v)) return 'an object with a "kind"'
  const { kind, seed, ...rest } = v as Record<string, unknown>
  if (seed !== undefined && !(isWhole(seed) && seed >= 0))
    return 'an initialiser whose "seed" is a whole number of at least 0'
  if (kind === 'values') {
    const { values, ...more } = rest
    if (Object.keys(more).length > 0) return `{ "kind": "values", "values": […] } without "${Object.keys(more)[0]}"`
    return Array.isArray(values) && values.every((x) => isNumber(x))
      ? null
      : '{ "kind": "values", "values": [numbers, flat, row-major] }'
  }
  const named = typeof kind === 'string' ? INITIALIZERS[kind] : undefined
  if (!named) return `an initialiser whose kind is one of values, ${Object.keys(INITIALIZERS).join(', ')}`
  for (const [key, value] of Object.entries(rest)) {
    if (!(key in named)) return `an initialiser "${kind as string}" without "${key}"`
    if (!isNumber(value)) return `an initialiser whose "${key}" is a number`
  }
  return null
}

export const init = (doc: string, preset: AttributeValue): Field => field('init', doc, checkInit, { default: preset })

/** The defaults that an operator declares. */
export const defaultsOf = (op: Op): Attributes =>
  Object.fromEntries(
    Object.entries(op.attributes).flatMap(([name, f]) => (f.default === undefined ? [] : [[name, f.default]]))
  )

export const withDefaults = (op: Op, attributes: Attributes = {}): Attributes => ({ ...defaultsOf(op), ...attributes })
