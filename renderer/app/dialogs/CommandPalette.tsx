import { Command } from 'cmdk'
import { Dialog } from 'radix-ui'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Op } from '../../../engine/ir/op.ts'
import { place } from '../../palette/place.ts'
import { koreanName, normal, paletteOps } from '../../palette/search.ts'
import { closeDialog } from '../../store/dialogs.ts'
import { centre } from '../../store/flow.ts'
import { type Action, fullLabel, isEnabled, perform } from '../action.ts'
import { actions } from '../actions.ts'
import { OpGlyph } from '../OpGlyph.tsx'
import { showShortcut } from '../shortcuts.ts'
import { type Entry, findCommands } from './findCommands.ts'

const listed = actions.filter((action) => !action.hidden)

function ActionItem({ action }: { readonly action: Action }) {
  const { t } = useTranslation()
  const shortcut = action.shortcuts?.[0]
  const enabled = isEnabled(action)
  return (
    <Command.Item
      className="popup-item command-item"
      value={action.id}
      data-possible={enabled}
      onSelect={() => {
        if (!enabled) return
        closeDialog()
        perform(action)
      }}
    >
      {fullLabel(action, t)}
      {!enabled && <span className="popup-note">{t('commands.notNow')}</span>}
      {enabled && shortcut && <kbd className="popup-note">{showShortcut(shortcut)}</kbd>}
    </Command.Item>
  )
}

function OpItem({ op }: { readonly op: Op }) {
  const { i18n } = useTranslation()
  const korean = koreanName(op.kind)
  return (
    <Command.Item
      className="popup-item command-item"
      value={`op ${op.kind}`}
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
}

/** Everything there is, where nothing is asked for yet. */
function All() {
  const { t } = useTranslation()
  return (
    <>
      <Command.Group heading={t('commands.actions')}>
        {listed.filter(isEnabled).map((action) => (
          <ActionItem key={action.id} action={action} />
        ))}
      </Command.Group>
      <Command.Group heading={t('commands.add')}>
        {paletteOps.map((op) => (
          <OpItem key={op.kind} op={op} />
        ))}
      </Command.Group>
    </>
  )
}

/** The names of the actions, in the language of the screen and in English. */
function useEntries(): readonly Entry[] {
  const { t, i18n } = useTranslation()
  return useMemo(() => {
    const english = i18n.getFixedT('en')
    return listed.map((action) => ({
      action,
      enabled: isEnabled(action),
      names: [t, english].flatMap((text) => [text(action.label) as string, fullLabel(action, text)]).map(normal),
      keywords: (action.keywords ?? []).map(normal)
    }))
  }, [t, i18n])
}

/** Everything that can be done, by name. */
export function CommandPalette() {
  const { t } = useTranslation()
  const [query, setQuery] = useState('')
  const entries = useEntries()
  const found = query.trim() === '' ? null : findCommands(query, entries)
  return (
    <Dialog.Root open onOpenChange={(open) => !open && closeDialog()}>
      <Dialog.Portal>
        <Dialog.Overlay className="scrim" />
        <Dialog.Content
          className="commands"
          aria-describedby={undefined}
          onEscapeKeyDown={(event) => event.isComposing && event.preventDefault()}
        >
          <Dialog.Title className="visually-hidden">{t('actions.commands')}</Dialog.Title>
          <Command label={t('actions.commands')} loop shouldFilter={false}>
            <Command.Input
              className="commands-input"
              placeholder={t('commands.placeholder')}
              value={query}
              onValueChange={setQuery}
              onKeyDown={(event) => event.nativeEvent.isComposing && event.stopPropagation()}
            />
            <Command.List className="commands-list">
              <Command.Empty className="palette-none">{t('commands.none')}</Command.Empty>
              {found === null && <All />}
              {found?.map(({ action, op }) =>
                action ? <ActionItem key={action.id} action={action} /> : op && <OpItem key={op.kind} op={op} />
              )}
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
