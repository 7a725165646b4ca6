/** Nodes that are not at work: bypassed ones pass an input on, muted ones are left out with all that follows. */
import { Builder, type Value } from '../ir/builder.ts'
import type { TensorType } from '../ir/types.ts'
import { opOf } from '../ops/registry.ts'
import { fail } from '../problem.ts'
import { sameShape, showShape } from '../shape.ts'
import { indexOf } from './lookup.ts'
import type { GraphDocument } from './types.ts'

/** Ids of the muted nodes and of all that depend on them. */
export function leftOutOf(document: GraphDocument): ReadonlySet<string> {
  const index = indexOf(document)
  const out = new Set(document.nodes.filter(({ mode }) => mode === 'mute').map(({ id }) => id))
  // a set that grows is walked to its end
  for (const id of out) for (const { target } of index.outgoing(id)) out.add(target)
  return out
}

/** The muted node that `id` depends on, or is. */
export function mutedBefore(document: GraphDocument, id: string): string | undefined {
  const index = indexOf(document)
  const before = new Set([id])
  for (const one of before) {
    if (index.nodes.get(one)?.mode === 'mute') return one
    for (const { source } of index.incoming(one)) before.add(source)
  }
  return undefined
}

export const sameType = (a: TensorType, b: TensorType): boolean => a.dtype === b.dtype && sameShape(a.shape, b.shape)

/**
 * What a bypassed node gives: for each output the first input of the same shape and type, unchanged.
 *
 * @param work does the node's own work, in a graph of its own, to find out what would come out
 * @throws ProblemError graph.bypass where no input fits
 */
export function passOn(
  b: Builder,
  title: string,
  inputs: Readonly<Record<string, Value>>,
  work: (b: Builder, inputs: Readonly<Record<string, Value>>) => Readonly<Record<string, Value>>
): Readonly<Record<string, Value>> {
  const trial = new Builder(opOf)
  trial.training = b.training
  const leaves = Object.entries(inputs).map(([name, { type }]) => [name, trial.leaf('Feed', type, { name })] as const)
  const outputs = work(trial, Object.fromEntries(leaves))
  const pairs = Object.entries(outputs).map(([output, { type }]) => {
    const found = Object.values(inputs).find((input) => sameType(input.type, type))
    if (found) return [output, b.one('Identity', found)] as const
    const there = Object.entries(inputs).map(([name, input]) => `${name} ${showShape(input.type.shape)}`)
    return fail('graph.bypass', { op: title, shape: showShape(type.shape), inputs: there.join(', ') || '–' })
  })
  return Object.fromEntries(pairs)
}
