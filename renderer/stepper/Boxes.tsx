import { Fragment } from 'react'
import type { Box, ShapeAlgebra } from '../../engine/session/steps/types.ts'
import { Formula } from '../value/Formula.tsx'
import { useFill } from './useContext.ts'

/** Sides of boxes in pixels: a little for small sizes, not much more for large ones. */
const side = (n: number, least: number): number => Math.round(least + 7 * Math.log2(Math.max(1, n)) ** 0.9)

function Matrix({ box }: { readonly box: Box }) {
  const fill = useFill()
  const [rows = 1, columns = 1] = box.shape
  return (
    <span className="step-matrix">
      <span className="step-matrix-box" style={{ width: side(columns, 26), height: side(rows, 22) }}>
        <Formula tex={fill(box.tex)} />
      </span>
      <span className="step-matrix-size numbers">
        {box.copies !== undefined && `${box.copies} × (`}
        {rows} × {columns}
        {box.copies !== undefined && ')'}
      </span>
    </span>
  )
}

/** A product of matrices by their sizes. */
export function Boxes({ shapes: { factors, result } }: { readonly shapes: ShapeAlgebra }) {
  return (
    <div className="step-boxes">
      {factors.map((box, i) => (
        <Fragment key={box.tex}>
          {i > 0 && <span className="step-boxes-sign">·</span>}
          <Matrix box={box} />
        </Fragment>
      ))}
      <span className="step-boxes-sign">=</span>
      <Matrix box={result} />
    </div>
  )
}
