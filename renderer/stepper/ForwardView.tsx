import { useTranslation } from 'react-i18next'
import type { ForwardDetail } from '../../engine/session/steps/types.ts'
import { Formula } from '../value/Formula.tsx'
import { Boxes } from './Boxes.tsx'
import { PieceGrid } from './PieceGrid.tsx'
import { TermsLine } from './ShareView.tsx'
import { textName } from './sentence.ts'
import { numberTex, ofElement } from './tex.ts'
import { useContext, useFill } from './useContext.ts'

/** name = formula = numbers put in = result. */
export function ForwardView({ detail }: { readonly detail: ForwardDetail }) {
  const { t } = useTranslation()
  const context = useContext()
  const { outputs, inputs, owned, terms, shapes, rule } = detail
  const out = outputs[0]?.value
  const tensors = [...inputs, ...owned].filter(({ value }) => value.shape.length > 0)
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
            result={out.value}
          />
          {terms.count > terms.shown.length && (
            <span className="step-chain-caption">
              {t('steps.moreTerms', { count: terms.count - terms.shown.length })}
            </span>
          )}
        </div>
      )}
      {shapes && <Boxes shapes={shapes} />}
      <div className="step-pieces">
        {tensors.map(({ handle, name, value }) => (
          <PieceGrid key={handle} piece={value} name={textName(context, name)} which="value" />
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

function Equation({ detail: { equation, outputs, terms } }: { readonly detail: ForwardDetail }) {
  const fill = useFill()
  const { left, symbols, put, values, result } = equation
  const out = outputs[0]?.value
  const parts = [
    fill(out ? ofElement(left, out.cell, out.shape) : left),
    symbols === null ? null : fill(symbols),
    put === null ? null : fill(put, values),
    terms || result === null ? null : `\\mathbf{${numberTex(result)}}`
  ].filter((part) => part !== null)
  return (
    <div className="step-equation">
      <Formula tex={[...new Set(parts)].join(' = ')} />
    </div>
  )
}
