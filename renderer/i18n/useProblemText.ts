/** Problems in the language of the screen: the engine's own English, or the template of the language filled in. */
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import { fill, type Problem } from '../../engine/problem.ts'
import { josa } from './josa.ts'
import korean from './problems.ko.json'
import { operatorText } from './useOperatorText.ts'

export interface ProblemText {
  readonly message: string
  readonly hint: string | null
}

const templates: Readonly<Record<string, { readonly message: string; readonly hint?: string }>> = korean

export function problemText(problem: Problem, language: string): ProblemText {
  const template = language === 'ko' ? templates[problem.code] : undefined
  if (!template) return { message: problem.message, hint: problem.hint ?? null }
  const { reason } = problem.params
  const params =
    typeof reason === 'string' ? { ...problem.params, reason: operatorText(reason, language) } : problem.params
  return {
    message: josa(fill(template.message, params)),
    hint: template.hint === undefined ? null : josa(fill(template.hint, params))
  }
}

export function useProblemText(): (problem: Problem) => ProblemText {
  const { i18n } = useTranslation()
  return useCallback((problem) => problemText(problem, i18n.language), [i18n.language])
}
