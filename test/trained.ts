/** Trains a document on an executor, from the first weights of seed 1. */
import { createDataSet } from '../engine/data/dataset.ts'
import { build } from '../engine/document/build.ts'
import { defaultTraining, type GraphDocument, type TrainingSettings } from '../engine/document/types.ts'
import type { Executor } from '../engine/runtime/executor.ts'
import { trainingGraph } from '../engine/train/graph.ts'
import { initialValues } from '../engine/train/init.ts'
import { trainLoop } from '../engine/train/loop.ts'

/** @param source of its Dataset node, which has the id `data` */
export async function trained(
  executor: Executor,
  document: GraphDocument,
  source: string,
  training: Partial<TrainingSettings>
) {
  const settings = { ...defaultTraining, ...training }
  const graph = trainingGraph(document, build(document), settings)
  for (const { name, shape, init } of graph.parameters)
    await executor.setVariable(name, initialValues(name, shape, init, 1))
  const { epochs } = await trainLoop({
    graph,
    settings,
    sets: new Map([['data', createDataSet(source, {})]]),
    executor,
    stop: () => false,
    now: () => performance.now()
  })
  return { graph, epochs }
}
