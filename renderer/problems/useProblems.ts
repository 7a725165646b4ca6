/** All that is wrong now: with the graph, and with its latest run. Errors first. */
import { useMemo } from 'react'
import { isError, type Problem } from '../../engine/problem.ts'
import { useEditor } from '../store/editor.ts'
import { useRun } from '../store/run.ts'

export const keyOf = (p: Problem) => `${p.code} ${p.nodeId ?? ''} ${p.edgeId ?? ''} ${p.message}`

export function useProblems(): readonly Problem[] {
  const checked = useEditor((s) => s.checked.problems)
  const failed = useRun((s) => s.problems)
  const warnings = useRun((s) => (s.stale ? undefined : s.result?.warnings))
  return useMemo(() => {
    const all = new Map([...checked, ...failed, ...(warnings ?? [])].map((p) => [keyOf(p), p]))
    return [...all.values()].sort((a, b) => Number(isError(b)) - Number(isError(a)))
  }, [checked, failed, warnings])
}
