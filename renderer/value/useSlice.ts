import { useEffect, useState } from 'react'
import { type Problem, problemsOf } from '../../engine/problem.ts'
import type { Target, TensorSlice } from '../../engine/session/protocol.ts'
import { client } from '../session/session.ts'
import { useRun } from '../store/run.ts'
import type { Slice } from './slices.ts'

export interface Loaded {
  readonly slice: TensorSlice | null
  readonly problem: Problem | null
}

/** A part of a tensor of the latest run; what is there stays until the next is here. */
export function useSlice(target: Target, which: 'value' | 'gradient', { offset, count }: Slice): Loaded {
  const runId = useRun((s) => s.result?.runId)
  const [loaded, setLoaded] = useState<Loaded>({ slice: null, problem: null })
  useEffect(() => {
    if (runId === undefined || count <= 0) return
    let gone = false
    client()
      .readTensor({ runId, target, which, offset, count })
      .then((slice) => !gone && setLoaded({ slice, problem: null }))
      .catch((error: unknown) => {
        const problem = problemsOf(error)[0] ?? null
        // A newer run is on its way and will bring its own numbers: what is there stays until then.
        if (!gone && problem?.code !== 'run.stale') setLoaded({ slice: null, problem })
      })
    return () => {
      gone = true
    }
  }, [runId, target, which, offset, count])
  return loaded
}
