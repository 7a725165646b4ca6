import { useEffect, useRef, useState } from 'react'
import './ui.css'

interface NumberFieldProps {
  readonly id?: string
  readonly label: string
  readonly value: number
  readonly onCommit: (value: number) => void
  readonly min?: number
  readonly max?: number
  readonly integer?: boolean
  readonly disabled?: boolean
  /** Arrow keys add this; without it they multiply by two and halve, as one searches a learning rate. */
  readonly step?: number
}

const show = (value: number) => String(value)

function parse(text: string, { min, max, integer }: NumberFieldProps): number | null {
  const value = Number(text.trim().replace(',', '.'))
  if (text.trim() === '' || !Number.isFinite(value) || (integer && !Number.isInteger(value))) return null
  return (min !== undefined && value < min) || (max !== undefined && value > max) ? null : value
}

/** A number in a text field: told on Enter or when the field is left, Escape takes it back. */
export function NumberField(props: NumberFieldProps) {
  const { id, label, value, onCommit, disabled, step } = props
  const [text, setText] = useState(show(value))
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (document.activeElement !== field.current) setText(show(value))
  }, [value])
  const parsed = parse(text, props)

  const commit = (next: number | null) => {
    if (next === null) return setText(show(value))
    setText(show(next))
    if (next !== value) onCommit(next)
  }
  const nudge = (up: boolean) => {
    const from = parsed ?? value
    const next = step === undefined ? from * (up ? 2 : 0.5) : from + (up ? step : -step)
    commit(parse(String(Number(next.toPrecision(6))), props))
  }
  return (
    <input
      ref={field}
      id={id}
      className="field numbers"
      aria-label={label}
      aria-invalid={parsed === null}
      inputMode="decimal"
      autoComplete="off"
      spellCheck={false}
      value={text}
      disabled={disabled}
      onChange={(event) => setText(event.target.value)}
      onFocus={(event) => event.target.select()}
      onBlur={() => commit(parsed)}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return
        if (event.key === 'Enter') commit(parsed)
        else if (event.key === 'Escape') setText(show(value))
        else if (event.key === 'ArrowUp' || event.key === 'ArrowDown') nudge(event.key === 'ArrowUp')
        else return
        event.preventDefault()
      }}
    />
  )
}
