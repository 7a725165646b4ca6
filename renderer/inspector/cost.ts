/** Costs in words: operations and bytes, with the batch left open as B. */
import { useDeferredValue, useMemo } from 'react'
import { type Costs, costsOf } from '../../engine/document/cost.ts'
import type { Dim } from '../../engine/shape.ts'
import { useEditor } from '../store/editor.ts'

/** After an edit the old costs stand until there is time: counting a graph of a thousand nodes takes longer than a frame. */
export function useCosts(): Costs {
  const inferred = useDeferredValue(useEditor((s) => s.checked.inferred))
  return useMemo(() => costsOf(inferred), [inferred])
}

const THOUSAND = 1000
const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P']

/** Three digits and a prefix: 803 k, 1.61 M. */
export function short(value: number): { readonly number: string; readonly prefix: string } {
  let [size, i] = [value, 0]
  while (size >= 999.5 && i < PREFIXES.length - 1) {
    size /= THOUSAND
    i++
  }
  return { number: String(Number(size.toPrecision(3))), prefix: PREFIXES[i] as string }
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹'

/** A polynomial in the batch size, its numbers as `show` writes them: "803 kFLOPs · B + 512 FLOPs". */
export function polynomial(dim: Dim, show: (value: number) => string): string {
  if (typeof dim === 'number') return show(dim)
  return dim
    .split('+')
    .map((term) => {
      const factors = term.split('*')
      const power = factors.filter((f) => f === 'B').length
      const scale = factors.filter((f) => f !== 'B').reduce((product, f) => product * Number(f), 1)
      const batch = power === 0 ? '' : power === 1 ? 'B' : `B${SUPERSCRIPTS[power] ?? ''}`
      return [scale === 1 && batch ? '' : show(scale), batch].filter(Boolean).join(' · ')
    })
    .join(' + ')
}
