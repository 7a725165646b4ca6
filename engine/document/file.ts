/** Reading and writing the graph file: parse → migrate → check the fields → validate, and all problems at once. */
import * as v from 'valibot'
import { type Problem, ProblemError, problem } from '../problem.ts'
import { duplicateKey } from './duplicate-keys.ts'
import { migrate } from './migrate.ts'
import { FORMAT, type GraphDocument, MODES, NOTE_COLOURS, OPTIMIZERS, type TrainingSettings, VERSION } from './types.ts'
import { inDeclaredOrder, show, validate } from './validate.ts'

/** Graphs are text of people's size; weights and data have files of their own. */
export const MAX_FILE_BYTES = 64 * 2 ** 20

/** The file beside a graph, which engine/io reads; taken for a graph, it is told by its name. */
const WEIGHTS_FORMAT = 'chainrule-weights'

const finite = v.pipe(v.number(), v.finite())
const whole = (low: number) => v.pipe(v.number(), v.integer(), v.minValue(low))
const positive = v.pipe(finite, v.gtValue(0))
const share = v.pipe(finite, v.minValue(0), v.maxValue(1))
const least = v.pipe(finite, v.minValue(0))
const position = v.strictObject({ x: finite, y: finite })
const json: v.GenericSchema = v.union([
  finite,
  v.string(),
  v.boolean(),
  v.null(),
  v.array(v.lazy(() => json)),
  v.record(
    v.string(),
    v.lazy(() => json)
  )
])

const schedule = v.variant('kind', [
  v.strictObject({ kind: v.literal('constant') }),
  v.strictObject({ kind: v.literal('step'), stepSize: whole(1), gamma: v.optional(positive) }),
  v.strictObject({ kind: v.literal('cosine'), minimum: v.optional(least) }),
  v.strictObject({
    kind: v.literal('warmup'),
    steps: whole(1),
    startFactor: v.optional(share),
    after: v.optional(v.picklist(['constant', 'cosine'])),
    minimum: v.optional(least)
  }),
  v.strictObject({ kind: v.literal('oneCycle'), maximum: positive, warmupShare: v.optional(share) })
])

const clip = v.union([v.strictObject({ norm: positive }), v.strictObject({ value: positive })])

export const trainingSchema = v.strictObject({
  optimizer: v.objectWithRest(
    { kind: v.picklist(OPTIMIZERS), learningRate: v.pipe(finite, v.minValue(0)) },
    v.union([finite, v.boolean(), v.string()])
  ),
  batchSize: whole(1),
  epochs: whole(0),
  shuffle: v.optional(v.boolean(), true),
  seed: v.optional(whole(0), 0),
  metrics: v.optional(v.array(v.string()), []),
  validationSplit: v.optional(v.pipe(finite, v.minValue(0), v.maxValue(0.9)), 0),
  schedule: v.optional(schedule),
  clip: v.optional(clip)
})

const fileSchema = v.strictObject({
  format: v.literal(FORMAT),
  version: v.literal(VERSION),
  name: v.string(),
  description: v.optional(v.string(), ''),
  nodes: v.array(
    v.strictObject({
      id: v.string(),
      op: v.string(),
      attributes: v.optional(v.record(v.string(), json)),
      label: v.optional(v.string()),
      mode: v.optional(v.picklist(MODES)),
      collapsed: v.optional(v.literal(true)),
      position
    })
  ),
  edges: v.array(
    v.strictObject({
      id: v.string(),
      source: v.string(),
      sourceHandle: v.string(),
      target: v.string(),
      targetHandle: v.string(),
      points: v.optional(v.pipe(v.array(position), v.minLength(1)))
    })
  ),
  groups: v.optional(
    v.array(
      v.strictObject({
        id: v.string(),
        label: v.string(),
        nodes: v.array(v.string()),
        parent: v.optional(v.string()),
        link: v.optional(v.string()),
        position: v.optional(position)
      })
    ),
    []
  ),
  notes: v.optional(
    v.array(
      v.strictObject({
        id: v.string(),
        text: v.string(),
        position,
        size: v.optional(v.strictObject({ width: finite, height: finite })),
        kind: v.optional(v.literal('frame')),
        colour: v.optional(v.picklist(NOTE_COLOURS)),
        parent: v.optional(v.string())
      })
    ),
    []
  ),
  objective: v.optional(v.nullable(v.string()), null),
  training: v.optional(v.nullable(trainingSchema), null)
})

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new ProblemError(problem('file.notText', { offset: firstBadByte(bytes) }))
  }
}

/** By bisection: the shortest prefix that does not decode ends at the bad byte. */
function firstBadByte(bytes: Uint8Array): number {
  let [good, bad] = [0, bytes.length]
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, middle), { stream: true })
      good = middle
    } catch {
      bad = middle
    }
  }
  return good
}

const isBlank = (bytes: Uint8Array): boolean => bytes.every((b) => b === 0x20 || b === 0x0a || b === 0x0d || b === 0x09)

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    const twice = duplicateKey(text)
    if (twice) throw new ProblemError(problem('file.duplicateKey', twice))
    return value
  } catch (error) {
    if (error instanceof ProblemError) throw error
    const message = (error as Error).message
    const at = /position (\d+)/.exec(message)?.[1]
    const before = at === undefined ? null : text.slice(0, Number(at))
    const place =
      before === null ? '' : ` (line ${before.split('\n').length}, column ${before.length - before.lastIndexOf('\n')})`
    const detail = message
      .replace(/ in JSON at position.*$| \(line \d+ column \d+\)$/s, '')
      .replace(/, ".*" is not valid JSON$/s, '')
    throw new ProblemError(problem('file.notJson', { detail: `${detail}${place}` }))
  }
}

