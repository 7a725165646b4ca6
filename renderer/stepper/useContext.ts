import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { StepsResult } from '../../engine/session/steps/types.ts'
import { useEditor } from '../store/editor.ts'
import { useStepper } from '../store/stepper.ts'
import type { Context } from './sentence.ts'
import { fill } from './tex.ts'

const none: StepsResult['names'] = {}

/** What sentences are said in: language, document, and names of parts. */
export function useContext(): Context {
  const { t, i18n } = useTranslation()
  const document = useEditor((s) => s.document)
  const names = useStepper((s) => s.walk?.names ?? none)
  return useMemo(() => ({ t, language: i18n.language, document, names }), [t, i18n.language, document, names])
}

/** Puts names and numbers into a formula of the engine. */
export function useFill(): (tex: string, values?: readonly number[]) => string {
  const document = useEditor((s) => s.document)
  const names = useStepper((s) => s.walk?.names ?? none)
  return useMemo(
    () =>
      (tex, values = []) =>
        fill(tex, values, document, names),
    [document, names]
  )
}
