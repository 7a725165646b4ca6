/** Kernel text for gpu.js from the steps of a plan: one output element per thread. */
import type { ElementwiseStep, LoopStep, ProductStep, RowsStep, Step } from '../../compile/plan.ts'
import { type StaticShape, sizeOf, stridesOf } from '../../shape.ts'
import { type Body, broadcastIndex, type Dialect, elementwiseBody, loopBody, wrapLoops } from '../kernel-text.ts'
import { rowBody } from '../row-text.ts'
import { type GpuMode, isWide, type KernelSource } from './device.ts'
import { helpersIn, replaceMath } from './math.ts'

/** Numbers over this are infinite in float32; under the other one GPUs take them for 0. */
const LARGEST = 3.4028234663852886e38
const SMALLEST = 1.1754943508222875e-38

/** Wrapped in a call, so that gpu.js takes it for a float and WGSL does not compute with it at compile time. */
function literal(x: number): string {
  if (Number.isNaN(x)) return 'crNan(0)'
  if (Math.abs(x) > LARGEST) return x > 0 ? 'crInf(1)' : 'crInf(-1)'
  if (Math.abs(x) < SMALLEST) return 'crNum(0)'
  return x < 0 ? `(-crNum(${-x}))` : `crNum(${x})`
}

export const dialect = (names: readonly string[]): Dialect => ({
  // gpu.js writes literals alone, or a choice between them, as it needs them outside the brackets: as floats
  read: (n, index) => (/^[^a-z]*$|\?/.test(index) ? `${names[n]}[crNum(${index})]` : `${names[n]}[${index}]`),
  div: (a, b) => (b === 1 ? a : `crDiv(${a}, ${b})`),
  mod: (a, b) => `crMod(${a}, ${b})`,
  whole: (x) => `crWhole(${x})`,
  float: (x) => `crNum(${x})`,
  literal
})

/** Where a call finds a tensor: a slot of the plan, or memory that lives only between the calls of one step. */
export type Place =
  | { readonly slot: number }
  | { readonly scratch: string; readonly count: number; readonly wide: boolean }

/** Numbers below zero stand for results inside a step (see calls.ts). */
const placeOf = (slot: number, shape: StaticShape): Place =>
  slot >= 0 ? { slot } : { scratch: `part${slot}`, count: Math.max(1, sizeOf(shape)), wide: false }

/** Arguments of a kernel: each slot once, however often it is read. */
function argumentsOf(step: Step): { inputs: Place[]; names: string[] } {
  const slots: number[] = []
  const inputs: Place[] = []
  const names = step.operands.map((o) => {
    if ('number' in o) return ''
    const known = slots.indexOf(o.slot)
    if (known >= 0) return `a${known}`
    inputs.push(placeOf(o.slot, o.shape))
    return `a${slots.push(o.slot) - 1}`
  })
  return { inputs, names }
}

/** `const i0 = …` for each axis from the linear index, in whole numbers. */
export function coordinates(shape: StaticShape, linear = 'i'): { statements: string[]; index: string[] } {
  const strides = stridesOf(shape)
  const statements: string[] = []
  const index = shape.map((extent, axis) => {
    if (extent === 1) return '0'
    const stride = strides[axis] as number
    const from = stride === 1 ? linear : `crDiv(${linear}, ${stride})`
    const first = shape.slice(0, axis).every((d) => d === 1)
    statements.push(`const i${axis} = ${first ? from : `crMod(${from}, ${extent})`};`)
    return `i${axis}`
  })
  return { statements, index }
}

/** One kernel call: most steps are one, products may be several. */
export interface CallSource extends KernelSource {
  readonly inputs: readonly Place[]
  readonly outputs: readonly Place[]
}

const four = <T>(make: (n: number) => T): T[] => [0, 1, 2, 3].map(make)

/** The body with names of its own for what it declares. */
function renamed({ statements, result }: Body, suffix: string): Body {
  const declared = new Set(statements.flatMap((line) => [...line.matchAll(/\b(?:const|let) (\w+)/g)].map((m) => m[1])))
  const rename = (text: string): string =>
    text.replace(/\b[a-z]\w*\b/gi, (n) => (declared.has(n) ? `${n}_${suffix}` : n))
  return { statements: statements.map(rename), result: rename(result) }
}