const fieldPath = (path: readonly { readonly key: unknown }[] = []): string =>
  path
    .map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '') || 'the file'

function fieldProblem(issue: v.BaseIssue<unknown>, raw: unknown): Problem {
  const path = issue.path as readonly { readonly key: unknown }[] | undefined
  const nodes = (raw as { nodes?: unknown }).nodes
  const at =
    path?.[0]?.key === 'nodes' && typeof path[1]?.key === 'number'
      ? (nodes as { id?: unknown }[])[path[1].key]?.id
      : undefined
  const expected = issue.expected === 'never' ? 'no such field' : (issue.expected ?? issue.message)
  return problem(
    'file.field',
    { path: fieldPath(path), expected, found: issue.expected === 'never' ? 'one' : show(issue.input) },
    typeof at === 'string' ? { nodeId: at } : {}
  )
}

const trainingOnly = v.object({ training: v.nullable(trainingSchema) })

/** Training settings as the file takes them, with what they leave out filled in. @throws ProblemError */
export function readTraining(training: unknown): TrainingSettings | null {
  const result = v.safeParse(trainingOnly, { training })
  if (!result.success) throw new ProblemError(result.issues.map((issue) => fieldProblem(issue, {})))
  return result.output.training as TrainingSettings | null
}

export interface ReadGraph {
  readonly document: GraphDocument
  /** Warnings; errors are thrown. */
  readonly problems: readonly Problem[]
}

/** @throws ProblemError with every problem of the file. */
export function readGraph(bytes: Uint8Array): ReadGraph {
  if (bytes.length > MAX_FILE_BYTES) {
    throw new ProblemError(problem('file.tooLarge', { bytes: bytes.length, limit: MAX_FILE_BYTES }))
  }
  if (isBlank(bytes)) throw new ProblemError(problem('file.empty', { bytes: bytes.length }))
  const raw = parse(decode(bytes))
  const { format, version } = (typeof raw === 'object' && raw !== null ? raw : {}) as {
    format?: unknown
    version?: unknown
  }
  if (format === WEIGHTS_FORMAT) throw new ProblemError(problem('file.isWeights'))
  if (format !== FORMAT)
    throw new ProblemError(problem('file.format', { expected: FORMAT, found: show(format ?? null) }))
  if (typeof version === 'number' && version > VERSION) {
    throw new ProblemError(problem('file.newerVersion', { found: version, supported: VERSION }))
  }
  const result = v.safeParse(fileSchema, migrate(raw as { version: number }))
  if (!result.success) throw new ProblemError(result.issues.map((issue) => fieldProblem(issue, raw)))
  const { format: _format, version: _version, ...document } = result.output
  const problems = validate(document as GraphDocument)
  if (problems.length > 0) throw new ProblemError(problems)
  return { document: document as GraphDocument, problems: [] }
}

/** Lists of plain numbers go on one line: a kernel of a thousand numbers is not a thousand lines. */
const joinNumbers = (text: string): string =>
  text.replace(
    /\[\n\s+((?:-?[\d.eE+-]+|null)(?:,\n\s+(?:-?[\d.eE+-]+|null))*)\n\s+\]/g,
    (_all, list: string) => `[${list.replace(/\n\s+/g, ' ')}]`
  )

/** The file's text: keys in the order of the format, so that a saved graph diffs well. */
export function writeGraph(document: GraphDocument): string {
  const { name, description, nodes, edges, groups, notes, objective, training } = document
  const file = {
    format: FORMAT,
    version: VERSION,
    name,
    description,
    nodes: nodes.map(orderedNode),
    edges: edges.map(orderedEdge),
    groups: groups.map(orderedGroup),
    notes: notes.map(orderedNote),
    objective,
    training: training && orderedTraining(training)
  }
  return `${joinNumbers(JSON.stringify(file, null, 2))}\n`
}

/** What a setting leaves out stays out: a file without a schedule is written without one. */
const orderedTraining = ({ schedule, clip, ...settings }: TrainingSettings) => ({ ...settings, schedule, clip })

const orderedEdge = ({ id, source, sourceHandle, target, targetHandle, points }: GraphDocument['edges'][number]) => ({
  id,
  source,
  sourceHandle,
  target,
  targetHandle,
  points
})

const orderedNode = ({ id, op, attributes, label, mode, collapsed, position: at }: GraphDocument['nodes'][number]) => ({
  id,
  op,
  attributes: attributes && inDeclaredOrder(op, attributes),
  label,
  mode,
  collapsed,
  position: at
})

const orderedGroup = ({ id, label, nodes, parent, link, position: at }: GraphDocument['groups'][number]) => ({
  id,
  label,
  nodes,
  parent,
  link,
  position: at
})

const orderedNote = ({ id, text, position: at, size, kind, colour, parent }: GraphDocument['notes'][number]) => ({
  id,
  text,
  position: at,
  size,
  kind,
  colour,
  parent
})
