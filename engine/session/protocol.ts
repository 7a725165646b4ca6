/**
 * What screens and the command line say to the engine, and what comes back.
 *
 * A request carries a frozen document; each answer names its run and the document revision it belongs to. Whole tensors
 * never travel unless asked for: a run brings summaries, `readTensor` brings a slice.
 */
import type { Step } from '../compile/plan.ts'
import type { GraphDocument, TrainingSettings } from '../document/types.ts'
import type { DType, Phase } from '../ir/types.ts'
import type { Problem } from '../problem.ts'
import type { Statistics } from '../tensor.ts'
import type {
  HistoryOverview,
  LookBackRequest,
  OverTime,
  OverTimeRequest,
  PastStep,
  RunFinding
} from './history/types.ts'
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
import type { ExplainRequest, FindRequest, Found, SampleRef, SampleReport } from './sample/types.ts'
import type { StepDetail, StepRequest, StepsRequest, StepsResult } from './steps/types.ts'
import type { Bin } from './tensors/histogram.ts'

export const BACKENDS = ['webgpu', 'webgl2', 'wasm', 'cpu', 'reference'] as const
export type BackendName = (typeof BACKENDS)[number]
export type BackendChoice = 'auto' | BackendName

export interface BackendReport {
  readonly backend: BackendName
  /** "Float32 typed arrays", "NVIDIA …": what the numbers were computed on. */
  readonly device: string
  /** Why each better backend was not taken; empty where the best one ran. */
  readonly passedOver: readonly { readonly backend: BackendName; readonly why: Problem }[]
  /** Steps per second of this very training, where the GPU and the CPU were tried before one was taken. */
  readonly trials: readonly { readonly backend: BackendName; readonly stepsPerSecond: number }[]
}

/** A tensor as a screen shows it before anybody asks for the whole. */
export interface Summary {
  readonly shape: readonly number[]
  readonly dtype: DType
  readonly statistics: Statistics
  /** Heat strip: at most 32 cells, first element to last. */
  readonly strip: readonly number[]
  /** All elements, flat, where there are at most 64. */
  readonly values: readonly number[] | null
}

export interface Cell {
  readonly value: Summary
  /** dObjective/dValue. Null where none arrives; `why` then says the reason (a `gradient.*` problem). */
  readonly gradient: Summary | null
  readonly why: Problem | null
}

export interface RunRequest {
  readonly document: GraphDocument
  readonly revision: number
  readonly backend: BackendChoice
  /** Seed for initial parameters; the document's own otherwise. Ignored where weights are already there. */
  readonly seed?: number
  /** Rows of the data set to look at; the training batch size otherwise. */
  readonly batch?: number
  /** One example alone, in the place of a batch. */
  readonly sample?: SampleRef | undefined
  /** Numbers for Input nodes by id. */
  readonly feeds?: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: ArrayLike<number> }>>
}

export interface RunResult {
  readonly runId: number
  readonly revision: number
  readonly backend: BackendReport
  readonly objective: number | null
  /** The batch size that B stood for, null where the graph has no batch. */
  readonly batch: number | null
  readonly nodes: Readonly<Record<string, Readonly<Record<string, Cell>>>>
  readonly edges: Readonly<Record<string, Cell>>
  readonly parameters: Readonly<Record<string, Cell>>
  readonly warnings: readonly Problem[]
  /** What the numbers say of the network's health: `finding.*`. */
  readonly findings: readonly Problem[]
  readonly milliseconds: number
  /** The step of a training that it is of, where it looks back. */
  readonly past?: PastStep
}

/** Where a tensor is: on a node's output, along an edge, or a parameter by name ("dense1.kernel"). */
export type Target =
  | { readonly kind: 'node'; readonly id: string; readonly output: string }
  | { readonly kind: 'edge'; readonly id: string }
  | { readonly kind: 'parameter'; readonly name: string }

