import { BACKENDS, type BackendChoice } from '../../../engine/session/protocol.ts'
import { setSettings } from '../../store/settings.ts'
import type { Action } from '../action.ts'

const CHOICES: readonly BackendChoice[] = ['auto', ...BACKENDS]

/** What the numbers are computed on; the status bar tells what was taken, and why. */
export const backendActions = CHOICES.map(
  (backend): Action => ({
    id: `run.backend.${backend}`,
    label: `backends.${backend}`,
    group: 'menus.backend',
    keywords: ['backend', 'gpu', 'cpu', 'device', 'executor', '백엔드', '장치', '가속'],
    checked: ({ settings }) => settings.backend === backend,
    when: ({ run }) => run.status !== 'training',
    perform: () => setSettings({ backend })
  })
)
