/** Fixes in words, and done with one click. */
import i18next, { type TFunction } from 'i18next'
import { useEffect, useState } from 'react'
import { type Fix, fixesFor } from '../../engine/document/fixes.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { isError, type Problem } from '../../engine/problem.ts'
import { koreanName } from '../palette/search.ts'
import { toast } from '../store/announce.ts'
import { dispatch, showLevelOf, useEditor } from '../store/editor.ts'

export const mayHaveFixes = (problem: Problem): boolean => isError(problem) && problem.code.startsWith('shape.')

function opName(kind: string, language: string): string {
  return (language === 'ko' && koreanName(kind)) || opOf(kind)?.title || kind
}

/** "Insert Transpose before b: [512, 784] → [784, 512]". */
export function fixText({ key, params }: Fix, t: TFunction, language: string): string {
  return t(`fixes.${key}`, { ...params, ...(params.op !== undefined && { op: opName(String(params.op), language) }) })
}

export function applyFix(fix: Fix): void {
  const what = fixText(fix, i18next.t, i18next.language)
  // what it puts in goes where the wire ends, which may be inside a closed group
  const { nodes } = indexOf(useEditor.getState().document)
  const ends = fix.commands.flatMap((command) => (command.type === 'addEdge' ? [command.edge.target] : []))
  const end = ends.find((id) => nodes.has(id))
  if (end !== undefined) showLevelOf(end)
  const refused = dispatch({ type: 'batch', commands: fix.commands }, { announce: t('fixes.done', { what }) })
  // the graph changed while the offer stood there
  if (refused) toast('note', t('fixes.gone'))
}

const t = i18next.t.bind(i18next)

/** Milliseconds before fixes are looked for: each is tried on the whole graph, and must not hold up an edit. */
const PAUSE = 60
const none: readonly Fix[] = []

/** Null while they are being looked for. */
export function useFixes(problem: Problem): readonly Fix[] | null {
  const document = useEditor((s) => s.document)
  const [found, setFound] = useState<{ document: object; problem: Problem; fixes: readonly Fix[] } | null>(null)
  const wanted = mayHaveFixes(problem)
  useEffect(() => {
    if (!wanted) return
    const timer = setTimeout(() => setFound({ document, problem, fixes: fixesFor(document, problem) }), PAUSE)
    return () => clearTimeout(timer)
  }, [document, problem, wanted])
  if (!wanted) return none
  return found?.document === document && found.problem === problem ? found.fixes : null
}

/** The first fixable problem: of the selected nodes, else of any. */
function fixable(): Problem | undefined {
  const { checked, selection, document } = useEditor.getState()
  const { nodes } = indexOf(document)
  const errors = checked.problems.filter((p) => mayHaveFixes(p) && nodes.has(p.nodeId ?? ''))
  return errors.find((p) => selection.nodes.has(p.nodeId ?? '')) ?? errors[0]
}

/** The node whose problem has fixes, with them; null where there is none. */
export function nextFix(): { readonly node: string; readonly fixes: readonly Fix[] } | null {
  const problem = fixable()
  const fixes = problem ? fixesFor(useEditor.getState().document, problem) : []
  return problem?.nodeId !== undefined && fixes.length > 0 ? { node: problem.nodeId, fixes } : null
}
