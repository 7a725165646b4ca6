/** Formulas by KaTeX. */
import katex from 'katex'
import 'katex/dist/katex.min.css'
import { memo, useEffect, useRef } from 'react'

interface FormulaProps {
  readonly tex: string
  readonly display?: boolean
}

/** A formula in LaTeX; a slip in it is shown as text. */
export const Formula = memo(function Formula({ tex, display = false }: FormulaProps) {
  const place = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    const options = { displayMode: display, throwOnError: false, strict: false, trust: false } as const
    if (place.current) katex.render(tex, place.current, options)
  }, [tex, display])
  return <span ref={place} className="formula" />
})
