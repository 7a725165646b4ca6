/** Elementwise chains in WGSL, for the kernels of our own: alone, four numbers a thread, or behind a product. */
import type { ElementwiseStep } from '../../compile/plan.ts'
import { type StaticShape, sizeOf, stridesOf } from '../../shape.ts'
import { elementwiseBody } from '../kernel-text.ts'
import { helpersIn, replaceMath, wgslLibrary } from './math.ts'
import { type CallSource, dialect, ownKernel } from './text.ts'

/** (c ? a : b) as select(b, a, c), which is how WGSL says it. */
export function withSelects(text: string): string {
  const at = text.indexOf('?')
  if (at < 0) return text
  const walk = (from: number, by: 1 | -1, done: (c: string) => boolean): number => {
    const [open, close] = by === 1 ? '()' : ')('
    let depth = 0
    for (let i = from; i >= 0 && i < text.length; i += by) {
      const c = text[i] as string
      if (depth === 0 && done(c)) return i
      if (c === open) depth++
      if (c === close) depth--
    }
    return by === 1 ? text.length : -1
  }
  const start = walk(at - 1, -1, (c) => c === '(') + 1
  const end = walk(at + 1, 1, (c) => c === ')')
  let choices = 0
  const colon = walk(at + 1, 1, (c) => {
    if (c === '?') choices++
    return c === ':' && choices-- === 0
  })
  const [condition, yes, no] = [text.slice(start, at), text.slice(at + 1, colon), text.slice(colon + 1, end)]
  // whole numbers would make it an integer
  const choice = `select(f32(${no.trim()}), f32(${yes.trim()}), ${condition.trim()})`
  return withSelects(`${text.slice(0, start)}${choice}${text.slice(end)}`)
}

const toWgsl = (text: string): string =>
  withSelects(replaceMath(text))
    .replaceAll('===', '==')
    .replaceAll('!==', '!=')
    .replace(/\bcr[A-Z]\w*/g, 'fn_$&')

/** Flat index of an operand at the output's flat index `at`, in whole numbers. */
function wgslIndex(shape: StaticShape, out: StaticShape): string {
  if (sizeOf(shape) === sizeOf(out)) return 'at'
  const [own, places] = [stridesOf(shape), stridesOf(out)]
  const shift = out.length - shape.length
  const terms = shape.flatMap((d, i) => (d === 1 ? [] : [`at / ${places[i + shift]}u % ${d}u * ${own[i]}u`]))
  return terms.join(' + ') || '0u'
}

/**
 * The epilogue as WGSL: the buffers that it reads, from `binding` on, and `fn finish(value : f32, at : u32) -> f32`,
 * where `at` is the flat index of the output.
 */
export function wgslEpilogue(epilogue: ElementwiseStep, tensors: number, binding: number): string {
  const buffers = Array.from(
    { length: tensors },
    (_, n) => `@group(0) @binding(${binding + n}) var<storage, read> e${n} : array<f32>;`
  )
  const shapes = epilogue.operands.map((o) => ('number' in o ? [] : o.shape))
  const read = (n: number): string =>
    n === 0 ? 'value' : `e${n - 1}[${wgslIndex(shapes[n] as StaticShape, epilogue.shape)}]`
  const { statements, result } = elementwiseBody(epilogue, read, dialect([]))
  const lines = [...statements.map((line) => line.replace(/^const/, 'let')), `return ${result};`].map(toWgsl)
  const helpers = helpersIn(replaceMath([...statements, result].join('\n')))
  const text = [
    ...buffers,
    wgslLibrary(helpers),
    'fn finish(value : f32, at : u32) -> f32 {',
    ...lines.map((line) => `  ${line}`),
    '}'
  ]
  return text.join('\n')
}

/** Fewest elements for which four a thread leave enough threads. */
const MANY = 4096
const THREADS = 128

/**
 * A chain over many numbers, four neighbours a thread: operands of the output's size are read and written as vectors.
 * Null where the sizes do not allow it, or where it does not pay.
 */
export function inFours(step: ElementwiseStep): CallSource | null {
  const size = sizeOf(step.shape)
  if (size % 4 !== 0 || size < MANY) return null
  const slots: number[] = []
  const buffers: { readonly wide: boolean }[] = []
  const shapes = step.operands.map((o) => ('number' in o ? [] : o.shape))
  /** The buffer of each operand: each slot once, in the order of the kernel's arguments. */
  const bufferOf = step.operands.map((o) => {
    if ('number' in o) return -1
    const known = slots.indexOf(o.slot)
    if (known >= 0) return known
    buffers.push({ wide: sizeOf(o.shape) === size })
    return slots.push(o.slot) - 1
  })
  const read = (n: number): string =>
    buffers[bufferOf[n] as number]?.wide
      ? `v${bufferOf[n]}`
      : `a${bufferOf[n]}[${wgslIndex(shapes[n] as StaticShape, step.shape)}]`
  const { statements, result } = elementwiseBody(step, read, dialect([]))
  const lines = [...statements.map((line) => line.replace(/^const/, 'let')), `return ${result};`].map(toWgsl)
  const wides = buffers.flatMap(({ wide }, n) => (wide ? [n] : []))
  const parts = [0, 1, 2, 3].map((c) => `one(${[`at + ${c}u`, ...wides.map((n) => `w${n}[${c}]`)].join(', ')})`)
  const type = (wide: boolean): string => (wide ? 'array<vec4<f32>>' : 'array<f32>')
  const wgsl = [
    ...buffers.map(({ wide }, n) => `@group(0) @binding(${n + 1}) var<storage, read> a${n} : ${type(wide)};`),
    `@group(0) @binding(${buffers.length + 1}) var<storage, read_write> out : array<vec4<f32>>;`,
    wgslLibrary(helpersIn(replaceMath([...statements, result].join('\n')))),
    `fn one(${['at : u32', ...wides.map((n) => `v${n} : f32`)].join(', ')}) -> f32 {`,
    ...lines.map((line) => `  ${line}`),
    '}',
    `@compute @workgroup_size(${THREADS}, 1, 1)`,
    'fn main(@builtin(global_invocation_id) id : vec3<u32>) {',
    `  if (id.x >= ${size / 4}u) { return; }`,
    '  let at = id.x * 4u;',
    ...wides.map((n) => `  let w${n} = a${n}[id.x];`),
    `  out[id.x] = vec4<f32>(${parts.join(', ')});`,
    '}'
  ].join('\n')
  return ownKernel(step, slots, { wgsl, groups: [Math.ceil(size / 4 / THREADS), 1, 1] })
}
