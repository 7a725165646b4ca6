/** Small graphs that several tests share. */
import { emptyDocument, type GraphDocument, type TrainingSettings } from '../engine/document/types.ts'
import { edge } from './edge.ts'

const position = { x: 0, y: 0 }

/** One dense layer on a data set of the program's own, which tells classes apart by their softmax. */
export const oneLayer = (source: string, units: number, training: TrainingSettings | null = null): GraphDocument => ({
  ...emptyDocument,
  nodes: [
    { id: 'data', op: 'Dataset', attributes: { source }, position },
    { id: 'dense', op: 'Dense', attributes: { units }, position },
    { id: 'loss', op: 'SoftmaxCrossEntropyLoss', position }
  ],
  edges: [
    edge('e1', 'data', 'dense', 'x', 'features'),
    edge('e2', 'dense', 'loss', 'prediction'),
    edge('e3', 'data', 'loss', 'target', 'labels')
  ],
  objective: 'loss',
  training
})
