import { build } from '../document/build.ts'
import { meaningOf } from '../document/meaning.ts'
import { defaultTraining, type GraphDocument } from '../document/types.ts'
import { readWeights, writeWeights } from '../io/weights.ts'
import { fail, isError, type Problem, ProblemError, problemsOf } from '../problem.ts'
import type { Stop } from '../runtime/executor.ts'
import { probeBackends } from '../runtime/probe.ts'
import { ReferenceExecutor } from '../runtime/reference.ts'
import { datasetsIn, tablesOf } from '../train/feeds.ts'
import { evaluationGraph, variablesOf } from '../train/graph.ts'
import { evaluate } from '../train/loop.ts'
import { Backends, type Chosen, makeExecutor } from './backends.ts'
import { chains } from './chains.ts'
import { DataSets } from './data.ts'
import { type Ground, hessian, jacobian } from './derivatives.ts'
import { findings } from './findings.ts'
import { checkGradients, differenceCurve } from './gradcheck.ts'
import { Past } from './history/index.ts'
import type { RecorderLimits } from './history/recorder.ts'
import type { HistoryOverview, LookBackRequest, OverTime, OverTimeRequest, RunFinding } from './history/types.ts'
import { Inspection } from './inspect.ts'
import { Model } from './model.ts'
import { curve } from './plots/curve.ts'
import { Plots } from './plots/index.ts'
import { landscape, paths } from './plots/landscape.ts'
import type {
  CurveRequest,
  CurveResult,
  LandscapeRequest,
  LandscapeResult,
  PathsRequest,
  PathsResult,
  PlaneRequest,
  PlaneResult
} from './plots/types.ts'
import type {
  BackendChoice,
  BackendReport,
  ChainRequest,
  ChainResult,
  DataFile,
  DataSummary,
  DifferenceCurve,
  DifferenceRequest,
  Evaluation,
  GradcheckOptions,
  GradcheckReport,
  HessianRequest,
  HessianResult,
  JacobianRequest,
  JacobianResult,
  PlanReport,
  PlanRequest,
  ProductDetail,
  ProductRequest,
  RunRequest,
  RunResult,
  TensorRequest,
  TensorSlice,
  TrainEvent,
  TrainOutcome,
  TrainReport,
  TrainRequest
} from './protocol.ts'
import { feedsFor, type Rows, rowsFor } from './rows.ts'
import { Samples } from './sample/index.ts'
import type { ExplainRequest, FindRequest, Found, SampleReport } from './sample/types.ts'
import { Walks } from './steps/index.ts'
import type { StepDetail, StepRequest, StepsRequest, StepsResult } from './steps/types.ts'
import { histogram } from './tensors/histogram.ts'
import { partOf } from './tensors/slices.ts'
import { Trainings } from './training.ts'
import { type About, planReport } from './what-runs.ts'

/** Rows of a gradient check: few, since each element takes two walks through the graph. */
const GRADCHECK_BATCH = 4

const never: Stop = () => false

export interface SessionOptions {
  /** Lets other work in: messages, timers. */
  readonly breathe: () => Promise<void>
  readonly now?: () => number
  /** How many threads the CPU may take; by default one for each core, up to eight. */
  readonly threads?: number
  /** For tests: a machine with other devices. */
  readonly backends?: Backends
  /** For tests: less to keep of a training. */
  readonly historyLimits?: RecorderLimits
}

export class Session {
  readonly #backends: Backends
  readonly #data = new DataSets()
  readonly #model = new Model()
  readonly #breathe: () => Promise<void>
  readonly #now: () => number
  readonly #walks: Walks
  readonly #samples: Samples
  readonly #plots: Plots
  readonly #past: Past
  readonly #trainings: Trainings
  #inspection: { readonly meaning: string; readonly made: Inspection } | null = null
  /** What the last run was of: its tensors can be read. */
  #looked: Inspection | null = null
  #runs = 0
  #lastRun = 0
  #queue: Promise<unknown> = Promise.resolve()

