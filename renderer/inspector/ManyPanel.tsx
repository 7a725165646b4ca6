import {
  AlignHorizontalJustifyStart,
  AlignVerticalJustifyStart,
  Copy,
  Frame,
  Group,
  Trash2,
  Ungroup,
  Workflow
} from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { align, deleteSelection, duplicate, tidy } from '../canvas/commands.ts'
import { canExpand, expandSelection } from '../canvas/expand.ts'
import { groupSelection } from '../canvas/grouping.ts'
import { frameSelection } from '../canvas/notes.ts'
import { useEditor } from '../store/editor.ts'
import { Button } from '../ui/Button.tsx'
import { ExpressionSection } from './ExpressionSection.tsx'
import { Section } from './parts.tsx'

interface ManyPanelProps {
  readonly nodes: ReadonlySet<string>
  readonly edges: ReadonlySet<string>
}

export function ManyPanel({ nodes, edges }: ManyPanelProps) {
  const { t } = useTranslation()
  const several = nodes.size > 1
  const opens = useEditor((s) => canExpand(s.document, nodes))
  return (
    <>
      <header className="inspector-head">
        <div>
          <h2 className="inspector-title">{t('inspector.several')}</h2>
          <p className="inspector-kind">
            {[
              nodes.size > 0 && t('canvas.nodes', { count: nodes.size }),
              edges.size > 0 && t('canvas.edges', { count: edges.size })
            ]
              .filter(Boolean)
              .join(', ')}
          </p>
        </div>
      </header>
      <Section>
        <div className="inspector-actions">
          {nodes.size > 0 && (
            <Button icon={Copy} onClick={() => duplicate()}>
              {t('canvas.menu.duplicate')}
            </Button>
          )}
          {several && (
            <>
              <Button icon={AlignHorizontalJustifyStart} onClick={() => align('left')}>
                {t('canvas.menu.alignLeft')}
              </Button>
              <Button icon={AlignVerticalJustifyStart} onClick={() => align('top')}>
                {t('canvas.menu.alignTop')}
              </Button>
              <Button icon={Workflow} onClick={() => void tidy()}>
                {t('canvas.menu.tidySelection')}
              </Button>
            </>
          )}
          {nodes.size > 0 && (
            <>
              <Button icon={Group} onClick={groupSelection}>
                {t('actions.group')}
              </Button>
              {opens && (
                <Button icon={Ungroup} onClick={() => void expandSelection()}>
                  {t('actions.expand')}
                </Button>
              )}
              <Button icon={Frame} onClick={frameSelection}>
                {t('actions.frame')}
              </Button>
            </>
          )}
          <Button icon={Trash2} look="danger" onClick={deleteSelection}>
            {t('canvas.menu.delete')}
          </Button>
        </div>
      </Section>
      {several && <ExpressionSection nodes={nodes} />}
    </>
  )
}
