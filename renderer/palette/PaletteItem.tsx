import { Tooltip } from 'radix-ui'
import type { PointerEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { Op } from '../../engine/ir/op.ts'
import { OpGlyph } from '../app/OpGlyph.tsx'
import { useOperatorText } from '../i18n/useOperatorText.ts'
import { Formula } from '../value/Formula.tsx'
import { RichText } from '../value/RichText.tsx'
import { koreanName } from './search.ts'

interface PaletteItemProps {
  readonly op: Op
  /** Whether Tab stops here. */
  readonly stop: boolean
  readonly onAdd: (op: Op) => void
  readonly onDrag: (op: Op, event: PointerEvent) => void
}

/** One operator: drag it out, or press it. */
export function PaletteItem({ op, stop, onAdd, onDrag }: PaletteItemProps) {
  const { t, i18n } = useTranslation()
  const korean = i18n.language === 'ko' ? koreanName(op.kind) : undefined
  const textOf = useOperatorText()
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>
        <button
          type="button"
          className="palette-item"
          data-op={op.kind}
          data-stop={op.kind}
          tabIndex={stop ? 0 : -1}
          aria-label={korean ? `${op.title}, ${korean}` : op.title}
          onPointerDown={(event) => onDrag(op, event)}
          onClick={() => onAdd(op)}
        >
          <OpGlyph op={op} />
          <span className="palette-names">
            <span className="palette-title">{op.title}</span>
            {korean && <span className="palette-korean">{korean}</span>}
          </span>
        </button>
      </Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content className="op-card" side="right" align="start" sideOffset={10} collisionPadding={8}>
          <p className="op-card-title">
            {op.title}
            <span>{korean ?? op.kind}</span>
          </p>
          <p>
            <RichText text={textOf(op.doc).replaceAll('`', '')} />
          </p>
          <Formula tex={op.formula.forward} display />
          <p className="op-card-note">{op.notDifferentiable ? t('palette.notDifferentiable') : t('palette.howTo')}</p>
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  )
}
