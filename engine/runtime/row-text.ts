/**
 * Kernels that take one row at a time, in turns: a turn goes over the columns and folds what can be folded by then, and
 * between two turns stands what is one number for the row.
 */
import type { RowsStep } from '../compile/plan.ts'
import { isFold, isWide } from '../compile/rows.ts'
import { opOf } from '../ops/registry.ts'
import { type Body, type Dialect, FOLD, START, wrapLoops } from './kernel-text.ts'

/** Expressions by index. */
export interface Turn {
  /** One number for the row, computed before the turn. */
  readonly before: readonly number[]
  /** One number for each column. */
  readonly wide: readonly number[]
  readonly folds: readonly number[]
  /** Which of `wide` are written. */
  readonly writes: readonly number[]
}

/** @param written expressions that the kernel writes; those that are one number for the row stand behind the last turn */
export function turnsOf(step: RowsStep, written: readonly number[]): { turns: Turn[]; after: readonly number[] } {
  const { expressions } = step
  /** The turn in which a wide expression can be computed first, or before which another one can. */
  const levels: number[] = []
  for (const { node, arguments: args } of expressions) {
    const level = Math.max(0, ...args.map((a) => (a < 0 ? (levels[-1 - a] as number) : 0)))
    levels.push(isFold(node) ? level + 1 : level)
  }
  const indices = expressions.map((_, i) => i)
  const wide = (i: number): boolean => isWide((expressions[i] as RowsStep['expressions'][number]).node, step)
  const fold = (i: number): boolean => isFold((expressions[i] as RowsStep['expressions'][number]).node)
  const single = (level: number): number[] => indices.filter((i) => levels[i] === level && !wide(i) && !fold(i))
  const count = Math.max(...indices.map((i) => (levels[i] as number) + (wide(i) && written.includes(i) ? 1 : 0)))
  const turns = Array.from({ length: count }, (_, turn): Turn => {
    const folds = indices.filter((i) => fold(i) && levels[i] === turn + 1)
    const writes = written.filter((i) => wide(i) && levels[i] === turn)
    const needed = new Set(writes)
    for (const i of indices.toReversed())
      if (folds.includes(i) || needed.has(i))
        for (const a of argumentsOf(step, i)) if (a < 0 && wide(-1 - a)) needed.add(-1 - a)
    return { before: single(turn), wide: indices.filter((i) => needed.has(i)), folds, writes }
  })
  return { turns, after: single(count) }
}

const argumentsOf = (step: RowsStep, i: number): readonly number[] => step.expressions[i]?.arguments ?? []

/** Wide expressions that several turns need, and that cost more to compute than to read: those are kept. */
export function worthKeeping(step: RowsStep, turns: readonly Turn[]): number[] {
  return step.expressions.flatMap(({ node, arguments: args }, i) => {
    const text = opOf(node.op)?.scalar?.(
      args.map(() => 'x'),
      node.attributes
    )
    return text?.includes('Math.') && turns.filter(({ wide }) => wide.includes(i)).length > 1 ? [i] : []
  })
}

class RowText {
  readonly #step: RowsStep
  readonly #dialect: Dialect
  readonly #row: string

  constructor(step: RowsStep, dialect: Dialect, row: string) {
    this.#step = step
    this.#dialect = dialect
    this.#row = row
  }

