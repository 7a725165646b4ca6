/**
 * The learning rate from step to step, as PyTorch's schedulers define it; computed on the host in double precision and
 * fed. Each training run begins its schedule anew.
 */
import type { Schedule, TrainingSettings } from '../document/types.ts'

/** Where a run is: steps and epochs that are done, both from 0, and how many steps the run has in all. */
export interface Moment {
  readonly step: number
  readonly epoch: number
  readonly steps: number
}

/** torch.optim.lr_scheduler's own presets, for what a file leaves out. */
export const SCHEDULE_PRESETS = {
  gamma: 0.1,
  minimum: 0,
  startFactor: 1 / 3,
  after: 'constant',
  warmupShare: 0.3
} as const

/** OneCycleLR ends at its initial rate over this. */
const FINAL_DIVISOR = 1e4

/** From `high` to `low` along half a cosine, `done` going from 0 to 1. */
const halfCosine = (high: number, low: number, done: number): number =>
  low + ((high - low) * (1 + Math.cos(Math.PI * done))) / 2

/**
 * The rate of the step that comes next.
 *
 * - step: η·γ^⌊epoch / stepSize⌋ (StepLR), per epoch.
 * - cosine: from η to the minimum over all steps (CosineAnnealingLR, T_max = steps), per step.
 * - warmup: from η·startFactor to η over the first steps (LinearLR), then η, or a cosine over what is left.
 * - oneCycle: from η to the maximum over the share of warm-up, then to η / 10⁴ (OneCycleLR with div_factor = maximum / η,
 *   cosine annealing, two phases, momentum left alone), per step.
 */
export function rateAt({ optimizer, schedule }: TrainingSettings, at: Moment): number {
  const { learningRate: rate } = optimizer
  return schedule ? scheduled(schedule, rate, at) : rate
}

function scheduled(schedule: Schedule, rate: number, { step, epoch, steps }: Moment): number {
  const preset = SCHEDULE_PRESETS
  switch (schedule.kind) {
    case 'constant':
      return rate
    case 'step':
      return rate * (schedule.gamma ?? preset.gamma) ** Math.floor(epoch / schedule.stepSize)
    case 'cosine':
      return halfCosine(rate, schedule.minimum ?? preset.minimum, step / steps)
    case 'warmup': {
      const start = schedule.startFactor ?? preset.startFactor
      if (step < schedule.steps) return rate * (start + ((1 - start) * step) / schedule.steps)
      if ((schedule.after ?? preset.after) === 'constant') return rate
      const done = (step - schedule.steps) / (steps - schedule.steps)
      return halfCosine(rate, schedule.minimum ?? preset.minimum, done)
    }
    case 'oneCycle': {
      // The peak need not fall on a step: PyTorch lets it lie between two, and before the first.
      const peak = (schedule.warmupShare ?? preset.warmupShare) * steps - 1
      if (step <= peak) return halfCosine(rate, schedule.maximum, peak === 0 ? 1 : step / peak)
      return halfCosine(schedule.maximum, rate / FINAL_DIVISOR, (step - peak) / (steps - 1 - peak))
    }
  }
}
