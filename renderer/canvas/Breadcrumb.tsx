/** Where the canvas is: the graph, and the groups that were gone into. */
import { Panel } from '@xyflow/react'
import { ChevronRight } from 'lucide-react'
import { Fragment } from 'react'
import { useTranslation } from 'react-i18next'
import { groupsAround } from '../../engine/document/groups.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import { useExampleText } from '../app/exampleText.ts'
import { useEditor } from '../store/editor.ts'
import { RichText } from '../value/RichText.tsx'
import { groupName, leaveGroup } from './grouping.ts'

export function Breadcrumb() {
  const { t } = useTranslation()
  const shown = useExampleText()
  const document = useEditor((s) => s.document)
  const inside = useEditor((s) => s.inside)
  if (inside === null) return null
  const { groups } = indexOf(document)
  const path = [...groupsAround(document, inside)].reverse()
  const name = (id: string) => groupName(groups.get(id) ?? { id, label: '' })
  return (
    <Panel position="top-left" className="breadcrumb-panel">
      <nav className="breadcrumb" aria-label={t('canvas.group.path')}>
        <button type="button" onClick={() => leaveGroup(null)}>
          {shown('name', document.name)}
        </button>
        {path.map((id) => (
          <Fragment key={id}>
            <ChevronRight size={13} aria-hidden="true" />
            <button type="button" onClick={() => leaveGroup(id)}>
              <RichText text={name(id)} />
            </button>
          </Fragment>
        ))}
        <ChevronRight size={13} aria-hidden="true" />
        <span aria-current="page">
          <RichText text={name(inside)} />
        </span>
      </nav>
    </Panel>
  )
}
