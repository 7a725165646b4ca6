/** The optimizers as the form shows them: hyperparameters with the engine's defaults, and a rate to start from. */
import type { OptimizerKind, OptimizerSettings } from '../../engine/document/types.ts'

export const HYPERPARAMETERS = [
  'momentum',
  'nesterov',
  'rho',
  'beta1',
  'beta2',
  'epsilon',
  'weightDecay',
  'damping',
  'ridge'
] as const
export type Hyperparameter = (typeof HYPERPARAMETERS)[number]

interface OptimizerForm {
  readonly title: string
  readonly learningRate: number
  /** Takes all examples in each step, whatever the batch size; its usual rate is the full step. */
  readonly takesAll?: true
  readonly hyperparameters: Readonly<Partial<Record<Hyperparameter, number | boolean>>>
}

const betas = { beta1: 0.9, beta2: 0.999 }

export const optimizerForms: Readonly<Partial<Record<OptimizerKind, OptimizerForm>>> = {
  sgd: { title: 'SGD', learningRate: 0.01, hyperparameters: { momentum: 0, nesterov: false, weightDecay: 0 } },
  adagrad: { title: 'AdaGrad', learningRate: 0.01, hyperparameters: { epsilon: 1e-10, weightDecay: 0 } },
  rmsprop: {
    title: 'RMSprop',
    learningRate: 0.001,
    hyperparameters: { rho: 0.9, epsilon: 1e-7, momentum: 0, weightDecay: 0 }
  },
  adam: { title: 'Adam', learningRate: 0.001, hyperparameters: { ...betas, epsilon: 1e-8, weightDecay: 0 } },
  adamw: { title: 'AdamW', learningRate: 0.001, hyperparameters: { ...betas, epsilon: 1e-8, weightDecay: 0.01 } },
  newton: { title: 'Newton', learningRate: 1, takesAll: true, hyperparameters: { damping: 0 } },
  normalEquation: { title: 'Normal equation', learningRate: 1, takesAll: true, hyperparameters: { ridge: 0 } }
}

/** Another kind: its own hyperparameters, and its usual rate where the old one was at its usual rate, or meant another thing. */
export function withKind(old: OptimizerSettings, kind: OptimizerKind): OptimizerSettings {
  const [before, form] = [optimizerForms[old.kind], optimizerForms[kind]]
  const usual = old.learningRate === before?.learningRate || before?.takesAll !== form?.takesAll
  return { kind, learningRate: usual && form ? form.learningRate : old.learningRate }
}
