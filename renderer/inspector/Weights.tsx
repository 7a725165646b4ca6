/** What a node learns: each of its parameters with value and gradient. */
import { useTranslation } from 'react-i18next'
import type { GraphNode } from '../../engine/document/types.ts'
import { select, useEditor } from '../store/editor.ts'
import { useRun } from '../store/run.ts'
import { formatShape } from '../value/format.ts'
import { CellView, Section } from './parts.tsx'

const anchorOf = (name: string): string => `parameter ${name}`

/** Selects the node and brings its parameter into view. */
export function showParameter(node: string, name: string): void {
  select({ nodes: [node] })
  requestAnimationFrame(() => document.getElementById(anchorOf(name))?.scrollIntoView({ block: 'start' }))
}

export function Weights({ node }: { readonly node: GraphNode }) {
  const { t } = useTranslation()
  const parameters = useEditor((s) => s.checked.parameters)
  const cells = useRun((s) => s.result?.parameters)
  // a Parameter node is its own parameter: its output shows the numbers
  const own = parameters.filter(({ name, nodeId }) => nodeId === node.id && name !== node.id)
  if (own.length === 0) return null
  return (
    <Section title={t('inspector.parameters')}>
      {own.map(({ name, shape }) => {
        const cell = cells?.[name]
        return (
          <div key={name} className="port-block" id={anchorOf(name)} data-parameter={name}>
            <div className="port-row">
              <span className="port-row-name" title={name}>
                {name.slice(node.id.length + 1)}
              </span>
              <span className="port-row-shape numbers" title={formatShape(shape)}>
                {shape.length === 0 ? t('inspector.scalar') : formatShape(shape)}
              </span>
            </div>
            {cell ? (
              <CellView cell={cell} target={{ kind: 'parameter', name }} />
            ) : (
              <p className="muted">{t('inspector.notRun')}</p>
            )}
          </div>
        )
      })}
    </Section>
  )
}
