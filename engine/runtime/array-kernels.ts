/**
 * Steps of a plan as functions over float32 arrays.
 *
 * Each becomes one function, compiled once from generated text (built from the operators' own kernel texts and numbers,
 * never from anything a user wrote). Products go to the `Gemm` that the executor brings.
 */
import type { ElementwiseStep, LoopStep, ProductStep, RowsStep, Step } from '../compile/plan.ts'
import { type StaticShape, sizeOf, stridesOf } from '../shape.ts'
import {
  type Body,
  broadcastIndex,
  type Dialect,
  elementwiseBody,
  loopBody,
  scatterBody,
  wrapLoops
} from './kernel-text.ts'
import { rowStatements } from './row-text.ts'

/** A matrix inside flat memory: element (i, j) stands at offset + i·row + j·column. */
export interface MatrixView {
  readonly data: Float32Array
  readonly offset: number
  readonly row: number
  readonly column: number
}

/** C (m × n, row-major from `offset`) = A (m × k) · B (k × n). */
export type Gemm = (
  m: number,
  n: number,
  k: number,
  a: MatrixView,
  b: MatrixView,
  c: Float32Array,
  offset: number
) => void

/** `also`: the further outputs of a step. */
export type Kernel = (out: Float32Array, inputs: readonly Float32Array[], also?: readonly Float32Array[]) => void

const dialect: Dialect = {
  read: (n, index) => `in${n}[${index}]`,
  div: (a, b) => `((${a}) / ${b} | 0)`,
  mod: (a, b) => `((${a}) % ${b})`,
  whole: (x) => `(${x} | 0)`,
  float: (x) => x,
  literal: (x) => (x < 0 || Object.is(x, -0) ? `(${x})` : String(x))
}

const compiled = new Map<string, Kernel>()

/** Loops over the output, writing elements in order. */
function compile(shape: StaticShape, inputs: number, index: readonly string[], body: Body): Kernel {
  const also = body.also ?? []
  return made(inputs, [
    ...also.map((_, n) => `const also${n} = also[${n}];`),
    'let o = 0;',
    ...wrapLoops(index, shape, [
      ...body.statements,
      ...also.map((value, n) => `also${n}[o] = ${value};`),
      `out[o++] = ${body.result};`
    ])
  ])
}

/** The function of these statements, which know the inputs as in0, in1, … */
function made(inputs: number, statements: readonly string[]): Kernel {
  const text = [...Array.from({ length: inputs }, (_, n) => `const in${n} = inputs[${n}];`), ...statements].join('\n')
  const known = compiled.get(text)
  if (known) return known
  const kernel = new Function('out', 'inputs', 'also', text) as Kernel
  compiled.set(text, kernel)
  return kernel
}

const coordinates = (shape: StaticShape): string[] => shape.map((_, i) => `i${i}`)

/** Adds each element of the first input where it goes; null where the operator says no such thing. */
function scatterKernel(step: LoopStep): Kernel | null {
  const from = step.operands[0]?.shape ?? []
  const index = coordinates(from)
  const scattered = scatterBody(step, index, dialect)
  if (!scattered) return null
  const { at, guard, value } = scattered
  return made(step.operands.length, [
    'out.fill(0);',
    ...wrapLoops(index, from, [`if (${guard}) out[${at}] += ${value};`])
  ])
}

function elementwiseKernel(step: ElementwiseStep): Kernel {
  const shapes = step.operands.map((o) => ('number' in o ? [] : o.shape))
  const size = sizeOf(step.shape)
  // Where every operand is whole or a single number, one flat loop serves all.
  const flat = shapes.every((s) => s.every((d) => d === 1) || sizeOf(s) === size)
  const shape = flat ? [size] : step.shape
  const index = coordinates(shape)
  const read = (n: number): string => {
    const s = shapes[n] as StaticShape
    return dialect.read(n, flat ? (sizeOf(s) === size ? 'i0' : '0') : broadcastIndex(s, index))
  }
  return compile(shape, shapes.length, index, elementwiseBody(step, read, dialect))
}

function plainLoop(step: LoopStep): Kernel {
  const index = coordinates(step.shape)
  return compile(step.shape, step.operands.length, index, loopBody(step, index, dialect))
}

function rowsKernel(step: RowsStep): Kernel {
  const also = step.also.length
  const write = (n: number, at: string, value: string): string =>
    `${n === also ? 'out' : `also${n}`}[${at}] = ${value};`
  return made(step.operands.length, [
    ...step.also.map((_, n) => `const also${n} = also[${n}];`),
    ...rowStatements(step, dialect, write)
  ])
}

/** A matrix inside an operand: element (i, j) stands at offset + i·row + j·column. */
export type Place = Omit<MatrixView, 'data'>

/** One product of two matrices, written in rows of n from `at` on. */
export interface MatrixProduct {
  readonly m: number
  readonly n: number
  readonly k: number
  readonly a: Place
  readonly b: Place
  readonly at: number
}

/** All products of the leading axes, one matrix at a time; a shared right-hand matrix makes it one tall product. */
export function productsOf(step: ProductStep): MatrixProduct[] {
  const [a, b] = step.operands.map((o) => o.shape) as [StaticShape, StaticShape, ...StaticShape[]]
  const lead = step.shape.slice(0, -2)
  const { m, n, k, transA, transB } = step
  const rows = sizeOf(lead) * m
  const place = (offset: number, transposed: boolean, height: number, width: number): Place =>
    transposed ? { offset, row: 1, column: height } : { offset, row: width, column: 1 }
  if (b.length === 2 && !transA && sizeOf(a.slice(0, -2)) === sizeOf(lead))
    return [{ m: rows, n, k, a: place(0, false, rows, k), b: place(0, transB, k, n), at: 0 }]
  const leadStrides = stridesOf(lead)
  const offset = (shape: StaticShape, batch: number): number => {
    const own = shape.slice(0, -2)
    const strides = stridesOf(own)
    const shift = lead.length - own.length
    const along = (d: number, i: number): number =>
      d === 1 ? 0 : (Math.floor(batch / (leadStrides[i + shift] as number)) % d) * (strides[i] as number)
    return sizeOf(shape.slice(-2)) * own.reduce((sum, d, i) => sum + along(d, i), 0)
  }
  return Array.from({ length: sizeOf(lead) }, (_, i) => ({
    ...{ m, n, k, at: i * m * n },
    a: place(offset(a, i), transA, m, k),
    b: place(offset(b, i), transB, k, n)
  }))
}

function productKernel(step: ProductStep, gemm: Gemm): Kernel {
  const products = productsOf(step)
  return (out, [x, y]) => {
    for (const { m, n, k, a, b, at } of products)
      gemm(m, n, k, { data: x as Float32Array, ...a }, { data: y as Float32Array, ...b }, out, at)
  }
}

/** A product, then its epilogue in place: the numbers are those of two steps. */
function finished(multiply: Kernel, finish: Kernel): Kernel {
  return (out, inputs) => {
    multiply(out, inputs)
    finish(out, [out, ...inputs.slice(2)])
  }
}

/** A step of a plan as a function compiled from its text, products by `gemm`. */
export function kernelOf(step: Step, gemm: Gemm): Kernel {
  if (step.kind === 'elementwise') return elementwiseKernel(step)
  if (step.kind === 'loop') return scatterKernel(step) ?? plainLoop(step)
  if (step.kind === 'rows') return rowsKernel(step)
  const multiply = productKernel(step, gemm)
  return step.epilogue ? finished(multiply, elementwiseKernel(step.epilogue)) : multiply
}