  operand(n: number, column: string): string {
    const operand = this.#step.operands[n] as RowsStep['operands'][number]
    if ('number' in operand) return this.#dialect.literal(operand.number)
    const start = `${this.#row} * ${this.#step.columns}`
    const at = { element: `${start} + ${column}`, row: this.#row, column, number: '0' }
    return this.#dialect.read(n, at[this.#step.access[n] as keyof typeof at])
  }

  /** What an expression is called in a turn; those that are one number for the row have one name. */
  name = (i: number, turn: number): string => {
    const { node } = this.#step.expressions[i] as RowsStep['expressions'][number]
    return isWide(node, this.#step) ? `t${i}x${turn}` : `t${i}`
  }

  #argument(a: number, turn: number, column: string): string {
    return a < 0 ? this.name(-1 - a, turn) : this.operand(a, column)
  }

  text(i: number, turn: number, column = '0'): string {
    const { node, arguments: args } = this.#step.expressions[i] as RowsStep['expressions'][number]
    const given = args.map((a) => this.#argument(a, turn, column))
    if (node.op === 'OneHot') return `(${given[0]} == ${this.#dialect.float(column)} ? 1 : 0)`
    const text = opOf(node.op)?.scalar?.(given, node.attributes)
    if (text === undefined) throw new Error(`${node.op} has no elementwise kernel`)
    return text
  }

  start(i: number): string {
    const kind = FOLD_OF[this.#step.expressions[i]?.node.op ?? ''] as keyof typeof START
    return `let t${i} = ${this.#dialect.literal(Number(START[kind]))};`
  }

  fold(i: number, turn: number, column: string): string {
    const { node, arguments: args } = this.#step.expressions[i] as RowsStep['expressions'][number]
    return FOLD[FOLD_OF[node.op] as keyof typeof FOLD](`t${i}`, this.#argument(args[0] as number, turn, column))
  }
}

export const FOLD_OF: Readonly<Record<string, keyof typeof START>> = {
  ReduceSum: 'sum',
  ReduceProd: 'prod',
  ReduceMax: 'max',
  ReduceMin: 'min'
}

const constant = (name: string, text: string): string => `const ${name} = ${text};`

/**
 * All rows, one after the other, in JavaScript.
 * @param write the statement that puts a value into output n (as `writtenBy` counts) at a flat index
 */
export function rowStatements(
  step: RowsStep,
  dialect: Dialect,
  write: (n: number, at: string, value: string) => string
): string[] {
  const written = [...step.also.map((o) => o.expression), step.expressions.length - 1]
  const { turns, after } = turnsOf(step, written)
  const row = new RowText(step, dialect, 'r')
  const kept = worthKeeping(step, turns)
  const known = new Set<number>()
  const wide = (i: number, turn: number): string => {
    const name = row.name(i, turn)
    if (known.has(i)) return constant(name, `row${i}[c]`)
    const text = row.text(i, turn, 'c')
    if (!kept.includes(i)) return constant(name, text)
    known.add(i)
    return constant(name, `row${i}[c] = ${text}`)
  }
  const single = (i: number): string => constant(row.name(i, 0), row.text(i, 0))
  const put = (i: number, at: string, turn: number): string => write(written.indexOf(i), at, row.name(i, turn))
  const inner = turns.flatMap(({ before, wide: columns, folds, writes }, turn) => [
    ...before.map(single),
    ...folds.map((i) => row.start(i)),
    ...wrapLoops(
      ['c'],
      [step.columns],
      [
        ...columns.map((i) => wide(i, turn)),
        ...folds.map((i) => row.fold(i, turn, 'c')),
        ...writes.map((i) => put(i, `r * ${step.columns} + c`, turn))
      ]
    )
  ])
  const ends = written.filter((i) => !turns.some(({ writes }) => writes.includes(i)))
  return [
    ...kept.map((i) => constant(`row${i}`, `new Float64Array(${step.columns})`)),
    ...wrapLoops(['r'], [step.rows], [...inner, ...after.map(single), ...ends.map((i) => put(i, 'r', 0))])
  ]
}

/**
 * The output alone, at one of its places: each thread folds its row itself.
 * @param column absent where the output is one number for the row
 */
export function rowBody(step: RowsStep, dialect: Dialect, r: string, column?: string): Body {
  const output = step.expressions.length - 1
  const { turns, after } = turnsOf(step, [output])
  const row = new RowText(step, dialect, r)
  const single = (i: number): string => constant(row.name(i, 0), row.text(i, 0))
  const statements = turns.flatMap(({ before, wide, folds, writes }, turn) => {
    const at = writes.length > 0 && column !== undefined ? column : `c${turn}`
    const computed = wide.map((i) => constant(row.name(i, turn), row.text(i, turn, at)))
    const inner = [...computed, ...folds.map((i) => row.fold(i, turn, at))]
    const loop = writes.length > 0 ? computed : wrapLoops([at], [step.columns], inner)
    return [...before.map(single), ...folds.map((i) => row.start(i)), ...loop]
  })
  return { statements: [...statements, ...after.map(single)], result: row.name(output, turns.length - 1) }
}
