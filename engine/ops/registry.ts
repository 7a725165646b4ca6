/** All operators, by kind. The palette, the inspector, the docs, the command line and the generated tests read this. */
import type { Op } from '../ir/op.ts'
import { activations } from './activations.ts'
import { arithmetic } from './arithmetic.ts'
import { classLosses } from './class-losses.ts'
import { convolution } from './convolution.ts'
import { custom } from './custom.ts'
import { einsum } from './einsum.ts'
import { functions } from './functions.ts'
import { indexing } from './indexing.ts'
import { layers } from './layers.ts'
import { linear } from './linear.ts'
import { logic } from './logic.ts'
import { losses } from './losses.ts'
import { metrics } from './metrics.ts'
import { normalization } from './normalization.ts'
import { pooling } from './pooling.ts'
import { products } from './products.ts'
import { rectifiers } from './rectifiers.ts'
import { reduce } from './reduce.ts'
import { routing } from './routing.ts'
import { shapes } from './shapes.ts'
import { slicing } from './slicing.ts'
import { smooth } from './smooth.ts'
import { sources } from './sources.ts'
import { windows } from './windows.ts'

export const ops: readonly Op[] = [
  sources,
  arithmetic,
  functions,
  custom,
  logic,
  routing,
  linear,
  products,
  einsum,
  shapes,
  slicing,
  indexing,
  reduce,
  activations,
  rectifiers,
  smooth,
  losses,
  classLosses,
  layers,
  convolution,
  normalization,
  pooling,
  metrics,
  windows
].flat()

const byKind: ReadonlyMap<string, Op> = new Map(ops.map((op) => [op.kind, op]))

export const opOf = (kind: string): Op | undefined => byKind.get(kind)

/** The operators that a document may name. */
export const documentOps: readonly Op[] = ops.filter((op) => op.family !== 'internal')
