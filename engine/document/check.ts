/** Everything that can be said of a document without running it. */
import type { TensorType } from '../ir/types.ts'
import { type Problem, ProblemError } from '../problem.ts'
import { unreadFormula } from './custom.ts'
import { type Inferences, type Inferred, inferAgain, type ParameterInfo } from './infer.ts'
import { type ByHandle, traverse } from './traverse.ts'
import type { GraphDocument } from './types.ts'

export type { ParameterInfo } from './infer.ts'

export interface Checked {
  readonly problems: readonly Problem[]
  /** Types of each node's outputs by handle. */
  readonly types: ReadonlyMap<string, ByHandle<TensorType>>
  readonly edgeTypes: ReadonlyMap<string, TensorType>
  readonly parameters: readonly ParameterInfo[]
  /** Ids of nodes that are muted, or depend on one that is. */
  readonly leftOut: ReadonlySet<string>
  /** Of each node whose inputs are known, in topological order. */
  readonly inferred: Inferences
}

/**
 * @param before a check of any document: what still holds of it is taken over, and stays the same objects. The answer is
 * the same with it and without it.
 */
export function check(document: GraphDocument, before?: Checked): Checked {
  const inferred = new Map<string, Inferred>()
  const { outputs, wires, leftOut, problems } = traverse<TensorType>(document, {
    wire: (from) => from,
    node(node, op, inputs) {
      const made = inferAgain(before?.inferred, node, op, inputs)
      inferred.set(node.id, made)
      if (!made.outputs) throw new ProblemError(made.problems)
      return { outputs: made.outputs, parameters: made.parameters.map(({ name }) => name) }
    }
  })
  const further = document.nodes.flatMap((node) =>
    outputs.has(node.id) ? (inferred.get(node.id)?.problems ?? []) : unreadFormula(node, problems)
  )
  const parameters = [...inferred.values()].flatMap((made) => made.parameters)
  return {
    problems: [...problems, ...further],
    types: kept(before?.types, outputs),
    edgeTypes: kept(before?.edgeTypes, wires),
    parameters: before && sameRow(before.parameters, parameters) ? before.parameters : parameters,
    leftOut: before && sameRow([...before.leftOut], [...leftOut]) ? before.leftOut : leftOut,
    inferred
  }
}

const sameRow = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((one, i) => one === b[i])

/** `before`, where `now` has the same entries in the same order. */
function kept<V>(before: ReadonlyMap<string, V> | undefined, now: ReadonlyMap<string, V>): ReadonlyMap<string, V> {
  if (before?.size !== now.size) return now
  const others = before.keys()
  for (const [id, value] of now) if (others.next().value !== id || before.get(id) !== value) return now
  return before
}
