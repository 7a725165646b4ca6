/** Gradients of the losses as textbooks have them: what one element or class costs, times the share it has in the whole. */
import type { Dim } from '../shape.ts'
import { add, countOf, div, known, mul, neg, ONE, option, type Rule, sub } from './terms.ts'
import { call, type Expression, num } from './tree.ts'

type Slope = (p: Expression, t: Expression, e: Parameters<typeof option>[0]) => Expression

const log = (x: Expression) => call('log', x)

/** Losses of one number per element. */
const byElement =
  (slope: Slope, slopeTarget: Slope): Rule =>
  ({ e, x, b, g }) => {
    const reduction = e.attributes?.reduction ?? 'mean'
    const share = (d: Expression) => (reduction === 'mean' ? div(mul(g, d), countOf(known(x))) : mul(g, d))
    return [share(slope(x, b, e)), share(slopeTarget(x, b, e))]
  }

/** Losses of one number per row; a target of class indices becomes rows of 0 and 1. */
const byRow =
  (slope: Slope, slopeTarget: Slope): Rule =>
  ({ e, x, b, g }) => {
    const shape = known(x)
    const rows = shape.slice(0, -1)
    const indices = known(b).length < shape.length
    const t: Expression = indices ? { ...call('onehot', b), shape } : b
    const reduction = e.attributes?.reduction ?? 'mean'
    const wide: Expression =
      known(g).length > 0 && reduction === 'none'
        ? { ...call('unsqueeze', g), axes: [rows.length], shape: [...rows, 1 as Dim] }
        : g
    const share = (d: Expression) =>
      reduction === 'mean' && rows.length > 0 ? div(mul(wide, d), countOf(rows)) : mul(wide, d)
    return [share(slope(x, t, e)), indices ? null : share(slopeTarget(x, t, e))]
  }

const within = (d: Expression, delta: Expression): Expression => call('max', call('min', d, delta), neg(delta))

export const LOSS_RULES: Readonly<Record<string, Rule>> = {
  mse: byElement(
    (p, t) => mul(num(2), sub(p, t)),
    (p, t) => mul(num(2), sub(t, p))
  ),
  mae: byElement(
    (p, t) => call('sign', sub(p, t)),
    (p, t) => call('sign', sub(t, p))
  ),
  huber: byElement(
    (p, t, e) => within(sub(p, t), option(e, 'delta', 1)),
    (p, t, e) => within(sub(t, p), option(e, 'delta', 1))
  ),
  bce: byElement(
    (p, t) => div(sub(p, t), mul(p, sub(ONE, p))),
    (p) => sub(log(sub(ONE, p)), log(p))
  ),
  bcewithlogits: byElement(
    (z, t) => sub(call('sigmoid', z), t),
    (z) => neg(z)
  ),
  hinge: byElement(
    (p, t) => neg(mul(t, call('lt', mul(t, p), ONE))),
    (p, t) => neg(mul(p, call('lt', mul(t, p), ONE)))
  ),
  crossentropy: byRow(
    (z, t) => sub(call('softmax', z), t),
    (z) => neg(call('logsoftmax', z))
  ),
  categoricalcrossentropy: byRow(
    (p, t) => neg(div(t, p)),
    (p) => neg(log(p))
  ),
  nll: byRow(
    (_, t) => neg(t),
    (p) => neg(p)
  ),
  kldiv: byRow(
    (p, t) => neg(div(t, p)),
    (p, t) => sub(add(ONE, log(t)), log(p))
  )
}
