/**
 * The float64 reference: the oracle. Runs IR node by node with each operator's own `reference`, in double precision; it
 * shares no code with the kernels, neither fusion nor memory reuse.
 */
import type { Plan } from '../compile/plan.ts'
import type { IrNode } from '../ir/types.ts'
import { evaluate } from '../ops/evaluate.ts'
import { opOf } from '../ops/registry.ts'
import { type StaticShape, sizeOf } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import type { Executor, Program, Stop } from './executor.ts'

type Tensor64 = Tensor<Float64Array>

const filled = (values: ArrayLike<number>, size: number): Float64Array =>
  values.length === 1 && size !== 1 ? new Float64Array(size).fill(values[0] as number) : Float64Array.from(values)

export class ReferenceExecutor implements Executor {
  readonly device = 'Float64 reference'
  readonly maxOperands = Number.POSITIVE_INFINITY
  readonly maxOutputs = Number.POSITIVE_INFINITY
  readonly #variables = new Map<string, Float64Array>()

  check(): void {
    // node by node, it keeps what it needs
  }

  async load(plan: Plan): Promise<Program> {
    const values = new Map<number, Tensor64>()
    const variables = this.#variables
    const leaf = (node: IrNode, feeds: Readonly<Record<string, ArrayLike<number>>>): Float64Array => {
      const name = node.attributes.name as string
      if (node.op === 'Const')
        return filled(node.attributes.values as readonly number[], sizeOf(node.type.shape as StaticShape))
      const data = node.op === 'Feed' ? feeds[name] : variables.get(name)
      if (!data) throw new Error(`${node.op} ${name} has no numbers`)
      return Float64Array.from(data)
    }
    return {
      plan,
      async run(feeds, stop?: Stop) {
        values.clear()
        for (const node of plan.ir.nodes) {
          if (stop?.()) return false
          const inputs = node.inputs.map((i) => values.get(i) as Tensor64)
          const isLeaf = node.inputs.length === 0 && opOf(node.op) === undefined
          values.set(
            node.id,
            isLeaf ? { shape: node.type.shape as StaticShape, data: leaf(node, feeds) } : evaluate(node, inputs)
          )
        }
        for (const [name, id] of plan.updates) variables.set(name, (values.get(id) as Tensor64).data.slice())
        return true
      },
      async read(id) {
        return (values.get(id) as Tensor64).data.slice()
      },
      dispose() {
        values.clear()
      }
    }
  }

  async setVariable(name: string, data: ArrayLike<number>): Promise<void> {
    this.#variables.set(name, Float64Array.from(data))
  }

  async getVariable(name: string): Promise<Float64Array> {
    const data = this.#variables.get(name)
    if (!data) throw new Error(`variable ${name} has no numbers`)
    return data.slice()
  }

  async dispose(): Promise<void> {
    this.#variables.clear()
  }
}
