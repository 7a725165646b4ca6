import i18next from 'i18next'
import type { Position } from '../../engine/document/types.ts'
import type { Op } from '../../engine/ir/op.ts'
import { addOp } from '../canvas/create.ts'
import { announce } from '../store/announce.ts'

/** Adds the operator with its middle there. */
export function place(op: Op, middle: Position): void {
  const id = addOp(op, middle)
  announce(i18next.t('palette.added', { title: op.title, id }))
}
