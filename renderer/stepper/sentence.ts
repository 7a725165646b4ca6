/** What a step says, in one sentence: shown above its formula and read out. */
import type { TFunction } from 'i18next'
import { indexOf } from '../../engine/document/lookup.ts'
import type { GraphDocument } from '../../engine/document/types.ts'
import { opOf } from '../../engine/ops/registry.ts'
import type { StepDetail, StepHead, StepsResult } from '../../engine/session/steps/types.ts'
import { koreanName } from '../palette/search.ts'
import { optimizerForms } from '../training/optimizers.ts'
import { formatNumber, formatShape } from '../value/format.ts'

export interface Context {
  readonly t: TFunction
  readonly language: string
  readonly document: GraphDocument
  readonly names: StepsResult['names']
}

/** What an operator is called in the language of the screen. */
export const operatorName = (op: string, language: string): string =>
  (language === 'ko' ? koreanName(op) : undefined) ?? opOf(op)?.title ?? op

const plain = (title: string): string => title.replaceAll('$', '')

/** What people call it, in running text: its label or id; of a part, what it is and of what. */
export function textName({ t, language, document, names }: Context, name: string): string {
  const [whole = '', output] = name.split(':')
  const found = names[whole]
  const node = indexOf(document).nodes.get(found?.node ?? whole)
  const title = plain(node?.label ?? node?.id ?? whole)
  const base =
    found?.part == null ? title : t('steps.partOf', { part: partName(found.part, found.op, language), node: title })
  return output === undefined ? base : `${base} (${output})`
}

const partName = (part: string, op: string, language: string): string => {
  const last = part.split('.').at(-1) as string
  return op === 'Parameter' || op === 'Constant' ? last : operatorName(op, language)
}

/** Adam, RMSprop: proper names, the same in all languages. */
export const optimizerName = (kind: string): string =>
  optimizerForms[kind as keyof typeof optimizerForms]?.title ?? kind

const list = (items: readonly string[], language: string): string =>
  new Intl.ListFormat(language, { type: 'conjunction' }).format(items)

/** A single number, else the shape. */
const amount = (piece: { readonly shape: readonly number[]; readonly value: number }): string =>
  piece.shape.length === 0 ? formatNumber(piece.value) : formatShape(piece.shape)

const SOURCES = ['Parameter', 'Constant', 'Input', 'Dataset'] as const

export function sentenceOf(head: StepHead, detail: StepDetail | null, c: Context): string {
  const { t, language } = c
  const name = textName(c, head.name)
  const op = operatorName(head.op, language)
  switch (head.kind) {
    case 'source': {
      const out = detail?.kind === 'source' ? detail.outputs[0]?.value : undefined
      const kind = SOURCES.find((source) => source === head.op) ?? 'other'
      return t(`steps.source.${kind}`, { name, value: out ? amount(out) : '…' })
    }
    case 'forward': {
      const inputs = detail?.kind === 'forward' ? detail.inputs.map((input) => textName(c, input.name)) : []
      const out = detail?.kind === 'forward' ? detail.outputs[0]?.value : undefined
      if (!out || inputs.length === 0) return t('steps.computes', { op })
      const scalar = out.shape.length === 0
      return t(scalar ? 'steps.forward' : 'steps.forwardTensor', {
        op,
        inputs: list(inputs, language),
        value: amount(out)
      })
    }
    case 'seed':
      return detail?.kind === 'seed' && detail.gradient.shape.length > 0
        ? t('steps.seedSum', { name, shape: formatShape(detail.gradient.shape) })
        : t('steps.seed', { name })
    case 'fork':
      return t('steps.fork', { name, count: detail?.kind === 'fork' ? detail.parts.length : 2 })
    case 'backward':
      return t(`steps.pattern.${head.pattern}`, { op })
    case 'update':
      return t('steps.update', {
        name: parameterName(c, head),
        optimizer: detail?.kind === 'update' ? optimizerName(detail.optimizer) : '…'
      })
  }
}

export const parameterName = (c: Context, head: StepHead): string => textName(c, head.parameter ?? head.name)

/** The numbers of a step, to be read out after its sentence. */
export function spokenNumbers(detail: StepDetail, c: Context): string {
  const { t } = c
  if (detail.kind === 'backward') {
    const shares = detail.shares.flatMap(({ name, gradient, terms }) => {
      if (!gradient) return []
      const [first] = terms?.shown ?? []
      const single = first && terms?.count === 1
      return single
        ? t('steps.said.share', {
            name: textName(c, name),
            upstream: formatNumber(first.factors[0]),
            local: formatNumber(first.factors[1]),
            value: formatNumber(gradient.value)
          })
        : t('steps.said.tensor', {
            name: textName(c, name),
            shape: formatShape(gradient.shape),
            value: formatNumber(gradient.value)
          })
    })
    return shares.join(' ')
  }
  if (detail.kind === 'update') {
    return detail.after === null
      ? ''
      : t('steps.said.update', { before: formatNumber(detail.before.value), after: formatNumber(detail.after) })
  }
  return detail.kind === 'fork' ? t('steps.said.sum', { value: formatNumber(detail.sum.value) }) : ''
}
