/** The curve that is asked for: what it is of, and its numbers. */
import { useMemo } from 'react'
import { indexOf } from '../../../engine/document/lookup.ts'
import type { GraphNode } from '../../../engine/document/types.ts'
import { opOf } from '../../../engine/ops/registry.ts'
import type { CurveRequest, CurveResult, Range } from '../../../engine/session/plots/types.ts'
import { nameOf } from '../../canvas/geometry.ts'
import { client } from '../../session/session.ts'
import { useEditor } from '../../store/editor.ts'
import { feedsOf } from '../../store/run.ts'
import { indexAt } from '../../value/format.ts'
import { aloneDocument, type Place, resultsOf, sourcesOf } from '../places.ts'
import { type Pick, usePlots } from '../state.ts'
import { type Asked, useAsked } from '../useAsked.ts'
import { useNow } from '../useNow.ts'
import { STEPS } from './secant.ts'

const POINTS = 241

/** In the list of what is looked at. */
export const OBJECTIVE = 'objective'

export interface CurveView extends Asked<CurveResult> {
  readonly sources: readonly Place[]
  readonly results: readonly Place[]
  readonly x: Pick | null
  readonly y: Pick
  /** Names of the axes. */
  readonly xName: string
  readonly yName: string
  readonly slopeName: string
  /** What the graph lacks. */
  readonly missing: 'source' | 'objective' | null
}

const element = (place: Place | undefined, index: number): string => {
  if (!place) return ''
  const size = place.shape.reduce((product, d) => product * d, 1)
  return size === 1 ? place.text : `${place.text}[${indexAt(index, place.shape).join(', ')}]`
}

/** A choice where it still exists, or the first that there is. */
function chosen(pick: Pick | null, places: readonly Place[], otherwise: string | undefined): Pick | null {
  const place = places.find(({ key }) => key === pick?.key)
  const size = place?.shape.reduce((product, d) => product * d, 1) ?? 0
  if (pick && place) return { key: pick.key, index: Math.min(pick.index, size - 1) }
  return otherwise === undefined ? null : { key: otherwise, index: 0 }
}

export function useCurve(): CurveView {
  const document = useEditor((s) => s.document)
  const checked = useEditor((s) => s.checked)
  const choice = usePlots((s) => s.curve)
  const { batch, version } = useNow()
  const sources = useMemo(() => sourcesOf(document, checked, batch), [document, checked, batch])
  const x = chosen(choice.x, sources, sources[0]?.key)
  const source = sources.find(({ key }) => key === x?.key)
  const results = useMemo(
    () => (source ? resultsOf(document, checked, source.node, batch) : []),
    [document, checked, source, batch]
  )
  const y = chosen(choice.y, results, OBJECTIVE) ?? { key: OBJECTIVE, index: 0 }
  const result = results.find(({ key }) => key === y.key)
  const alone = choice.alone && indexOf(document).nodes.get(choice.alone.node)
  const objective = indexOf(document).nodes.get(document.objective ?? '')
  const missing = alone ? null : !source ? 'source' : !result && !objective ? 'objective' : null

  const request = (): Omit<CurveRequest, 'range' | 'points' | 'steps'> =>
    alone
      ? { document: aloneDocument(alone, choice.alone?.x ?? 0), along: { target: ALONE, index: 0 }, of: null }
      : {
          document,
          feeds: feedsOf(document),
          along: { target: (source as Place).target, index: x?.index ?? 0 },
          of: result ? { target: result.target, index: y.index } : null
        }
  const about = alone ? `alone ${alone.id}` : `${x?.key} ${x?.index} ${y.key} ${y.index}`
  const ready = missing === null && (alone || version !== null)
  const facts = alone ? JSON.stringify([choice.alone, alone.attributes]) : version
  const range = choice.range ?? (alone ? aloneRange(choice.alone?.x ?? 0) : null)
  const key = ready ? JSON.stringify([about, facts, choice.range]) : null
  const asked = useAsked(key, about, (signal) =>
    client().curve({ ...request(), range, points: POINTS, steps: STEPS }, signal)
  )
  const xName = alone ? 'x' : element(source, x?.index ?? 0)
  const own = opOf(alone?.op ?? '')?.title ?? 'f'
  const yName = alone ? `${own}(x)` : result ? element(result, y.index) : plain(objective)
  const slopeName = alone ? `${own}′(x)` : `∂${yName} / ∂${xName}`
  return { ...asked, sources, results, x, y, xName, yName, slopeName, missing }
}

const plain = (node: GraphNode | undefined): string => (node ? nameOf(node).replaceAll('$', '') : '')

/** Where functions of one number bend, and where the point is. */
const aloneRange = (x: number): Range => {
  const far = Math.max(5, 1.5 * Math.abs(x))
  return [-far, far]
}

const ALONE = { kind: 'node', id: 'x', output: 'out' } as const
