/** Every step of three graphs as it stands on the screen: its numbers are read off the card and compared with PyTorch's. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import i18next from 'i18next'
import { beforeAll, describe, expect, test, vi } from 'vitest'

vi.hoisted(() => {
  const localStorage = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined }
  return Object.assign(globalThis, { localStorage, window: { innerWidth: 1440, localStorage } })
})
// stores as they are now, and formulas as LaTeX
vi.mock('zustand', async () => (await import('../renderer/static.ts')).stores())
vi.mock('../../renderer/value/Formula.tsx', async () => (await import('../renderer/static.ts')).formulas())

import { readGraph } from '../../engine/document/file.ts'
import { defaultTraining, type GraphDocument, type TrainingSettings } from '../../engine/document/types.ts'
import { Session } from '../../engine/session/session.ts'
import type { StepDetail, StepHead, StepsResult } from '../../engine/session/steps/types.ts'
import { sizeOf } from '../../engine/shape.ts'
import { formatNumber } from '../../renderer/value/format.ts'
import { cardOf, chainOf, formulasOf, numberOf, resultOf, rounding, show, sumOf } from '../renderer/shown.ts'
import { texts } from '../renderer/static.ts'
import golden from './steps.json'

type Numbers = readonly number[] | null
interface Case {
  readonly graph: string
  readonly values: Readonly<Record<string, Numbers>>
  readonly gradients: Readonly<Record<string, Numbers>>
  readonly edges: Readonly<Record<string, { readonly value: Numbers; readonly gradient: Numbers }>>
  readonly updates: readonly {
    readonly optimizer: TrainingSettings['optimizer']
    readonly clip: TrainingSettings['clip'] | null
    readonly after: Readonly<Record<string, readonly number[]>>
  }[]
}

beforeAll(texts)
// a card for every look: a second where the machine is free
vi.setConfig({ testTimeout: 30_000 })

const cases = golden.cases as unknown as readonly Case[]
const session = new Session({ breathe: async () => undefined })

function documentOf(graph: string): GraphDocument {
  const read = readGraph(readFileSync(join(import.meta.dirname, '../..', `${graph}.chainrule.json`)))
  if (!read.document) throw new Error(JSON.stringify(read.problems))
  return read.document
}

/** As many digits as are shown. */
function near(shown: number | null | undefined, expected: number, what: string, digits = 4): void {
  expect(shown ?? null, `${what} is shown`).not.toBeNull()
  const size = Math.max(1e-9, Math.abs(expected))
  expect(
    Math.abs((shown as number) - expected) / size,
    `${what}: ${shown} is shown, PyTorch has ${expected}`
  ).toBeLessThan(rounding(digits))
}

const articles = (card: string): string[] => card.split('<article').slice(1)

function checkBackward(
  one: Case,
  head: StepHead,
  detail: Extract<StepDetail, { kind: 'backward' }>,
  card: string
): number {
  const upstream = one.gradients[head.name]
  for (const [i, share] of detail.shares.entries()) {
    const what = `${one.graph}, ${head.name} back to ${share.name}`
    const shown = articles(card)[i] as string
    const numbers = share.edge ? one.edges[share.edge]?.gradient : one.gradients[share.name]
    const cell = share.gradient?.cell ?? 0
    const expected = numbers?.[cell]
    const chain = chainOf(shown)
    const sum = chain ? null : sumOf(shown)
    expect(chain ?? sum, `${what}: ${shown}`).not.toBeNull()
    if (expected === undefined) continue
    near(chain ? chain[2] : sum?.result, expected, what)
    if (chain) {
      const [arrives = 0, local = 0] = chain
      expect(Math.abs(arrives * local - expected)).toBeLessThan(2 * rounding(4) * Math.abs(expected) + 1e-12)
      const at = share.terms?.shown[0]?.at ?? []
      const shape = detail.upstream[0]?.gradient.shape ?? []
      const flat = at.reduce((f, k, axis) => f * (shape[axis] as number) + k, 0)
      if (upstream) near(arrives, upstream[flat] as number, `${what}, upstream`)
    } else if (sum) {
      const total = sum.products.reduce((t, [a, b]) => t + a * b, sum.rest)
      const size = sum.products.reduce((t, [a, b]) => t + Math.abs(a * b), Math.abs(sum.rest))
      expect(Math.abs(total - expected), `${what}, summed up`).toBeLessThan(2 * rounding(3) * size + 1e-12)
    }
  }
  return detail.shares.length
}

function checkForward(
  one: Case,
  head: StepHead,
  detail: Extract<StepDetail, { kind: 'source' | 'forward' }>,
  card: string
) {
  const out = detail.outputs[0]?.value
  const expected = one.values[head.name]?.[out?.cell ?? 0]
  if (expected === undefined) return
  const what = `${one.graph}, forward ${head.name}`
  const results = formulasOf(card).flatMap((tex) => resultOf(tex) ?? [])
  near(results.at(-1), expected, what)
  // a number that is put in stands as it came along its wire
  if (detail.equation.put !== null)
    for (const { edge, value } of detail.inputs) {
      const given = edge ? one.edges[edge]?.value?.[value.cell] : undefined
      if (given === undefined) continue
      const digits = formatNumber(Math.abs(given)).split('e')[0] as string
      expect(formulasOf(card).join(' '), `${what}: ${digits} is put in`).toContain(digits)
    }
  if (detail.layer) {
    const sum = sumOf(card)
    const total = sum?.products.reduce((t, [a, b]) => t + a * b, sum.rest) ?? Number.NaN
    near(sum?.result, one.values[`${head.name}.add`]?.[out?.cell ?? 0] as number, `${what}, its sum`)
    expect(Math.abs(total + (detail.layer.bias ?? 0) - detail.layer.sum)).toBeLessThan(0.05)
  }
  // and the sentence says it, of a single number
  if (out?.shape.length === 0) expect(card.split('step-sentence')[1]).toContain(formatNumber(expected))
}

