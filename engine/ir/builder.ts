/** Emits IR: each node is inferred as it is added, so a shape error names the node that caused it. */
import { broadcastAxes, type Dim, type Shape, sameShape } from '../shape.ts'
import type { OpLookup } from './op.ts'
import type { Attributes, DType, IrGraph, IrNode, Leaf, Origin, Phase, TensorType } from './types.ts'

/** A node's output: all that rules for gradients and lowering need. */
export interface Value {
  readonly id: number
  readonly type: TensorType
}

export class Builder {
  readonly #nodes: IrNode[]
  readonly #lookup: OpLookup
  /** Stamped on each node that is emitted. */
  origin: Origin | null = null
  phase: Phase = 'forward'
  /** Whether what is built will be trained: a normalisation then takes the statistics of the batch at hand. */
  training = false
  /** What variables become after a training step besides what an optimizer makes of them: running statistics. */
  readonly updates = new Map<string, Value>()

  constructor(lookup: OpLookup, nodes: readonly IrNode[] = []) {
    this.#lookup = lookup
    this.#nodes = [...nodes]
  }

  graph(): IrGraph {
    return { nodes: this.#nodes }
  }

  value(id: number): Value {
    return this.node(id)
  }

  node(id: number): IrNode {
    const node = this.#nodes[id]
    if (!node) throw new Error(`IR node ${id} does not exist`)
    return node
  }

  get size(): number {
    return this.#nodes.length
  }

  emit(op: string, inputs: readonly Value[], attributes: Attributes = {}): Value {
    const definition = this.#lookup(op)
    if (!definition?.infer) throw new Error(`${op} cannot be emitted: it has no shape rule`)
    return this.#push(
      op,
      inputs.map((v) => v.id),
      attributes,
      definition.infer(
        inputs.map((v) => v.type),
        attributes
      )
    )
  }

  /** As `emit`, with the operator's own defaults for what is not given. */
  emitWithDefaults(op: string, inputs: readonly Value[], given: Attributes): Value {
    const fields = Object.entries(this.#lookup(op)?.attributes ?? {})
    const defaults = fields.flatMap(([name, field]) => (field.default === undefined ? [] : [[name, field.default]]))
    return this.emit(op, inputs, { ...Object.fromEntries(defaults), ...given })
  }

  leaf(op: Leaf, type: TensorType, attributes: Attributes): Value {
    return this.#push(op, [], attributes, type)
  }

  #push(op: string, inputs: readonly number[], attributes: Attributes, type: TensorType): Value {
    const node: IrNode = {
      id: this.#nodes.length,
      op,
      inputs,
      attributes,
      type,
      origin: this.origin,
      phase: this.phase
    }
    this.#nodes.push(node)
    return node
  }

  // Words that gradient rules and lowerings are written in.

  /** One number, broadcast wherever it meets a tensor. */
  number(value: number): Value {
    return this.full([], value)
  }

  full(shape: Shape, value: number, dtype: DType = 'float'): Value {
    return this.leaf('Const', { shape, dtype }, { values: [value] })
  }

  feed(name: string, shape: Shape, dtype: DType = 'float'): Value {
    return this.leaf('Feed', { shape, dtype }, { name })
  }

  variable(name: string, shape: Shape): Value {
    return this.leaf('Variable', { shape, dtype: 'float' }, { name })
  }

  #lift(x: Value | number): Value {
    return typeof x === 'number' ? this.number(x) : x
  }

  #two(op: string) {
    return (a: Value | number, b: Value | number): Value => this.emit(op, [this.#lift(a), this.#lift(b)])
  }

  readonly add = this.#two('Add')
  readonly sub = this.#two('Sub')
  readonly mul = this.#two('Mul')
  readonly div = this.#two('Div')
  readonly pow = this.#two('Pow')
  readonly max = this.#two('Max')
  readonly min = this.#two('Min')
  readonly equal = this.#two('Equal')
  readonly greater = this.#two('Greater')
  readonly less = this.#two('Less')

  one(op: string, x: Value, attributes: Attributes = {}): Value {
    return this.emit(op, [x], attributes)
  }

  neg(x: Value): Value {
    return this.one('Neg', x)
  }

  where(condition: Value, a: Value | number, b: Value | number): Value {
    return this.emit('Where', [condition, this.#lift(a), this.#lift(b)])
  }

  matmul(a: Value, b: Value, transA = false, transB = false): Value {
    return this.emit('BatchMatMul', [a, b], { transA, transB })
  }

  transpose(x: Value, perm: readonly number[]): Value {
    return perm.every((p, i) => p === i) ? x : this.one('Transpose', x, { perm: [...perm] })
  }

  /** `shape` may hold the batch. */
  reshape(x: Value, shape: Shape): Value {
    return sameShape(x.type.shape, shape) ? x : this.one('View', x, { shape: [...shape] as Dim[] })
  }

  expand(x: Value, shape: Shape): Value {
    return sameShape(x.type.shape, shape) ? x : this.one('BroadcastTo', x, { shape: [...shape] as Dim[] })
  }

  reduce(
    op: 'ReduceSum' | 'ReduceMean' | 'ReduceMax' | 'ReduceMin' | 'ReduceProd',
    x: Value,
    axes: readonly number[] | null,
    keepdims = false
  ): Value {
    return axes?.length === 0
      ? x
      : this.one(op, x, { ...(axes ? { axes: [...axes] } : {}), keepdims: keepdims ? 1 : 0 })
  }

  sum(x: Value, axes: readonly number[] | null = null, keepdims = false): Value {
    return this.reduce('ReduceSum', x, axes, keepdims)
  }

  /**
   * Undoes broadcasting: adds the gradient up over the axes along which `shape` was repeated. This is the one place
   * where "forward repeats, backward sums" lives.
   */
  sumTo(x: Value, shape: Shape): Value {
    const axes = broadcastAxes(shape, x.type.shape)
    return this.reshape(this.sum(x, axes), shape)
  }

  /** How many elements `x` has along `axes`, as a number node where the batch is open. */
  count(x: Value, axes: readonly number[] | null): Value {
    return this.emit('CountOf', [x], axes ? { axes: [...axes] } : {})
  }

  zerosLike(x: Value): Value {
    return this.full(x.type.shape, 0)
  }
}
