import { ChevronLeft, ChevronRight, CircleX } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { outputsOf } from '../../engine/document/connect.ts'
import { opOf } from '../../engine/ops/registry.ts'
import type { Split } from '../../engine/session/sample/types.ts'
import { actionOf } from '../app/actions.ts'
import { showShortcut } from '../app/shortcuts.ts'
import { nameOf } from '../canvas/geometry.ts'
import { useNumbers } from '../i18n/useNumbers.ts'
import { useEditor } from '../store/editor.ts'
import { IconButton } from '../ui/Button.tsx'
import { Choice } from '../ui/Choice.tsx'
import { NumberField } from '../ui/NumberField.tsx'
import { className } from './SamplePanel.tsx'
import { goOn, setFilter, setScores, setSplit, showSample, useSample } from './state.ts'

const SPLITS: readonly Split[] = ['train', 'test']

/** The key of an action of this panel. */
const keyOf = (id: string): string => showShortcut(actionOf(id).shortcuts?.[0] ?? '')

/** Which example: its split and number, the neighbours, and what may be passed over on the way to them. */
export function SampleChoice() {
  const { t } = useTranslation()
  const numbers = useNumbers()
  const { sample, report } = useSample()
  const rows = report?.rows ?? sample.row + 1
  return (
    <section className="sample-choice" aria-label={t('sample.which')}>
      <div className="sample-row">
        <IconButton
          icon={ChevronLeft}
          label={t('actions.previousSample')}
          shortcut={keyOf('run.previousSample')}
          onClick={() => void goOn(-1)}
        />
        <NumberField
          label={t('sample.row', { last: rows - 1 })}
          value={sample.row}
          min={0}
          max={rows - 1}
          step={1}
          integer
          onCommit={(row) => showSample({ ...sample, row })}
        />
        <span className="numbers sample-of-rows">/ {numbers.count(rows - 1)}</span>
        <IconButton
          icon={ChevronRight}
          label={t('actions.nextSample')}
          shortcut={keyOf('run.nextSample')}
          onClick={() => void goOn(1)}
        />
        {report?.dataSet !== null && (
          <Choice
            label={t('sample.split')}
            value={sample.split}
            options={SPLITS.map((split) => ({ value: split, text: t(`sample.splits.${split}`) }))}
            onChange={setSplit}
          />
        )}
      </div>
      <Filter />
      <ScoresChoice />
    </section>
  )
}

const ANY = 'any'

function Filter() {
  const { t } = useTranslation()
  const { report, label, wrong } = useSample()
  if (!report?.targets || report.answers === 'numbers') return null
  const count = report.classes?.length ?? Math.max(2, report.scores.values.length)
  const classes = Array.from({ length: count }, (_, i) => ({
    value: String(i),
    text: t('sample.ofClass', { name: className(report, i) })
  }))
  return (
    <div className="sample-row">
      <Choice
        label={t('sample.passOver')}
        value={label === null ? ANY : String(label)}
        options={[{ value: ANY, text: t('sample.anyClass') }, ...classes]}
        onChange={(next) => setFilter({ label: next === ANY ? null : Number(next) })}
      />
      <button
        type="button"
        className="button button-plain sample-wrong"
        aria-pressed={wrong}
        onClick={() => setFilter({ wrong: !wrong })}
      >
        <CircleX size={14} aria-hidden="true" />
        {t('sample.onlyWrong')}
      </button>
    </div>
  )
}

/** No node's id begins so. */
const OF_LOSS = '#loss'

/** Any output may be looked at as scores: a hidden layer's too. */
function ScoresChoice() {
  const { t } = useTranslation()
  const { scores, report } = useSample()
  const document = useEditor((s) => s.document)
  const types = useEditor((s) => s.checked.types)
  const nodes = document.nodes.flatMap((node) => {
    const op = opOf(node.op)
    const [output] = op ? outputsOf(op, node.attributes) : []
    const type = output && types.get(node.id)?.[output.name]
    if (!op || !output || op.family === 'sources' || type?.dtype !== 'float') return []
    return [{ value: node.id, text: nameOf(node).replaceAll('$', ''), output: output.name }]
  })
  const before = report?.scores.before
  return (
    <div className="sample-row">
      <span className="sample-of-rows" aria-hidden="true">
        {t('sample.scores')}
      </span>
      <Choice
        label={t('sample.scores')}
        value={scores?.node ?? OF_LOSS}
        options={[
          { value: OF_LOSS, text: t(before ? `sample.before.${before}` : 'sample.ofLoss') },
          ...nodes.map(({ value, text }) => ({ value, text }))
        ]}
        onChange={(node) => {
          const output = nodes.find(({ value }) => value === node)?.output
          setScores(output === undefined ? null : { node, output })
        }}
      />
    </div>
  )
}
