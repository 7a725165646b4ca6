/**
 * The dots behind the graph, on a sheet a little larger than the window: a pan only moves it, a zoom stretches it, so that
 * few frames have to draw it anew.
 */
import { useStoreApi } from '@xyflow/react'
import { useEffect, useRef } from 'react'
import { useCanvas } from './state.ts'

/** From dot to dot, in the document's pixels. */
const GAP = 20
/** By how much the sheet is stretched at most before it is drawn at the zoom that it is seen at. */
const STRETCH = 1.4
/** Milliseconds without a zoom after which it is drawn as sharp as it can be. */
const REST = 120

/** How far a grid of `gap` is shifted by `by`: at least one gap to the left of where it begins, at most none. */
const shift = (by: number, gap: number): number => (((by % gap) + gap) % gap) - gap

export function Dots() {
  const far = useCanvas((s) => s.far)
  return far === 'very' ? null : <Sheet />
}

function Sheet() {
  const sheet = useRef<HTMLDivElement>(null)
  const store = useStoreApi()
  useEffect(() => {
    const style = sheet.current?.style
    if (!style) return
    let drawn = 0
    let timer: ReturnType<typeof setTimeout> | undefined
    const draw = () => {
      drawn = store.getState().transform[2]
      style.setProperty('--zoom', `${drawn}`)
      place()
    }
    const place = () => {
      const [x, y, zoom] = store.getState().transform
      const gap = GAP * zoom
      style.transform = `translate(${shift(x, gap)}px, ${shift(y, gap)}px) scale(${zoom / drawn})`
    }
    draw()
    let seen = store.getState().transform
    const end = store.subscribe(({ transform }) => {
      if (transform === seen) return
      seen = transform
      const stretch = transform[2] / drawn
      clearTimeout(timer)
      if (stretch > STRETCH || stretch < 1 / STRETCH) return draw()
      place()
      if (stretch !== 1) timer = setTimeout(draw, REST)
    })
    return () => {
      end()
      clearTimeout(timer)
    }
  }, [store])
  return <div ref={sheet} className="dots" style={{ '--gap': `${GAP}px`, '--stretch': STRETCH } as object} />
}
