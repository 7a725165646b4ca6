/**
 * Long reductions to few numbers, in two calls: stretches first, then the stretches' results. One thread per number
 * would leave a GPU idle, and a short sum of short sums is more exact than one long one.
 */
import type { LoopStep } from '../../compile/plan.ts'
import { sizeOf, stridesOf } from '../../shape.ts'
import { type CallSource, coordinates, kernel, type Place } from './text.ts'

const FOLDS: Readonly<Record<string, { readonly start: string; readonly fold: (acc: string, x: string) => string }>> = {
  ReduceSum: { start: 'crNum(0)', fold: (acc, x) => `${acc} + ${x}` },
  ReduceProd: { start: 'crNum(1)', fold: (acc, x) => `${acc} * ${x}` },
  ReduceMax: { start: 'crInf(-1)', fold: (acc, x) => `crMax(${acc}, ${x})` },
  ReduceMin: { start: 'crInf(1)', fold: (acc, x) => `crMin(${acc}, ${x})` }
}

/** Shortest reduction that is split, and most results of one that is: few enough to lie one to a texel. */
const LONG = 1024
const FEW = 4096

export function splitReduction(step: LoopStep): readonly CallSource[] | null {
  const node = step.nodes[0]
  const [x] = step.operands
  const rule = node && FOLDS[node.op]
  if (!rule || !x) return null
  const named = node.attributes.axes as readonly number[] | null | undefined
  const axes = named ?? x.shape.map((_, i) => i)
  const reduced = axes.map((a) => (a < 0 ? a + x.shape.length : a)).sort((p, q) => p - q)
  const extents = reduced.map((a) => x.shape[a] as number)
  const length = sizeOf(extents)
  const results = sizeOf(step.shape)
  if (length < LONG || results > FEW) return null
  const stretch = Math.ceil(Math.sqrt(length))
  const stretches = Math.ceil(length / stretch)

  const strides = stridesOf(x.shape)
  const kept = x.shape.flatMap((d, i) => (reduced.includes(i) ? [] : [{ extent: d, stride: strides[i] as number }]))
  const { statements, index } = coordinates(
    kept.map(({ extent }) => extent),
    'o'
  )
  const start = kept.flatMap(({ stride }, i) => (index[i] === '0' ? [] : [`${index[i]} * ${stride}`])).join(' + ')
  // neighbouring axes are one
  const inner = stridesOf(extents)
  const last = strides[reduced.at(-1) as number] as number
  const element = reduced.every((axis, i) => i === 0 || axis === (reduced[i - 1] as number) + 1)
    ? `j * ${last}`
    : reduced.map((axis, i) => `crMod(crDiv(j, ${inner[i]}), ${extents[i]}) * ${strides[axis]}`).join(' + ')
  const partial: Place = { scratch: 'partial', count: results * stretches, wide: false }
  const add = `acc = ${rule.fold('acc', `a0[start + ${element}]`)};`
  const first = kernel(1, results * stretches, [
    `const o = crDiv(i, ${stretches});`,
    `const lead = crMod(i, ${stretches}) * ${stretch};`,
    ...statements,
    `const start = crNum(${start || '0'});`,
    `let acc = ${rule.start};`,
    `for (let r = 0; r < ${stretch}; r++) {`,
    'const j = lead + r;',
    stretch * stretches === length ? add : `if (j < ${length}) { ${add} }`,
    '}',
    'return acc;'
  ])
  const second = kernel(1, results, [
    `let acc = ${rule.start};`,
    `for (let r = 0; r < ${stretches}; r++) { acc = ${rule.fold('acc', `a0[i * ${stretches} + r]`)}; }`,
    'return acc;'
  ])
  return [
    { ...first, inputs: [{ slot: x.slot }], outputs: [partial] },
    { ...second, inputs: [partial], outputs: [{ slot: step.output }] }
  ]
}
