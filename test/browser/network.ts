/** A small classifier with a resident update, for tests and measurements of the GPU executor. */
import { backward } from '../../engine/compile/backward.ts'
import { compile } from '../../engine/compile/compile.ts'
import type { Plan } from '../../engine/compile/plan.ts'
import { Builder, type Value } from '../../engine/ir/builder.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { Random } from '../../engine/random.ts'
import type { Executor } from '../../engine/runtime/executor.ts'
import { sizeOf } from '../../engine/shape.ts'

export interface Network {
  readonly plan: Plan
  readonly loss: number
  readonly variables: Readonly<Record<string, Float32Array>>
  readonly feeds: Readonly<Record<string, Float32Array>>
}

export interface NetworkOptions {
  readonly sizes: readonly [inputs: number, hidden: number, classes: number]
  readonly batch: number
  readonly update: 'sgd' | 'rmsprop'
  readonly maxOperands: number
}

/** inputs → Relu → logits → softmax cross-entropy, and one step of the update. */
export function network({ sizes: [inputs, hidden, classes], batch, update, maxOperands }: NetworkOptions): Network {
  const random = new Random(5)
  const b = new Builder(opOf)
  const x = b.feed('x', [batch, inputs])
  const y = b.feed('y', [batch, classes])
  const variables: Record<string, Float32Array> = {}
  const parameters: Record<string, Value> = {}
  const parameter = (name: string, shape: readonly number[], width: number): Value => {
    variables[name] = Float32Array.from({ length: sizeOf(shape) }, () => random.uniform(-1, 1) * width)
    const value = b.variable(name, shape)
    parameters[name] = value
    return value
  }
  const w1 = parameter('w1', [inputs, hidden], 1 / Math.sqrt(inputs))
  const b1 = parameter('b1', [hidden], 0.1)
  const w2 = parameter('w2', [hidden, classes], 1 / Math.sqrt(hidden))
  const b2 = parameter('b2', [classes], 0.1)
  const h = b.one('Relu', b.add(b.matmul(x, w1), b1))
  const logits = b.add(b.matmul(h, w2), b2)
  const loss = b.emit('SoftmaxCrossEntropyLoss', [logits, y], { reduction: 'mean' })
  const gradients = backward(b, loss)
  const updates = new Map<string, number>()
  for (const [name, w] of Object.entries(parameters)) {
    const g = gradients.get(w.id) as Value
    if (update === 'sgd') {
      updates.set(name, b.sub(w, b.mul(g, 0.1)).id)
      continue
    }
    const shape = w.type.shape as readonly number[]
    variables[`${name}.v`] = new Float32Array(sizeOf(shape))
    const v = b.add(b.mul(b.variable(`${name}.v`, shape), 0.9), b.mul(b.mul(g, g), 0.1))
    updates.set(`${name}.v`, v.id)
    updates.set(name, b.sub(w, b.div(b.mul(g, 0.001), b.add(b.one('Sqrt', v), 1e-7))).id)
  }
  const { plan, idOf } = compile(b.graph(), { batch, wanted: [loss.id], updates, maxOperands })
  const labels = new Float32Array(batch * classes)
  for (let row = 0; row < batch; row++) labels[row * classes + random.int(classes)] = 1
  return {
    plan,
    loss: idOf(loss.id),
    variables,
    feeds: { x: Float32Array.from({ length: batch * inputs }, () => random.uniform(0, 1)), y: labels }
  }
}

export async function setVariables(executor: Executor, net: Network): Promise<void> {
  for (const [name, data] of Object.entries(net.variables)) await executor.setVariable(name, data)
}
