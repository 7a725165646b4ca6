/** The last kind of step: what training makes of a parameter. */
import { build } from '../../document/build.ts'
import type { TrainingSettings } from '../../document/types.ts'
import type { Value } from '../../ir/builder.ts'
import type { IrNode } from '../../ir/types.ts'
import { ProblemError } from '../../problem.ts'
import type { Numbers } from '../../tensor.ts'
import { trainingGraph } from '../../train/graph.ts'
import { rateAt } from '../../train/schedules.ts'
import { Solver, takesAll } from '../../train/second-order.ts'
import type { Rows } from '../rows.ts'
import { samplesOf } from './back.ts'
import type { Made } from './detail.ts'
import { type Look, pieceOf } from './pieces.ts'
import type { UpdateDetail } from './types.ts'
import { type Update, updateLines } from './update.ts'
import { parameterName, type Walk, type WalkStep } from './walk.ts'

/** Where in a training the update of a walk is: at its beginning, or where a person looks back at. */
export interface Learning {
  readonly settings: TrainingSettings
  /** From 1, of so many. */
  readonly step: number
  readonly steps: number
  readonly epoch: number
  /** What the walk was fed. */
  readonly rows: Rows
  /** Optimizer state before the step, by the name of its variable; undefined where it is 0. */
  readonly state: (name: string) => Numbers | undefined
}

const gradientOf = (walk: Walk, value: Value): Value => walk.gradients.get(value.id) as Value

const variableOf = (walk: Walk, parameter: string | null): IrNode =>
  walk.ir.nodes.find((n) => n.op === 'Variable' && parameterName(n) === parameter) as IrNode

export async function updateDetail(
  walk: Walk,
  step: WalkStep,
  { sample, cells }: Look,
  learning: Learning
): Promise<Made<UpdateDetail>> {
  const { settings, steps, epoch } = learning
  const parameter = step.parameter as string
  const variable = variableOf(walk, parameter)
  const gradient = await pieceOf(walk, variable, gradientOf(walk, variable), cells.out, sample)
  const before = await pieceOf(walk, variable, variable, gradient.cell, sample)
  const { kind } = settings.optimizer
  const input = {
    settings,
    step: learning.step,
    learningRate: rateAt(settings, { step: learning.step - 1, epoch: epoch - 1, steps }),
    weight: before.value,
    gradient: gradient.value,
    norm: settings.clip && 'norm' in settings.clip ? await normOf(walk) : 0,
    state: (name: string) => Number(learning.state(`${parameter}#${name}`)?.[gradient.cell] ?? 0)
  }
  const made = takesAll(kind)
    ? await solved(walk, learning, parameter, gradient.cell, input.learningRate)
    : { update: updateLines(input), refused: null, unknowns: null }
  const schedule = settings.schedule?.kind ?? 'constant'
  return {
    kind: 'update',
    parameter,
    before,
    gradient,
    optimizer: kind,
    assumed: walk.document.training === null,
    symbols: made.update?.symbols ?? [],
    schedule: schedule === 'constant' ? null : { kind: schedule, step: learning.step, steps },
    step: learning.step,
    lines: made.update?.lines ?? [],
    after: made.update?.after ?? null,
    refused: made.refused,
    unknowns: made.unknowns,
    samples: learning.rows.open && walk.batch > 1 ? await samplesOf(walk, variable, gradient.cell) : null
  }
}

/** ‖g‖ over all gradients as one vector. */
async function normOf(walk: Walk): Promise<number> {
  let squares = 0
  for (const { kind, parameter } of walk.steps) {
    if (kind !== 'update') continue
    squares += (await walk.statistics(gradientOf(walk, variableOf(walk, parameter)).id)).norm ** 2
  }
  return Math.sqrt(squares)
}

interface Solved {
  readonly update: Update | null
  readonly refused: UpdateDetail['refused']
  readonly unknowns: number | null
}

/** Newton's step, or the normal equation's, on the rows of the walk: all weights from one linear system. */
async function solved(
  walk: Walk,
  { settings, rows, step }: Learning,
  parameter: string,
  cell: number,
  rate: number
): Promise<Solved> {
  try {
    const document = { ...walk.document, training: settings }
    const {
      ir,
      secondOrder: order,
      parameters
    } = trainingGraph(document, build(document, { training: true }), settings)
    if (!order) return { update: null, refused: null, unknowns: null }
    const unknowns = order.trained.reduce((sum, { size }) => sum + size, 0)
    const solver = new Solver({ ir, order, variables: parameters.map(({ name }) => name), stop: () => false })
    const from = { getVariable: (name: string) => walk.read(variableOf(walk, name).id) }
    const context = { step, training: true, rows: rows.batch }
    const found = await solver.step(from, rows.feeds, context, rate)
    const after = found?.get(parameter)?.[cell]
    if (after === undefined) return { update: null, refused: null, unknowns }
    const before = (await walk.read(variableOf(walk, parameter).id))[cell] as number
    return { update: systemOf(order.kind, order.lambda, before, after, rate), refused: null, unknowns }
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    return { update: null, refused: error.problems[0] ?? null, unknowns: null }
  }
}

function systemOf(kind: 'newton' | 'normalEquation', lambda: number, w: number, after: number, eta: number): Update {
  const damped = lambda === 0 ? '' : String.raw` + \lambda I`
  if (kind === 'normalEquation') {
    const symbols = String.raw`\left[(X^{\mathsf T} X${damped})^{-1} X^{\mathsf T} t\right]`
    return {
      symbols: lambda === 0 ? [] : [{ tex: String.raw`\lambda`, name: 'ridge', value: lambda }],
      lines: [{ of: 'parameter', left: 'w', symbols, put: null, values: [], result: after, before: w }],
      after
    }
  }
  const d = eta === 0 ? 0 : (w - after) / eta
  const inverse = damped === '' ? 'H^{-1}' : `(H${damped})^{-1}`
  return {
    symbols: [
      { tex: String.raw`\eta`, name: 'learningRate', value: eta },
      ...(lambda === 0 ? [] : [{ tex: String.raw`\lambda`, name: 'damping' as const, value: lambda }])
    ],
    lines: [
      {
        of: 'corrected',
        left: 'd',
        symbols: String.raw`\left[${inverse} g\right]`,
        put: null,
        values: [],
        result: d,
        before: null
      },
      {
        of: 'parameter',
        left: 'w',
        symbols: String.raw`w - \eta\, d`,
        put: String.raw`\value{0} - \value{1} \cdot \value{2}`,
        values: [w, eta, d],
        result: after,
        before: w
      }
    ],
    after
  }
}
