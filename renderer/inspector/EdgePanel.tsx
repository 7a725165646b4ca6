import { ArrowRight } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { indexOf } from '../../engine/document/lookup.ts'
import type { GraphEdge } from '../../engine/document/types.ts'
import { titleOf } from '../canvas/geometry.ts'
import { select, useEdgeProblems, useEdgeType, useEditor } from '../store/editor.ts'
import { useCell } from '../store/run.ts'
import { formatShape } from '../value/format.ts'
import { RichText } from '../value/RichText.tsx'
import { CellView, Problems, Section } from './parts.tsx'

export function EdgePanel({ edge }: { readonly edge: GraphEdge }) {
  const { t } = useTranslation()
  const problems = useEdgeProblems(edge.id)
  const type = useEdgeType(edge.id)
  const cell = useCell(edge.id)
  return (
    <>
      <header className="inspector-head">
        <div>
          <h2 className="inspector-title">{t('inspector.wire')}</h2>
          <p className="inspector-kind numbers">
            {edge.id}
            {type && ` · ${type.shape.length === 0 ? t('inspector.scalar') : formatShape(type.shape)}`}
          </p>
        </div>
      </header>
      <Problems problems={problems} />
      <Section>
        <div className="wire-ends">
          <End node={edge.source} handle={edge.sourceHandle} />
          <ArrowRight size={14} aria-label={t('inspector.leadsTo')} />
          <End node={edge.target} handle={edge.targetHandle} />
        </div>
      </Section>
      <Section title={t('inspector.onThisWire')}>
        {cell ? (
          <CellView cell={cell} target={{ kind: 'edge', id: edge.id }} />
        ) : (
          <p className="muted">{t('inspector.notRun')}</p>
        )}
      </Section>
    </>
  )
}

function End({ node, handle }: { readonly node: string; readonly handle: string }) {
  const title = useEditor((s) => {
    const found = indexOf(s.document).nodes.get(node)
    return found ? titleOf(found) : node
  })
  return (
    <span className="wire-end">
      <button type="button" className="go-to" onClick={() => select({ nodes: [node] })}>
        <RichText text={title} />
      </button>
      <span className="muted">{handle}</span>
    </span>
  )
}
