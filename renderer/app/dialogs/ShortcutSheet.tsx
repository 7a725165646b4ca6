import { useTranslation } from 'react-i18next'
import { type Action, fullLabel, type TextKey } from '../action.ts'
import { actions } from '../actions.ts'
import { showShortcut } from '../shortcuts.ts'
import { DialogFrame } from './DialogFrame.tsx'

/** Gestures of the pointer and keys of the canvas that are no actions. */
const GESTURES: readonly (readonly [TextKey, TextKey])[] = [
  ['gestures.add', 'gestures.addBy'],
  ['gestures.connect', 'gestures.connectBy'],
  ['gestures.pan', 'gestures.panBy'],
  ['gestures.zoom', 'gestures.zoomBy'],
  ['gestures.several', 'gestures.severalBy'],
  ['gestures.walk', 'gestures.walkBy'],
  ['gestures.choose', 'gestures.chooseBy'],
  ['gestures.nudge', 'gestures.nudgeBy'],
  ['gestures.wire', 'gestures.wireBy'],
  ['gestures.walkWire', 'gestures.walkWireBy'],
  ['gestures.point', 'gestures.pointBy'],
  ['gestures.insert', 'gestures.insertBy'],
  ['gestures.copy', 'gestures.copyBy'],
  ['gestures.open', 'gestures.openBy']
]

const GROUPS: readonly (readonly [string, TextKey])[] = [
  ['file', 'menus.file'],
  ['edit', 'menus.edit'],
  ['structure', 'menus.structure'],
  ['view', 'menus.view'],
  ['run', 'menus.run'],
  ['help', 'menus.help']
]

const ofGroup = (group: string): readonly Action[] =>
  actions.filter((action) => action.id.startsWith(`${group}.`) && action.shortcuts)

/** All keys on one sheet. */
export function ShortcutSheet() {
  const { t } = useTranslation()
  return (
    <DialogFrame title={t('actions.shortcuts')} wide>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it is longer than the window, and scrolls by keys */}
      <section className="sheet" aria-label={t('actions.shortcuts')} tabIndex={0}>
        {GROUPS.map(([group, title]) => (
          <section key={group}>
            <h3>{t(title) as string}</h3>
            <dl>
              {ofGroup(group).map((action) => (
                <div key={action.id}>
                  <dt>{fullLabel(action, t)}</dt>
                  <dd>
                    {action.shortcuts?.map((shortcut) => (
                      <kbd key={shortcut}>{showShortcut(shortcut)}</kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <section>
          <h3>{t('gestures.title')}</h3>
          <dl>
            {GESTURES.map(([what, how]) => (
              <div key={what}>
                <dt>{t(what) as string}</dt>
                <dd>{t(how) as string}</dd>
              </div>
            ))}
          </dl>
        </section>
      </section>
    </DialogFrame>
  )
}
