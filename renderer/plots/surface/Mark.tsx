import type { OptimizerRow } from '../state.ts'

/** The second cue beside the colour: each optimizer has a shape. */
export const SHAPES: Readonly<Record<OptimizerRow, string>> = {
  sgd: 'M-4.5,0a4.5,4.5 0 1,0 9,0a4.5,4.5 0 1,0 -9,0Z',
  momentum: 'M-4,-4H4V4H-4Z',
  rmsprop: 'M0,-5.5L5,4H-5Z',
  adam: 'M0,-6L6,0L0,6L-6,0Z'
}

export function Mark({ row, x, y }: { readonly row: OptimizerRow; readonly x: number; readonly y: number }) {
  return Number.isFinite(x + y) ? (
    <path className="surface-mark" data-optimizer={row} d={SHAPES[row]} transform={`translate(${x},${y})`} />
  ) : null
}
