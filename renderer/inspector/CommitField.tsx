import { type KeyboardEvent, useId, useState } from 'react'

interface CommitFieldProps {
  readonly label: string
  readonly value: string
  /** What is wrong, in words, or null where it was taken. */
  readonly onCommit: (text: string) => string | null
  readonly id?: string
  readonly placeholder?: string
  readonly lines?: number
  readonly numbers?: boolean
}

/** A text that is told on Enter or when the field is left; Escape takes it back; a bad one stays and says why. */
export function CommitField({ label, value, onCommit, id, placeholder, lines = 1, numbers }: CommitFieldProps) {
  const [text, setText] = useState<string | null>(null)
  const [wrong, setWrong] = useState<string | null>(null)
  const note = useId()

  const commit = () => {
    if (text === null || text === value) {
      setText(null)
      setWrong(null)
      return
    }
    const found = onCommit(text)
    setWrong(found)
    if (found === null) setText(null)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement | HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Escape' && text !== null) {
      setText(null)
      setWrong(null)
      event.stopPropagation()
      event.preventDefault()
    } else if (event.key === 'Enter' && !(lines > 1 && event.shiftKey)) {
      commit()
      // Ctrl+Enter runs, with the text just given
      if (!event.ctrlKey && !event.metaKey) event.preventDefault()
    }
  }
  const shared = {
    id,
    className: `field${numbers ? ' numbers' : ''}${lines > 1 ? ' field-lines' : ''}`,
    'aria-label': label,
    'data-settled': text === null || text === value || undefined,
    'aria-invalid': wrong !== null,
    'aria-describedby': wrong === null ? undefined : note,
    placeholder,
    spellCheck: false,
    autoComplete: 'off',
    value: text ?? value,
    onBlur: commit,
    onKeyDown
  }
  return (
    <div className="commit-field">
      {lines > 1 ? (
        <textarea {...shared} rows={lines} onChange={(event) => setText(event.target.value)} />
      ) : (
        <input {...shared} onChange={(event) => setText(event.target.value)} />
      )}
      {wrong !== null && (
        <p className="field-wrong" id={note} role="alert">
          {wrong}
        </p>
      )}
    </div>
  )
}
