/** Names and descriptions of the examples in the language of the screen. The files stay as they are, in English. */
import { useTranslation } from 'react-i18next'
import descriptions from '../i18n/examples.ko.json'
import { exampleIds, exampleTexts } from './examples.ts'

const korean: Readonly<Record<string, string>> = descriptions

/** What is shown for a document's name or description: its own text, unless that is still the text of an example. */
export function useExampleText(): (what: 'name' | 'description', text: string) => string {
  const { t, i18n } = useTranslation()
  return (what, text) => {
    if (i18n.language !== 'ko' || text === '') return text
    const id = exampleIds.find((one) => exampleTexts(one)[what] === text)
    if (id === undefined) return text
    return what === 'name' ? (t(`examples.${id}` as 'examples.xyz') as string) : (korean[id] ?? text)
  }
}
