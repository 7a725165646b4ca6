/** Learning-rate schedules and clipping as the form shows them; numbers that a file leaves out are the engine's presets. */
import type { ClipSettings, Schedule } from '../../engine/document/types.ts'

export interface NumberForm {
  readonly preset: number
  readonly min: number
  readonly max?: number
  readonly step?: number
  readonly integer?: true
}

/** In the order of the form. */
export const SCHEDULE_NUMBERS = [
  'stepSize',
  'gamma',
  'steps',
  'startFactor',
  'maximum',
  'warmupShare',
  'minimum'
] as const
type Fields = Readonly<Partial<Record<(typeof SCHEDULE_NUMBERS)[number], NumberForm>>>

/** Above 0, for fields that take no 0. */
const TINY = 1e-12
const share = (preset: number): NumberForm => ({ preset, min: 0, max: 1, step: 0.05 })
const minimum: NumberForm = { preset: 0, min: 0 }

export const scheduleForms: Readonly<Record<Schedule['kind'], Fields>> = {
  constant: {},
  step: { stepSize: { preset: 10, min: 1, step: 1, integer: true }, gamma: { preset: 0.1, min: TINY } },
  cosine: { minimum },
  warmup: { steps: { preset: 100, min: 1, integer: true }, startFactor: share(1 / 3) },
  oneCycle: { maximum: { preset: 0.1, min: TINY }, warmupShare: share(0.3) }
}

/** The numbers that this schedule has: a minimum belongs to a cosine alone. */
export const fieldsOf = (schedule: Schedule): Fields => ({
  ...scheduleForms[schedule.kind],
  ...(schedule.kind === 'warmup' && schedule.after === 'cosine' ? { minimum } : {})
})

/** A schedule to begin with: only what has no preset is written. */
export function newSchedule(kind: Schedule['kind'], rate: number): Schedule | undefined {
  switch (kind) {
    case 'constant':
      return undefined
    case 'step':
      return { kind, stepSize: 10 }
    case 'cosine':
      return { kind }
    case 'warmup':
      return { kind, steps: 100 }
    case 'oneCycle':
      // Smith and Topin 2018 go up by about this much.
      return { kind, maximum: Number((10 * rate || 0.1).toPrecision(6)) }
  }
}

export const CLIPS = ['none', 'norm', 'value'] as const
export type ClipKind = (typeof CLIPS)[number]

export const clipKind = (clip: ClipSettings | undefined): ClipKind =>
  !clip ? 'none' : 'norm' in clip ? 'norm' : 'value'

export const newClip = (kind: ClipKind, limit = 1): ClipSettings | undefined =>
  kind === 'none' ? undefined : kind === 'norm' ? { norm: limit } : { value: limit }
