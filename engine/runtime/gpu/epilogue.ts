/** What follows a product element by element, in WGSL, for the kernels of our own. */
import type { ElementwiseStep } from '../../compile/plan.ts'
import { type StaticShape, sizeOf, stridesOf } from '../../shape.ts'
import { elementwiseBody } from '../kernel-text.ts'
import { helpersIn, replaceMath, wgslLibrary } from './math.ts'
import { dialect } from './text.ts'

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
