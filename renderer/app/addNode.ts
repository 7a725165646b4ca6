/** New nodes get ids that read well. */
import { freeId } from '../../engine/document/commands.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import type { GraphDocument } from '../../engine/document/types.ts'
import type { Op } from '../../engine/ir/op.ts'

/** Words that people use for these, where the operator's own name is long or means less. */
const SHORT: Readonly<Record<string, string>> = {
  Parameter: 'w',
  Constant: 'c',
  Input: 'x',
  Dataset: 'data',
  MatMul: 'matmul',
  ReduceSum: 'sum',
  ReduceMean: 'mean',
  Conv2D: 'conv'
}

function baseOf(op: Op): string {
  const short = SHORT[op.kind]
  if (short) return short
  if (op.family === 'losses') return 'loss'
  return op.kind.charAt(0).toLowerCase() + op.kind.slice(1)
}

/** "add", "add2"; layers are counted from one: "dense1", "dense2". */
export function nodeIdFor(document: GraphDocument, op: Op): string {
  const taken = indexOf(document)
  const base = baseOf(op)
  if (op.family !== 'layers') return freeId(taken, base)
  let n = 1
  while (taken.has(`${base}${n}`)) n++
  return `${base}${n}`
}
