/**
 * Where the first NaN or infinity of a training arose: the step is found by taking steps again from the last state in
 * which all was finite, the operator by following broken numbers upstream to one that was given none.
 */
import { compile } from '../../compile/compile.ts'
import type { IrNode } from '../../ir/types.ts'
import { opOf } from '../../ops/registry.ts'
import { type Problem, type ProblemCode, problem } from '../../problem.ts'
import type { Executor, Stop } from '../../runtime/executor.ts'
import { type Numbers, type Statistics, statisticsOf } from '../../tensor.ts'
import { feedAll } from '../../train/feeds.ts'
import type { History } from './history.ts'
import type { Sample } from './recorder.ts'
import type { BrokenStep } from './types.ts'

export interface Found extends BrokenStep {
  readonly problem: Problem
}

const isBroken = (numbers: Numbers): boolean => numbers.some((x) => !Number.isFinite(x))
const isWhole = ({ values }: Sample): boolean => ![...values.values()].some(isBroken)

/**
 * @param noticed the step at which the loss was seen to be no number; it may have been none for a while
 * @returns null where the steps taken again stay finite, as they may on a device that rounds differently each time
 * @throws AbortError where it was stopped
 */
export async function hunt(history: History, noticed: number, executor: Executor, stop: Stop): Promise<Found | null> {
  const from = history.samples.findLast((sample) => sample.step <= noticed && isWhole(sample))
  if (!from) return null
  let broke = 0
  await history.replay(from, noticed + 1, executor, stop, async (step, loss) => {
    if (!Number.isFinite(await loss())) broke = step
    return broke > 0
  })
  if (broke === 0) return null
  // a loss that is none because the weights were none before: the step that made them so
  let state = await history.stateAt(broke, executor, stop)
  let root: string | null = null
  while (state.step > from.step && !isWhole(state)) {
    root = history.input.graph.parameters.find(({ name }) => isBroken(state.values.get(name) as Numbers))?.name ?? null
    state = await history.stateAt(state.step - 1, executor, stop)
  }
  history.insert(state)
  return trace(history, state, root, executor, stop)
}

/** Runs a step with everything kept, and follows what is broken from the loss, or a parameter's new value, upstream. */
async function trace(
  history: History,
  { step, values }: Sample,
  parameter: string | null,
  executor: Executor,
  stop: Stop
): Promise<Found | null> {
  const { graph } = history.input
  const { nodes } = graph.ir
  const root = parameter === null ? graph.loss : (graph.updates.get(parameter) as number)
  const rows = history.rowsAt(step)
  const wanted = upstreamOf(nodes, root)
  const { maxOperands, maxOutputs, looseSlots, mostNumbers } = executor
  const { plan, idOf } = compile(graph.ir, {
    batch: rows.batch,
    wanted,
    maxOperands,
    maxOutputs,
    looseSlots,
    mostNumbers
  })
  for (const [name, numbers] of values) await executor.setVariable(name, numbers)
  const program = await executor.load(plan)
  try {
    const done = await program.run(feedAll(plan, rows.feeds, history.contextAt(step)), stop)
    if (!done) throw new DOMException('The search was cancelled.', 'AbortError')
    const known = new Map<number, Statistics>()
    const statistics = async (id: number): Promise<Statistics> => {
      const found = known.get(id) ?? statisticsOf(await program.read(idOf(id)))
      known.set(id, found)
      return found
    }
    const brokenAt = async (id: number): Promise<boolean> => {
      const { nan, infinite } = await statistics(id)
      return nan + infinite > 0
    }
    if (!(await brokenAt(root))) return null
    let at = root
    for (let next: number | undefined = root; next !== undefined; ) {
      at = next
      next = undefined
      for (const input of (nodes[at] as IrNode).inputs) if (next === undefined && (await brokenAt(input))) next = input
    }
    const node = nodes[at] as IrNode
    const inputs: Statistics[] = []
    for (const input of node.inputs) inputs.push(await statistics(input))
    const epoch = history.epochOf(step)
    const place = { step, epoch, node: node.origin?.node ?? null }
    return { ...place, problem: told(history, node, await statistics(at), inputs, place) }
  } finally {
    program.dispose()
  }
}

/** All that a value is computed from, and itself. */
function upstreamOf(nodes: readonly IrNode[], root: number): number[] {
  const found = new Set([root])
  for (let id = root; id >= 0; id--)
    if (found.has(id)) for (const input of (nodes[id] as IrNode).inputs) found.add(input)
  return [...found]
}

/** What leaves the range of numbers by itself, whatever comes in; everything else only with numbers that have grown. */
const CAUSES: Readonly<Record<string, ProblemCode>> = {
  Log: 'broken.log',
  Div: 'broken.division',
  Reciprocal: 'broken.division',
  Sqrt: 'broken.root',
  Pow: 'broken.root',
  Exp: 'broken.exp'
}

function causeOf({ op, phase, attributes }: IrNode, inputs: readonly Statistics[]): ProblemCode {
  if (op === 'Feed') return typeof attributes.dataset === 'string' ? 'broken.data' : 'broken.grown'
  if (phase === 'update') return 'broken.update'
  const cause = CAUSES[op]
  if (phase === 'backward') return cause ? 'broken.slope' : 'broken.gradient'
  // a quotient of large numbers is no division by 0
  if (cause === 'broken.division' && !inputs.at(-1)?.zeros) return 'broken.grown'
  return cause ?? 'broken.grown'
}

const number = (x: number): string => String(Number(x.toPrecision(3)))

function told(
  history: History,
  node: IrNode,
  { nan, infinite, count }: Statistics,
  inputs: readonly Statistics[],
  { step, epoch, node: nodeId }: BrokenStep
): Problem {
  const drawn = history.input.document.nodes.find(({ id }) => id === nodeId)
  const own = opOf(node.op)
  const title = opOf(drawn?.op ?? '')?.title ?? node.op
  const op = own && own.family !== 'internal' && node.origin?.part ? `${title} (${own.title})` : title
  const params = {
    step,
    epoch,
    op,
    what: nan > 0 ? 'NaN' : 'Infinity',
    broken: nan + infinite,
    count,
    from: inputs.map(({ min, max }) => `${number(min)} … ${number(max)}`).join('; ') || '–'
  }
  return problem(causeOf(node, inputs), params, nodeId === null ? {} : { nodeId })
}
