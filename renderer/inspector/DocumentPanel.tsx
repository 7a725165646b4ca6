import { useTranslation } from 'react-i18next'
import { indexOf } from '../../engine/document/lookup.ts'
import { bindDim } from '../../engine/shape.ts'
import { useExampleText } from '../app/exampleText.ts'
import { nameOf } from '../canvas/geometry.ts'
import { useNumbers } from '../i18n/useNumbers.ts'
import { dispatch, select, useEditor } from '../store/editor.ts'
import { formatShape } from '../value/format.ts'
import { RichText } from '../value/RichText.tsx'
import { CommitField } from './CommitField.tsx'
import { CostFacts } from './CostFacts.tsx'
import { useCosts } from './cost.ts'
import { Fact, Section } from './parts.tsx'
import { showParameter } from './Weights.tsx'

/** Parameters that are listed one by one. */
const LISTED = 30

export function DocumentPanel() {
  const { t } = useTranslation()
  const numbers = useNumbers()
  const shown = useExampleText()
  const document = useEditor((s) => s.document)
  const parameters = useEditor((s) => s.checked.parameters)
  const costs = useCosts()
  const objective = document.objective === null ? undefined : indexOf(document).nodes.get(document.objective)
  const total = parameters.reduce((sum, parameter) => sum + bindDim(parameter.count, 1), 0)
  const set =
    (setting: 'name' | 'description') =>
    (text: string): null => {
      dispatch({ type: 'set', setting, value: text.trim() })
      return null
    }
  return (
    <>
      <Section>
        <div className="stacked-field">
          <span aria-hidden="true">{t('inspector.graphName')}</span>
          <CommitField label={t('inspector.graphName')} value={shown('name', document.name)} onCommit={set('name')} />
        </div>
        <div className="stacked-field">
          <span aria-hidden="true">{t('inspector.description')}</span>
          <CommitField
            label={t('inspector.description')}
            value={shown('description', document.description)}
            onCommit={set('description')}
            lines={4}
          />
        </div>
      </Section>
      <Section title={t('inspector.graph')}>
        <dl className="facts">
          <Fact name={t('inspector.nodes')}>{numbers.count(document.nodes.length)}</Fact>
          <Fact name={t('inspector.wires')}>{numbers.count(document.edges.length)}</Fact>
          <Fact name={t('inspector.parameters')}>{numbers.count(total)}</Fact>
          <CostFacts cost={costs.total} />
          <Fact name={t('inspector.objective')}>
            {objective ? (
              <button type="button" className="go-to" onClick={() => select({ nodes: [objective.id] })}>
                <RichText text={nameOf(objective)} />
              </button>
            ) : (
              <span className="muted">{t('inspector.noObjective')}</span>
            )}
          </Fact>
        </dl>
      </Section>
      {parameters.length > 0 && (
        <Section title={t('inspector.parameters')}>
          {parameters.slice(0, LISTED).map(({ name, nodeId, shape, count }) => (
            <div key={name} className="port-row">
              <button type="button" className="go-to" onClick={() => showParameter(nodeId, name)}>
                {name}
              </button>
              <span className="port-row-shape numbers">
                {shape.length === 0 ? '' : `${formatShape(shape)} `}
                <b>{numbers.count(bindDim(count, 1))}</b>
              </span>
            </div>
          ))}
          {parameters.length > LISTED && (
            <p className="muted">{t('inspector.more', { count: parameters.length - LISTED })}</p>
          )}
        </Section>
      )}
    </>
  )
}
