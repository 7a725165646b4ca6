import { ArrowLeft } from 'lucide-react'
import { ToggleGroup } from 'radix-ui'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { indexOf } from '../../../engine/document/lookup.ts'
import { nameOf } from '../../canvas/geometry.ts'
import { useEditor } from '../../store/editor.ts'
import { Button } from '../../ui/Button.tsx'
import { NumberField } from '../../ui/NumberField.tsx'
import { Slider } from '../../ui/Slider.tsx'
import { formatNumber } from '../../value/format.ts'
import { PlacePicker } from '../PlacePicker.tsx'
import { RangeField, ZoomButtons } from '../RangeFields.tsx'
import { setCurve, usePlots } from '../state.ts'
import { DECADES, type Secant } from './secant.ts'
import { type CurveView, OBJECTIVE } from './useCurve.ts'

const METHODS = ['forward', 'central'] as const

interface Props {
  readonly view: CurveView
  readonly secant: Secant | null
}

/** What is drawn over what, how far, and the step of the secant. */
export function CurveControls({ view, secant }: Props) {
  const { t } = useTranslation()
  const alone = usePlots((s) => s.curve.alone)
  const { result } = view
  return (
    <div className="plots-controls">
      {alone ? <Alone node={alone.node} x={alone.x} /> : <Graph view={view} />}
      {result && (
        <div className="plot-field">
          <div className="plot-field-head">
            <span>{t('plots.range')}</span>
            <ZoomButtons
              ranges={[result.range]}
              onChange={(ranges) => setCurve({ range: ranges ? (ranges[0] ?? null) : null })}
            />
          </div>
          <RangeField label={view.xName} value={result.range} onChange={(range) => setCurve({ range })} />
        </div>
      )}
      {result && secant && <Step secant={secant} />}
      {result && secant && (
        <dl className="plot-facts numbers">
          <Fact sign="secant" name={t('plots.curve.secant')} value={secant.slope} />
          <Fact sign="tangent" name={t('plots.curve.tangent')} value={result.here.slope} />
          <Fact name={t('plots.curve.error')} value={secant.error} />
          <Fact name={t('plots.curve.relative')} value={secant.relative} digits={2} />
        </dl>
      )}
    </div>
  )
}

function Fact(props: {
  readonly name: string
  readonly value: number
  readonly digits?: number
  readonly sign?: 'secant' | 'tangent'
}) {
  const { name, value, digits = 7, sign } = props
  return (
    <div>
      <dt data-sign={sign}>{name}</dt>
      <dd>{formatNumber(value, digits)}</dd>
    </div>
  )
}

function Graph({ view }: { readonly view: CurveView }) {
  const { t } = useTranslation()
  const document = useEditor((s) => s.document)
  const objective = indexOf(document).nodes.get(document.objective ?? '')
  const first = {
    value: OBJECTIVE,
    text: objective ? t('plots.objectiveIs', { name: nameOf(objective).replaceAll('$', '') }) : t('plots.objective')
  }
  return (
    <>
      {view.x && (
        <PlacePicker
          name="x"
          label={t('plots.curve.x')}
          places={view.sources}
          value={view.x}
          onChange={(x) => setCurve({ x, range: null })}
        />
      )}
      {view.x && (
        <PlacePicker
          name="y"
          label={t('plots.curve.y')}
          places={view.results}
          value={view.y}
          first={first}
          onChange={(y) => setCurve({ y })}
        />
      )}
    </>
  )
}

function Alone({ node, x }: { readonly node: string; readonly x: number }) {
  const { t } = useTranslation()
  const id = useId()
  const found = useEditor((s) => indexOf(s.document).nodes.get(node))
  return (
    <>
      <div className="plot-field">
        <span>{t('plots.curve.alone', { node: found ? nameOf(found).replaceAll('$', '') : node })}</span>
        <Button icon={ArrowLeft} onClick={() => setCurve({ alone: null, range: null })}>
          {t('plots.curve.inGraph')}
        </Button>
      </div>
      <div className="plot-field" data-beside>
        <label htmlFor={id}>x</label>
        <NumberField id={id} label="x" value={x} step={0.1} onCommit={(to) => setCurve({ alone: { node, x: to } })} />
      </div>
    </>
  )
}

function Step({ secant }: { readonly secant: Secant }) {
  const { t } = useTranslation()
  const { decades, method } = usePlots((s) => s.curve)
  const h = formatNumber(secant.h, 3)
  return (
    <div className="plot-field">
      <span>
        {t('plots.curve.step')} <b className="numbers">h = {h}</b>
      </span>
      <Slider
        {...DECADES}
        label={t('plots.curve.step')}
        valueText={`h = ${h}`}
        value={decades}
        onChange={(next) => setCurve({ decades: next })}
      />
      <ToggleGroup.Root
        type="single"
        className="segments"
        value={method}
        aria-label={t('plots.curve.method')}
        onValueChange={(next) => next && setCurve({ method: next as (typeof METHODS)[number] })}
      >
        {METHODS.map((one) => (
          <ToggleGroup.Item key={one} value={one} className="segment">
            {t(`plots.curve.methods.${one}`)}
          </ToggleGroup.Item>
        ))}
      </ToggleGroup.Root>
    </div>
  )
}
