import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

interface LabelFieldProps {
  readonly value: string
  readonly placeholder: string
  /** The new text, or null where it was taken back. */
  readonly onDone: (text: string | null) => void
}

/** A name, edited in its line. Enter keeps it, Escape takes it back. */
export function LabelField({ value, placeholder, onDone }: LabelFieldProps) {
  const { t } = useTranslation()
  const [text, setText] = useState(value)
  const done = useRef(false)
  const finish = (keep: boolean) => {
    if (done.current) return
    done.current = true
    onDone(keep && text.trim() !== value ? text.trim() : null)
  }
  return (
    <input
      className="outline-field"
      aria-label={t('canvas.rename')}
      placeholder={placeholder}
      value={text}
      // biome-ignore lint/a11y/noAutofocus: the field appears because the person asked to type into it
      autoFocus
      onFocus={(event) => event.target.select()}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => finish(true)}
      onPointerDown={(event) => event.stopPropagation()}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.nativeEvent.isComposing || (event.key !== 'Enter' && event.key !== 'Escape')) return
        event.preventDefault()
        finish(event.key === 'Enter')
      }}
    />
  )
}
