/** Trees as text that can be read back, and as LaTeX. */
import { FUNCTIONS } from './functions.ts'
import type { CallExpression, Expression } from './tree.ts'
import { shapeOf } from './tree.ts'

/** How tightly a written part holds together: what binds less than its surroundings stands in parentheses. */
const SUM = 1
const PRODUCT = 2
const SIGN = 3
const POWER = 4
const ATOM = 5

interface Written {
  readonly text: string
  readonly binds: number
}

const atom = (text: string): Written => ({ text, binds: ATOM })

/** Up to 12 digits: what a person typed, not what the machine made of it. */
export const showNumber = (x: number): string => String(Number(x.toPrecision(12)))

const SIGNS: Readonly<Record<string, readonly [sign: string, binds: number]>> = {
  gt: [' > ', 0],
  lt: [' < ', 0],
  eq: [' == ', 0],
  add: [' + ', SUM],
  sub: [' - ', SUM],
  mul: [' * ', PRODUCT],
  div: [' / ', PRODUCT],
  matmul: [' @ ', PRODUCT]
}

/** In the language of `parse`: reading it back gives the same tree. */
export const toText = (e: Expression): string => text(e).text

const held = ({ text: inner, binds }: Written, least: number): string => (binds < least ? `(${inner})` : inner)

function text(e: Expression): Written {
  if (e.kind === 'number' && e.value === Math.PI) return atom('pi')
  if (e.kind === 'number') return { text: showNumber(e.value), binds: e.value < 0 ? SIGN : ATOM }
  if (e.kind === 'name') return atom(e.name)
  const args = e.args.map(text)
  const [a, b] = args as [Written, Written]
  const sign = SIGNS[e.fn]
  if (sign) return { text: held(a, sign[1]) + sign[0] + held(b, sign[1] + 1), binds: sign[1] }
  if (e.fn === 'neg') return { text: `-${held(a, SIGN)}`, binds: SIGN }
  if (e.fn === 'pow') return { text: `${held(a, ATOM)}^${held(b, SIGN)}`, binds: POWER }
  if (e.fn === 'transpose') return atom(`${held(a, ATOM)}.T`)
  if (e.given) return text(e.opens as Expression)
  const word = e.fn === 'amax' || e.fn === 'amin' ? (e.axes ? e.fn : e.fn.slice(1)) : e.fn
  return atom(`${word}(${[...args.map((arg) => arg.text), ...optionsOf(e)].join(', ')})`)
}

/** What stands behind the arguments: axes, and attributes by their names. */
function optionsOf(e: CallExpression): string[] {
  const { axes = [], attributes = {}, keepdims } = e
  const along = axes.length === 1 ? axes.map(String) : axes.length > 1 ? [`[${axes.join(', ')}]`] : []
  const named = Object.entries(attributes).map(([name, value]) => `${name}=${optionText(value)}`)
  // a target shape is no attribute: it is the whole of what is said
  const shape = e.fn === 'reshape' && e.shape ? [`[${e.shape.join(', ')}]`] : []
  return [...along, ...shape, ...named, ...(keepdims ? ['keepdims=1'] : [])]
}

const optionText = (value: unknown): string =>
  typeof value === 'number' ? showNumber(value) : typeof value === 'string' ? value : JSON.stringify(value)

const GREEK =
  /^(alpha|beta|gamma|delta|epsilon|zeta|eta|theta|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau|phi|chi|psi|omega)$/

const letter = (name: string): string =>
  name.length === 1 ? name : GREEK.test(name) ? `\\${name}` : `\\mathrm{${name.replaceAll(/[_.-]/g, '\\_')}}`

/** w0 and w_0 as w₀, x_train with its subscript in words, theta as θ. */
export function nameTex(name: string): string {
  const parts = /^([A-Za-z]+?)_?(\d+)$/.exec(name) ?? /^([A-Za-z]\w*?)[_.-]([\w.-]+)$/.exec(name)
  if (!parts) return letter(name)
  const [, base = '', below = ''] = parts
  return `${letter(base)}_{${/^\d+$/.test(below) ? below : letter(below)}}`
}

function numberTex(x: number): string {
  const [digits = '', exponent] = showNumber(x).split('e')
  return exponent === undefined ? digits : `${digits} \\cdot 10^{${Number(exponent)}}`
}

