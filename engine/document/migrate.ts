/** Older files become today's by one step per version. There is only version 1 so far, so there are no steps yet. */
import { ProblemError, problem } from '../problem.ts'
import { VERSION } from './types.ts'
import { show } from './validate.ts'

type Raw = { readonly version: number }

/** From version n to n + 1. */
const steps: Readonly<Record<number, (file: Raw) => Raw>> = {}

export function migrate(file: Raw): Raw {
  let current = file
  while (current.version !== VERSION) {
    const step = steps[current.version]
    if (!step)
      throw new ProblemError(
        problem('file.field', {
          path: 'version',
          expected: `a whole number from 1 to ${VERSION}`,
          found: show(current.version ?? null)
        })
      )
    current = step(current)
  }
  return current
}
