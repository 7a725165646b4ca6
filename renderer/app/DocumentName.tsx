import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { dispatch, useEditor } from '../store/editor.ts'
import { Hint } from '../ui/Hint.tsx'
import { useExampleText } from './exampleText.ts'

/** The name of the document, to be changed in place, with a mark while there are changes that no file has. */
export function DocumentName() {
  const { t } = useTranslation()
  const name = useExampleText()(
    'name',
    useEditor((s) => s.document.name)
  )
  const dirty = useEditor((s) => s.dirty)
  const fileName = useEditor((s) => s.fileName)
  const [edited, setEdited] = useState<string | null>(null)

  const finish = (value: string | null) => {
    const next = value?.trim()
    if (next && next !== name) dispatch({ type: 'set', setting: 'name', value: next })
    setEdited(null)
  }
  if (edited !== null) {
    return (
      <input
        className="document-input"
        aria-label={t('document.name')}
        value={edited}
        // biome-ignore lint/a11y/noAutofocus: the person has just pressed the name to change it
        autoFocus
        onFocus={(event) => event.target.select()}
        onChange={(event) => setEdited(event.target.value)}
        onBlur={() => finish(edited)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return
          if (event.key === 'Enter') finish(edited)
          if (event.key === 'Escape') setEdited(null)
        }}
      />
    )
  }
  return (
    <h1 className="document-title">
      <Hint text={fileName ?? t('document.rename')}>
        <button type="button" className="document-name" onClick={() => setEdited(name)}>
          <span className="document-text">{name}</span>
          {dirty && (
            <span className="document-dirty" role="img" aria-label={t('document.dirty')}>
              ●
            </span>
          )}
        </button>
      </Hint>
    </h1>
  )
}
