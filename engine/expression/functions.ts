/** The words of the expression language, each with the operator that it stands for. */
import type { Attributes } from '../ir/types.ts'
import type { CallExpression } from './tree.ts'

export interface FunctionEntry {
  readonly op: string
  readonly handles: readonly string[]
  /** The attribute that the last argument, a whole number, goes to. */
  readonly axis?: 'axes' | 'axis'
  /** Further attributes, by name or in this order behind the arguments: numbers, or one of these words. */
  readonly options?: Readonly<Record<string, 'number' | readonly string[]>>
  readonly tex?: string
}

const X = ['x']
const AB = ['a', 'b']
const PAIR = ['prediction', 'target']

const one = (op: string, tex?: string): FunctionEntry => ({ op, handles: X, ...(tex === undefined ? {} : { tex }) })
const two = (op: string): FunctionEntry => ({ op, handles: AB })
const over = (op: string): FunctionEntry => ({ op, handles: X, axis: 'axes' })
const REDUCTION = { reduction: ['mean', 'sum', 'none'] } as const
const loss = (op: string, tex: string, more: FunctionEntry['options'] = {}): FunctionEntry => ({
  op,
  handles: PAIR,
  tex,
  options: { ...more, ...REDUCTION }
})
const shaped = (op: string, tex: string, ...names: string[]): FunctionEntry => ({
  ...one(op, tex),
  options: Object.fromEntries(names.map((name) => [name, 'number']))
})

const table = {
  add: two('Add'),
  sub: two('Sub'),
  mul: two('Mul'),
  div: two('Div'),
  pow: two('Pow'),
  matmul: two('MatMul'),
  dot: two('Dot'),
  outer: two('Outer'),
  gt: two('Greater'),
  lt: two('Less'),
  eq: two('Equal'),
  max: { ...two('Max'), tex: String.raw`\max` },
  min: { ...two('Min'), tex: String.raw`\min` },
  where: { op: 'Where', handles: ['condition', 'a', 'b'] },
  neg: one('Neg'),
  abs: one('Abs'),
  exp: one('Exp'),
  log: one('Log', String.raw`\ln`),
  sqrt: one('Sqrt'),
  reciprocal: one('Reciprocal'),
  sign: one('Sign', String.raw`\operatorname{sign}`),
  floor: one('Floor'),
  ceil: one('Ceil'),
  sin: one('Sin', String.raw`\sin`),
  cos: one('Cos', String.raw`\cos`),
  tan: one('Tan', String.raw`\tan`),
  tanh: one('Tanh', String.raw`\tanh`),
  erf: one('Erf'),
  sigmoid: one('Sigmoid', String.raw`\sigma`),
  relu: one('Relu', String.raw`\operatorname{ReLU}`),
  leakyrelu: shaped('LeakyRelu', String.raw`\operatorname{LeakyReLU}`, 'alpha'),
  elu: shaped('Elu', String.raw`\operatorname{ELU}`, 'alpha'),
  selu: shaped('Selu', String.raw`\operatorname{SELU}`, 'alpha', 'gamma'),
  gelu: { ...one('Gelu', String.raw`\operatorname{GELU}`), options: { approximate: ['none', 'tanh'] } },
  silu: one('Silu', String.raw`\operatorname{SiLU}`),
  mish: one('Mish', String.raw`\operatorname{Mish}`),
  softplus: one('Softplus'),
  softsign: one('Softsign'),
  hardsigmoid: shaped('HardSigmoid', String.raw`\operatorname{hardsigmoid}`, 'alpha', 'beta'),
  step: one('Step'),
  clip: shaped('Clip', String.raw`\operatorname{clip}`, 'min', 'max'),
  softmax: { op: 'Softmax', handles: X, axis: 'axis' },
  logsoftmax: { op: 'LogSoftmax', handles: X, axis: 'axis', tex: String.raw`\operatorname{log\,softmax}` },
  sum: over('ReduceSum'),
  mean: over('ReduceMean'),
  prod: over('ReduceProd'),
  norm: over('ReduceL2'),
  amax: { ...over('ReduceMax'), tex: String.raw`\max` },
  amin: { ...over('ReduceMin'), tex: String.raw`\min` },
  transpose: one('Transpose'),
  stop: one('StopGradient'),
  mse: loss('MeanSquaredError', String.raw`\operatorname{MSE}`),
  mae: loss('MeanAbsoluteError', String.raw`\operatorname{MAE}`),
  bce: loss('BinaryCrossEntropy', String.raw`\operatorname{BCE}`),
  huber: loss('Huber', String.raw`\operatorname{Huber}`, { delta: 'number' }),
  hinge: loss('Hinge', String.raw`\operatorname{Hinge}`),
  bcewithlogits: loss('BinaryCrossEntropyWithLogits', String.raw`\operatorname{BCE}_{\sigma}`),
  crossentropy: loss('SoftmaxCrossEntropyLoss', String.raw`\operatorname{CE}_{\operatorname{softmax}}`),
  categoricalcrossentropy: loss('CategoricalCrossEntropy', String.raw`\operatorname{CE}`),
  nll: loss('NegativeLogLikelihoodLoss', String.raw`\operatorname{NLL}`),
  kldiv: loss('KLDivergence', String.raw`D_{\mathrm{KL}}`)
} satisfies Record<string, FunctionEntry>

