import { ChevronRight, LoaderCircle, Waypoints } from 'lucide-react'
import { ToggleGroup } from 'radix-ui'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useProblemText } from '../i18n/useProblemText.ts'
import { ProblemRow } from '../problems/ProblemRow.tsx'
import { announce } from '../store/announce.ts'
import { useEditor } from '../store/editor.ts'
import { Choice } from '../ui/Choice.tsx'
import { PanelHead } from '../ui/PanelHead.tsx'
import { formatNumber } from '../value/format.ts'
import { ChainView, SumView } from './ChainView.tsx'
import type { From, To } from './ends.ts'
import { closeChain, type Order, setFrom, setOrder, setTo, sources, targets, useChain } from './state.ts'
import { disagreement, type Scene } from './text.ts'
import { WayList } from './WayList.tsx'
import './chain.css'

const ORDERS: readonly Order[] = ['back', 'ahead']

/** The chain rule along paths: a product of Jacobians for each way between two values, and the sum over all ways. */
export function ChainPanel() {
  const { t } = useTranslation()
  const { from, to, result, problems, busy, order } = useChain()
  const document = useEditor((s) => s.document)
  const [ends, starts] = [targets(), sources(to)]
  const [of, wrt] = [ends.find(({ key }) => key === to), starts.find(({ key }) => key === from)]
  return (
    <div className="chain">
      <PanelHead
        icon={Waypoints}
        title={t('chain.title')}
        about={
          <>
            <Ends starts={starts} ends={ends} from={from} to={to} />
            <ToggleGroup.Root
              type="single"
              className="segments"
              value={order}
              aria-label={t('chain.order')}
              onValueChange={(next) => next && setOrder(next as Order)}
            >
              {ORDERS.map((one) => (
                <ToggleGroup.Item key={one} value={one} className="segment">
                  {t(`chain.orders.${one}`)}
                </ToggleGroup.Item>
              ))}
            </ToggleGroup.Root>
          </>
        }
        closing={t('check.close')}
        onClose={closeChain}
      >
        {busy && <LoaderCircle size={15} className="spin" aria-label={t('chain.busy')} />}
      </PanelHead>
      {result && of && wrt ? (
        <Body scene={{ document, result, from: wrt, to: of }} />
      ) : (
        <div className="chain-empty">
          {problems.map((problem) => (
            <ProblemRow key={problem.code} problem={problem} />
          ))}
          {!busy && problems.length === 0 && <p className="muted">{t('chain.nothing')}</p>}
        </div>
      )}
    </div>
  )
}

interface EndsProps {
  readonly starts: readonly From[]
  readonly ends: readonly To[]
  readonly from: string | null
  readonly to: string | null
}

function Ends({ starts, ends, from, to }: EndsProps) {
  const { t } = useTranslation()
  const options = (all: readonly { readonly key: string; readonly text: string }[]) =>
    all.map(({ key, text }) => ({ value: key, text }))
  return (
    <div className="chain-ends">
      <Choice label={t('chain.from')} value={from ?? ''} options={options(starts)} onChange={setFrom} />
      <ChevronRight size={15} aria-hidden="true" />
      <Choice label={t('chain.to')} value={to ?? ''} options={options(ends)} onChange={setTo} />
    </div>
  )
}

function Body({ scene }: { readonly scene: Scene }) {
  const { t } = useTranslation()
  const textOf = useProblemText()
  const chosen = useChain((s) => s.way)
  const { result } = scene
  const error = disagreement(result)
  const said =
    result.count === 0 ? t('chain.none') : t('chain.ways', { count: result.count, shown: formatNumber(result.count) })
  useEffect(() => announce(said), [said])
  if (result.ways.length === 0)
    return (
      <div className="chain-empty">
        <p>{said}</p>
        {result.why && <p className="muted">{textOf(result.why).message}</p>}
      </div>
    )
  const way = chosen === 'sum' ? null : result.ways[chosen]
  return (
    <div className="chain-body">
      {result.count > 1 && <WayList scene={scene} />}
      <div className="chain-scroll">
        {way ? <ChainView scene={scene} way={way} /> : <SumView scene={scene} />}
        <p className="chain-foot">
          {error !== null && (
            <span data-good={error < 1e-9 || undefined}>
              {t(error < 1e-9 ? 'chain.agrees' : 'chain.differs', { error: formatNumber(error, 2) })}
            </span>
          )}
          {result.batch !== null && <span className="muted">{t('chain.firstRow')}</span>}
        </p>
      </div>
    </div>
  )
}
