/** What a training that ran to its end still has to be warned of. */
import { type Problem, problem } from '../../engine/problem.ts'
import type { TrainReport } from '../../engine/session/protocol.ts'
import type { Curves } from '../store/curves.ts'
import { formatNumber } from '../value/format.ts'

/** The engine's own warnings; where it has none, the step at which the loss ceased to be a number. */
export function warningsOf(
  report: TrainReport & { readonly warnings?: readonly Problem[] },
  curves: Curves,
  stepsPerEpoch: number
): readonly Problem[] {
  if (report.warnings && report.warnings.length > 0) return report.warnings
  const at = curves.loss.findIndex((loss) => !Number.isFinite(loss))
  if (at < 0) return []
  const step = curves.steps[at] as number
  const loss = formatNumber(curves.loss[at] as number)
  const epoch = Math.max(1, Math.ceil(step / stepsPerEpoch))
  return [{ ...problem('train.diverged', { loss, epoch, step }), severity: 'warning' }]
}