  constructor({ breathe, now = () => performance.now(), threads, backends, historyLimits = {} }: SessionOptions) {
    this.#backends = backends ?? new Backends(probeBackends, (name) => makeExecutor(name, threads))
    this.#breathe = breathe
    this.#now = now
    const tools = { backends: this.#backends, data: this.#data, model: this.#model, now }
    this.#walks = new Walks({ ...tools, breathe })
    this.#samples = new Samples({ ...tools, breathe, meaningOf })
    this.#plots = new Plots(tools)
    const inspect = this.#inspect.bind(this)
    const show = this.#runInspection.bind(this)
    this.#past = new Past({ ...tools, inspectionOf: inspect, inspect: show })
    this.#trainings = new Trainings({
      ...tools,
      plots: this.#plots,
      past: this.#past,
      breathe,
      historyLimits,
      show,
      inspect,
      begin: () => {
        this.#lastRun = 0
        return ++this.#runs
      }
    })
  }

  /** One after the other: weights have one owner at a time. */
  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work).catch(async (error) => {
      await this.#afterFailure(problemsOf(error))
      throw error
    })
    this.#queue = result.catch(() => undefined)
    return result
  }

  /** A lost device takes its executor and everything on it along; the next piece of work starts on a new one. */
  async #afterFailure(problems: readonly Problem[]): Promise<void> {
    if (!problems.some((p) => p.code === 'run.deviceLost')) return
    this.#inspection = null
    this.#walks.forget()
    this.#samples.forget()
    this.#plots.forget()
    this.#past.forget()
    await this.#backends.dropGpu()
  }

  async backends(): Promise<BackendReport> {
    return (await this.#backends.choose('auto', { kind: 'anything' })).report
  }

  /** The inspection that is there, where it is of this graph. */
  #inspectionOf(document: GraphDocument): Inspection | null {
    return this.#inspection?.meaning === meaningOf(document) ? this.#inspection.made : null
  }

  #inspect(document: GraphDocument): Inspection {
    const known = this.#inspectionOf(document)
    if (known) return known
    const made = new Inspection(document)
    this.#inspection?.made.dispose()
    this.#inspection = { meaning: meaningOf(document), made }
    return made
  }

  run(request: RunRequest, stop: Stop = never): Promise<RunResult> {
    return this.#exclusive(async () => {
      const began = this.#now()
      const inspection = this.#inspect(request.document)
      const fed = rowsFor(this.#data, inspection.ir, request)
      const chosen = await this.#backends.choose(request.backend, { kind: 'look' })
      // First of all: what does not fit is refused here, before gigabytes of weights are drawn for it.
      this.#lastRun = 0
      await inspection.program(chosen.executor, fed.batch)
      this.#model.prepare(inspection.variables, request.seed ?? request.document.training?.seed ?? 0)
      await this.#model.send(chosen.executor, inspection.variables)
      return this.#runInspection(inspection, chosen, request.revision, fed, stop, began)
    })
  }

  async #runInspection(
    inspection: Inspection,
    { executor, report }: Chosen,
    revision: number,
    fed: Rows,
    stop: Stop,
    began: number
  ): Promise<RunResult> {
    // From here on the numbers of the run before are overwritten: until this one is done, nobody can read any.
    this.#lastRun = 0
    this.#looked = inspection
    const { compiled, program } = await inspection.program(executor, fed.batch)
    const feeds = feedsFor(compiled.plan, fed)
    if (!(await program.run(feeds, stop))) throw new DOMException('The run was cancelled.', 'AbortError')
    this.#lastRun = ++this.#runs
    const cells = await inspection.cells(fed.batch)
    return {
      runId: this.#lastRun,
      revision,
      backend: report,
      batch: fed.open ? fed.batch : null,
      ...cells,
      warnings: inspection.built.problems,
      findings: findings(inspection.document, cells),
      milliseconds: this.#now() - began
    }
  }

  /** The document with its weights on the float64 reference, at a batch of rows. A `partial` one leaves out what has a problem. */
  async #ground(
    request: Pick<RunRequest, 'document' | 'batch' | 'feeds'>,
    stop: Stop,
    whole: 'whole' | 'partial' = 'whole'
  ): Promise<Ground> {
    const { document } = request
    const inspection = new Inspection(document)
    const errors = inspection.built.problems.filter(isError)
    if (errors.length > 0 && (whole === 'whole' || !inspection.built.objective)) throw new ProblemError(errors)
    this.#model.prepare(inspection.variables, document.training?.seed ?? 0)
    const rows = rowsFor(this.#data, inspection.ir, request)
    const executor = new ReferenceExecutor()
    await this.#model.send(executor, inspection.variables)
    return { document, inspection, executor, rows, stop, breathe: this.#breathe }
  }

  /** Autodiff against differences, in float64, for each parameter that the objective depends on, and each edge. */
  gradcheck(document: GraphDocument, options: GradcheckOptions = {}, stop: Stop = never): Promise<GradcheckReport> {
    return this.#exclusive(async () =>
      checkGradients(await this.#ground({ document, batch: GRADCHECK_BATCH, feeds: options.feeds }, stop), options)
    )
  }

  /** One derivative by differences of several steps. */
  differences(request: DifferenceRequest, stop: Stop = never): Promise<DifferenceCurve> {
    const { document, feeds } = request
    return this.#exclusive(async () =>
      differenceCurve(await this.#ground({ document, batch: GRADCHECK_BATCH, feeds }, stop), request)
    )
  }

  jacobian(request: JacobianRequest, stop: Stop = never): Promise<JacobianResult> {
    return this.#exclusive(async () => jacobian(await this.#ground({ batch: 1, ...request }, stop), request))
  }

  chains(request: ChainRequest, stop: Stop = never): Promise<ChainResult> {
    return this.#exclusive(async () => chains(await this.#ground({ batch: 1, ...request }, stop), request))
  }

  hessian(request: HessianRequest, stop: Stop = never): Promise<HessianResult> {
    return this.#exclusive(async () => hessian(await this.#ground(request, stop), request))
  }

  curve(request: CurveRequest, stop: Stop = never): Promise<CurveResult> {
    return this.#exclusive(async () => curve(await this.#ground(request, stop, 'partial'), request))
  }

  landscape(request: LandscapeRequest, stop: Stop = never): Promise<LandscapeResult> {
    return this.#exclusive(async () => landscape(await this.#ground(request, stop, 'partial'), request, this.#plots))
  }

  paths(request: PathsRequest, stop: Stop = never): Promise<PathsResult> {
    return this.#exclusive(async () => paths(await this.#ground(request, stop, 'partial'), request, this.#plots))
  }

  /** During a training it is answered between two steps. */
  plane(request: PlaneRequest, stop: Stop = never): Promise<PlaneResult> {
    return this.#plots.plane(request, meaningOf(request.document), stop, (work) => this.#exclusive(work))
  }

  /** What a training step, or a run, compiles to; `measure` walks it, on weights that stay as they are. */
  async plan(request: PlanRequest, stop: Stop = never): Promise<PlanReport> {
    const settings = request.document.training ?? defaultTraining
    const about: About =
      request.kind === 'training'
        ? { settings, ...this.#trainings.graphOf(request.document, settings) }
        : { inspection: this.#inspectionOf(request.document) ?? new Inspection(request.document) }
    const tools = { backends: this.#backends, data: this.#data, model: this.#model, now: this.#now, stop }
    const report = () => planReport(request, about, tools)
    return request.measure ? this.#exclusive(report) : report()
  }

  /** From the last run; `run.stale` where another came in between. */
  async readTensor(request: TensorRequest): Promise<TensorSlice> {
    const { target, which, offset = 0, bins } = request
    const found = await this.#lastInspection(request).tensor(target, which)
    if (!found)
      return fail('graph.noSuchThing', { what: 'gradient', id: target.kind === 'parameter' ? target.name : target.id })
    const { shape, dtype, data } = found
    return { shape, dtype, offset, data: partOf(data, request), histogram: bins ? histogram(data, bins) : null }
  }

  async readProduct(request: ProductRequest): Promise<ProductDetail | null> {
    return this.#lastInspection(request).product(request)
  }

  /** @throws ProblemError run.stale */
  #lastInspection({ runId }: Pick<TensorRequest, 'runId'>): Inspection {
    const inspection = this.#looked
    return inspection && runId === this.#lastRun ? inspection : fail('run.stale')
  }

  /** One pass of which everything is kept, to be walked through. */
  steps(request: StepsRequest, stop: Stop = never): Promise<StepsResult> {
    return this.#exclusive(() => this.#walks.open(request, stop, this.#past.shown))
  }

  readStep(request: StepRequest): Promise<StepDetail> {
    return this.#walks.read(request)
  }

  endSteps(): Promise<void> {
    return this.#exclusive(async () => this.#walks.close())
  }

  explainSample(request: ExplainRequest, stop: Stop = never): Promise<SampleReport> {
    return this.#exclusive(() => this.#samples.explain(request, stop))
  }

  findSample(request: FindRequest, stop: Stop = never): Promise<Found> {
    return this.#exclusive(() => this.#samples.find(request, stop))
  }

  train(request: TrainRequest, on: (event: TrainEvent) => void, stop: Stop = never): Promise<TrainOutcome> {
    const over = this.#plots.trains()
    return this.#exclusive<TrainOutcome>(async () => {
      let report: TrainReport | null = null
      try {
        const settings = request.training ?? request.document.training ?? fail('train.noTraining')
        // its weights are about to change under it
        this.#walks.close()
        this.#samples.close()
        this.#past.close()
        const keep = (partial: TrainReport): void => {
          report = partial
        }
        return await this.#trainings.train(request, settings, { on, stop, keep })
      } catch (error) {
        const problems = problemsOf(error)
        await this.#afterFailure(problems)
        return { outcome: 'failed', problems, report }
      }
    }).finally(over)
  }

  /** Loss and metrics on the test split. */
  evaluate(document: GraphDocument, choice: BackendChoice, stop: Stop = never): Promise<Evaluation> {
    return this.#exclusive(async () => {
      const graph = evaluationGraph(document, document.training?.metrics ?? [])
      const variables = variablesOf(graph.ir)
      const { executor } = await this.#backends.choose(choice, { kind: 'look' })
      this.#model.prepare(variables, document.training?.seed ?? 0)
      await this.#model.send(executor, variables)
      const sets = this.#data.of(document, datasetsIn(graph.ir))
      const found = await evaluate(executor, graph, tablesOf(sets, 'test'), stop, this.#breathe)
      if (!found) throw new DOMException('The evaluation was cancelled.', 'AbortError')
      return found
    })
  }

  async history(): Promise<HistoryOverview | null> {
    return this.#past.overview
  }

  lookBack(request: LookBackRequest, stop: Stop = never): Promise<RunResult> {
    return this.#exclusive(() => this.#past.look(request, stop))
  }

  surveyHistory(stop: Stop = never): Promise<RunFinding[]> {
    return this.#exclusive(() => this.#past.survey(stop))
  }

  overTime(request: OverTimeRequest, stop: Stop = never): Promise<OverTime | null> {
    return this.#exclusive(() => this.#past.overTime(request, stop))
  }

  live(): Promise<void> {
    return this.#exclusive(async () => this.#past.leave())
  }

  keepPast(): Promise<void> {
    return this.#exclusive(async () => {
      this.#model.record = this.#past.adopt()
    })
  }

  reset(): Promise<void> {
    return this.#exclusive(async () => {
      this.#past.close()
      this.#model.clear()
    })
  }

  exportWeights(document: GraphDocument): Promise<Uint8Array> {
    return this.#exclusive(async () => {
      const variables = variablesOf(build(document).ir)
      this.#model.prepare(variables, document.training?.seed ?? 0)
      const file = { graph: document.name, tensors: this.#model.tensors(variables), training: this.#model.record }
      return new TextEncoder().encode(writeWeights(file))
    })
  }

  importWeights(document: GraphDocument, bytes: Uint8Array): Promise<{ readonly tensors: number }> {
    return this.#exclusive(async () => {
      const variables = variablesOf(build(document).ir)
      const file = readWeights(bytes)
      this.#past.close()
      this.#model.prepare(variables, document.training?.seed ?? 0)
      this.#model.load(file, variables)
      return { tensors: file.tensors.length }
    })
  }

  async provideData(name: string, files: readonly DataFile[]): Promise<DataSummary> {
    return this.#data.provide(name, files)
  }

  async dataSets(): Promise<readonly DataSummary[]> {
    return this.#data.provided()
  }
}
