/** Examples looked at one by one. The graph that was compiled last stays loaded, so that the next example costs a pass. */
import { type Compiled, compile } from '../../compile/compile.ts'
import type { GraphDocument } from '../../document/types.ts'
import type { Value } from '../../ir/builder.ts'
import type { Executor, Program, Stop } from '../../runtime/executor.ts'
import { bindShape, sizeOf } from '../../shape.ts'
import type { Feeds } from '../../train/feeds.ts'
import type { Backends } from '../backends.ts'
import type { DataSets } from '../data.ts'
import { sum } from '../inspect.ts'
import type { Model } from '../model.ts'
import { feedsFor } from '../rows.ts'
import { answerOf, argmax, hasLabel, isWrong, probabilitiesOf } from './answers.ts'
import { CHOSEN, type Given, SampleGraph } from './graph.ts'
import { feedsOf, type Source, sourceOf } from './source.ts'
import type { ExplainRequest, FindRequest, Found, SampleInput, SampleReport } from './types.ts'

interface Tools {
  readonly backends: Backends
  readonly data: DataSets
  readonly model: Model
  readonly now: () => number
  readonly breathe: () => Promise<void>
  readonly meaningOf: (document: GraphDocument) => string
}

type Asked = Pick<ExplainRequest, 'document' | 'backend' | 'seed' | 'feeds' | 'scores'>

/** Rows that a search computes at once. */
const CHUNK = 128

interface Loaded {
  readonly key: string
  readonly executor: Executor
  readonly batch: number
  readonly compiled: Compiled
  readonly program: Program
}

const cancelled = (): never => {
  throw new DOMException('Looking at examples was cancelled.', 'AbortError')
}

export class Samples {
  readonly #tools: Tools
  #graph: { readonly key: string; readonly made: SampleGraph } | null = null
  /** One for looking at an example, one for searching. */
  readonly #loaded = new Map<'explain' | 'find', Loaded>()

  constructor(tools: Tools) {
    this.#tools = tools
  }

  async explain(request: ExplainRequest, stop: Stop): Promise<SampleReport> {
    const { now, data } = this.#tools
    const began = now()
    const { sample } = request
    const { graph, key } = this.#graphOf(request)
    const source = sourceOf(data, graph.ir, request)
    const given = feedsOf(source, sample)
    const { executor } = await this.#tools.backends.choose(request.backend, { kind: 'look' })
    const loaded = await this.#load('explain', key, executor, graph, 1, graph.wanted)
    await this.#send(request, executor, graph)
    const size = sizeOf(bindShape(graph.scores.type.shape, 1))
    const walk = async (chosen: number): Promise<void> => {
      const upstream = new Float32Array(size)
      if (chosen < size) upstream[chosen] = 1
      await run(loaded, { ...given, [CHOSEN]: upstream }, stop)
    }
    const read = (value: Value) => loaded.program.read(loaded.compiled.idOf(value.id))
    await walk(request.chosen ?? 0)
    const values = Array.from(await read(graph.scores))
    // which is the largest is known only now
    const chosen = Math.min(request.chosen ?? argmax(values), size - 1)
    if (chosen !== request.chosen && chosen !== 0) await walk(chosen)
    const targets = graph.target && Array.from(await read(graph.target))
    const objective = graph.objective && (await read(graph.objective))
    const [dataSet] = source.sets.values()
    const answer = answerOf(graph, values, targets)
    const scored = graph.ir.nodes[graph.scores.id]?.origin
    return {
      sample,
      rows: source.count(sample.split),
      dataSet: dataSet?.name ?? null,
      scores: {
        node: scored?.node ?? '',
        part: scored?.part ?? null,
        before: graph.before,
        values,
        probabilities: probabilitiesOf(graph, values)
      },
      answers: graph.answers,
      classes: classNames(source, graph, size),
      chosen,
      ...answer,
      targets,
      right: answer.label === null ? null : !isWrong(graph, values, targets ?? []),
      loss: objective && sum(objective),
      inputs: await Promise.all(graph.inputs.map((input) => inputOf(input, read))),
      rectifiers: graph.rectifiers,
      milliseconds: now() - began
    }
  }

