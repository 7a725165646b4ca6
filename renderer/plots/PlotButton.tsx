import { ChartSpline } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { indexOf } from '../../engine/document/lookup.ts'
import type { GraphNode } from '../../engine/document/types.ts'
import { openBelow } from '../app/below.ts'
import { useEditor } from '../store/editor.ts'
import { useRun } from '../store/run.ts'
import { Button } from '../ui/Button.tsx'
import { isFunction } from './places.ts'
import { plotAlone, plotOver } from './state.ts'

const SOURCES: Readonly<Record<string, string>> = { Parameter: 'parameter', Constant: 'node', Input: 'node' }

/** The number that goes into it now; 1 where there is none. */
function inputNow(node: GraphNode): number {
  const [edge] = indexOf(useEditor.getState().document).incoming(node.id)
  const cell = edge && useRun.getState().result?.edges[edge.id]
  const x = cell?.value.values?.[0] ?? cell?.value.statistics.mean ?? 1
  return Number.isFinite(x) ? Number(x.toPrecision(6)) : 1
}

/** From a node to its plot: the function of an operator, or the objective over a source. */
export function PlotButton({ node }: { readonly node: GraphNode }) {
  const { t } = useTranslation()
  const objective = useEditor((s) => s.document.objective !== null)
  const source = SOURCES[node.op]
  if (isFunction(node))
    return (
      <Button
        icon={ChartSpline}
        look="plain"
        onClick={() => openBelow('plots', () => plotAlone(node.id, inputNow(node)))}
      >
        {t('plots.curve.plotAlone')}
      </Button>
    )
  if (!source || !objective) return null
  return (
    <Button icon={ChartSpline} look="plain" onClick={() => openBelow('plots', () => plotOver(`${source} ${node.id}`))}>
      {t('plots.curve.plotOver')}
    </Button>
  )
}
