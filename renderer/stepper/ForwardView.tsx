import { useTranslation } from 'react-i18next'
import type { ForwardDetail, LayerSum } from '../../engine/session/steps/types.ts'
import { broadcastAxes } from '../../engine/shape.ts'
import { Formula } from '../value/Formula.tsx'
import { Boxes } from './Boxes.tsx'
import { Broadcast } from './Broadcast.tsx'
import { PieceGrid } from './PieceGrid.tsx'
import { TermsLine } from './ShareView.tsx'
import { operatorName, textName } from './sentence.ts'
import { numberTex, ofElement, ofElements } from './tex.ts'
import { useContext, useFill } from './useContext.ts'

/** name = formula = numbers put in = result. */
export function ForwardView({ detail }: { readonly detail: ForwardDetail }) {
  const { t } = useTranslation()
  const context = useContext()
  const { outputs, inputs, owned, terms, layer, shapes, rule, equation } = detail
  const out = outputs[0]?.value
  const tensors = [...inputs, ...owned].filter(({ value }) => value.shape.length > 0)
  const fill = useFill()
  const name = fill(out ? ofElement(equation.left, out.cell, out.shape) : equation.left)
  const elementwise = equation.put !== null && out !== undefined
  const repeated = elementwise ? inputs.filter(({ value }) => broadcastAxes(value.shape, out.shape).length > 0) : []
  return (
    <article className="step-share forward-view">
      <Equation detail={detail} />
      {rule && (
        <p className="step-share-rule">
          <Formula tex={rule} />
        </p>
      )}
      {terms && out && (
        <div className="step-chain-sum">
          <TermsLine
            terms={terms.shown}
            rest={terms.count > terms.shown.length ? terms.rest : null}
            plus={layer?.bias ?? null}
            left={layer ? (layer.activation ? 'z' : name) : ''}
            result={layer ? layer.sum : out.value}
          />
          {layer?.activation && <Activation layer={layer} detail={detail} />}
          {terms.count > terms.shown.length && (
            <span className="step-chain-caption">
              {t('steps.moreTerms', { count: terms.count - terms.shown.length })}
            </span>
          )}
        </div>
      )}
      {shapes && <Boxes shapes={shapes} />}
      {out &&
        repeated.map(({ handle, name, value }) => (
          <Broadcast key={handle} name={textName(context, name)} from={value.shape} to={out.shape} way="forward" />
        ))}
      <div className="step-pieces">
        {tensors.map(({ handle, name, value, line }) => (
          <PieceGrid key={handle} piece={value} name={textName(context, name)} which="value" line={line} />
        ))}
        {outputs.map(
          ({ handle, value }) =>
            value.shape.length > 0 && (
              <PieceGrid
                key={handle}
                piece={value}
                name={outputs.length > 1 ? handle : t('steps.result')}
                which="value"
                handle={handle}
              />
            )
        )}
      </div>
    </article>
  )
}

function Equation({ detail: { equation, outputs, inputs, terms } }: { readonly detail: ForwardDetail }) {
  const fill = useFill()
  const { left, symbols, put, values, result } = equation
  const out = outputs[0]?.value
  // a layer's products say it all
  if (symbols === null && terms) return null
  const parts = [
    fill(out ? ofElement(left, out.cell, out.shape) : left),
    symbols === null ? null : fill(put === null ? symbols : ofElements(symbols, inputs)),
    put === null ? null : fill(put, values),
    terms || result === null ? null : `\\mathbf{${numberTex(result)}}`
  ].filter((part) => part !== null)
  return (
    <div className="step-equation">
      <Formula tex={[...new Set(parts)].join(' = ')} />
    </div>
  )
}

/** The activation behind a layer's sum. */
function Activation({ layer, detail }: { readonly layer: LayerSum; readonly detail: ForwardDetail }) {
  const { language } = useContext()
  const fill = useFill()
  const out = detail.outputs[0]?.value
  if (!out) return null
  const name = operatorName(layer.activation ?? '', language)
  const left = fill(ofElement(detail.equation.left, out.cell, out.shape))
  return <Formula tex={`${left} = \\text{${name}}(${numberTex(layer.sum)}) = \\mathbf{${numberTex(out.value)}}`} />
}