export interface TensorRequest {
  readonly runId: number
  readonly target: Target
  readonly which: 'value' | 'gradient'
  /** First element and how many, flat; all where absent. */
  readonly offset?: number
  readonly count?: number
  /** In the place of `count`: axes that start at the first element, outermost first. */
  readonly grid?: readonly GridAxis[]
  /** Asks for a histogram of the whole, of so many bins. */
  readonly bins?: number
}

export interface GridAxis {
  readonly count: number
  /** Elements from one to the next. */
  readonly stride: number
}

export interface TensorSlice {
  readonly shape: readonly number[]
  readonly dtype: DType
  readonly offset: number
  readonly data: Float32Array | Float64Array
  /** Of the whole tensor; null where it was not asked for. */
  readonly histogram: readonly Bin[] | null
}

export interface ProductRequest extends Pick<TensorRequest, 'runId' | 'target' | 'which'> {
  /** Element, flat. */
  readonly index: number
}

/** A row or a column that goes into a dot product. */
export interface FactorDetail {
  /** Id of its node, its wire's source or its parameter. */
  readonly name: string
  /** Rows and columns of its matrix as it is multiplied. */
  readonly shape: readonly [number, number]
  /** Whether that is the transpose of the tensor. */
  readonly turned: boolean
  /** Number of the row, of the right factor of the column. */
  readonly at: number
  readonly numbers: Float64Array
}

/** How one number of a matrix product comes about. */
export interface ProductDetail {
  /** Its place in the product. */
  readonly at: readonly number[]
  readonly left: FactorDetail
  readonly right: FactorDetail
  readonly sum: number
  /** What a layer does with the sum: adds its bias, passes it through an activation. */
  readonly after: readonly { readonly op: string; readonly added: number | null }[]
  readonly result: number
}

export interface PlanRequest {
  readonly document: GraphDocument
  readonly revision: number
  readonly backend: BackendChoice
  /** One training step, or the pass that shows every value and gradient. */
  readonly kind: 'training' | 'run'
  /** Numbers for Input nodes by id, for a run. */
  readonly feeds?: RunRequest['feeds']
  /** Walks it for a moment and takes times. The weights stay as they are. */
  readonly measure: boolean
}

/** One kernel: a step of the plan. */
export interface KernelReport {
  /** "product 128×784×512 + Add·Relu" */
  readonly what: string
  readonly kind: Step['kind']
  /** Sizes of a matrix product: m × k times k × n. */
  readonly product: {
    readonly m: number
    readonly k: number
    readonly n: number
    readonly transA: boolean
    readonly transB: boolean
  } | null
  /** Operators that are computed element by element: all of the kernel, or what follows the product. */
  readonly ops: readonly string[]
  readonly phase: Phase
  /** Of the output. */
  readonly shape: readonly number[]
  readonly operations: number
  /** Bytes. */
  readonly read: number
  readonly written: number
  /** Ids of the document's nodes that it computes something of. */
  readonly nodes: readonly string[]
}

/** Bytes. */
export interface PlanMemory {
  readonly total: number
  /** Parameters and optimizer state. */
  readonly variables: number
  /** Their values after the step, which are written beside them. */
  readonly next: number
  readonly feeds: number
  readonly constants: number
  readonly temporaries: number
}

export interface PlanTiming {
  readonly walks: number
  /** One walk over the plan, feeding it included. */
  readonly milliseconds: number
  /** By kernel; on a GPU each was repeated by itself. Null where there are no kernels, on the reference. */
  readonly kernels: readonly number[] | null
}

/** What runs: the plan, in order. */
export interface PlanReport {
  readonly kind: PlanRequest['kind']
  readonly revision: number
  readonly backend: BackendReport
  /** What B stands for; null where the graph has no batch. */
  readonly batch: number | null
  /** Fewer than the batch where the backend cannot hold all of it: the plan is that of such a part. */
  readonly rowsAtOnce: number | null
  readonly kernels: readonly KernelReport[]
  readonly memory: PlanMemory
  /** Why the backend cannot hold it; null where it can. */
  readonly refused: Problem | null
  readonly compileMilliseconds: number
  readonly timing: PlanTiming | null
  /** The plan as text. */
  readonly text: string
}

