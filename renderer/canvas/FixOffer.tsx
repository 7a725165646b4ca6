/** Beside the pointer, after a wire was drawn that does not fit: why, and what would mend it. */
import { TriangleAlert } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useProblemText } from '../i18n/useProblemText.ts'
import { Fixes } from '../problems/Fixes.tsx'
import { mayHaveFixes } from '../problems/fixing.ts'
import { useNodeProblems } from '../store/editor.ts'
import { focusNode, type Offer, useCanvas } from './state.ts'

const close = () => useCanvas.setState({ offer: null })

export function FixOffer() {
  const offer = useCanvas((s) => s.offer)
  return offer && <OfferBox key={offer.node} offer={offer} />
}

const WIDTH = 340

function OfferBox({ offer: { at, node, focus } }: { readonly offer: Offer }) {
  const { t } = useTranslation()
  const textOf = useProblemText()
  const problem = useNodeProblems(node).find(mayHaveFixes)
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const outside = (event: PointerEvent) => {
      if (!box.current?.contains(event.target as Node)) close()
    }
    window.addEventListener('pointerdown', outside, true)
    return () => window.removeEventListener('pointerdown', outside, true)
  }, [])
  useEffect(() => {
    if (!problem) close()
  }, [problem])
  useEffect(() => {
    if (!focus || !box.current) return
    // the fixes come a moment after the box
    const first = () => {
      if (!box.current?.contains(document.activeElement)) box.current?.querySelector<HTMLElement>('.fix')?.focus()
    }
    const watcher = new MutationObserver(first)
    watcher.observe(box.current, { childList: true, subtree: true })
    first()
    return () => watcher.disconnect()
  }, [focus])
  if (!problem) return null
  const area = document.querySelector('.canvas')?.getBoundingClientRect()
  const left = Math.max(8, Math.min(at.x - (area?.x ?? 0) + 12, (area?.width ?? 1e4) - WIDTH - 8))
  const top = Math.max(8, Math.min(at.y - (area?.y ?? 0) + 12, (area?.height ?? 1e4) - 170))
  return (
    <div
      ref={box}
      className="fix-offer"
      role="dialog"
      aria-label={t('fixes.title')}
      style={{ left, top, maxWidth: WIDTH }}
      onKeyDown={(event) => {
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
        if (step !== undefined) {
          const all = [...event.currentTarget.querySelectorAll<HTMLElement>('.fix')]
          all[(all.indexOf(document.activeElement as HTMLElement) + step + all.length) % all.length]?.focus()
        } else if (event.key === 'Escape') {
          close()
          focusNode(node)
        } else return
        event.preventDefault()
        event.stopPropagation()
      }}
    >
      <TriangleAlert className="fix-offer-sign" size={15} aria-hidden="true" />
      <div>
        <p>{textOf(problem).message}</p>
        <Fixes
          problem={problem}
          onDone={() => {
            close()
            focusNode(node)
          }}
        />
      </div>
    </div>
  )
}
