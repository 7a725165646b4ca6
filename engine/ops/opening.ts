/** Operators written in simpler ones: formulas as the parts that a person can open an operator into. */
import { stepOf } from '../expression/functions.ts'
import { parse } from '../expression/parse.ts'
import type { Expression } from '../expression/tree.ts'
import type { Compose, Part } from '../ir/op.ts'
import type { Attributes } from '../ir/types.ts'

const constant = (id: string, value: number): Part => ({
  id,
  op: 'Constant',
  attributes: { shape: [], values: [value] }
})

const keyOf = (e: Expression): string =>
  e.kind === 'name'
    ? e.name
    : e.kind === 'number'
      ? String(e.value)
      : `${e.fn}(${e.args.map(keyOf)};${JSON.stringify([e.axes, e.keepdims, e.attributes])})`

/**
 * Adds the parts of an expression; says which part, or which of `names`, its value is. Equal parts are one, but each
 * number is a constant of its own: it stands where it is used.
 */
export function partsOf(e: Expression, names: (name: string) => string, parts: Part[]): string {
  const made = new Map<string, string>()
  const idFor = (base: string): string => {
    let n = 1
    while (parts.some((part) => part.id === (n === 1 ? base : `${base}${n}`))) n++
    return n === 1 ? base : `${base}${n}`
  }
  const add = (part: Part): string => {
    parts.push(part)
    return part.id
  }
  const walk = (part: Expression): string => {
    if (part.kind === 'name') return names(part.name)
    if (part.kind === 'number') return add(constant(idFor('c'), part.value))
    const key = keyOf(part)
    const known = made.get(key)
    if (known) return known
    const { op, handles, attributes } = stepOf(part)
    const inputs = Object.fromEntries(part.args.map((arg, i) => [handles[i] as string, walk(arg)]))
    const id = add({ id: idFor(part.fn), op, attributes, inputs })
    made.set(key, id)
    return id
  }
  return walk(e)
}

/**
 * A formula of the operator's inputs and of those of its attributes that are numbers, as parts. `names` gives inputs the
 * letters that the formula has for them.
 */
export function asFormula(
  text: string | ((attributes: Attributes) => string),
  names: Readonly<Record<string, string>> = {}
): Compose {
  return (attributes) => {
    const parts: Part[] = []
    const named = (name: string): string => {
      const value = attributes[name]
      if (typeof value !== 'number') return `input.${names[name] ?? name}`
      if (!parts.some((part) => part.id === name)) parts.push(constant(name, value))
      return name
    }
    const out = partsOf(parse(typeof text === 'string' ? text : text(attributes)), named, parts)
    return { parts, outputs: { out } }
  }
}

/** A part of a composition: its inputs by handle, as references. */
export const part = (id: string, op: string, inputs: Part['inputs'] & object, attributes?: Attributes): Part => ({
  id,
  op,
  ...(attributes ? { attributes } : {}),
  inputs
})

export { constant as constantPart }
