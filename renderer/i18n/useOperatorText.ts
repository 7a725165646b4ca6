/** What operators say of themselves in the language of the screen: Korean by the English sentence, which is the key. */
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import korean from './operator-texts.ko.json'

const texts: Readonly<Record<string, string | undefined>> = korean

export const operatorText = (english: string, language: string): string =>
  (language === 'ko' ? texts[english] : undefined) ?? english

export function useOperatorText(): (english: string) => string {
  const { i18n } = useTranslation()
  return useCallback((english) => operatorText(english, i18n.language), [i18n.language])
}
