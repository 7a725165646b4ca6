import { FoldVertical, OctagonPause, UnfoldVertical } from 'lucide-react'
import type { CSSProperties } from 'react'
import { useTranslation } from 'react-i18next'
import { opOf } from '../../engine/ops/registry.ts'
import type { StepDetail, StepHead, StepsResult } from '../../engine/session/steps/types.ts'
import { familyColour, familyIcons } from '../app/families.ts'
import { glyphOf } from '../app/glyphs.ts'
import { setSample, toggleOpened, useStepper } from '../store/stepper.ts'
import { Button } from '../ui/Button.tsx'
import { NumberField } from '../ui/NumberField.tsx'
import { ForwardView } from './ForwardView.tsx'
import { ForkView, SeedView } from './OtherViews.tsx'
import { ShareView } from './ShareView.tsx'
import { operatorName, parameterName, sentenceOf, textName } from './sentence.ts'
import { UpdateView } from './UpdateView.tsx'
import { useContext } from './useContext.ts'

/** The step in one sentence, and its formula: in symbols, with the numbers put in, and the result. */
export function Card({ walk, head }: { readonly walk: StepsResult; readonly head: StepHead }) {
  const { t } = useTranslation()
  const at = useStepper((s) => s.at)
  const held = useStepper((s) => s.detail)
  const stopped = useStepper((s) => s.stopped)
  const context = useContext()
  // until its numbers are here, the sentence stands alone
  const detail = held?.index === at && held.walkId === walk.walkId ? held : null
  const family = opOf(head.op)?.family ?? 'internal'
  const Icon = familyIcons[family]
  const name = head.kind === 'update' ? parameterName(context, head) : textName(context, head.name)
  const op = operatorName(head.op, context.language)
  return (
    <section
      className="step-card"
      style={{ '--family': familyColour(family) } as CSSProperties}
      aria-label={t('steps.card')}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: in a small window it is longer than its place, and keys scroll it
      tabIndex={0}
    >
      <header className="step-head">
        <span className="node-icon" aria-hidden="true">
          {glyphOf(head.op) ?? <Icon size={16} />}
        </span>
        <h2 className="step-title">{name}</h2>
        {head.part === null && name !== op && <span className="step-op">{op}</span>}
        <span className="step-kind" data-phase={head.phase}>
          {t(`steps.kind.${head.kind}`)}
        </span>
        {stopped && (
          <span className="step-stopped">
            <OctagonPause size={14} aria-hidden="true" />
            {t(`steps.stopped.${stopped}`)}
          </span>
        )}
        <OpenClose head={head} />
        <span className="step-fill" />
        <SampleField walk={walk} />
        <span className="step-place numbers">{t('steps.place', { at: at + 1, count: walk.steps.length })}</span>
      </header>
      <p className="step-sentence">{sentenceOf(head, detail, context)}</p>
      {detail && <Body head={head} detail={detail} />}
    </section>
  )
}

function Body({ head, detail }: { readonly head: StepHead; readonly detail: StepDetail }) {
  const { t } = useTranslation()
  const context = useContext()
  switch (detail.kind) {
    case 'source':
    case 'forward':
      return (
        <div className="step-shares">
          <ForwardView detail={detail} />
        </div>
      )
    case 'seed':
      return (
        <div className="step-shares">
          <SeedView detail={detail} name={head.name} />
        </div>
      )
    case 'fork':
      return (
        <div className="step-shares">
          <ForkView detail={detail} name={head.name} />
        </div>
      )
    case 'update':
      return (
        <div className="step-shares">
          <UpdateView detail={detail} name={detail.parameter} />
        </div>
      )
    case 'backward': {
      const { inputs, output } = detail.reads
      const read = [
        ...inputs.map((handle) => textName(context, detail.shares.find((s) => s.handle === handle)?.name ?? handle)),
        ...(output ? [t('steps.ownOutput')] : [])
      ]
      return (
        <>
          <div className="step-shares">
            {detail.shares.map((share) => (
              <ShareView key={share.handle} share={share} detail={detail} op={head.op} />
            ))}
          </div>
          <p className="step-reads">
            {read.length === 0
              ? t('steps.readsNothing')
              : t('steps.reads', { what: new Intl.ListFormat(context.language).format(read) })}
          </p>
        </>
      )
    }
  }
}

/** Walks a layer part by part, or as one again. */
function OpenClose({ head }: { readonly head: StepHead }) {
  const { t } = useTranslation()
  const inside = head.part === null ? null : head.name.slice(0, head.name.lastIndexOf('.'))
  return (
    <>
      {head.opens && (
        <Button look="quiet" icon={UnfoldVertical} onClick={() => void toggleOpened(head.name)}>
          {t('steps.open')}
        </Button>
      )}
      {inside !== null && (
        <Button look="quiet" icon={FoldVertical} onClick={() => void toggleOpened(inside)}>
          {t('steps.close')}
        </Button>
      )}
    </>
  )
}

/** Which row of the batch is looked at. */
function SampleField({ walk }: { readonly walk: StepsResult }) {
  const { t } = useTranslation()
  const sample = useStepper((s) => s.sample)
  if (walk.batch === null || walk.batch < 2) return null
  return (
    <span className="step-sample">
      <span aria-hidden="true">{t('steps.sample')}</span>
      <NumberField
        label={t('steps.sampleOf', { batch: walk.batch })}
        value={sample + 1}
        min={1}
        max={walk.batch}
        integer
        step={1}
        onCommit={(row) => void setSample(row - 1)}
      />
      <span className="muted numbers">/ {walk.batch}</span>
    </span>
  )
}
