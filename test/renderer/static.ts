/** Components without a screen: stores answer with what they hold now, formulas stay LaTeX. */
import i18next from 'i18next'
import { createElement } from 'react'
import { initReactI18next } from 'react-i18next'
import { createStore, type StateCreator } from 'zustand/vanilla'
import en from '../../renderer/i18n/en.json'
import ko from '../../renderer/i18n/ko.json'

/** In the place of zustand, whose hooks give the first state where nothing is mounted. */
export function stores() {
  const bound = <T>(made: StateCreator<T>) => {
    const store = createStore(made)
    const use = (selector?: (state: T) => unknown) => (selector ? selector(store.getState()) : store.getState())
    return Object.assign(use, store)
  }
  // middleware is given in a second call
  const create = <T>(made?: StateCreator<T>) => (made ? bound(made) : bound)
  return { create }
}

/** The texts of the screen. */
export async function texts(): Promise<void> {
  const resources = { en: { translation: en }, ko: { translation: ko } }
  await i18next.use(initReactI18next).init({ lng: 'en', resources, interpolation: { escapeValue: false } })
}

export const formulas = () => ({ Formula: ({ tex }: { tex: string }) => createElement('code', null, tex) })
