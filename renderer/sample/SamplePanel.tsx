import { LoaderCircle, ScanEye, Square } from 'lucide-react'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import type { SampleReport } from '../../engine/session/sample/types.ts'
import { ProblemRow } from '../problems/ProblemRow.tsx'
import { announce } from '../store/announce.ts'
import { Button } from '../ui/Button.tsx'
import { PanelHead } from '../ui/PanelHead.tsx'
import { formatNumber } from '../value/format.ts'
import { Inputs } from './Inputs.tsx'
import { SampleChoice } from './SampleChoice.tsx'
import { Scores } from './Scores.tsx'
import './sample.css'
import { closeSample, stopSearching, useSample } from './state.ts'

/** One example: what the network makes of it, and which of its numbers matter for that. */
export function SamplePanel() {
  const { t } = useTranslation()
  const { report, problems, busy, none } = useSample()
  return (
    <div className="sample">
      <PanelHead
        icon={ScanEye}
        title={t('sample.title')}
        about={
          <>
            {report && <Verdict report={report} />}
            {none && (
              <p className="sample-none" role="status">
                {t('sample.none')}
              </p>
            )}
          </>
        }
        closing={t('sample.close')}
        onClose={closeSample}
      >
        {busy === 'searching' && (
          <Button icon={Square} onClick={stopSearching}>
            {t('sample.stop')}
          </Button>
        )}
      </PanelHead>
      <div className="sample-body">
        <SampleChoice />
        <div className="sample-stage">
          {problems.map((problem) => (
            <ProblemRow key={problem.code + (problem.nodeId ?? '')} problem={problem} />
          ))}
          {report && <Inputs report={report} />}
          {!report && problems.length === 0 && busy && (
            <p className="muted sample-wait">
              <LoaderCircle size={15} className="spin" aria-hidden="true" />
              {t('sample.busy')}
            </p>
          )}
        </div>
        {report && <Scores report={report} />}
      </div>
    </div>
  )
}

/** What a class is called. */
export const className = ({ classes }: SampleReport, index: number): string => classes?.[index] ?? String(index)

/** The answer and whether it is right, in a sentence. */
function Verdict({ report }: { readonly report: SampleReport }) {
  const { t } = useTranslation()
  const { predicted, label, right, loss, sample } = report
  const loses = loss === null ? '' : ` · ${t('sample.loss', { loss: formatNumber(loss, 3) })}`
  const answer =
    predicted === null
      ? right === null
        ? ''
        : t(right ? 'sample.allRight' : 'sample.someWrong')
      : label === null
        ? t('sample.predicted', { predicted: className(report, predicted) })
        : t(right ? 'sample.right' : 'sample.wrong', {
            predicted: className(report, predicted),
            label: className(report, label)
          })
  const text = `${answer}${answer === '' ? loses.slice(3) : loses}`
  useEffect(() => {
    announce(`${t('sample.number', { row: sample.row })}: ${text}`)
  }, [t, sample.row, text])
  return (
    <p className="sample-verdict" data-right={right ?? undefined}>
      {text}
    </p>
  )
}
