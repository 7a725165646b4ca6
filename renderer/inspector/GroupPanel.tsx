/** A group: its name, what is in it, where wires cross its border. */
import { Copy, Group, Link2, LogIn, Ungroup, Unlink } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { copiesOf, type GroupPort, insideOf, portsOfGroup } from '../../engine/document/groups.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import type { GraphGroup } from '../../engine/document/types.ts'
import { bindDim } from '../../engine/shape.ts'
import { duplicate, duplicateLinked } from '../canvas/commands.ts'
import { enterGroup, groupName, makeIndependent, ungroupSelection } from '../canvas/grouping.ts'
import { useNumbers } from '../i18n/useNumbers.ts'
import { dispatch, select, useEditor } from '../store/editor.ts'
import { reveal } from '../store/flow.ts'
import { Button } from '../ui/Button.tsx'
import { formatShape } from '../value/format.ts'
import { RichText } from '../value/RichText.tsx'
import { CommitField } from './CommitField.tsx'
import { Fact, Problems, Section } from './parts.tsx'

export function GroupPanel({ group }: { readonly group: GraphGroup }) {
  const { t } = useTranslation()
  const numbers = useNumbers()
  const document = useEditor((s) => s.document)
  const checked = useEditor((s) => s.checked)
  const { edges } = indexOf(document)
  const inside = insideOf(document, group.id)
  const members = new Set(inside.nodes)
  const copies = copiesOf(document, group.id)
  const ports = portsOfGroup(document, group.id)
  const weights = checked.parameters.filter(({ nodeId }) => members.has(nodeId))
  const problems = checked.problems.filter((p) => members.has(p.nodeId ?? edges.get(p.edgeId ?? '')?.target ?? ''))
  return (
    <>
      <header className="inspector-head">
        <span className="node-icon" aria-hidden="true">
          <Group size={17} />
        </span>
        <div>
          <h2 className="inspector-title">
            <RichText text={groupName(group)} />
          </h2>
          <p className="inspector-kind">{t('inspector.group.kind')}</p>
        </div>
      </header>
      <Problems problems={problems} />
      <Section>
        <div className="stacked-field">
          <span aria-hidden="true">{t('inspector.label')}</span>
          <CommitField
            label={t('inspector.label')}
            value={group.label}
            placeholder={group.id}
            onCommit={(label) => {
              dispatch({ type: 'setGroup', group: group.id, label: label.trim() })
              return null
            }}
          />
        </div>
      </Section>
      <Section>
        <div className="inspector-actions">
          <Button icon={LogIn} onClick={() => enterGroup(group.id)}>
            {t('actions.enterGroup')}
          </Button>
          <Button icon={Ungroup} onClick={ungroupSelection}>
            {t('actions.ungroup')}
          </Button>
          <Button icon={Copy} onClick={() => duplicate()}>
            {t('canvas.menu.duplicate')}
          </Button>
          <Button icon={Link2} onClick={duplicateLinked}>
            {t('actions.duplicateLinked')}
          </Button>
          {group.link !== undefined && (
            <Button icon={Unlink} onClick={makeIndependent}>
              {t('actions.makeIndependent')}
            </Button>
          )}
        </div>
      </Section>
      <Section>
        <dl className="facts">
          <Fact name={t('inspector.nodes')}>{numbers.count(members.size)}</Fact>
          <Fact name={t('inspector.parameters')}>
            {numbers.count(weights.reduce((sum, { count }) => sum + bindDim(count, 1), 0))}
          </Fact>
          {copies.length > 0 && (
            <Fact name={t('inspector.group.linked')}>
              {copies.map((copy, i) => (
                <span key={copy.id}>
                  {i > 0 && ', '}
                  <button type="button" className="go-to" onClick={() => goTo(copy.id)}>
                    <RichText text={groupName(copy)} />
                  </button>
                </span>
              ))}
            </Fact>
          )}
        </dl>
      </Section>
      <Ports title={t('inspector.inputs')} ports={ports.inputs} />
      <Ports title={t('inspector.outputs')} ports={ports.outputs} />
    </>
  )
}

function goTo(id: string): void {
  reveal(id)
  select({ nodes: [id] })
}

interface PortsProps {
  readonly title: string
  readonly ports: readonly GroupPort[]
}

function Ports({ title, ports }: PortsProps) {
  const document = useEditor((s) => s.document)
  const { types, edgeTypes } = useEditor((s) => s.checked)
  const { into } = indexOf(document)
  if (ports.length === 0) return null
  return (
    <Section title={title}>
      {ports.map(({ node, handle, name }) => {
        const type = types.get(node)?.[handle] ?? edgeTypes.get(into(node, handle)?.id ?? '')
        return (
          <div key={`${node}:${handle}`} className="port-row">
            <button type="button" className="go-to" onClick={() => goTo(node)}>
              <RichText text={name} />
            </button>
            <span className="port-row-shape numbers">
              {type && type.shape.length > 0 ? formatShape(type.shape) : ''}
            </span>
          </div>
        )
      })}
    </Section>
  )
}
