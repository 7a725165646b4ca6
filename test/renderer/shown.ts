/** What a step shows, as markup: its numbers are read off as a person reads them. */
import { createElement, type ReactElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import type { GraphDocument } from '../../engine/document/types.ts'
import type { BackwardDetail, Share, StepDetail, StepsResult } from '../../engine/session/steps/types.ts'
import { Card } from '../../renderer/stepper/Card.tsx'
import { ShareView } from '../../renderer/stepper/ShareView.tsx'
import { useEditor } from '../../renderer/store/editor.ts'
import { useStepper } from '../../renderer/store/stepper.ts'

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#x27': "'" }

const markupOf = (element: ReactElement): string =>
  renderToStaticMarkup(element).replace(/&(amp|lt|gt|quot|#x27);/g, (_, name: string) => ENTITIES[name] as string)

/** Puts a step on the screen. */
export function show(document: GraphDocument, walk: StepsResult, detail: StepDetail): void {
  useEditor.setState({ document })
  useStepper.setState({ status: 'ready', walk, at: detail.index, detail })
}

export function cardOf(walk: StepsResult, at: number): string {
  return markupOf(createElement(Card, { walk, head: walk.steps[at] as StepsResult['steps'][number] }))
}

export const shareOf = (share: Share, detail: BackwardDetail, op: string): string =>
  markupOf(createElement(ShareView, { share, detail, op }))

/** 1.23e-5, ∞ and NaN as `formatNumber` writes them. */
export const numberOf = (text: string): number => {
  if (text === 'NaN') return Number.NaN
  if (text.endsWith('∞')) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return Number(text)
}

const NUMBER = String.raw`-?(?:\\infty|\\text\{NaN\}|\d+(?:\.\d+)?(?: \\cdot 10\^\{-?\d+\})?)`

function texNumber(text: string): number {
  if (text.includes('NaN')) return Number.NaN
  if (text.includes('infty')) return numberOf(text.replace('\\infty', '∞'))
  const [mantissa, exponent] = text.split(' \\cdot 10^{')
  return exponent === undefined ? Number(mantissa) : Number(`${mantissa}e${exponent.replace('}', '')}`)
}

/** Formulas of a card, as LaTeX. */
export const formulasOf = (markup: string): string[] =>
  [...markup.matchAll(/<code>(.*?)<\/code>/gs)].map((m) => m[1] as string)

/** The number that a formula ends with, in bold. */
export function resultOf(tex: string): number | null {
  const found = [...tex.matchAll(new RegExp(String.raw`\\mathbf\{(${NUMBER})\}`, 'g'))].at(-1)
  return found ? texNumber(found[1] as string) : null
}

/** upstream, local and result, where one product is all. */
export function chainOf(markup: string): readonly number[] | null {
  const found = [...markup.matchAll(/step-chain-number numbers">([^<]*)</g)].map((m) => numberOf(m[1] as string))
  return found.length === 3 ? found : null
}

export interface ShownSum {
  readonly products: readonly (readonly [number, number])[]
  readonly rest: number
  readonly result: number
}

/** The summands that a formula writes out, what it leaves out as one number, and the result. */
export function sumOf(markup: string): ShownSum | null {
  const tex = formulasOf(markup).find((one) => /^\S* ?= \(?-?[\d\\]/.test(one) && one.includes('\\mathbf'))
  if (!tex) return null
  const factor = String.raw`(?:\((${NUMBER})\)|(${NUMBER}))`
  const products = [...tex.matchAll(new RegExp(String.raw`(?:= | \+ )${factor} \\cdot ${factor}`, 'g'))].map(
    ([, a, b, c, d]) => [texNumber((a ?? b) as string), texNumber((c ?? d) as string)] as const
  )
  const rest = new RegExp(String.raw`\\underbrace\{\(?(${NUMBER})\)?\}`).exec(tex)
  return { products, rest: rest ? texNumber(rest[1] as string) : 0, result: resultOf(tex) ?? Number.NaN }
}

/** Half a unit of the last digit that is shown, and a little. */
export const rounding = (digits: number): number => 5.1 * 10 ** -digits