function checkOthers(one: Case, { objective }: GraphDocument, head: StepHead, detail: StepDetail, card: string): void {
  const formulas = formulasOf(card)
  if (detail.kind === 'seed') {
    expect(resultOf(formulas[0] as string)).toBe(1)
    const loss = /= (-?[\d.]+), /.exec(formulas[0] as string)?.[1]
    near(Number(loss), (one.values[objective ?? ''] as readonly number[])[0] as number, 'the loss')
  }
  if (detail.kind === 'fork') {
    // PyTorch's script keeps no gradient of some parts of layers
    const total = one.gradients[head.name]?.[detail.sum.cell] ?? detail.sum.value
    near(resultOf(formulas[1] as string), total, `${one.graph}, fork of ${head.name}`)
    const parts = (formulas[1] as string)
      .split(' = ')[1]
      ?.split(' + ')
      .map((part) => Number(part.replace(/[()]/g, '')))
    expect(parts).toHaveLength(detail.parts.length)
    for (const [i, part] of detail.parts.entries())
      if (part.edge)
        near(parts?.[i], one.edges[part.edge]?.gradient?.[detail.sum.cell] as number, `part ${i} of ${head.name}`)
  }
}

/** Elements besides the one that is shown by itself. */
const some = (size: number): number[] => [...new Set([1, Math.floor(size / 2), size - 1])].filter((i) => i < size)

/** @param cells whether elements are looked at besides the one that a step shows by itself */
async function walkThrough(
  one: Case,
  document: GraphDocument,
  opened: readonly string[],
  cells = true
): Promise<number> {
  const walk: StepsResult = await session.steps({ document, revision: 0, backend: 'reference', opened })
  let shares = 0
  for (const [index, head] of walk.steps.entries()) {
    const first = await session.readStep({ walkId: walk.walkId, index })
    const looks: Record<string, number>[] = [{}]
    if (first.kind === 'backward' && cells)
      for (const { handle, value } of first.shares)
        for (const cell of some(sizeOf(value.shape))) looks.push({ [handle]: cell })
    if (first.kind === 'forward' && cells)
      for (const cell of some(sizeOf(first.outputs[0]?.value.shape ?? []))) looks.push({ out: cell })
    for (const look of looks) {
      const detail = look === looks[0] ? first : await session.readStep({ walkId: walk.walkId, index, cells: look })
      show(document, walk, detail)
      const card = cardOf(walk, index)
      if (detail.kind === 'backward') shares += checkBackward(one, head, detail, card)
      else if (detail.kind === 'forward' || detail.kind === 'source') checkForward(one, head, detail, card)
      else checkOthers(one, document, head, detail, card)
    }
  }
  return shares
}

describe.each(['en', 'ko'])('in %s', (language) => {
  beforeAll(() => i18next.changeLanguage(language).then(() => undefined))

  test.each(cases)('$graph: each sentence has the numbers of PyTorch', async (one) => {
    expect(await walkThrough(one, documentOf(one.graph), [], language === 'en')).toBeGreaterThan(7)
  })
})

test.each([[['hidden']], [['hidden', 'hidden.activation', 'out', 'loss']]])('part by part: %j', async (opened) => {
  await i18next.changeLanguage('en')
  const one = cases.find(({ graph }) => graph === 'test/golden/steps-net') as Case
  expect(await walkThrough(one, documentOf(one.graph), opened)).toBeGreaterThan(8)
})

describe.each(cases)('$graph', (one) => {
  test.each(one.updates)(
    'the update by $optimizer ($clip) shows what PyTorch has, before and after',
    async (update) => {
      const training = {
        ...defaultTraining,
        optimizer: update.optimizer,
        ...(update.clip ? { clip: update.clip } : {})
      }
      const document = { ...documentOf(one.graph), training }
      const walk = await session.steps({ document, revision: 0, backend: 'reference' })
      let checked = 0
      for (const [index, head] of walk.steps.entries()) {
        if (head.kind !== 'update') continue
        const name = head.parameter as string
        const expected = update.after[name] as readonly number[]
        for (const [cell, after] of expected.entries()) {
          const detail = await session.readStep({ walkId: walk.walkId, index, cells: { out: cell } })
          show(document, walk, detail)
          const card = cardOf(walk, index)
          const [, before, now] = /step-update-result">.*?"before">([^<]*)<\/span> → <b>([^<]*)</.exec(card) ?? []
          near(numberOf(now as string), after, `${name}[${cell}]`, 5)
          near(numberOf(before as string), one.values[name]?.[cell] as number, `${name}[${cell}] before`, 5)
          const rule = formulasOf(card).find((tex) => tex.startsWith('w \\leftarrow'))
          near(resultOf(rule as string), after, `the rule of ${name}[${cell}]`, 5)
          checked++
        }
      }
      expect(checked).toBeGreaterThan(3)
    }
  )
})