/**
 * A kernel whose text gives one number of the step's output at a flat index, or four numbers side by side where the
 * output lies four to a texel. The inputs are read as a0, a1, …
 * @param at the body at a flat index; `part` is the place in the texel
 */
export function source(
  step: Step,
  inputs: readonly Place[],
  mode: GpuMode,
  at: (index: string, part: number) => Body,
  { read = [], same = [], before = [] }: Texels = {}
): CallSource {
  const size = sizeOf(step.shape)
  const outputs = [placeOf(step.output, step.shape)]
  if (step.output < 0 || !isWide(mode, size)) {
    const { statements, result } = at('i', 0)
    const text = [...statements, `return crNum(${result});`]
    return { ...kernel(inputs.length, size, text), texels: read, inputs, outputs }
  }
  const bodies = four((c) => renamed(at(`j${c}`, c), String(c)))
  const text = [
    ...four((c) => `const j${c} = i * 4 + ${c};`),
    ...same.map((n) => `const w${n} = a${n}[i];`),
    ...before,
    ...bodies.flatMap(({ statements }, c) => [...statements, `const y${c} = crNum(${bodies[c]?.result});`]),
    'return [y0, y1, y2, y3];'
  ]
  return { ...kernel(inputs.length, size / 4, text), texels: [...read, ...same], inputs, outputs }
}

/** What a kernel reads a texel at a time, by number of the argument. */
export interface Texels {
  /** As its text says. */
  readonly read?: readonly number[]
  /** At the texel that it writes; the text knows that of argument n as w<n>. Only where the output is wide. */
  readonly same?: readonly number[]
  /** Statements that all four numbers share. Only where the output is wide. */
  readonly before?: readonly string[]
}

/** A function of `count` arguments; the statements know the thread as `i`. */
export function kernel(count: number, threads: number, statements: readonly string[]): KernelSource {
  const names = Array.from({ length: count }, (_, n) => `a${n}`)
  const body = replaceMath(statements.join('\n'))
  const text = [`function (${names.join(', ')}) {`, 'const i = crNum(this.thread.x);', body, '}'].join('\n')
  return { text, threads, helpers: helpersIn(text), body }
}

/**
 * A kernel of our own WGSL over these slots. gpu.js still lays out its bindings, by the arguments of a text that stands
 * for it.
 */
export function ownKernel(step: Step, slots: readonly number[], own: NonNullable<KernelSource['own']>): CallSource {
  const read = slots.map((_, n) => `a${n}[i]`)
  const { body: _, ...standing } = kernel(slots.length, sizeOf(step.shape), [`return ${read.join(' + ')};`])
  return {
    ...standing,
    own,
    inputs: slots.map((slot) => ({ slot })),
    outputs: [placeOf(step.output, step.shape)]
  }
}

const shapesOf = (step: ElementwiseStep): readonly StaticShape[] =>
  step.operands.map((o) => ('number' in o ? [] : o.shape))

/** Reads operand n of a chain at the output's coordinates `index` and flat index `at`. */
function elementReader(
  step: ElementwiseStep,
  own: Dialect,
  index: readonly string[],
  at: string
): (n: number) => string {
  const shapes = shapesOf(step)
  const size = sizeOf(step.shape)
  return (n) => {
    const shape = shapes[n] as StaticShape
    if (sizeOf(shape) === size) return own.read(n, at)
    return own.read(n, sizeOf(shape) === 1 ? '0' : broadcastIndex(shape, index))
  }
}

