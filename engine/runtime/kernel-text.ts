/**
 * Kernel text for one step, in the common subset of JavaScript and what gpu.js compiles.
 *
 * A dialect says how an element is read and how whole numbers are divided; everything else is the same everywhere.
 */
import type { ElementwiseStep, LoopStep } from '../compile/plan.ts'
import type { LoopContext } from '../ir/op.ts'
import { opOf } from '../ops/registry.ts'
import type { StaticShape } from '../shape.ts'
import { stridesOf } from '../shape.ts'

export interface Dialect {
  /** Element of operand `n` at a flat index. */
  readonly read: (n: number, index: string) => string
  readonly div: (a: string, b: number) => string
  readonly mod: (a: string, b: number) => string
  /** A value read from a tensor as a whole number, fit for an index. */
  readonly whole: (x: string) => string
  /** A whole number, such as a loop index, as a value. */
  readonly float: (x: string) => string
  /** A number in the text. */
  readonly literal: (x: number) => string
}

/** Row-major flat index of coordinates in a shape; axes of size 1 and coordinates "0" fall away. */
export function flatIndex(shape: StaticShape, coordinates: readonly string[]): string {
  const strides = stridesOf(shape)
  const terms = coordinates.flatMap((c, i) => {
    const stride = strides[i] as number
    if (c === '0' || shape[i] === 1) return []
    return [stride === 1 ? c : `${c} * ${stride}`]
  })
  return terms.join(' + ') || '0'
}

/** Coordinates of an operand that is broadcast to the output: aligned from the right. */
export const broadcastIndex = (shape: StaticShape, index: readonly string[]): string =>
  flatIndex(shape, index.slice(index.length - shape.length))

export interface Body {
  /** Statements that come before the result. */
  readonly statements: readonly string[]
  /** Expression of the output element. */
  readonly result: string
  /** Expressions of the further outputs. */
  readonly also?: readonly string[]
}

/** The fused chain at one place; `read(n)` is operand n there. */
export function elementwiseBody(step: ElementwiseStep, read: (n: number) => string, dialect: Dialect): Body {
  const statements: string[] = []
  const names: string[] = []
  const loaded = new Map<number, string>()
  const operand = (n: number): string => {
    const known = loaded.get(n)
    if (known !== undefined) return known
    const o = step.operands[n] as ElementwiseStep['operands'][number]
    if ('number' in o) return dialect.literal(o.number)
    const name = `x${n}`
    statements.push(`const ${name} = ${read(n)};`)
    loaded.set(n, name)
    return name
  }
  for (const [i, { node, arguments: args }] of step.expressions.entries()) {
    const text = opOf(node.op)?.scalar?.(
      args.map((a) => (a >= 0 ? operand(a) : (names[-1 - a] as string))),
      node.attributes
    )
    if (text === undefined) throw new Error(`${node.op} has no elementwise kernel`)
    const last = i === step.expressions.length - 1
    if (last) return { statements, result: text, also: step.also.map(({ expression }) => names[expression] as string) }
    names.push(`t${i}`)
    statements.push(`const t${i} = ${text};`)
  }
  throw new Error('an elementwise step without expressions')
}

export const START = { sum: '0', prod: '1', max: '-Infinity', min: 'Infinity' } as const

export const FOLD = {
  sum: (acc: string, x: string) => `${acc} = ${acc} + ${x};`,
  prod: (acc: string, x: string) => `${acc} = ${acc} * ${x};`,
  max: (acc: string, x: string) => `${acc} = Math.max(${acc}, ${x});`,
  min: (acc: string, x: string) => `${acc} = Math.min(${acc}, ${x});`
} as const

/** The loop nest that an operator describes, at the output coordinates `index`. */
export function loopBody(step: LoopStep, index: readonly string[], dialect: Dialect): Body {
  const node = step.nodes[0]
  const describe = node && opOf(node.op)?.loop
  if (!node || !describe) throw new Error(`${node?.op} has no kernel`)
  let names = 0
  // Statements of the innermost open block; a fold opens a block, runs its body there, and closes it.
  let block: string[] = []
  const nested = (emit: () => void): string[] => {
    const outer = block
    block = []
    emit()
    const inner = block
    block = outer
    return inner
  }
  const inputs = step.operands.map((o) => o.shape)
  const context: LoopContext = {
    out: step.shape,
    inputs,
    attributes: node.attributes,
    index,
    at(n, coordinates, guard, otherwise = '0') {
      const element = dialect.read(n, flatIndex(inputs[n] as StaticShape, coordinates))
      return guard ? `(${guard} ? ${element} : ${otherwise})` : element
    },
    fold(kind, extents, body) {
      const acc = `acc${names++}`
      const indices = extents.map(() => `r${names++}`)
      block.push(`let ${acc} = ${dialect.literal(Number(START[kind]))};`)
      const inner = nested(() => block.push(FOLD[kind](acc, body(indices))))
      block.push(...wrapLoops(indices, extents, inner))
      return acc
    },
    argmax(extent, body) {
      const [best, top, r, x] = [`best${names++}`, `top${names++}`, `r${names++}`, `x${names++}`]
      block.push(`let ${best} = ${dialect.literal(0)};`, `let ${top} = ${body('0')};`)
      const inner = nested(() =>
        block.push(`const ${x} = ${body(r)};`, `if (${x} > ${top}) { ${top} = ${x}; ${best} = ${dialect.float(r)}; }`)
      )
      block.push(...wrapLoops([r], [extent], inner))
      return best
    },
    whole: dialect.whole,
    div: dialect.div,
    mod: dialect.mod
  }
  const result = describe(context)
  return { statements: block, result }
}

/** Where an element of the first input is added (see `Op.scatter`), at its coordinates `index`. Null: by `loop` alone. */
export function scatterBody(
  step: LoopStep,
  index: readonly string[],
  dialect: Dialect
): { readonly at: string; readonly guard: string; readonly value: string } | null {
  const node = step.nodes[0] as LoopStep['nodes'][number]
  const describe = opOf(node.op)?.scatter
  if (!describe) return null
  const inputs = step.operands.map((o) => o.shape)
  const read = (n: number, at: readonly string[]) => dialect.read(n, flatIndex(inputs[n] as StaticShape, at))
  const { attributes } = node
  const { at, guard } = describe({ out: step.shape, inputs, attributes, index, at: read, whole: dialect.whole })
  return { at: flatIndex(step.shape, at), guard, value: read(0, index) }
}

export function wrapLoops(indices: readonly string[], extents: readonly number[], inner: readonly string[]): string[] {
  const open = indices.map((r, i) => `for (let ${r} = 0; ${r} < ${extents[i]}; ${r}++) {`)
  return [...open, ...inner, ...indices.map(() => '}')]
}
