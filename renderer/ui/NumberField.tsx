import { type KeyboardEvent, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type NumberRule, parseNumber } from './numberText.ts'
import './ui.css'

interface NumberFieldProps extends NumberRule {
  readonly id?: string
  readonly label: string
  readonly value: number
  readonly onCommit: (value: number) => void
  readonly disabled?: boolean
  /** Arrow keys add this; without it they multiply by two and halve, as one searches a learning rate. */
  readonly step?: number
}

/** What the field takes, in words. */
function useExpected(): (rule: NumberRule) => string {
  const { t } = useTranslation()
  return ({ min, max, integer }) => {
    const kind = t(integer ? 'number.whole' : 'number.any')
    if (min === undefined) return t('number.expected', { kind })
    return max === undefined ? t('number.atLeast', { kind, min }) : t('number.between', { kind, min, max })
  }
}

/** A number in a text field: told on Enter or when the field is left, Escape takes it back; a bad one says why. */
export function NumberField(props: NumberFieldProps) {
  const { id, label, value, onCommit, disabled, step } = props
  /** What is typed and not taken yet. */
  const [text, setText] = useState<string | null>(null)
  /** Said on Enter, and after the field was left with something that could not be taken. */
  const [said, setSaid] = useState(false)
  const expected = useExpected()
  const note = useId()
  const parsed = text === null ? value : parseNumber(text, props)
  // a sign or an empty field is on its way to a number
  const wrong = said || (parsed === null && text !== null && !/^\s*[-−+.,]?\s*$/.test(text))

  const commit = (leaving: boolean) => {
    if (parsed !== null || leaving) setText(null)
    if (parsed === null) setSaid(true)
    else if (parsed !== value) onCommit(parsed)
  }
  const nudge = (up: boolean) => {
    const from = parsed ?? value
    const next = step === undefined ? from * (up ? 2 : 0.5) : from + (up ? step : -step)
    const taken = parseNumber(String(Number(next.toPrecision(6))), props)
    setText(null)
    setSaid(false)
    if (taken !== null && taken !== value) onCommit(taken)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Enter') {
      commit(false)
      // Ctrl+Enter runs, with the number just given
      if (event.ctrlKey || event.metaKey) return
    } else if (event.key === 'Escape' && (text !== null || said)) {
      setText(null)
      setSaid(false)
    } else if (event.key === 'ArrowUp' || event.key === 'ArrowDown') nudge(event.key === 'ArrowUp')
    else return
    event.preventDefault()
  }
  return (
    <div className="number-field">
      <input
        id={id}
        className="field numbers"
        aria-label={label}
        aria-invalid={parsed === null}
        aria-describedby={wrong ? note : undefined}
        data-settled={text === null || parsed === value || undefined}
        inputMode="decimal"
        autoComplete="off"
        spellCheck={false}
        value={text ?? String(value)}
        disabled={disabled}
        onChange={(event) => {
          setText(event.target.value)
          setSaid(false)
        }}
        onFocus={(event) => {
          setSaid(false)
          event.target.select()
        }}
        onBlur={() => commit(true)}
        onKeyDown={onKeyDown}
      />
      {wrong && (
        <p className="field-wrong" id={note} role="alert">
          {expected(props)}
        </p>
      )}
    </div>
  )
}