  /** Row after row in one direction, round the end, until one is as asked for. */
  async find(request: FindRequest, stop: Stop): Promise<Found> {
    const { data, breathe } = this.#tools
    const { from, step, label, wrong = false } = request
    const { graph, key } = this.#graphOf(request)
    const source = sourceOf(data, graph.ir, request)
    const count = source.count(from.split)
    const rowAt = (i: number): number => (((from.row + step * (i + 1)) % count) + count) % count
    if (count === 0) return { sample: null, searched: 0 }
    if (label === undefined && !wrong) return { sample: { split: from.split, row: rowAt(0) }, searched: 1 }
    if (!graph.target) return { sample: null, searched: 0 }
    const { target, scores } = graph
    const batch = Math.min(CHUNK, count)
    const { executor } = await this.#tools.backends.choose(request.backend, { kind: 'look' })
    const loaded = await this.#load('find', key, executor, graph, batch, [scores.id, target.id])
    await this.#send(request, executor, graph)
    const read = (value: Value) => loaded.program.read(loaded.compiled.idOf(value.id))
    for (let first = 0; first < count; first += batch) {
      if (stop()) cancelled()
      const rows = Array.from({ length: batch }, (_, i) => rowAt(Math.min(first + i, count - 1)))
      await run(loaded, source.feeds(from.split, rows), stop)
      const [values, targets] = [await read(scores), await read(target)]
      const at = rows.findIndex((_, i) => {
        const part = (all: ArrayLike<number>) => Array.from(all).slice(...pieceOf(i, all.length / batch))
        const [own, right] = [part(values), part(targets)]
        return (label === undefined || hasLabel(graph, own, right, label)) && (!wrong || isWrong(graph, own, right))
      })
      if (at >= 0) return { sample: { split: from.split, row: rows[at] as number }, searched: first + at + 1 }
      await breathe()
    }
    return { sample: null, searched: count }
  }

  #graphOf(request: Asked): { graph: SampleGraph; key: string } {
    const key = JSON.stringify([this.#tools.meaningOf(request.document), request.scores ?? null])
    if (this.#graph?.key !== key) {
      this.close()
      this.#graph = { key, made: new SampleGraph(request.document, request.scores) }
    }
    return { graph: this.#graph.made, key }
  }

  async #load(
    what: 'explain' | 'find',
    key: string,
    executor: Executor,
    graph: SampleGraph,
    batch: number,
    wanted: readonly number[]
  ): Promise<Loaded> {
    const known = this.#loaded.get(what)
    if (known?.key === key && known.executor === executor && known.batch === batch) return known
    known?.program.dispose()
    this.#loaded.delete(what)
    const { maxOperands, maxOutputs, mostNumbers } = executor
    const compiled = compile(graph.ir, { batch, wanted: [...new Set(wanted)], maxOperands, maxOutputs, mostNumbers })
    const made = { key, executor, batch, compiled, program: await executor.load(compiled.plan) }
    this.#loaded.set(what, made)
    return made
  }

  async #send({ document, seed }: Asked, executor: Executor, graph: SampleGraph): Promise<void> {
    const { model } = this.#tools
    model.prepare(graph.variables, seed ?? document.training?.seed ?? 0)
    await model.send(executor, graph.variables)
  }

  /** Gives the memory back. */
  close(): void {
    for (const { program } of this.#loaded.values()) program.dispose()
    this.forget()
  }

  /** Its device is gone, and all programs with it. */
  forget(): void {
    this.#loaded.clear()
    this.#graph = null
  }
}

const pieceOf = (i: number, size: number): readonly [number, number] => [i * size, (i + 1) * size]

async function run({ program, compiled, batch }: Loaded, feeds: Feeds, stop: Stop): Promise<void> {
  const all = feedsFor(compiled.plan, { batch, open: true, feeds })
  if (!(await program.run(all, stop))) cancelled()
}

async function inputOf(
  { node, output, value, gradient, guided, why }: Given,
  read: (value: Value) => Promise<ArrayLike<number>>
): Promise<SampleInput> {
  const numbers = async (of: Value | null) => (of ? Float32Array.from(await read(of)) : null)
  return {
    node,
    output,
    shape: value.type.shape.filter((d) => typeof d === 'number'),
    value: Float32Array.from(await read(value)),
    gradient: await numbers(gradient),
    why,
    guided: await numbers(guided)
  }
}

/** Where a data set has a name for each score. */
function classNames({ sets }: Source, { answers }: SampleGraph, size: number): readonly string[] | null {
  if (answers === 'numbers') return null
  for (const { classes } of sets.values()) {
    if (classes && (classes.length === size || (size === 1 && classes.length === 2))) return classes
  }
  return null
}