export interface TrainRequest {
  readonly document: GraphDocument
  readonly revision: number
  readonly backend: BackendChoice
  /** Instead of the document's own. */
  readonly training?: TrainingSettings
  /** Milliseconds between `snapshot` events (live values and gradients on the edges); 0 = none. */
  readonly snapshotEvery: number
  /** Keeps states of the run, to look back at its steps afterwards. */
  readonly history?: boolean
}

export interface EpochReport {
  readonly epoch: number
  readonly loss: number
  readonly metrics: Readonly<Record<string, number>>
  readonly validation: { readonly loss: number; readonly metrics: Readonly<Record<string, number>> } | null
  readonly seconds: number
}

export interface Evaluation {
  readonly loss: number
  readonly metrics: Readonly<Record<string, number>>
  readonly examples: number
}

export interface TrainReport {
  readonly backend: BackendReport
  readonly epochs: readonly EpochReport[]
  readonly test: Evaluation | null
  readonly steps: number
  readonly seconds: number
}

export type TrainEvent =
  | {
      readonly type: 'started'
      readonly runId: number
      readonly backend: BackendReport
      readonly epochs: number
      readonly stepsPerEpoch: number
      readonly examples: number
      readonly parameters: number
      /** Bytes that a step takes: parameters, optimizer state and everything between. */
      readonly memory: number
      /** Rows of a batch. */
      readonly batch: number
      /** Of these, how many go through together: all, or as many as the backend can hold. */
      readonly rowsAtOnce: number
    }
  | {
      readonly type: 'progress'
      readonly epoch: number
      readonly step: number
      readonly steps: number
      readonly loss: number
      readonly metrics: Readonly<Record<string, number>>
      readonly stepsPerSecond: number
      readonly secondsLeft: number
    }
  | { readonly type: 'epoch'; readonly report: EpochReport }
  | { readonly type: 'snapshot'; readonly run: RunResult }

/** A training run ends in exactly one of these. */
export type TrainOutcome =
  | { readonly outcome: 'done' | 'cancelled'; readonly report: TrainReport }
  | { readonly outcome: 'failed'; readonly problems: readonly Problem[]; readonly report: TrainReport | null }

export interface JacobianRequest {
  readonly document: GraphDocument
  /** Whose change is asked for, and by what. An edge stands for the part that goes along it. */
  readonly of: Target
  readonly wrt: Target
  /** Rows of the data set; 1 where absent. */
  readonly batch?: number
  readonly feeds?: RunRequest['feeds']
}

/** d of / d wrt, in float64. */
export interface JacobianResult {
  /** Shapes of `of` and `wrt`; the matrix has as many rows and columns as these have elements. */
  readonly of: readonly number[]
  readonly wrt: readonly number[]
  readonly batch: number | null
  /** Row-major. */
  readonly data: Float64Array
  /** Where all of it is 0 because nothing differentiable leads from one to the other: the reason. */
  readonly why: Problem | null
}

export interface ChainRequest {
  readonly document: GraphDocument
  /** Whose change is asked for: mostly the objective. */
  readonly of: Extract<Target, { kind: 'node' }>
  readonly wrt: Exclude<Target, { kind: 'edge' }>
  /** Rows of the data set; 1 where absent. */
  readonly batch?: number
  readonly feeds?: RunRequest['feeds']
}

/** The Jacobian of one step of a way, in float64. */
export interface ChainFactor {
  /** The node whose output changes, and the wire along which the change comes; null for a parameter that it owns. */
  readonly node: string
  readonly edge: string | null
  readonly of: readonly number[]
  readonly wrt: readonly number[]
  /** Row-major; null where it is too large to be written down: it is multiplied without. */
  readonly data: Float64Array | null
}

export interface ChainWay {
  /** Keys of `factors`, from the input to the output. */
  readonly factors: readonly string[]
  readonly edges: readonly string[]
  /** Running products from the output back, each with as many rows as the output has elements; the last is the whole. */
  readonly back: readonly Float64Array[]
  /** Running products from the input on; null where they are too large. */
  readonly ahead: readonly (Float64Array | null)[]
}

