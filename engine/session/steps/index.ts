/** Runs that are kept to be walked through, and their steps. */
import type { BackendReport } from '../protocol.ts'
import { detailOf } from './detail.ts'
import type { StepDetail, StepRequest, StepsResult } from './types.ts'
import type { Walk } from './walk.ts'

export { Walk } from './walk.ts'

/** What a screen is told of a walk before it takes the first step. */
export async function describe(
  walk: Walk,
  about: Pick<StepsResult, 'walkId' | 'revision' | 'batch'> & { readonly backend: BackendReport }
): Promise<Omit<StepsResult, 'milliseconds'>> {
  const parts = [...walk.opened.places].flatMap(([name, { node, part }]) => {
    const found = walk.opened.document.nodes.find(({ id }) => id === name)
    return found ? [[name, { node, part, op: found.op }] as const] : []
  })
  const owned = walk.ir.nodes.flatMap(({ op, attributes, origin }) =>
    op === 'Variable' && origin?.part
      ? [[attributes.name as string, { node: origin.node, part: origin.part, op: 'Parameter' }] as const]
      : []
  )
  return {
    ...about,
    averaged: walk.averaged,
    names: Object.fromEntries([...parts, ...owned]),
    steps: await walk.heads()
  }
}

/** @param rows of the data set, null where there is none */
export async function readStep(
  walk: Walk,
  request: StepRequest,
  rows: number | null,
  now: () => number
): Promise<StepDetail> {
  const began = now()
  const detail = await detailOf(walk, request, rows)
  return { ...detail, walkId: request.walkId, index: request.index, milliseconds: now() - began } as StepDetail
}
