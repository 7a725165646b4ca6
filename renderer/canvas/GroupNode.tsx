/** A closed group: its name, what is in it, and the ports at which wires cross its border. */
import type { NodeProps } from '@xyflow/react'
import { CircleX, Group, Link2, TriangleAlert } from 'lucide-react'
import { memo, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { copiesOf, insideOf } from '../../engine/document/groups.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import type { GraphGroup } from '../../engine/document/types.ts'
import { isError, type Problem } from '../../engine/problem.ts'
import { bindDim } from '../../engine/shape.ts'
import { useNumbers } from '../i18n/useNumbers.ts'
import { useProblemText } from '../i18n/useProblemText.ts'
import { jumpTo } from '../problems/jump.ts'
import { StepMark } from '../stepper/StepMark.tsx'
import { dispatch, useEditor } from '../store/editor.ts'
import { Hint } from '../ui/Hint.tsx'
import { RichText } from '../value/RichText.tsx'
import type { GroupFlowNode } from './derive.ts'
import { groupName } from './grouping.ts'
import { Ports } from './Ports.tsx'
import { TitleField } from './RenameField.tsx'
import { useCanvas } from './state.ts'

export const GroupNode = memo(function GroupNode({ id, data }: NodeProps<GroupFlowNode>) {
  const group = useEditor((s) => indexOf(s.document).groups.get(id))
  if (!group) return null
  return <Card group={group} data={data} />
})

function Card({ group, data: { body } }: { readonly group: GraphGroup; readonly data: GroupFlowNode['data'] }) {
  const { t } = useTranslation()
  const renaming = useCanvas((s) => s.renaming === group.id)
  const copies = useEditor((s) => copiesOf(s.document, group.id).length)
  const objective = useEditor((s) => s.document.objective)
  const members = useMembers(group.id)
  return (
    <div className="node-card group-card" data-linked={copies > 0 || undefined}>
      <div className="group-head">
        <span className="node-icon" aria-hidden="true">
          <Group size={15} strokeWidth={2.1} />
        </span>
        <div className="node-text">
          {renaming ? (
            <TitleField
              id={group.id}
              label={group.label}
              onCommit={(label) => dispatch({ type: 'setGroup', group: group.id, label })}
            />
          ) : (
            <span className="node-title" data-lines={1}>
              <RichText text={groupName(group)} />
            </span>
          )}
          <Summary members={members} />
        </div>
        {copies > 0 && (
          <Hint text={t('canvas.group.linked', { count: copies })} side="top">
            <span className="group-link" role="img" aria-label={t('canvas.group.linked', { count: copies })}>
              <Link2 size={14} />
            </span>
          </Hint>
        )}
      </div>
      <StepMark nodes={members} />
      {objective !== null && members.has(objective) && (
        <span
          className="node-objective"
          title={t('canvas.group.objective')}
          role="img"
          aria-label={t('canvas.group.objective')}
        >
          L
        </span>
      )}
      <State members={members} />
      <Ports body={body} side="target" />
      <Ports body={body} side="source" />
    </div>
  )
}

/** All nodes in the group, at any depth. */
function useMembers(group: string): ReadonlySet<string> {
  const document = useEditor((s) => s.document)
  return useMemo(() => new Set(insideOf(document, group).nodes), [document, group])
}

/** How many nodes and parameters are in it. */
function Summary({ members }: { readonly members: ReadonlySet<string> }) {
  const { t } = useTranslation()
  const numbers = useNumbers()
  const parameters = useEditor((s) => s.checked.parameters)
  const weights = parameters.reduce((sum, { nodeId, count }) => sum + (members.has(nodeId) ? bindDim(count, 1) : 0), 0)
  return (
    <span className="node-line">
      <span className="node-kind">{t('canvas.nodes', { count: members.size })}</span>
      {weights > 0 && (
        <span
          className="node-shape"
          title={t('canvas.group.parameters', { count: weights, n: numbers.count(weights) })}
        >
          θ {numbers.count(weights)}
        </span>
      )}
    </span>
  )
}

/** What is wrong inside; pressed, it leads there. */
function State({ members }: { readonly members: ReadonlySet<string> }) {
  const { t } = useTranslation()
  const textOf = useProblemText()
  const all = useEditor((s) => s.checked.problems)
  const document = useEditor((s) => s.document)
  const { edges } = indexOf(document)
  const of = (p: Problem) => p.nodeId ?? edges.get(p.edgeId ?? '')?.target ?? ''
  const problems = all.filter((p) => members.has(of(p))).sort((a, b) => Number(isError(b)) - Number(isError(a)))
  const [first] = problems
  if (!first) return null
  const error = isError(first)
  const Icon = error ? CircleX : TriangleAlert
  const said = `${t(error ? 'canvas.error' : 'canvas.warning')}: ${of(first)}: ${textOf(first).message}`
  return (
    <Hint text={`${of(first)}: ${textOf(first).message}`} side="top">
      <button
        type="button"
        tabIndex={-1}
        className="node-state group-state nodrag nopan"
        data-state={error ? 'error' : 'warning'}
        aria-label={said}
        onClick={() => jumpTo(first)}
        onDoubleClick={(event) => event.stopPropagation()}
      >
        <Icon size={16} />
        {problems.length > 1 && <span>{problems.length}</span>}
      </button>
    </Hint>
  )
}
