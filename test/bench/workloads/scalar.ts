/**
 * About 2,000 nodes of one number each: an MLP 3-23-23-1 with tanh, written out product by product and sum by sum, as in
 * Karpathy's micrograd. Squared error of one example, gradient descent. There is next to nothing to compute: what is
 * measured is what an engine spends on a node.
 */
import { firstValues, graph, type Short, settings, type Training } from './workload.ts'

const INPUTS = [0.5, -1, 0.25]
const TARGET = 0.3
const LAYERS = [23, 23, 1]

/** The written-out network, in topological order: what each node is and what it reads. */
export type ScalarNode =
  | { readonly op: 'parameter'; readonly name: string }
  | { readonly op: 'constant'; readonly value: number }
  | { readonly op: 'add' | 'mul' | 'sub'; readonly a: number; readonly b: number }
  | { readonly op: 'tanh'; readonly a: number }

export function scalarNodes(): readonly ScalarNode[] {
  const nodes: ScalarNode[] = []
  const put = (node: ScalarNode): number => nodes.push(node) - 1
  let layer = INPUTS.map((value) => put({ op: 'constant', value }))
  for (const [l, width] of LAYERS.entries()) {
    layer = Array.from({ length: width }, (_, n) => {
      let sum = put({ op: 'parameter', name: `b${l}_${n}` })
      for (const [i, x] of layer.entries()) {
        const weight = put({ op: 'parameter', name: `w${l}_${n}_${i}` })
        sum = put({ op: 'add', a: sum, b: put({ op: 'mul', a: weight, b: x }) })
      }
      return l === LAYERS.length - 1 ? sum : put({ op: 'tanh', a: sum })
    })
  }
  const difference = put({ op: 'sub', a: layer[0] as number, b: put({ op: 'constant', value: TARGET }) })
  put({ op: 'mul', a: difference, b: difference })
  return nodes
}

const OPERATORS = { add: 'Add', mul: 'Mul', sub: 'Sub', tanh: 'Tanh' } as const
const init = { kind: 'uniform', low: -0.5, high: 0.5 }

export function scalar(): Training {
  const optimizer = { kind: 'sgd', learningRate: 0.001 } as const
  const nodes = scalarNodes()
  const ids = nodes.map((node, i) => (node.op === 'parameter' ? node.name : i === nodes.length - 1 ? 'loss' : `n${i}`))
  const short = (node: ScalarNode): Short => {
    const id = (i: number): string => ids[i] as string
    if (node.op === 'parameter') return ['Parameter', {}, { shape: [], init }]
    if (node.op === 'constant') return ['Constant', {}, { shape: [], values: [node.value] }]
    if (node.op === 'tanh') return ['Tanh', { x: id(node.a) }]
    return [OPERATORS[node.op], { a: id(node.a), b: id(node.b) }]
  }
  const document = graph(
    'Scalars',
    Object.fromEntries(nodes.map((node, i) => [ids[i], short(node)])),
    settings(optimizer, 1)
  )
  return {
    kind: 'training',
    id: 'scalar',
    title: `Scalar graph: ${nodes.length} nodes of one number (micrograd), gradient descent`,
    document,
    optimizer,
    parameters: firstValues(document),
    batches: [{}],
    feeds: {},
    tolerance: 1e-4
  }
}
