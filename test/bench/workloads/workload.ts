/** What a workload is: the same start, the same data and the same arithmetic for every engine. */
import { build } from '../../../engine/document/build.ts'
import type { GraphDocument, GraphEdge, GraphNode, TrainingSettings } from '../../../engine/document/types.ts'
import type { Attributes } from '../../../engine/ir/types.ts'
import { Random } from '../../../engine/random.ts'
import { type StaticShape, sizeOf } from '../../../engine/shape.ts'
import { trainingGraph } from '../../../engine/train/graph.ts'
import { initialValues } from '../../../engine/train/init.ts'

/** Row-major numbers and their shape. */
export interface Tensor {
  readonly shape: readonly number[]
  readonly values: Float32Array
}

export type Tensors = Readonly<Record<string, Tensor>>

/** Steps of training: forward, backward, update. Compared are the losses of the first steps. */
export interface Training {
  readonly kind: 'training'
  /** Which function of a peer computes its loss. */
  readonly id: 'w' | 'cnn' | 'attention' | 'scalar'
  readonly title: string
  /** The network, as Chainrule reads it: its parameters and its optimizer are everybody's. */
  readonly document: GraphDocument
  readonly optimizer: { readonly kind: 'rmsprop' | 'sgd'; readonly learningRate: number }
  /** First values, by Chainrule's names. */
  readonly parameters: Tensors
  /** Taken in turn, one a step: x and t. Each engine may keep them where it likes. */
  readonly batches: readonly Tensors[]
  /** By which name the graph is fed x and t. */
  readonly feeds: Readonly<Record<string, string>>
  /** Largest relative difference of the losses of the first steps. */
  readonly tolerance: number
}

/** One result from one set of inputs, again and again. Compared is the result. */
export interface Computation {
  readonly kind: 'computation'
  readonly id: 'gemm' | 'chain'
  readonly title: string
  readonly inputs: Tensors
  readonly options: Readonly<Record<string, number | boolean>>
  /** Floating-point operations of one call. */
  readonly operations: number
  /** Largest difference to Chainrule's result, relative to the largest element. */
  readonly tolerance: number
}

export type Workload = Training | Computation

/** RMSprop's numbers beside the learning rate: Keras', as in examples/mnist-mlp. */
export const RHO = 0.9
export const EPSILON = 1e-7

export const uniform = (seed: string, shape: readonly number[], low = -1, high = 1): Tensor => {
  const random = new Random(1).fork(seed)
  return { shape, values: Float32Array.from({ length: sizeOf(shape) }, () => random.uniform(low, high)) }
}

/** A node in short: its operator, its inputs as "node" or "node.output" by handle, its attributes. */
export type Short = readonly [op: string, inputs?: Readonly<Record<string, string>>, attributes?: Attributes]

/** A document from nodes in short. The node called "loss" is the objective. */
export function graph(name: string, nodes: Readonly<Record<string, Short>>, training: TrainingSettings): GraphDocument {
  const edges: GraphEdge[] = []
  const made: GraphNode[] = Object.entries(nodes).map(([id, [op, inputs = {}, attributes = {}]]) => {
    for (const [targetHandle, from] of Object.entries(inputs)) {
      const [source = '', sourceHandle = 'out'] = from.split('.')
      edges.push({ id: `e${edges.length}`, source, sourceHandle, target: id, targetHandle })
    }
    return { id, op, attributes, position: { x: 0, y: 0 } }
  })
  return { name, description: '', nodes: made, edges, groups: [], notes: [], objective: 'loss', training }
}

export const settings = (optimizer: Training['optimizer'], batchSize: number): TrainingSettings => ({
  optimizer: optimizer.kind === 'rmsprop' ? { ...optimizer, rho: RHO, epsilon: EPSILON } : optimizer,
  batchSize,
  epochs: 1,
  shuffle: false,
  seed: 1,
  metrics: [],
  validationSplit: 0
})

/** First values of every parameter that the document has, from its own rules and seed 1. */
export function firstValues(document: GraphDocument): Tensors {
  const { parameters } = trainingGraph(document, build(document), document.training as TrainingSettings)
  return Object.fromEntries(
    parameters.map(({ name, shape, init }) => [
      name,
      { shape, values: Float32Array.from(initialValues(name, shape as StaticShape, init, 1)) }
    ])
  )
}
