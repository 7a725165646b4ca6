/** The graph as it was last run: what plots are drawn of. */
import { useEditor } from '../store/editor.ts'
import { useRun } from '../store/run.ts'

/** Rows of the last run, and a name for its numbers; null while a training changes them, or the graph has not run. */
export function useNow(): { readonly batch: number; readonly version: string | null; readonly training: boolean } {
  const revision = useEditor((s) => s.graphRevision)
  const result = useRun((s) => (s.status === 'training' ? null : s.result))
  const training = useRun((s) => s.status === 'training')
  const batch = useRun((s) => s.result?.batch ?? 1)
  const current = result !== null && result.revision === revision
  return { batch, version: current ? `${revision} ${result.runId}` : null, training }
}
