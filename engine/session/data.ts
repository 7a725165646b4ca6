/** The data sets of a session: drawn ones by their attributes, read ones by their files; each is made once. */
import { createDataSet, type DataSet } from '../data/dataset.ts'
import { indexOf } from '../document/lookup.ts'
import type { GraphDocument } from '../document/types.ts'
import { withDefaults } from '../ops/attributes.ts'
import { opOf } from '../ops/registry.ts'
import { dataSetAttributes } from '../ops/sources.ts'
import { ProblemError } from '../problem.ts'
import type { DataFile, DataSummary } from './protocol.ts'

const KEPT = 4

export class DataSets {
  readonly #files = new Map<string, readonly DataFile[]>()
  /** Most recently used last. */
  readonly #made = new Map<string, DataSet>()

  /** Checked at once: the whole set is read. @throws ProblemError */
  provide(name: string, files: readonly DataFile[]): DataSummary {
    const set = createDataSet(name, { files })
    this.#files.set(name, files)
    for (const key of this.#made.keys()) if (key.startsWith(`["${name}"`)) this.#made.delete(key)
    return summaryOf(set)
  }

  provided(): DataSummary[] {
    return [...this.#files].map(([name, files]) => summaryOf(this.#get(name, {}, files)))
  }

  /** The sets that Dataset nodes name. @throws ProblemError with the node. */
  of(document: GraphDocument, nodes: readonly string[]): Map<string, DataSet> {
    return new Map(
      nodes.map((id) => {
        const op = opOf('Dataset')
        const attributes = withDefaults(op as NonNullable<typeof op>, indexOf(document).nodes.get(id)?.attributes)
        const source = attributes.source as string
        try {
          return [id, this.#get(source, dataSetAttributes(attributes), this.#files.get(source) ?? [])]
        } catch (error) {
          if (!(error instanceof ProblemError)) throw error
          throw new ProblemError(error.problems.map((p) => ({ ...p, nodeId: id })))
        }
      })
    )
  }

  #get(name: string, attributes: Record<string, unknown>, files: readonly DataFile[]): DataSet {
    const key = JSON.stringify([name, attributes])
    const set = this.#made.get(key) ?? createDataSet(name, { ...attributes, files })
    this.#made.delete(key)
    this.#made.set(key, set)
    if (this.#made.size > KEPT) this.#made.delete(this.#made.keys().next().value as string)
    return set
  }
}

function summaryOf({ name, title, note, train, test, classes }: DataSet): DataSummary {
  return {
    name,
    title,
    note,
    train: train.rows,
    test: test.rows,
    features: train.featureShape,
    labels: train.labelShape,
    classes
  }
}
