/** Texts of the screen in English and Korean. */
import i18next, { type PostProcessorModule } from 'i18next'
import { initReactI18next } from 'react-i18next'
import { type LanguageChoice, useSettings } from '../store/settings.ts'
import en from './en.json'
import { josa } from './josa.ts'
import ko from './ko.json'

export type Language = 'en' | 'ko'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation'
    resources: { translation: typeof en }
  }
}

export const languageOf = (choice: LanguageChoice, preferred: readonly string[] = navigator.languages): Language => {
  if (choice !== 'system') return choice
  return preferred.find((tag) => /^(en|ko)\b/.test(tag))?.startsWith('ko') ? 'ko' : 'en'
}

export const language = (): Language => languageOf(useSettings.getState().language)

const particles: PostProcessorModule = {
  type: 'postProcessor',
  name: 'josa',
  process: (text) => (i18next.language === 'ko' && typeof text === 'string' ? josa(text) : text)
}

export async function startTexts(): Promise<void> {
  await i18next
    .use(initReactI18next)
    .use(particles)
    .init({
      lng: language(),
      fallbackLng: 'en',
      resources: { en: { translation: en }, ko: { translation: ko } },
      interpolation: { escapeValue: false },
      postProcess: ['josa'],
      returnNull: false
    })
  const follow = () => {
    document.documentElement.lang = language()
    if (i18next.language !== language()) void i18next.changeLanguage(language())
  }
  follow()
  useSettings.subscribe(follow)
  // another language of the system, for who has left the choice to it
  window.addEventListener('languagechange', follow)
}
