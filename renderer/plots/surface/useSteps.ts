/** Which step of the paths is shown, and playing through them. */
import { useEffect, useRef, useState } from 'react'
import { motion } from '../../app/motion.ts'

/** Milliseconds of all steps together. */
const LENGTH = 4000

export interface Steps {
  readonly at: number
  readonly playing: boolean
  readonly goTo: (at: number) => void
  readonly togglePlay: () => void
}

/** @param most the last step, which is shown until somebody goes to another one */
export function useSteps(most: number): Steps {
  const [chosen, setChosen] = useState<number | null>(null)
  const [playing, setPlaying] = useState(false)
  const at = Math.min(most, chosen ?? most)
  const from = useRef(at)
  useEffect(() => {
    if (!playing) return
    let [frame, last] = [0, performance.now()]
    const length = motion(LENGTH)
    let place = from.current
    const go = (now: number) => {
      // where less motion is asked for, the end is shown at once
      place = length === 0 ? most : Math.min(most, place + ((now - last) / length) * most)
      last = now
      setChosen(Math.round(place))
      if (place < most) frame = requestAnimationFrame(go)
      else {
        setChosen(null)
        setPlaying(false)
      }
    }
    frame = requestAnimationFrame(go)
    return () => cancelAnimationFrame(frame)
  }, [playing, most])
  return {
    at,
    playing,
    goTo: (to) => {
      setPlaying(false)
      setChosen(to)
    },
    togglePlay: () => {
      from.current = at === most ? 0 : at
      setPlaying(!playing)
    }
  }
}