export const toTex = (e: Expression): string => tex(e).text

const wrap = ({ text: inner, binds }: Written, least: number): string =>
  binds < least ? `\\left(${inner}\\right)` : inner

const inside = (e: Expression): string => `\\left(${tex(e).text}\\right)`

function productTex(e: CallExpression, first: Written, second: Written): Written {
  const [a, b] = e.args as [Expression, Expression]
  const [left, right] = [wrap(first, PRODUCT), wrap(second, SIGN)]
  if (a.kind === 'number' && b.kind !== 'number') {
    return { text: `${left} ${/^[\d-]/.test(right) ? '\\cdot' : '\\,'} ${right}`, binds: PRODUCT }
  }
  const tensors = [a, b].every((part) => (shapeOf(part)?.length ?? 0) > 0)
  return { text: `${left} ${tensors ? '\\odot' : '\\cdot'} ${right}`, binds: PRODUCT }
}

const axisTex = (e: CallExpression): string => (e.axes ? `_{\\text{axis } ${e.axes.join(',')}}` : '')

const wordTex = (word: string, below: string, inner: string): Written => ({
  text: `\\operatorname{${word}}${below === '' ? '' : `_{${below}}`}\\left(${inner}\\right)`,
  binds: POWER
})

/** Attributes below the name of the function: δ = 2, sum. */
function attributesTex({ attributes }: CallExpression): string {
  const told = Object.entries(attributes ?? {}).map(([name, value]) => {
    if (typeof value === 'number') return `${letter(name)}=${numberTex(value)}`
    return `\\text{${typeof value === 'string' ? value : `${name} ${JSON.stringify(value)}`}}`
  })
  return told.length > 0 ? `_{${told.join(',\\ ')}}` : ''
}

const shapeTex = (e: CallExpression): string => (e.shape ?? []).join(' \\times ') || '1'

/** The linear map of an operator, or its slope at this point, read backward: Convᵀ, by the argument that it is about. */
function adjointTex(e: CallExpression): Written {
  const { operator, input } = e.attributes as { operator: string; input: number }
  const [g, ...args] = e.args as [Expression, ...Expression[]]
  const others = args.filter((_, i) => i !== input)
  const which = args.length > 1 ? `_{${input + 1}}` : ''
  const inner = [g, ...others].map(toTex).join(',\\ ')
  return { text: `\\operatorname{${operator}}^{\\mathsf T}${which}\\left(${inner}\\right)`, binds: POWER }
}

