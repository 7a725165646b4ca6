/** Runs that are kept to be walked through: one at a time, of which each step can be asked for. */
import type { TrainingSettings } from '../../document/types.ts'
import { fail } from '../../problem.ts'
import type { Stop } from '../../runtime/executor.ts'
import { datasetsIn, rowsOf, tablesOf } from '../../train/feeds.ts'
import { takesAll } from '../../train/second-order.ts'
import type { Backends } from '../backends.ts'
import type { DataSets } from '../data.ts'
import type { Past } from '../history/index.ts'
import type { Model } from '../model.ts'
import { feedsFor, type Rows, rowsFor } from '../rows.ts'
import { detailOf, type Made } from './detail.ts'
import type { Learning } from './learn.ts'
import type { StepDetail, StepRequest, StepsRequest, StepsResult } from './types.ts'
import { Walk } from './walk.ts'

interface Tools {
  readonly backends: Backends
  readonly data: DataSets
  readonly model: Model
  readonly now: () => number
  /** Lets what waits outside come first. */
  readonly breathe: () => Promise<void>
}

/** A step that nobody has asked for yet. */
interface Ahead {
  readonly key: string
  readonly made: Promise<Made>
}

const keyOf = ({ walkId, index, sample = 0, cells = {} }: StepRequest): string =>
  JSON.stringify([walkId, index, sample, cells])

/** What formulas may name: nodes, parts of layers that are opened, and parameters that closed layers own. */
function namesOf(walk: Walk): StepsResult['names'] {
  const { places, document } = walk.opened
  const nodes = document.nodes.flatMap(({ id, op }) => {
    const place = places.get(id)
    return place ? [[id, { ...place, op }] as const] : []
  })
  const owned = walk.ir.nodes.flatMap(({ op, attributes, origin }) =>
    op === 'Variable' && origin?.part
      ? [[attributes.name as string, { node: origin.node, part: origin.part, op: 'Parameter' }] as const]
      : []
  )
  return Object.fromEntries([...nodes, ...owned])
}

/** The first step of a training to come. */
function beginning(settings: TrainingSettings, rows: Rows, available: number | null): Learning {
  const steps = Math.ceil((available ?? 1) / settings.batchSize) * settings.epochs
  return { settings, step: 1, steps, epoch: 1, rows, state: () => undefined }
}

/** The step that is looked back at. */
function looking({ history, state: { step, values } }: NonNullable<Past['shown']>, rows: Rows): Learning {
  return {
    settings: history.input.settings,
    step,
    steps: history.overview.planned,
    epoch: history.epochOf(step),
    rows,
    state: (name) => values.get(name)
  }
}

export class Walks {
  readonly #tools: Tools
  #count = 0
  #open: { readonly id: number; readonly walk: Walk; readonly learning: Learning } | null = null
  #reads = 0
  #ahead: Ahead | null = null

  constructor(tools: Tools) {
    this.#tools = tools
  }

  /**
   * One pass, kept whole; the walk before it is given up.
   * @param past the step of a training that is looked at: its rows, on what trained, and the graph as it learns; of one
   * example that is asked for, the graph as it answers
   */
  async open(request: StepsRequest, stop: Stop, past: Past['shown'] = null): Promise<StepsResult> {
    const { backends, data, model, now } = this.#tools
    const began = now()
    this.close()
    const learned = past && !request.sample ? past : null
    const walk = new Walk(request.document, request.opened ?? [], { training: learned !== null })
    const fed = learned ? learned.history.rowsAt(learned.state.step) : rowsFor(data, walk.ir, request)
    const backend = past?.history.input.backend ?? request.backend
    const { executor, report } = await backends.choose(backend, { kind: 'look' })
    const { compiled, program } = await walk.load(executor, fed.batch)
    const walkId = ++this.#count
    const sets = data.of(request.document, datasetsIn(walk.ir))
    const rows = rowsOf(tablesOf(sets, 'train'))
    this.#open = { id: walkId, walk, learning: past ? looking(past, fed) : beginning(walk.training, fed, rows) }
    model.prepare(walk.variables, request.seed ?? request.document.training?.seed ?? 0)
    await model.send(executor, walk.variables)
    const done = await program.run(feedsFor(compiled.plan, fed), stop)
    if (!done) throw new DOMException('The run was cancelled.', 'AbortError')
    return {
      walkId,
      revision: request.revision,
      backend: report,
      batch: fed.open ? fed.batch : null,
      averaged: walk.averaged,
      names: namesOf(walk),
      steps: await walk.heads(),
      milliseconds: now() - began
    }
  }

  /** @throws ProblemError run.stale where the walk was given up, graph.noSuchThing where it has no such step. */
  async read(request: StepRequest): Promise<StepDetail> {
    const began = this.#tools.now()
    const turn = ++this.#reads
    const ahead = this.#ahead?.key === keyOf(request) ? this.#ahead.made : null
    const detail = await (ahead ?? this.#make(request))
    void this.#lookAhead(request, turn)
    const { walkId, index } = request
    return { ...detail, walkId, index, milliseconds: this.#tools.now() - began } as StepDetail
  }

  async #make(request: StepRequest): Promise<Made> {
    const open = this.#open
    if (open?.id !== request.walkId) return fail('run.stale')
    return detailOf(open.walk, request, open.learning)
  }

  /** The next step is made ready while a person reads this one, unless something else is asked for before. */
  async #lookAhead({ walkId, index, sample }: StepRequest, turn: number): Promise<void> {
    await this.#tools.breathe()
    const open = this.#open
    const step = open?.id === walkId ? open.walk.steps[index + 1] : undefined
    if (this.#reads !== turn || !open || !step) return
    // a system of equations may take seconds, in which nothing else would be answered
    if (step.kind === 'update' && takesAll(open.learning.settings.optimizer.kind)) return
    const next = { walkId, index: index + 1, ...(sample !== undefined && { sample }) }
    const made = this.#make(next)
    // what it fails with is said to whoever asks for it
    made.catch(() => undefined)
    this.#ahead = { key: keyOf(next), made }
  }

  /** Gives its memory back. */
  close(): void {
    this.#open?.walk.dispose()
    this.forget()
  }

  /** Its device is gone, and all numbers with it. */
  forget(): void {
    this.#open = null
    this.#ahead = null
  }
}