/** d of / d wrt as the sum over all ways of products of Jacobians. */
export interface ChainResult {
  readonly of: readonly number[]
  readonly wrt: readonly number[]
  readonly batch: number | null
  readonly factors: Readonly<Record<string, ChainFactor>>
  /** The first of them. */
  readonly ways: readonly ChainWay[]
  /** How many there are in all. */
  readonly count: number
  /** By one walk backward through the whole graph, row-major. */
  readonly total: Float64Array
  /** Why there is no way. */
  readonly why: Problem | null
}

export interface HessianRequest {
  readonly document: GraphDocument
  /** Parameters by name; all that the graph has where absent. */
  readonly wrt?: readonly string[]
  /** Rows of the data set; the training batch size where absent. */
  readonly batch?: number
  readonly feeds?: RunRequest['feeds']
}

/** Second derivatives of the (summed) objective, in float64. */
export interface HessianResult {
  /** In the order of rows and columns; `offset` is the first of them. */
  readonly parameters: readonly { readonly name: string; readonly shape: readonly number[]; readonly offset: number }[]
  readonly size: number
  readonly batch: number | null
  readonly gradient: Float64Array
  /** Row-major, size × size. */
  readonly data: Float64Array
}

export interface GradcheckOptions {
  /** Also each edge: its number is changed on that edge alone. */
  readonly edges?: boolean
  /** (L(x + h) - L(x)) / h in place of the central difference. */
  readonly forward?: boolean
  /** Step, times max(1, |x|). Absent: what suits double precision. */
  readonly h?: number
  readonly feeds?: RunRequest['feeds']
}

export interface GradcheckReport {
  readonly method: 'central' | 'forward'
  readonly h: number
  /** Largest relative error that is taken for rounding. */
  readonly limit: number
  readonly parameters: readonly GradientCheck[]
  /** By edge id; null where they were not asked for. */
  readonly edges: readonly GradientCheck[] | null
}

export interface GradientCheck {
  readonly name: string
  readonly shape: readonly number[]
  /** Elements compared: all of a small tensor, evenly spread ones of a large one. */
  readonly checked: number
  readonly elements: number
  /**
   * Largest |a - n| / max(|a|, |n|, 1e-3·max|a|, 1e-8) over them: the floor keeps rounding of tiny gradients beside
   * large ones from counting as an error.
   */
  readonly relativeError: number
  /** The element with the largest error: its index, autodiff's number and the difference, by its method. */
  readonly worst: {
    readonly index: number
    readonly autodiff: number
    readonly central?: number
    readonly forward?: number
  }
}

export interface DifferenceRequest {
  readonly document: GraphDocument
  readonly target: Exclude<Target, { kind: 'node' }>
  /** Element, flat. */
  readonly index: number
  /** Steps h, times max(1, |x|). */
  readonly steps: readonly number[]
  readonly feeds?: RunRequest['feeds']
}

/** One derivative by autodiff and, step by step, by differences; NaN where the step is too small to change x. */
export interface DifferenceCurve {
  readonly autodiff: number
  readonly points: readonly { readonly h: number; readonly central: number; readonly forward: number }[]
}

export interface DataSummary {
  readonly name: string
  readonly title: string
  readonly note: string
  readonly train: number
  readonly test: number
  readonly features: readonly number[]
  readonly labels: readonly number[]
  readonly classes: readonly string[] | null
}

