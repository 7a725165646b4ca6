/** Small graphs that run one row at a time, with what they are fed. */
import { backward } from '../../engine/compile/backward.ts'
import type { Plan } from '../../engine/compile/plan.ts'
import type { Builder, Value } from '../../engine/ir/builder.ts'
import { Random } from '../../engine/random.ts'
import { sizeOf } from '../../engine/shape.ts'

export type Make = (b: Builder) => readonly Value[]

/** Loss and gradient of logits and target, as the operator writes them. */
export const asOne =
  (rows: number, classes: number, indices: boolean, reduction: string): Make =>
  (b) => {
    const z = b.feed('z', [rows, classes])
    const t = b.feed('t', indices ? [rows] : [rows, classes])
    const loss = b.emit('SoftmaxCrossEntropyLoss', [z, t], { reduction })
    const weighed = reduction === 'none' ? b.sum(b.mul(loss, b.feed('w', [rows]))) : loss
    return [weighed, backward(b, weighed, new Set([z.id])).get(z.id) as Value]
  }

/** The same drawn by hand: log-softmax, times the target, added up. */
export const asParts =
  (rows: number, classes: number): Make =>
  (b) => {
    const z = b.feed('z', [rows, classes])
    const terms = b.mul(b.one('LogSoftmax', z, { axis: -1 }), b.feed('t', [rows, classes]))
    const loss = b.neg(b.reduce('ReduceMean', b.sum(terms, [1]), null))
    return [loss, backward(b, loss, new Set([z.id])).get(z.id) as Value]
  }

export const normalised: Make = (b) => {
  const x = b.feed('z', [5, 6])
  const d = b.sub(x, b.reduce('ReduceMean', x, [1], true))
  const y = b.div(d, b.one('Sqrt', b.add(b.reduce('ReduceMean', b.mul(d, d), [1], true), 1e-3)))
  const scaled = b.add(b.mul(y, b.feed('gain', [6])), b.feed('bias', [6]))
  return [scaled, backward(b, scaled, new Set([x.id])).get(x.id) as Value]
}

export function feedsOf(plan: Plan, scale = 1): Record<string, Float32Array> {
  const random = new Random(7)
  return Object.fromEntries(
    plan.feeds.map(({ name, shape }) => {
      const classes = plan.feeds.find((f) => f.name === 'z')?.shape.at(-1) as number
      const indices = name === 't' && shape.length === 1
      const draw = () =>
        indices ? random.int(classes) : name === 't' ? random.uniform(0, 1) : scale * random.uniform(-2, 2)
      return [name, Float32Array.from({ length: sizeOf(shape) }, draw)]
    })
  )
}
