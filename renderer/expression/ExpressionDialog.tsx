import { CircleX, TriangleAlert } from 'lucide-react'
import { type FormEvent, useId, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import './expression.css'
import { DialogFrame } from '../app/dialogs/DialogFrame.tsx'
import { useProblemText } from '../i18n/useProblemText.ts'
import { closeDialog } from '../store/dialogs.ts'
import { useEditor } from '../store/editor.ts'
import { Button } from '../ui/Button.tsx'
import { Toggle } from '../ui/Toggle.tsx'
import { Formula } from '../value/Formula.tsx'
import { draftOf, type Wish } from './draft.ts'
import { insertFormula } from './insert.ts'
import { NamesTable } from './NamesTable.tsx'

const EXAMPLES = ['(x + y) * z', 'sigmoid(w0*x0 + w1*x1 + w2)', 'relu(x @ W + b)', 'mean((x @ w - t)^2)']

/** Type an expression, get the graph. */
export function ExpressionDialog() {
  const { t } = useTranslation()
  const document = useEditor((s) => s.document)
  const [text, setText] = useState('')
  // the last text without an error: its formula and names stay while one is typed
  const [good, setGood] = useState('')
  const [reuse, setReuse] = useState(true)
  const [wishes, setWishes] = useState<Readonly<Record<string, Wish>>>({})
  const [busy, setBusy] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const [note, toggle] = [useId(), useId()]
  const draft = useMemo(() => draftOf(document, text, reuse, wishes), [document, text, reuse, wishes])
  const { graph, problem } = draft
  const shown = useMemo(
    () => (problem ? draftOf(document, good, reuse, wishes) : draft),
    [draft, problem, document, good, reuse, wishes]
  )
  const { rows } = shown
  const started = text.trim() !== ''
  const change = (next: string) => {
    setText(next)
    if (!draftOf(document, next, reuse, wishes).problem) setGood(next)
  }
  const wish = (name: string, more: Wish) => setWishes((all) => ({ ...all, [name]: { ...all[name], ...more } }))
  const choose = (example: string) => {
    change(example)
    field.current?.focus()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!graph || busy) return
    setBusy(true)
    closeDialog()
    void insertFormula(graph)
  }
  return (
    <DialogFrame title={t('expression.title')} description={t('expression.about')} focus={field}>
      <form className="expression-form" onSubmit={submit}>
        <input
          ref={field}
          className="field expression-field"
          aria-label={t('expression.field')}
          aria-invalid={started && problem !== null}
          aria-describedby={note}
          placeholder="(x + y) * z"
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          value={text}
          onChange={(event) => change(event.target.value)}
          onKeyDown={(event) => event.key === 'Enter' && event.nativeEvent.isComposing && event.preventDefault()}
        />
        <div id={note} className="expression-note" aria-live="polite">
          {started && problem && <ProblemNote problem={problem} />}
          {draft.misfit && <ProblemNote problem={draft.misfit} />}
        </div>
        {!started && <Examples onChoose={choose} />}
        {started && shown.tex && (
          <div className="formula-box expression-preview" data-stale={problem !== null}>
            <Formula tex={shown.tex} display />
          </div>
        )}
        {started && rows.length > 0 && <NamesTable rows={rows} onWish={wish} />}
        {started && rows.some((row) => row.known) && (
          <label className="expression-reuse" htmlFor={toggle}>
            <Toggle id={toggle} label={t('expression.reuse')} checked={reuse} onChange={setReuse} />
            {t('expression.reuse')}
          </label>
        )}
        <div className="dialog-buttons">
          <Button onClick={closeDialog}>{t('app.cancel')}</Button>
          <Button type="submit" look="primary" disabled={!graph || busy}>
            {t('expression.insert')}
          </Button>
        </div>
      </form>
    </DialogFrame>
  )
}

function Examples({ onChoose }: { readonly onChoose: (text: string) => void }) {
  const { t } = useTranslation()
  return (
    <div className="expression-examples">
      <span className="muted">{t('expression.examples')}</span>
      {EXAMPLES.map((example) => (
        <button key={example} type="button" className="expression-example" onClick={() => onChoose(example)}>
          {example}
        </button>
      ))}
    </div>
  )
}

function ProblemNote({ problem }: { readonly problem: Parameters<ReturnType<typeof useProblemText>>[0] }) {
  const { message, hint } = useProblemText()(problem)
  const typed = problem.code.startsWith('expression.')
  const Icon = typed ? CircleX : TriangleAlert
  return (
    <p className="expression-problem" data-state={typed ? 'error' : 'warning'}>
      <Icon size={14} aria-hidden="true" />
      <span>
        {message} {hint && <span className="problem-hint">{hint}</span>}
      </span>
    </p>
  )
}