export interface DataFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/** Each method rejects with a ProblemError. `signal` cancels; the answer comes within 200 ms. */
export interface SessionClient {
  /** Which backends there are and what `auto` takes, by probe. */
  backends(): Promise<BackendReport>
  run(request: RunRequest, signal?: AbortSignal): Promise<RunResult>
  readTensor(request: TensorRequest): Promise<TensorSlice>
  /** The dot product behind one number of the last run; null where it is none, or its factors were not kept. */
  readProduct(request: ProductRequest): Promise<ProductDetail | null>
  /** What a training step, or a run, compiles to. Answers during a training too, unless it is to measure. */
  plan(request: PlanRequest, signal?: AbortSignal): Promise<PlanReport>
  /** A run kept to be walked through, with the order of its steps; the walk before it is given up. */
  steps(request: StepsRequest, signal?: AbortSignal): Promise<StepsResult>
  /** One step in all its numbers; `run.stale` where the walk was given up. */
  readStep(request: StepRequest): Promise<StepDetail>
  /** Gives the memory of the walk back. */
  endSteps(): Promise<void>
  /** What the network makes of one example, and how a score of it depends on what was given. */
  explainSample(request: ExplainRequest, signal?: AbortSignal): Promise<SampleReport>
  /** The next example of a kind. */
  findSample(request: FindRequest, signal?: AbortSignal): Promise<Found>
  train(request: TrainRequest, on: (event: TrainEvent) => void, signal?: AbortSignal): Promise<TrainOutcome>
  /** What can be looked back at; null where nothing was trained, or the weights come from elsewhere by now. */
  history(): Promise<HistoryOverview | null>
  /**
   * A step of the last training as it was: its weights, its rows, what was dropped. From then on everything that reads
   * weights (runs, walks, derivatives) reads those of that step, until `live`.
   */
  lookBack(request: LookBackRequest, signal?: AbortSignal): Promise<RunResult>
  /** What the numbers said in the course of the last training, at steps spread over it. */
  surveyHistory(signal?: AbortSignal): Promise<readonly RunFinding[]>
  /** How the numbers of one tensor were spread in the course of it; null where it had none. */
  overTime(request: OverTimeRequest, signal?: AbortSignal): Promise<OverTime | null>
  /** Back to the weights of now. */
  live(): Promise<void>
  /** Takes the weights of the step that is looked at for those of now. */
  keepPast(): Promise<void>
  evaluate(document: GraphDocument, backend: BackendChoice, signal?: AbortSignal): Promise<Evaluation>
  /** How each element of a tensor changes with each element of another, at the weights that there are. */
  jacobian(request: JacobianRequest, signal?: AbortSignal): Promise<JacobianResult>
  /** The same as a product of the Jacobians along each way between the two. */
  chains(request: ChainRequest, signal?: AbortSignal): Promise<ChainResult>
  hessian(request: HessianRequest, signal?: AbortSignal): Promise<HessianResult>
  /** Autodiff against differences, on four rows. */
  gradcheck(document: GraphDocument, options?: GradcheckOptions, signal?: AbortSignal): Promise<GradcheckReport>
  /** One of those derivatives by differences of several steps, on the same rows. */
  differences(request: DifferenceRequest, signal?: AbortSignal): Promise<DifferenceCurve>
  /** One number over another, with slopes and secants. */
  curve(request: CurveRequest, signal?: AbortSignal): Promise<CurveResult>
  /** The objective over two coordinates of the parameters. */
  landscape(request: LandscapeRequest, signal?: AbortSignal): Promise<LandscapeResult>
  /** Optimizers on that surface, each from the same start; the weights stay as they are. */
  paths(request: PathsRequest, signal?: AbortSignal): Promise<PathsResult>
  /** What nodes say over a plane of inputs. During a training it is answered between two steps, by their weights. */
  plane(request: PlaneRequest, signal?: AbortSignal): Promise<PlaneResult>
  /** Back to the initial weights of the seed. */
  reset(): Promise<void>
  /** The weights file, UTF-8. */
  exportWeights(document: GraphDocument): Promise<Uint8Array>
  importWeights(document: GraphDocument, bytes: Uint8Array): Promise<{ readonly tensors: number }>
  /** Hands over the files of a data set ("mnist"); checked at once. */
  provideData(name: string, files: readonly DataFile[]): Promise<DataSummary>
  /** Names of the data sets whose files are here. */
  dataSets(): Promise<readonly DataSummary[]>
}