export function elementwiseSource(step: ElementwiseStep, mode: GpuMode): CallSource {
  const { inputs, names } = argumentsOf(step)
  const size = sizeOf(step.shape)
  const shapes = shapesOf(step)
  const flat = shapes.every((s) => s.every((d) => d === 1) || sizeOf(s) === size)
  const own = dialect(names)
  /** Arguments of the output's size lie as it does: a texel of each serves four numbers. */
  const texels = isWide(mode, size)
    ? [
        ...new Set(
          names.filter((_, n) => sizeOf(shapes[n] as StaticShape) === size).map((name) => Number(name.slice(1)))
        )
      ]
    : []
  const body = (at: string, part: number): Body => {
    const { statements, index } = flat ? { statements: [], index: [] } : coordinates(step.shape, at)
    const read = elementReader(step, own, index, at)
    const { statements: more, result } = elementwiseBody(
      step,
      (n) => (texels.includes(Number(names[n]?.slice(1))) ? `w${names[n]?.slice(1)}[${part}]` : read(n)),
      own
    )
    return { statements: [...statements, ...more], result }
  }
  return source(step, inputs, mode, body, { same: texels })
}

export function loopSource(step: LoopStep, mode: GpuMode): CallSource {
  const { inputs, names } = argumentsOf(step)
  return source(step, inputs, mode, (at) => {
    const { statements, index } = coordinates(step.shape, at)
    const body = loopBody(step, index, dialect(names))
    return { statements: [...statements, ...body.statements], result: body.result }
  })
}

/** One output element per thread: each goes over the whole row, which is short, in place of waiting for other kernels. */
export function rowsSource(step: RowsStep, mode: GpuMode): CallSource {
  const { inputs, names } = argumentsOf(step)
  const { columns } = step
  return source(step, inputs, mode, (at) => {
    if (sizeOf(step.shape) === step.rows) return rowBody(step, dialect(names), at)
    const place = [`const row = crDiv(${at}, ${columns});`, `const column = crMod(${at}, ${columns});`]
    const { statements, result } = rowBody(step, dialect(names), 'row', 'column')
    return { statements: [...place, ...statements], result }
  })
}

/** First element of an operand's matrix, from the coordinates of the leading axes. */
export const matrixStart = (shape: StaticShape, index: readonly string[]): string =>
  broadcastIndex([...shape.slice(0, -2), 1, 1], index).replace(
    /^(?!0$).+$/,
    (at) => `(${at}) * ${sizeOf(shape.slice(-2))}`
  )

/**
 * The epilogue at one place of the output: `value` is the product there, `names` are the kernel's arguments by operand of
 * the step, `index` the coordinates, `at` the flat index. Without an epilogue the value as it is.
 */
export function finish(
  step: ProductStep,
  names: readonly string[],
  index: readonly string[],
  value: string,
  at: string,
  texel: (argument: number) => string | null = () => null
): Body {
  const { epilogue } = step
  if (!epilogue) return { statements: [], result: value }
  const own = dialect(['', ...names.slice(2)])
  const read = elementReader(epilogue, own, index, at)
  const number = (name: string | undefined): number => Number(name?.slice(1))
  return elementwiseBody(epilogue, (n) => (n === 0 ? value : (texel(number(names[n + 1])) ?? read(n))), own)
}

/** One thread per output element (or four), one loop over the inner axis. */
export function productSource(step: ProductStep, mode: GpuMode): CallSource {
  const { inputs, names } = argumentsOf(step)
  const [a, b] = step.operands.map((o) => o.shape) as [StaticShape, StaticShape, ...StaticShape[]]
  const { m, n, k, transA, transB } = step
  const element = (name: number, start: string, at: string, stride: number, across: string, step2: number): string =>
    `${names[name]}[${start} + ${at} * ${stride} + ${across} * ${step2}]`
  return source(step, inputs, mode, (at) => {
    const { statements, index } = coordinates(step.shape, at)
    const [row, column] = index.slice(-2) as [string, string]
    const left = element(0, 'startA', row, transA ? 1 : k, 'k', transA ? m : 1)
    const right = element(1, 'startB', column, transB ? k : 1, 'k', transB ? 1 : n)
    const finished = finish(step, names, index, 'sum', at)
    return {
      statements: [
        ...statements,
        `const startA = crNum(${matrixStart(a, index)});`,
        `const startB = crNum(${matrixStart(b, index)});`,
        'let sum = crNum(0);',
        ...wrapLoops(['k'], [k], [`sum = sum + ${left} * ${right};`]),
        ...finished.statements
      ],
      result: finished.result
    }
  })
}
