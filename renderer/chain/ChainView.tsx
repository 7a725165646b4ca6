import { ArrowLeft, ArrowRight } from 'lucide-react'
import { Fragment, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { indexOf } from '../../engine/document/lookup.ts'
import type { ChainFactor, ChainWay } from '../../engine/session/protocol.ts'
import { useNumbers } from '../i18n/useNumbers.ts'
import { patternOf } from '../jacobian/pattern.ts'
import { select } from '../store/editor.ts'
import { reveal } from '../store/flow.ts'
import { formatNumber } from '../value/format.ts'
import { Matrix } from './Matrix.tsx'
import { type Order, useChain } from './state.ts'
import { factorTex, productTex, type Scene, shortName, totalTex, workOf } from './text.ts'

const Sign = ({ children }: { readonly children: string }) => (
  <span className="chain-sign" aria-hidden="true">
    {children}
  </span>
)

/** One way as a product: the Jacobian of each step, and below what has been multiplied so far. */
export function ChainView({ scene, way }: { readonly scene: Scene; readonly way: ChainWay }) {
  const { t } = useTranslation()
  const order = useChain((s) => s.order)
  // as products are written: the output on the left
  const columns = way.factors.map((_, i) => way.factors.length - 1 - i)
  const factors = columns.map((i) => scene.result.factors[way.factors[i] as string] as ChainFactor)
  const Arrow = order === 'back' ? ArrowRight : ArrowLeft
  return (
    <>
      <table className="chain-table">
        <tbody>
          <tr>
            <th scope="row">{t('chain.factors')}</th>
            {factors.map((factor, k) => (
              <td key={way.factors[columns[k] as number]}>
                <Cell sign={k > 0 ? '·' : null}>
                  <Factor scene={scene} factor={factor} />
                </Cell>
              </td>
            ))}
          </tr>
          <tr>
            <th scope="row">
              <Arrow size={15} aria-hidden="true" />
              {t(`chain.products.${order}`)}
            </th>
            {columns.map((i, k) => (
              <td key={way.factors[i]}>
                <Cell sign={k > 0 ? (order === 'back' ? '→' : '←') : null}>
                  <Running scene={scene} way={way} at={i} order={order} />
                </Cell>
              </td>
            ))}
          </tr>
        </tbody>
      </table>
      <Work scene={scene} way={way} />
    </>
  )
}

const Cell = ({ sign, children }: { readonly sign: string | null; readonly children: ReactNode }) => (
  <div className="chain-cell">
    {sign && <Sign>{sign}</Sign>}
    {children}
  </div>
)

/** The step's own Jacobian, with what it looks like; its name leads to its card. */
function Factor({ scene, factor }: { readonly scene: Scene; readonly factor: ChainFactor }) {
  const { t } = useTranslation()
  const op = indexOf(scene.document).nodes.get(factor.node)?.op ?? ''
  const pattern = factor.data && patternOf(op, { ...factor, data: factor.data })
  const note = pattern && pattern.kind !== 'scalar' ? t(`chain.patterns.${pattern.kind}`) : undefined
  return (
    <Matrix
      tex={factorTex(scene, factor)}
      data={factor.data}
      of={factor.of}
      wrt={factor.wrt}
      note={note}
      marks={pattern?.diagonal ?? false}
    >
      {' · '}
      <button
        type="button"
        className="go-to"
        onClick={() => {
          select({ nodes: [factor.node] })
          reveal(factor.node)
        }}
      >
        {shortName(scene.document, factor.node)}
      </button>
    </Matrix>
  )
}

interface RunningProps {
  readonly scene: Scene
  readonly way: ChainWay
  /** Of the factor with which it was multiplied last, counted from the input. */
  readonly at: number
  readonly order: Order
}

function Running({ scene, way, at, order }: RunningProps) {
  const { result } = scene
  const factor = result.factors[way.factors[at] as string] as ChainFactor
  const back = order === 'back'
  const data = back ? way.back[way.factors.length - 1 - at] : way.ahead[at]
  return (
    <Matrix
      tex={productTex(scene, way, at, order)}
      data={data ?? null}
      of={back ? result.of : factor.of}
      wrt={back ? factor.wrt : result.wrt}
      result={at === (back ? 0 : way.factors.length - 1)}
    />
  )
}

/** Why backprop multiplies from the output: it is the same number, for less. */
function Work({ scene, way }: { readonly scene: Scene; readonly way: ChainWay }) {
  const { t } = useTranslation()
  const { count } = useNumbers()
  const [back, ahead] = [workOf(scene, way, 'back'), workOf(scene, way, 'ahead')]
  if (way.factors.length < 2) return null
  const verdict = back < ahead ? 'back' : ahead < back ? 'ahead' : 'same'
  const work = { back: count(back), ahead: count(ahead) }
  return (
    <p className="chain-work">
      {t('chain.work', work)} {t(`chain.cheaper.${verdict}`)}
    </p>
  )
}

/** All ways, added up: the chain rule of several variables. */
export function SumView({ scene }: { readonly scene: Scene }) {
  const { t } = useTranslation()
  const { result } = scene
  const { ways, of, wrt, total, count } = result
  const tex = totalTex(scene)
  return (
    <>
      <div className="chain-sum">
        <Matrix tex={tex} data={total} of={of} wrt={wrt} result />
        {ways.map((way, i) => (
          <Fragment key={way.edges.join()}>
            <Sign>{i === 0 ? '=' : '+'}</Sign>
            <Matrix tex={String.raw`\left.${tex}\right|_{${i + 1}}`} data={way.back.at(-1) ?? null} of={of} wrt={wrt} />
          </Fragment>
        ))}
        {ways.length < count && <Sign>+ …</Sign>}
      </div>
      <p className="chain-work">
        {ways.length < count
          ? t('chain.sumMore', { shown: ways.length, count: formatNumber(count) })
          : t('chain.sumAll', { count })}
      </p>
    </>
  )
}
