import { Flag, Ungroup } from 'lucide-react'
import { type CSSProperties, memo, useDeferredValue, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { inputsOf, outputsOf } from '../../engine/document/connect.ts'
import { openingOf } from '../../engine/document/expand.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import { type GraphNode, MODES, type Mode } from '../../engine/document/types.ts'
import type { Op } from '../../engine/ir/op.ts'
import { withDefaults } from '../../engine/ops/attributes.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { familyColour, familyIcons } from '../app/families.ts'
import { glyphOf } from '../app/glyphs.ts'
import { setObjective } from '../canvas/commands.ts'
import { expandSelection } from '../canvas/expand.ts'
import { titleOf } from '../canvas/geometry.ts'
import { useOperatorText } from '../i18n/useOperatorText.ts'
import { useProblemText } from '../i18n/useProblemText.ts'
import { koreanName } from '../palette/search.ts'
import { PlotButton } from '../plots/PlotButton.tsx'
import { dispatch, select, useEditor, useNodeProblems, useNodeType } from '../store/editor.ts'
import { useNodeCells } from '../store/run.ts'
import { Button } from '../ui/Button.tsx'
import { Choice } from '../ui/Choice.tsx'
import { Formula } from '../value/Formula.tsx'
import { formatShape } from '../value/format.ts'
import { RichText } from '../value/RichText.tsx'
import { AttributeField } from './AttributeField.tsx'
import { CommitField } from './CommitField.tsx'
import { CostFacts } from './CostFacts.tsx'
import { useCosts } from './cost.ts'
import { ExpressionSection } from './ExpressionSection.tsx'
import { CellView, Problems, Section } from './parts.tsx'
import { Weights } from './Weights.tsx'

export function NodePanel({ node }: { readonly node: GraphNode }) {
  const op = opOf(node.op)
  const problems = useNodeProblems(node.id)
  // an edit of an attribute shows on the card first, then in what seldom depends on it
  const later = useDeferredValue(node)
  return (
    <>
      <Head node={node} op={op} />
      <Problems problems={problems} />
      {op && <Attributes node={node} op={op} />}
      <Uses node={later} op={op} />
      <AtWork id={node.id} mode={node.mode} />
      <Outputs node={node} />
      <Weights node={node} />
      {op && <Inputs node={node} op={op} />}
      <ExpressionSection nodes={useMemo(() => new Set([node.id]), [node.id])} />
      <CostOf id={node.id} />
      {op && <Formulas op={op} />}
      <Names id={node.id} label={node.label} title={titleOf(node)} />
    </>
  )
}

function Head({ node, op }: { readonly node: GraphNode; readonly op: Op | undefined }) {
  const { i18n } = useTranslation()
  const family = op?.family ?? 'internal'
  const Icon = familyIcons[family]
  const title = titleOf(node, op)
  const korean = i18n.language === 'ko' ? koreanName(node.op) : undefined
  const kind = [op?.title !== title && op?.title, korean, op?.title !== node.op && node.op].filter(Boolean).join(' · ')
  return (
    <header className="inspector-head" style={{ '--family': familyColour(family) } as CSSProperties}>
      <span className="node-icon" aria-hidden="true">
        {glyphOf(node.op) ?? <Icon size={17} />}
      </span>
      <div>
        <h2 className="inspector-title">
          <RichText text={title} />
        </h2>
        {kind && <p className="inspector-kind">{kind}</p>}
      </div>
    </header>
  )
}

function Attributes({ node, op }: { readonly node: GraphNode; readonly op: Op }) {
  const entries = Object.entries(op.attributes)
  if (entries.length === 0) return null
  const values = withDefaults(op, node.attributes)
  return (
    <Section>
      <div data-attributes>
        {entries.map(([name, field]) => (
          <AttributeField
            key={`${node.id} ${name}`}
            node={node.id}
            name={name}
            field={field}
            value={values[name]}
            given={node.attributes?.[name] !== undefined}
          />
        ))}
      </div>
    </Section>
  )
}

/** What can be done with the node as a whole. */
const Uses = memo(function Uses({ node, op }: { readonly node: GraphNode; readonly op: Op | undefined }) {
  const { t } = useTranslation()
  const { id } = node
  const is = useEditor((s) => s.document.objective === id)
  const opens = openingOf(node, op) !== null
  return (
    <Section>
      <div className="inspector-uses">
        <Button
          icon={Flag}
          look={is ? 'quiet' : 'plain'}
          aria-pressed={is}
          onClick={() => setObjective(is ? null : id)}
        >
          {t(is ? 'inspector.isObjective' : 'inspector.setObjective')}
        </Button>
        {opens && (
          <Button icon={Ungroup} look="plain" onClick={() => void expandSelection()}>
            {t('actions.expand')}
          </Button>
        )}
        <PlotButton node={node} />
      </div>
    </Section>
  )
})

/** Whether the node does its work, passes on, or is left out. */
const AtWork = memo(function AtWork({ id, mode }: { readonly id: string; readonly mode: Mode | undefined }) {
  const { t } = useTranslation()
  const set = (chosen: Mode | 'active') =>
    dispatch({ type: 'setMode', nodes: [id], mode: chosen === 'active' ? null : chosen })
  return (
    <Section>
      <div className="stacked-field">
        <span aria-hidden="true">{t('inspector.mode.title')}</span>
        <Choice
          label={t('inspector.mode.title')}
          value={mode ?? 'active'}
          options={(['active', ...MODES] as const).map((mode) => ({ value: mode, text: t(`inspector.mode.${mode}`) }))}
          onChange={set}
        />
      </div>
    </Section>
  )
})

function Outputs({ node }: { readonly node: GraphNode }) {
  const { t } = useTranslation()
  const types = useNodeType(node.id)
  const cells = useNodeCells(node.id)
  const op = opOf(node.op)
  const outputs = op ? outputsOf(op, node.attributes) : []
  if (outputs.length === 0) return null
  return (
    <Section title={t('inspector.outputs')}>
      {outputs.map(({ name }) => {
        const type = types?.[name]
        const cell = cells?.[name]
        return (
          <div key={name} className="port-block">
            <div className="port-row">
              <span className="port-row-name">{name}</span>
              <span className="port-row-shape numbers">
                {type
                  ? type.shape.length === 0
                    ? t('inspector.scalar')
                    : formatShape(type.shape)
                  : t('inspector.unknownShape')}
              </span>
            </div>
            {cell && <CellView cell={cell} target={{ kind: 'node', id: node.id, output: name }} />}
          </div>
        )
      })}
    </Section>
  )
}

function Inputs({ node, op }: { readonly node: GraphNode; readonly op: Op }) {
  const { t } = useTranslation()
  const document = useEditor((s) => s.document)
  const edgeTypes = useEditor((s) => s.checked.edgeTypes)
  const ports = inputsOf(document, node, op)
  if (ports.length === 0) return null
  const index = indexOf(document)
  return (
    <Section title={t('inspector.inputs')}>
      {ports.map(({ name }) => {
        const edge = index.into(node.id, name)
        const source = edge && index.nodes.get(edge.source)
        const type = edge && edgeTypes.get(edge.id)
        return (
          <div key={name} className="port-row">
            <span className="port-row-name">{name}</span>
            {source && edge ? (
              <button type="button" className="go-to" onClick={() => select({ edges: [edge.id] })}>
                <RichText text={titleOf(source)} />
              </button>
            ) : (
              <span className="muted">{t('inspector.notConnected')}</span>
            )}
            <span className="port-row-shape numbers">
              {type && type.shape.length > 0 ? formatShape(type.shape) : ''}
            </span>
          </div>
        )
      })}
    </Section>
  )
}

const Formulas = memo(function Formulas({ op }: { readonly op: Op }) {
  const { t } = useTranslation()
  const textOf = useOperatorText()
  const backward = Object.entries(op.formula.backward ?? {})
  return (
    <Section title={t('inspector.about')}>
      <p className="inspector-doc">
        <RichText text={textOf(op.doc).replaceAll('`', '')} />
      </p>
      <div className="formula-box">
        <span className="formula-name">{t('inspector.forward')}</span>
        <Formula tex={op.formula.forward} display />
      </div>
      {backward.length > 0 && (
        <div className="formula-box" data-which="gradient">
          <span className="formula-name">
            {t('inspector.backward')} · {t(`inspector.pattern.${op.pattern}`)}
          </span>
          {backward.map(([input, tex]) => (
            <Formula key={input} tex={tex} display />
          ))}
        </div>
      )}
      {op.notDifferentiable && <p className="muted">{textOf(op.notDifferentiable)}.</p>}
    </Section>
  )
})

function CostOf({ id }: { readonly id: string }) {
  const { t } = useTranslation()
  const cost = useCosts().byNode.get(id)
  if (!cost) return null
  return (
    <Section title={t('cost.title')}>
      <dl className="facts">
        <CostFacts cost={cost} />
      </dl>
    </Section>
  )
}

interface NamesProps {
  readonly id: string
  readonly label: string | undefined
  readonly title: string
}

const Names = memo(function Names({ id: node, label, title }: NamesProps) {
  const { t } = useTranslation()
  const textOf = useProblemText()
  const rename = (id: string): string | null => {
    const first = dispatch({ type: 'renameNode', node, id: id.trim() })?.[0]
    if (first) return textOf(first).message
    select({ nodes: [id.trim()] })
    return null
  }
  const setLabel = (text: string): null => {
    dispatch({ type: 'setLabel', node, label: text.trim() })
    return null
  }
  return (
    <Section title={t('inspector.names')}>
      <div className="named-field">
        <span aria-hidden="true">{t('inspector.label')}</span>
        <CommitField
          key={`l ${node}`}
          label={t('inspector.label')}
          value={label ?? ''}
          placeholder={title}
          onCommit={setLabel}
        />
      </div>
      <div className="named-field">
        <span aria-hidden="true">{t('inspector.id')}</span>
        <CommitField key={`i ${node}`} label={t('inspector.id')} value={node} onCommit={rename} />
      </div>
    </Section>
  )
})
