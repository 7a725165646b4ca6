import { useEffect, useState } from 'react'
import { type Problem, problemsOf } from '../../engine/problem.ts'
import type { Target, TensorRequest, TensorSlice } from '../../engine/session/protocol.ts'
import { client } from '../session/session.ts'
import { useRun } from '../store/run.ts'

export interface Loaded<Asked> {
  readonly slice: TensorSlice | null
  /** What the slice is the answer to. */
  readonly asked: Asked | null
  readonly problem: Problem | null
}

type Part = Pick<TensorRequest, 'offset' | 'count' | 'grid' | 'bins'>

/**
 * A part of a tensor of the latest run; what is there stays until the next is here.
 * @param asked as long as it is the same object, the same is asked for: make it with useMemo
 */
export function useSlice<Asked extends { readonly part: Part }>(
  target: Target,
  which: 'value' | 'gradient',
  asked: Asked
): Loaded<Asked> {
  const runId = useRun((s) => s.result?.runId)
  const [loaded, setLoaded] = useState<Loaded<Asked>>({ slice: null, asked: null, problem: null })
  useEffect(() => {
    if (runId === undefined) return
    let gone = false
    client()
      .readTensor({ runId, target, which, ...asked.part })
      .then((slice) => !gone && setLoaded({ slice, asked, problem: null }))
      .catch((error: unknown) => {
        const problem = problemsOf(error)[0] ?? null
        // A newer run is on its way and will bring its own numbers: what is there stays until then.
        if (!gone && problem?.code !== 'run.stale') setLoaded({ slice: null, asked: null, problem })
      })
    return () => {
      gone = true
    }
  }, [runId, target, which, asked])
  return loaded
}
