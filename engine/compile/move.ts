/** A graph in which some values may be moved along fixed directions: what curves and surfaces are drawn from, as IR. */
import { Builder, type Value } from '../ir/builder.ts'
import type { IrGraph } from '../ir/types.ts'
import { opOf } from '../ops/registry.ts'
import { DIRECTION } from './jacobian.ts'
import { emit, rebuild } from './passes.ts'

/** Values of the graph that are moved, each along how many of the axes. */
export type Moves = ReadonlyMap<number, readonly number[]>

/** Feeds of a moved value: where it is at the origin of the axes, and which way each axis leads. */
export const baseFeed = (id: number): string => `#base.${id}`
export const alongFeed = (id: number, axis: number): string => `#along.${id}.${axis}`
/** Feed of the coordinate on an axis: all that changes from point to point. */
export const coordinateFeed = (axis: number): string => `${DIRECTION}at.${axis}`

export interface Moved {
  readonly builder: Builder
  readonly coordinates: readonly Value[]
  /** Where a value of the graph before is now. */
  readonly valueOf: (id: number) => Value
}

/**
 * v becomes base + Σⱼ tⱼ·dⱼ for each moved value v, with fed base, directions d and coordinates t. What v was computed
 * from plays no part any more.
 */
export function moveAlong(ir: IrGraph, moves: Moves, axes: number): Moved {
  // before all others: each value may depend on them
  const head = new Builder(opOf)
  const coordinates = Array.from({ length: axes }, (_, axis) => head.feed(coordinateFeed(axis), []))
  const shifted: IrGraph = {
    nodes: [
      ...head.graph().nodes,
      ...ir.nodes.map((node) => ({ ...node, id: node.id + axes, inputs: node.inputs.map((i) => i + axes) }))
    ]
  }
  const passed = rebuild(shifted, (node, inputs, b) => {
    const id = node.id - axes
    const along = moves.get(id)
    if (!along) return emit(b, node, inputs, node.type, node.attributes)
    return along.reduce(
      (sum, axis) => b.add(sum, b.mul(b.value(axis), b.feed(alongFeed(id, axis), node.type.shape))),
      b.feed(baseFeed(id), node.type.shape)
    )
  })
  const builder = new Builder(opOf, passed.ir.nodes)
  return {
    builder,
    coordinates: coordinates.map((_, axis) => builder.value(passed.to[axis] as number)),
    valueOf: (id) => builder.value(passed.to[id + axes] as number)
  }
}