const SPECIAL: Readonly<Record<string, (e: CallExpression, a: Written, b: Written) => Written>> = {
  add: (_, a, b) => ({ text: `${a.text} + ${wrap(b, SUM)}`, binds: SUM }),
  sub: (_, a, b) => ({ text: `${a.text} - ${wrap(b, PRODUCT)}`, binds: SUM }),
  mul: productTex,
  div: (_, a, b) => atom(`\\frac{${a.text}}{${b.text}}`),
  // element by element within a matrix product stands in parentheses
  matmul: (e, a, b) => {
    const [left] = e.args
    const least = left?.kind === 'call' && left.fn === 'mul' ? SIGN : PRODUCT
    return { text: `${wrap(a, least)} \\, ${wrap(b, SIGN)}`, binds: PRODUCT }
  },
  dot: (_, a, b) => ({ text: `${wrap(a, PRODUCT)} \\cdot ${wrap(b, SIGN)}`, binds: PRODUCT }),
  neg: (_, a) => ({ text: `-${wrap(a, PRODUCT)}`, binds: SUM }),
  exp: (_, a) => ({ text: `e^{${a.text}}`, binds: POWER }),
  sqrt: (_, a) => atom(`\\sqrt{${a.text}}`),
  abs: (_, a) => atom(`\\left|${a.text}\\right|`),
  norm: (_, a) => atom(`\\left\\lVert ${a.text}\\right\\rVert`),
  floor: (_, a) => atom(`\\left\\lfloor ${a.text}\\right\\rfloor`),
  ceil: (_, a) => atom(`\\left\\lceil ${a.text}\\right\\rceil`),
  reciprocal: (_, a) => atom(`\\frac{1}{${a.text}}`),
  gt: (_, a, b) => atom(`\\left[${a.text} > ${b.text}\\right]`),
  lt: (_, a, b) => atom(`\\left[${a.text} < ${b.text}\\right]`),
  eq: (_, a, b) => atom(`\\left[${a.text} = ${b.text}\\right]`),
  le: (_, a, b) => atom(`\\left[${a.text} \\le ${b.text}\\right]`),
  ones: () => atom('\\mathbf{1}'),
  mask: () => atom('m'),
  others: (e, a) => ({
    text: `\\prod_{j \\ne i${e.axes ? `,\\ \\text{axis } ${e.axes.join(',')}` : ''}} {${wrap(a, ATOM)}}_{j}`,
    binds: PRODUCT
  }),
  outer: (_, a, b) => ({ text: `${wrap(a, PRODUCT)} \\otimes ${wrap(b, SIGN)}`, binds: PRODUCT }),
  mT: (_, a) => ({ text: `${wrap(a, ATOM)}^{\\mathsf T}`, binds: POWER }),
  unsqueeze: (e, a) => wordTex('unsqueeze', (e.axes ?? []).join(','), a.text),
  reshape: (e, a) => wordTex('reshape', shapeTex(e), a.text),
  onehot: (_, a) => wordTex('onehot', '', a.text),
  var: (e, a) => wordTex('Var', axisTex(e).slice(2, -1), a.text),
  standardize: (e, a) => wordTex('standardize', axisTex(e).slice(2, -1), a.text),
  adjoint: (e) => adjointTex(e),
  Conv: (_, a, b) => ({ text: `${wrap(a, PRODUCT)} \\star ${wrap(b, SIGN)}`, binds: PRODUCT }),
  Gather: (e, a, b) =>
    e.attributes?.axis
      ? wordTex('Gather', attributesTex(e).slice(2, -1), `${a.text},\\ ${b.text}`)
      : { text: `${wrap(a, ATOM)}_{\\left[${b.text}\\right]}`, binds: POWER },
  clip: (e, a) => {
    const { min = null, max = null } = (e.attributes ?? {}) as { min?: number | null; max?: number | null }
    return wordTex('clip', `[${min ?? '-\\infty'},\\,${max ?? '\\infty'}]`, a.text)
  },
  transpose: (e, a) =>
    e.attributes
      ? wordTex('transpose', (e.attributes.perm as readonly number[]).join(','), a.text)
      : { text: `${wrap(a, ATOM)}^{\\mathsf T}`, binds: POWER },
  sum: (e, a) => ({ text: `\\sum${axisTex(e)} ${wrap(a, SIGN)}`, binds: PRODUCT }),
  prod: (e, a) => ({ text: `\\prod${axisTex(e)} ${wrap(a, SIGN)}`, binds: PRODUCT }),
  upstream: (e) => atom(`\\frac{\\partial L}{\\partial ${toTex(e.args[0] as Expression)}}`)
}

function tex(e: Expression): Written {
  if (e.kind === 'number' && e.value === Math.PI) return atom('\\pi')
  if (e.kind === 'number') return { text: numberTex(e.value), binds: e.value < 0 ? SUM : ATOM }
  if (e.kind === 'name') return atom(nameTex(e.name))
  if (e.fn === 'pow') {
    const [base, exponent] = e.args as [Expression, Expression]
    return { text: `${wrap(tex(base), ATOM)}^{${toTex(exponent)}}`, binds: POWER }
  }
  if (e.fn === 'where') {
    const [condition, a, b] = e.args.map(toTex)
    return atom(`\\begin{cases} ${a} & ${condition} \\\\ ${b} & \\text{else} \\end{cases}`)
  }
  if (e.given) return tex(e.opens as Expression)
  const special = SPECIAL[e.fn]
  if (special) {
    const [a, b] = e.fn === 'upstream' ? [] : e.args.map(tex)
    return special(e, a as Written, b as Written)
  }
  const name = FUNCTIONS[e.fn]?.tex ?? `\\operatorname{${e.fn}}`
  const [only] = e.args
  const list = only && e.args.length === 1 ? inside(only) : `\\left(${e.args.map(toTex).join(', ')}\\right)`
  return { text: name + axisTex(e) + attributesTex(e) + list, binds: POWER }
}
