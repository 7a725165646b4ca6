/** Steps that take one row at a time as lanes, from which their functions are emitted. */

import type { RowsStep } from '../../compile/plan.ts'
import { isFold } from '../../compile/rows.ts'
import { opOf } from '../../ops/registry.ts'
import { FOLD_OF, type Turn, turnsOf, worthKeeping } from '../row-text.ts'
import type { Source } from './elementwise.ts'
import { LaneBuilder, type Lanes } from './emit/lanes.ts'
import { emitRows, type FoldKind, type RowKernel } from './emit/rows.ts'
import { lanesOf } from './emit/text.ts'

export function rowSourceOf(step: RowsStep, fused: boolean): Source {
  const reads = step.operands.flatMap((o, i) => ('slot' in o ? [i] : []))
  const folds = step.expressions.flatMap(({ node }, i) => (isFold(node) ? [i] : []))
  const b = new LaneBuilder(fused)
  const operand = (at: number): Lanes => {
    const given = step.operands[at] as RowsStep['operands'][number]
    return 'number' in given ? b.number(given.number) : b.operand(reads.indexOf(at))
  }
  const values: Lanes[] = []
  const argument = (at: number): Lanes => (at < 0 ? (values[-1 - at] as Lanes) : operand(at))
  for (const [i, { node, arguments: args }] of step.expressions.entries()) {
    if (isFold(node)) values.push(b.operand(reads.length + folds.indexOf(i)))
    else if (node.op === 'OneHot')
      values.push(b.and(b.equal(argument(args[0] as number), b.operand(reads.length + folds.length)), b.number(1)))
    else {
      const names = args.map((_, n) => `x${n}`)
      const text = opOf(node.op)?.scalar?.(names, node.attributes)
      if (text === undefined) throw new Error(`${node.op} has no elementwise kernel`)
      values.push(lanesOf(b, text, (name) => argument(args[names.indexOf(name)] as number)))
    }
  }
  const written = [step.expressions.length - 1, ...step.also.map((o) => o.expression)]
  const put = (i: number) => ({ value: values[i] as Lanes, output: written.indexOf(i) })
  const { turns } = turnsOf(step, written)
  const kernel: RowKernel = {
    columns: step.columns,
    access: reads.map((at) => step.access[at] as RowsStep['access'][number]),
    turns: turns.map((turn) => ({
      folds: turn.folds.map((i) => ({
        kind: FOLD_OF[step.expressions[i]?.node.op ?? ''] as FoldKind,
        value: argument(step.expressions[i]?.arguments[0] as number),
        result: reads.length + folds.indexOf(i)
      })),
      writes: turn.writes.map(put)
    })),
    kept: places(step, turns, written).map(({ value, at }) => ({ value: values[value] as Lanes, output: at })),
    after: written.filter((i) => !turns.some(({ writes }) => writes.includes(i))).map(put),
    nodes: b.nodes,
    outputs: written.length
  }
  const { nodes, ...rest } = kernel
  return {
    key: JSON.stringify(['rows', b.key, rest], (key, x) => (key === 'value' ? (x as Lanes).id : x)),
    emit: () => emitRows(kernel),
    reads,
    turns: step.rows
  }
}

/**
 * Outputs in whose row a value can be kept that costs more to compute than to read: its own, or one that no turn writes
 * before the value is read for the last time.
 */
function places(
  step: RowsStep,
  turns: readonly Turn[],
  written: readonly number[]
): { readonly value: number; readonly at: number }[] {
  const free = new Set(written)
  const writer = (i: number): number => turns.findIndex(({ writes }) => writes.includes(i))
  return worthKeeping(step, turns).flatMap((value) => {
    const last = turns.findLastIndex(({ wide }) => wide.includes(value))
    const place = written.includes(value) ? value : [...free].find((i) => writer(i) >= last)
    if (place === undefined) return []
    free.delete(place)
    return [{ value, at: written.indexOf(place) }]
  })
}
