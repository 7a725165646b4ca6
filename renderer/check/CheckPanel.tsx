import { LoaderCircle, ShieldCheck, Square } from 'lucide-react'
import { ToggleGroup } from 'radix-ui'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import type { GradcheckReport } from '../../engine/session/protocol.ts'
import { ProblemRow } from '../problems/ProblemRow.tsx'
import { announce } from '../store/announce.ts'
import { Button } from '../ui/Button.tsx'
import { PanelHead } from '../ui/PanelHead.tsx'
import { Slider } from '../ui/Slider.tsx'
import { Formula } from '../value/Formula.tsx'
import { formatNumber } from '../value/format.ts'
import { CheckTable } from './CheckTable.tsx'
import { ErrorCurve } from './ErrorCurve.tsx'
import {
  closeCheck,
  EXPONENTS,
  type Method,
  passes,
  rowsOf,
  setExponent,
  setMethod,
  stopCheck,
  useCheck
} from './state.ts'
import './check.css'

const METHODS: readonly Method[] = ['central', 'forward']

const FORMULAS: Readonly<Record<Method, string>> = {
  central: String.raw`\frac{L(x+h)-L(x-h)}{2h}`,
  forward: String.raw`\frac{L(x+h)-L(x)}{h}`
}

/** Autodiff beside differences, for every parameter and edge; the step h to play with. */
export function CheckPanel() {
  const { t } = useTranslation()
  const { report, problems, busy } = useCheck()
  const verdict = report && verdictOf(report)
  const text = verdict && t(verdict.bad === 0 ? 'check.allAgree' : 'check.someDiffer', verdict)
  useEffect(() => {
    if (text) announce(text)
  }, [text])
  return (
    <div className="check">
      <PanelHead
        icon={ShieldCheck}
        title={t('check.title')}
        about={
          <>
            <MethodChoice />
            {verdict && (
              <p className="check-verdict" data-good={verdict.bad === 0 || undefined}>
                {text}
              </p>
            )}
          </>
        }
        closing={t('check.close')}
        onClose={closeCheck}
      >
        {busy && (
          <Button icon={Square} onClick={stopCheck}>
            {t('check.stop')}
          </Button>
        )}
      </PanelHead>
      <div className="check-body">
        <StepPane />
        {report ? (
          <CheckTable report={report} />
        ) : (
          <div className="check-empty">
            {problems.map((problem) => (
              <ProblemRow key={problem.code + (problem.nodeId ?? '')} problem={problem} />
            ))}
            {busy && (
              <p className="muted">
                <LoaderCircle size={15} className="spin" aria-hidden="true" />
                {t('check.busy')}
              </p>
            )}
          </div>
        )}
      </div>
    </div>
  )
}

function verdictOf(report: GradcheckReport) {
  const rows = rowsOf(report)
  const bad = rows.filter(({ check }) => !passes(report, check)).length
  const largest = rows.reduce((most, { check }) => Math.max(most, check.relativeError), 0)
  return { count: rows.length, bad, error: formatNumber(largest, 2) }
}

function MethodChoice() {
  const { t } = useTranslation()
  const method = useCheck((s) => s.method)
  return (
    <ToggleGroup.Root
      type="single"
      className="segments"
      value={method}
      aria-label={t('check.method')}
      onValueChange={(next) => next && setMethod(next as Method)}
    >
      {METHODS.map((one) => (
        <ToggleGroup.Item key={one} value={one} className="segment">
          {t(`check.methods.${one}`)}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  )
}

/** The step and what it does to the error. */
function StepPane() {
  const { t } = useTranslation()
  const { method, exponent, report, curve, chosen } = useCheck()
  const used = exponent ?? (report ? Math.log10(report.h) : method === 'central' ? -5 : -7)
  const h = formatNumber(10 ** used, 2)
  return (
    <div className="check-step">
      <div className="check-formula">
        <Formula tex={FORMULAS[method]} />
        <span className="numbers">h = {h}</span>
        {exponent !== null && (
          <Button look="quiet" onClick={() => setExponent(null)}>
            {t('check.usual')}
          </Button>
        )}
      </div>
      {curve && chosen ? (
        <ErrorCurve curve={curve} method={method} exponent={used} />
      ) : (
        <div className="check-curve" aria-hidden="true" />
      )}
      <div className="check-slider">
        <Slider {...EXPONENTS} label={t('check.step')} valueText={`h = ${h}`} value={used} onChange={setExponent} />
      </div>
      <div className="check-sides" aria-hidden="true">
        <span>← {t('check.rounding')}</span>
        <span>{t('check.truncation')} →</span>
      </div>
    </div>
  )
}
