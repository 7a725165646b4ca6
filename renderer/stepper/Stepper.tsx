/** Stepping through a run: the player, and the sentence of the step that is looked at. */
import './stepper.css'
import { LoaderCircle } from 'lucide-react'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useProblemText } from '../i18n/useProblemText.ts'
import { announce } from '../store/announce.ts'
import { endSteps, useStepper } from '../store/stepper.ts'
import { Button } from '../ui/Button.tsx'
import { Card } from './Card.tsx'
import { follow, show } from './camera.ts'
import { sentenceOf, spokenNumbers } from './sentence.ts'
import { Transport } from './Transport.tsx'
import { useContext } from './useContext.ts'

/** Milliseconds until the panel has taken its place from the canvas. */
const SETTLED = 80

export function Stepper() {
  const { t } = useTranslation()
  const textOf = useProblemText()
  const { status, walk, at, problems } = useStepper()
  const head = walk?.steps[at]
  useSpoken()
  const open = walk !== null
  useEffect(() => {
    // once the panel has taken its place from the canvas
    const { walk, at } = useStepper.getState()
    const node = walk?.steps[at]?.node
    if (open && node) setTimeout(() => show(node), SETTLED)
  }, [open])
  useEffect(() => {
    if (head && at > 0) follow(head.node)
  }, [head, at])
  const [problem] = problems
  return (
    <div className="stepper">
      {walk && head ? (
        <>
          <Transport walk={walk} />
          <Card walk={walk} head={head} />
        </>
      ) : (
        <div className="stepper-empty">
          {status === 'loading' ? (
            <p>
              <LoaderCircle size={15} className="spin" aria-hidden="true" /> {t('steps.loading')}
            </p>
          ) : (
            <>
              <p>{problem ? textOf(problem).message : t('steps.nothing')}</p>
              {problem && <p className="muted">{textOf(problem).hint}</p>}
              <Button onClick={endSteps}>{t('actions.endSteps')}</Button>
            </>
          )}
        </div>
      )}
    </div>
  )
}

/** Each step is read out as soon as its numbers are there, but not while it plays fast. */
function useSpoken(): void {
  const detail = useStepper((s) => s.detail)
  const context = useContext()
  useEffect(() => {
    const { walk, at, playing, speed } = useStepper.getState()
    const head = walk?.steps[at]
    if (!head || detail?.index !== at || (playing && speed > 1)) return
    const place = context.t('steps.place', { at: at + 1, count: walk.steps.length })
    announce([place, sentenceOf(head, detail, context), spokenNumbers(detail, context)].join('. '))
  }, [detail, context])
}
