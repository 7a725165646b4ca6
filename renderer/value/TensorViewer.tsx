import { X } from 'lucide-react'
import { Dialog, Tabs } from 'radix-ui'
import { useTranslation } from 'react-i18next'
import { indexOf } from '../../engine/document/lookup.ts'
import type { GraphDocument } from '../../engine/document/types.ts'
import type { Cell, RunResult, Target } from '../../engine/session/protocol.ts'
import { titleOf } from '../canvas/geometry.ts'
import { OverTime } from '../history/OverTime.tsx'
import { PastMark } from '../history/PastMark.tsx'
import { useProblemText } from '../i18n/useProblemText.ts'
import { useEditor } from '../store/editor.ts'
import { useRun } from '../store/run.ts'
import { IconButton } from '../ui/Button.tsx'
import { RichText } from './RichText.tsx'
import { TensorView } from './TensorView.tsx'
import { closeViewer, useViewer, type Viewed, viewTensor } from './viewer.ts'
import './value.css'

function cellAt(result: RunResult | null, target: Target): Cell | undefined {
  switch (target.kind) {
    case 'node':
      return result?.nodes[target.id]?.[target.output]
    case 'edge':
      return result?.edges[target.id]
    case 'parameter':
      return result?.parameters[target.name]
  }
}

function titleOfTarget(document: GraphDocument, target: Target): string {
  const { nodes, edges } = indexOf(document)
  const title = (id: string) => {
    const node = nodes.get(id)
    return node ? titleOf(node) : id
  }
  if (target.kind === 'parameter') return target.name
  if (target.kind === 'node') return title(target.id)
  const edge = edges.get(target.id)
  return edge ? `${title(edge.source)} → ${title(edge.target)} (${edge.targetHandle})` : target.id
}

/** The tensor that was clicked, in a window of its own over the graph. */
export function TensorViewer() {
  const viewed = useViewer((s) => s.viewed)
  return (
    <Dialog.Root open={viewed !== null} onOpenChange={(open) => !open && closeViewer()}>
      <Dialog.Portal>
        <Dialog.Overlay className="viewer-scrim" />
        <Dialog.Content
          className="viewer"
          aria-describedby={undefined}
          onOpenAutoFocus={(event) => {
            // the first button would show its hint
            event.preventDefault()
            ;(event.currentTarget as HTMLElement).focus()
          }}
        >
          {viewed && <Content viewed={viewed} />}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

const KINDS = ['value', 'gradient'] as const

function Content({ viewed: { target, which } }: { readonly viewed: Viewed }) {
  const { t } = useTranslation()
  const textOf = useProblemText()
  const cell = useRun((s) => cellAt(s.result, target))
  const name = useEditor((s) => titleOfTarget(s.document, target))
  return (
    <>
      <div className="viewer-head">
        <Dialog.Title className="viewer-title">
          <RichText text={name} />
        </Dialog.Title>
        <PastMark />
        <Dialog.Close asChild>
          <IconButton icon={X} label={t('value.close')} />
        </Dialog.Close>
      </div>
      <Tabs.Root value={which} onValueChange={(next) => viewTensor(target, next as 'value' | 'gradient')}>
        <Tabs.List className="viewer-tabs" aria-label={t('value.which')}>
          {KINDS.map((kind) => (
            <Tabs.Trigger key={kind} value={kind} className="viewer-tab" data-which={kind}>
              {t(`inspector.${kind}`)}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {KINDS.map((kind) => {
          const summary = cell?.[kind]
          return (
            <Tabs.Content key={kind} value={kind}>
              {summary ? (
                <TensorView key={summary.shape.join()} summary={summary} target={target} which={kind} />
              ) : (
                <p className="viewer-none muted">{cell?.why ? textOf(cell.why).message : t('inspector.notRun')}</p>
              )}
              {summary && <OverTime target={target} which={kind} />}
            </Tabs.Content>
          )
        })}
      </Tabs.Root>
    </>
  )
}
