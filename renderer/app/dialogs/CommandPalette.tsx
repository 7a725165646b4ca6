import { Command } from 'cmdk'
import { Dialog } from 'radix-ui'
import { useTranslation } from 'react-i18next'
import { place } from '../../palette/place.ts'
import { koreanName, paletteOps } from '../../palette/search.ts'
import { closeDialog } from '../../store/dialogs.ts'
import { centre } from '../../store/flow.ts'
import { type Action, fullLabel, isEnabled, perform } from '../action.ts'
import { actions } from '../actions.ts'
import { OpGlyph } from '../OpGlyph.tsx'
import { showShortcut } from '../shortcuts.ts'

function ActionItem({ action }: { readonly action: Action }) {
  const { t, i18n } = useTranslation()
  const english = fullLabel(action, i18n.getFixedT('en'))
  const shortcut = action.shortcuts?.[0]
  const text = fullLabel(action, t)
  return (
    <Command.Item
      className="popup-item command-item"
      value={action.id}
      keywords={[text, english]}
      disabled={!isEnabled(action)}
      onSelect={() => {
        closeDialog()
        perform(action)
      }}
    >
      {text}
      {shortcut && <kbd className="popup-note">{showShortcut(shortcut)}</kbd>}
    </Command.Item>
  )
}

function Operators() {
  const { t, i18n } = useTranslation()
  return (
    <Command.Group heading={t('commands.add')}>
      {paletteOps.map((op) => {
        const korean = koreanName(op.kind)
        return (
          <Command.Item
            key={op.kind}
            className="popup-item command-item"
            value={`op ${op.kind}`}
            keywords={[op.title, op.kind, ...(op.keywords ?? []), ...(korean ? [korean] : [])]}
            onSelect={() => {
              closeDialog()
              place(op, centre())
            }}
          >
            <OpGlyph op={op} />
            {op.title}
            {i18n.language === 'ko' && korean && <span className="popup-note">{korean}</span>}
          </Command.Item>
        )
      })}
    </Command.Group>
  )
}

/** Everything that can be done, by name. */
export function CommandPalette() {
  const { t } = useTranslation()
  return (
    <Dialog.Root open onOpenChange={(open) => !open && closeDialog()}>
      <Dialog.Portal>
        <Dialog.Overlay className="scrim" />
        <Dialog.Content className="commands" aria-describedby={undefined}>
          <Dialog.Title className="visually-hidden">{t('actions.commands')}</Dialog.Title>
          <Command label={t('actions.commands')} loop>
            <Command.Input
              className="commands-input"
              placeholder={t('commands.placeholder')}
              onKeyDown={(event) => event.nativeEvent.isComposing && event.stopPropagation()}
            />
            <Command.List className="commands-list">
              <Command.Empty className="palette-none">{t('commands.none')}</Command.Empty>
              <Command.Group heading={t('commands.actions')}>
                {actions
                  .filter((action) => !action.hidden)
                  .map((action) => (
                    <ActionItem key={action.id} action={action} />
                  ))}
              </Command.Group>
              <Operators />
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
