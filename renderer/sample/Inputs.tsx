import { ToggleGroup } from 'radix-ui'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { indexOf } from '../../engine/document/lookup.ts'
import type { SampleInput, SampleReport } from '../../engine/session/sample/types.ts'
import { nameOf } from '../canvas/geometry.ts'
import { useProblemText } from '../i18n/useProblemText.ts'
import { useEditor } from '../store/editor.ts'
import { pictureOf } from '../value/images.ts'
import { FeatureTable } from './FeatureTable.tsx'
import { FIRST_MAPS, type FirstMap } from './maps.ts'
import { PictureMaps } from './PictureMaps.tsx'
import { className } from './SamplePanel.tsx'

interface Look {
  readonly map: FirstMap
  /** Whether signs are shown, or only how much a number matters. */
  readonly signed: boolean
}

const SIGNS = ['signed', 'magnitude'] as const

/** What was given, and how the chosen score depends on it. */
export function Inputs({ report }: { readonly report: SampleReport }) {
  const { t } = useTranslation()
  const document = useEditor((s) => s.document)
  const [look, setLook] = useState<Look>({ map: 'gradient', signed: true })
  const { inputs, chosen, rectifiers, scores } = report
  const node = indexOf(document).nodes.get(scores.node)
  const of = report.answers === 'numbers' || scores.values.length === 1 ? String(chosen) : className(report, chosen)
  const anyPicture = inputs.some(({ shape, gradient }) => gradient && pictureOf(shape))
  return (
    <>
      <div className="sample-tools">
        <Segments
          label={t('sample.map')}
          value={look.map}
          options={FIRST_MAPS.map((map) => ({ value: map, text: t(`sample.maps.${map}`) }))}
          onChange={(map) => setLook({ ...look, map })}
        />
        {anyPicture && (
          <Segments
            label={t('sample.signs')}
            value={look.signed ? 'signed' : 'magnitude'}
            options={SIGNS.map((sign) => ({ value: sign, text: t(`sample.${sign}`) }))}
            onChange={(sign) => setLook({ ...look, signed: sign === 'signed' })}
          />
        )}
        <p className="muted numbers sample-of">
          s = {node?.label?.replaceAll('$', '') || scores.node}[{of}]
        </p>
      </div>
      {inputs.length === 0 && <p className="muted">{t('sample.noInputs')}</p>}
      {inputs.map((input) => (
        <One key={`${input.node} ${input.output}`} input={input} look={look} alone={inputs.length === 1} />
      ))}
      {rectifiers === 0 && inputs.some(({ gradient }) => gradient) && (
        <p className="muted sample-note">{t('sample.noRectifier')}</p>
      )}
    </>
  )
}

function One({ input, look, alone }: { readonly input: SampleInput; readonly look: Look; readonly alone: boolean }) {
  const textOf = useProblemText()
  const node = useEditor((s) => indexOf(s.document).nodes.get(input.node))
  const picture = pictureOf(input.shape)
  return (
    <section className="sample-input">
      {!alone && <h3>{node ? nameOf(node).replaceAll('$', '') : input.node}</h3>}
      {input.why && <p className="muted">{textOf(input.why).message}</p>}
      {picture ? (
        <PictureMaps input={input} picture={picture} {...look} />
      ) : (
        <FeatureTable input={input} map={look.map} />
      )}
    </section>
  )
}

interface SegmentsProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly options: readonly { readonly value: T; readonly text: string }[]
  readonly onChange: (value: T) => void
}

function Segments<T extends string>({ label, value, options, onChange }: SegmentsProps<T>) {
  return (
    <ToggleGroup.Root
      type="single"
      className="segments"
      value={value}
      aria-label={label}
      onValueChange={(next) => next && onChange(next as T)}
    >
      {options.map((option) => (
        <ToggleGroup.Item key={option.value} value={option.value} className="segment">
          {option.text}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  )
}
