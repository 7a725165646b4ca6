/** Lights up on the canvas the nodes of the kernel under the pointer, without drawing a node anew. */
import { useEffect } from 'react'
import { usePlan } from './state.ts'

export function useLitNodes(): void {
  const lit = usePlan((s) => s.lit)
  useEffect(() => {
    const shown = lit.flatMap((id) => {
      const node = document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`)
      return node ? [node] : []
    })
    for (const node of shown) node.dataset.lit = ''
    return () => {
      for (const node of shown) delete node.dataset.lit
    }
  }, [lit])
}
