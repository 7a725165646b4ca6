/** Elementwise chains in WGSL, for the kernels of our own: alone, four numbers a thread, or behind a product. */
import type { ElementwiseStep } from '../../compile/plan.ts'
import { type StaticShape, sizeOf } from '../../shape.ts'
import { type Body, broadcastIndex, elementwiseBody } from '../kernel-text.ts'
import { helpersIn, replaceMath, wgslLibrary } from './math.ts'
import { type CallSource, coordinates, dialect, ownKernel } from './text.ts'
import { spread, wgslOf } from './wgsl.ts'

/** Flat index of an operand at the output's flat index `at`. */
function indexAt(shape: StaticShape, out: StaticShape): string {
  if (sizeOf(shape) === sizeOf(out)) return 'at'
  const { statements, index } = coordinates(out, 'at')
  const text = broadcastIndex(shape, index)
  // each coordinate by what it is computed from
  return statements.reduce((t, line) => {
    const [, name, value] = /^const (\w+) = (.*);$/.exec(line) as unknown as [string, string, string]
    return t.replace(new RegExp(`\\b${name}\\b`), value)
  }, text)
}

/** A function body in WGSL, and the library's functions that it calls. */
function bodyOf({ statements, result }: Body, names: Readonly<Record<string, 'int' | 'float'>>) {
  const text = replaceMath([...statements, `return ${result};`].join('\n'))
  return { library: wgslLibrary(helpersIn(text)), body: wgslOf(text, names, (value) => `return ${value};`) }
}

/**
 * The epilogue as WGSL: the buffers that it reads, from `binding` on, and `fn finish(value : f32, at : i32) -> f32`,
 * where `at` is the flat index of the output.
 */
export function wgslEpilogue(epilogue: ElementwiseStep, tensors: number, binding: number): string {
  const buffers = Array.from(
    { length: tensors },
    (_, n) => `@group(0) @binding(${binding + n}) var<storage, read> e${n} : array<f32>;`
  )
  const shapes = epilogue.operands.map((o) => ('number' in o ? [] : o.shape))
  const read = (n: number): string =>
    n === 0 ? 'value' : `e${n - 1}[${indexAt(shapes[n] as StaticShape, epilogue.shape)}]`
  const { library, body } = bodyOf(elementwiseBody(epilogue, read, dialect([])), { value: 'float', at: 'int' })
  return [...buffers, library, 'fn finish(value : f32, at : i32) -> f32 {', body, '}'].join('\n')
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
      : `a${bufferOf[n]}[${indexAt(shapes[n] as StaticShape, step.shape)}]`
  const wides = buffers.flatMap(({ wide }, n) => (wide ? [n] : []))
  const names = { at: 'int', ...Object.fromEntries(wides.map((n) => [`v${n}`, 'float' as const])) } as const
  const { library, body } = bodyOf(elementwiseBody(step, read, dialect([])), names)
  const parts = [0, 1, 2, 3].map((c) => `one(${[`at + ${c}`, ...wides.map((n) => `w${n}[${c}]`)].join(', ')})`)
  const type = (wide: boolean): string => (wide ? 'array<vec4<f32>>' : 'array<f32>')
  const groups = spread(Math.ceil(size / 4 / THREADS))
  const wgsl = [
    ...buffers.map(({ wide }, n) => `@group(0) @binding(${n + 1}) var<storage, read> a${n} : ${type(wide)};`),
    `@group(0) @binding(${buffers.length + 1}) var<storage, read_write> out : array<vec4<f32>>;`,
    library,
    `fn one(${['at : i32', ...wides.map((n) => `v${n} : f32`)].join(', ')}) -> f32 {`,
    body,
    '}',
    `@compute @workgroup_size(${THREADS}, 1, 1)`,
    'fn main(@builtin(global_invocation_id) id : vec3<u32>) {',
    `  let thread = id.x + id.y * ${groups[0] * THREADS}u;`,
    `  if (thread >= ${size / 4}u) { return; }`,
    '  let at = i32(thread * 4u);',
    ...wides.map((n) => `  let w${n} = a${n}[thread];`),
    `  out[thread] = vec4<f32>(${parts.join(', ')});`,
    '}'
  ].join('\n')
  return ownKernel(step, slots, { wgsl, groups })
}