export type FunctionName = keyof typeof table

/** Without a prototype: "constructor" is no function of ours. */
const bare = <T>(entries: Readonly<Record<string, T>>): Readonly<Record<string, T | undefined>> =>
  Object.assign(Object.create(null), entries)

export const FUNCTIONS = bare<FunctionEntry>(table)

/** Other spellings, and the few that are short for something. */
export const ALIASES = bare<string>({
  ln: 'log',
  σ: 'sigmoid',
  swish: 'silu',
  product: 'prod',
  average: 'mean',
  log_softmax: 'logsoftmax',
  leaky_relu: 'leakyrelu',
  hard_sigmoid: 'hardsigmoid',
  clamp: 'clip',
  sgn: 'sign',
  maximum: 'max',
  minimum: 'min',
  power: 'pow',
  absolute: 'abs',
  negative: 'neg',
  subtract: 'sub',
  multiply: 'mul',
  divide: 'div',
  mm: 'matmul',
  bmm: 'matmul',
  inner: 'dot',
  t: 'transpose',
  mse_loss: 'mse',
  l1_loss: 'mae',
  huber_loss: 'huber',
  nll_loss: 'nll',
  binary_cross_entropy: 'bce',
  binary_cross_entropy_with_logits: 'bcewithlogits',
  cross_entropy: 'crossentropy',
  detach: 'stop',
  stop_gradient: 'stop'
})

/** Names of libraries in whose style people write: torch.relu(x) is relu(x). */
export const MODULES: ReadonlySet<string> = new Set(['np', 'numpy', 'jnp', 'torch', 'F', 'nn', 'tf', 'keras', 'math'])

/** Other names of axes, and of options. */
export const OPTION_ALIASES = bare<string>({ axes: 'axis', dim: 'axis', keepdim: 'keepdims', negative_slope: 'alpha' })

/** The words that a person may write, for messages and help. */
export const WORDS: readonly string[] = Object.keys(table)
  .filter((word) => !['add', 'sub', 'mul', 'div', 'gt', 'lt', 'eq'].includes(word))
  .sort()

export const CONSTANTS = bare<number>({ pi: Math.PI, π: Math.PI })

const byOp: ReadonlyMap<string, string> = new Map(Object.entries(table).map(([fn, { op }]) => [op, fn]))

/** The word for an operator, where there is one. */
export const wordFor = (op: string): string | undefined => byOp.get(op)

export interface Step {
  readonly op: string
  readonly handles: readonly string[]
  readonly attributes: Attributes
}

/** The operator that a call stands for. */
export function stepOf(e: CallExpression): Step {
  const entry = FUNCTIONS[e.fn]
  if (!entry) throw new Error(`no function "${e.fn}"`)
  const along: Attributes =
    e.axes && entry.axis === 'axes' ? { axes: [...e.axes] } : e.axes && entry.axis === 'axis' ? { axis: e.axes[0] } : {}
  const attributes = { ...e.attributes, ...along, ...(e.keepdims ? { keepdims: 1 } : {}) }
  return { op: entry.op, handles: entry.handles, attributes }
}
