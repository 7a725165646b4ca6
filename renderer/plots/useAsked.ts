/** What the engine is asked for while it is on screen: once for each key, the last answer shown until the next one is here. */
import { useEffect, useRef, useState } from 'react'
import { type Problem, problemsOf } from '../../engine/problem.ts'

export interface Asked<T> {
  readonly result: T | null
  readonly problems: readonly Problem[]
  readonly busy: boolean
}

/** Milliseconds of quiet before it is asked, as while a number is typed or dragged. */
const QUIET = 120

/**
 * @param key what it depends on; null asks nothing, and what was there stays
 * @param about with another one the last answer is not shown any more
 */
export function useAsked<T>(key: string | null, about: string, ask: (signal: AbortSignal) => Promise<T>): Asked<T> {
  const [found, setFound] = useState<Asked<T> & { readonly about: string }>({
    result: null,
    problems: [],
    busy: false,
    about
  })
  const newest = useRef(ask)
  newest.current = ask
  useEffect(() => {
    if (key === null) return
    const controller = new AbortController()
    setFound((f) => ({ ...(f.about === about ? f : { result: null, problems: [] }), about, busy: true }))
    const timer = setTimeout(async () => {
      try {
        const result = await newest.current(controller.signal)
        if (!controller.signal.aborted) setFound({ result, problems: [], busy: false, about })
      } catch (error) {
        if (!controller.signal.aborted) setFound({ result: null, problems: problemsOf(error), busy: false, about })
      }
    }, QUIET)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [key, about])
  return found.about === about ? found : { result: null, problems: [], busy: key !== null }
}
