import { useTranslation } from 'react-i18next'
import type { UpdateDetail, UpdateLine } from '../../engine/session/steps/types.ts'
import { useProblemText } from '../i18n/useProblemText.ts'
import { useStepper } from '../store/stepper.ts'
import { Formula } from '../value/Formula.tsx'
import { formatNumber } from '../value/format.ts'
import { BatchStrip } from './BatchStrip.tsx'
import { PieceGrid } from './PieceGrid.tsx'
import { numberTex, ofElement } from './tex.ts'
import { useFill } from './useContext.ts'

/** The optimizer's rule line by line, and what each state and the parameter were and are. */
export function UpdateView({ detail, name }: { readonly detail: UpdateDetail; readonly name: string }) {
  const { t } = useTranslation()
  const fill = useFill()
  const walk = useStepper((s) => s.walk)
  const problemText = useProblemText()
  const { before, gradient, lines, after, refused, samples } = detail
  const weight = ofElement(`\\name{${name}}`, before.cell, before.shape)
  return (
    <article className="step-share forward-view">
      {samples && walk?.batch != null && <BatchStrip samples={samples} gradient={gradient.value} />}
      <div className="step-update-lines">
        <Formula
          tex={fill(
            `w = ${weight} = ${numberTex(before.value)}, \\qquad g = \\frac{\\partial L}{\\partial w} = ${numberTex(gradient.value)}`
          )}
        />
        {lines.map((line) => (
          <UpdateFormula key={line.left + line.symbols} line={line} />
        ))}
      </div>
      {refused && (
        <p className="step-share-note">
          {problemText(refused).message} {problemText(refused).hint}
        </p>
      )}
      {after !== null && <Changes lines={lines} />}
      <Letters detail={detail} />
      <Notes detail={detail} />
      {before.shape.length > 0 && (
        <div className="step-pieces">
          <PieceGrid piece={gradient} name={t('steps.gradientOf')} which="gradient" handle="out" />
          <PieceGrid piece={before} name={t('steps.before')} which="value" />
        </div>
      )}
    </article>
  )
}

function UpdateFormula({ line }: { readonly line: UpdateLine }) {
  const fill = useFill()
  const arrow = line.of === 'corrected' ? '=' : '\\leftarrow'
  const put = line.put === null ? '' : ` = ${fill(line.put, line.values)}`
  const result = line.result === null ? '' : ` = \\mathbf{${numberTex(line.result, 5)}}`
  return (
    <span data-of={line.of}>
      <Formula tex={`${line.left} ${arrow} ${line.symbols ?? ''}${put}${result}`} />
    </span>
  )
}

/** Each state and the parameter, before → after. */
function Changes({ lines }: { readonly lines: readonly UpdateLine[] }) {
  return (
    <div className="step-update-changes numbers">
      {lines.flatMap(({ of, left, before, result }) =>
        before === null || result === null
          ? []
          : [
              <p key={of + left} className={of === 'parameter' ? 'step-update-result' : 'step-update-state'}>
                <Formula tex={left} />: <span data-of="before">{formatNumber(before, 5)}</span> →{' '}
                <b>{formatNumber(result, 5)}</b>
              </p>
            ]
      )}
    </div>
  )
}

/** What the letters stand for. */
function Letters({ detail: { symbols } }: { readonly detail: UpdateDetail }) {
  const { t } = useTranslation()
  return (
    <ul className="update-symbols">
      {symbols.map(({ tex, name, value }) => (
        <li key={name}>
          <Formula tex={`${tex} = ${numberTex(value)}`} /> {t(`steps.letters.${name}`)}
        </li>
      ))}
    </ul>
  )
}

const SCHEDULES = ['step', 'cosine', 'warmup', 'oneCycle'] as const

function Notes({ detail }: { readonly detail: UpdateDetail }) {
  const { t } = useTranslation()
  const { assumed, optimizer, schedule, step, lines, unknowns } = detail
  const kind = SCHEDULES.find((one) => one === schedule?.kind)
  const notes = [
    optimizer === 'newton' && t('steps.solver.newton'),
    optimizer === 'normalEquation' && t('steps.solver.normalEquation'),
    unknowns !== null && t('steps.solver.batch', { count: unknowns }),
    schedule &&
      kind &&
      t('steps.scheduled', { schedule: t(`training.schedules.${kind}`), step: schedule.step, steps: schedule.steps }),
    lines.some(({ of }) => of === 'state') &&
      (step === 1 ? t('steps.stateBegins') : t('steps.stateKept', { step: step - 1 })),
    assumed && t('steps.assumed')
  ]
  return notes.map(
    (note) =>
      note && (
        <p key={note} className="step-share-note">
          {note}
        </p>
      )
  )
}
