import i18next from 'i18next'
import type { Position } from '../../engine/document/types.ts'
import type { Op } from '../../engine/ir/op.ts'
import { addOp, addOpInto } from '../canvas/create.ts'
import { announce } from '../store/announce.ts'

/** Adds the operator with its middle there, and leads the wire through it where one is named. */
export function place(op: Op, middle: Position, wire: string | null = null): void {
  const id = (wire === null ? null : addOpInto(op, middle, wire)) ?? addOp(op, middle)
  announce(i18next.t('palette.added', { title: op.title, id }))
}
