/** The plane of inputs, by the weights of this moment: asked for again while a network trains. */
import { useEffect, useMemo, useState } from 'react'
import { type Planar, planarOf } from '../../../engine/document/planar.ts'
import { type Problem, problemsOf } from '../../../engine/problem.ts'
import type { PlaneResult } from '../../../engine/session/plots/types.ts'
import { client } from '../../session/session.ts'
import { useEditor } from '../../store/editor.ts'
import { useRun } from '../../store/run.ts'
import { usePlots } from '../state.ts'

/** Points on a side, and units of a layer. */
const SIZE = 50
const UNITS = 48
/** Milliseconds between two looks of a training, and at most this share of its time: what is seen must not slow it down. */
const EVERY = 120
const SHARE = 0.06

export interface PlaneView {
  readonly planar: Planar | null
  readonly result: PlaneResult | null
  readonly problems: readonly Problem[]
  /** The node whose units are shown small. */
  readonly node: Planar['outputs'][number] | null
}

/** The node that is selected on the canvas, or was chosen before; else the first layer with several units. */
function nodeOf(planar: Planar | null, wanted: readonly (string | null)[]): Planar['outputs'][number] | null {
  if (!planar) return null
  for (const id of wanted) {
    const found = planar.outputs.find((output) => output.id === id)
    if (found) return found
  }
  return planar.outputs.find(({ units }) => units > 1) ?? planar.outputs[0] ?? null
}

/** The examples of the answer before, where they are the same: they are drawn only once. */
function withPoints(before: PlaneResult | null, next: PlaneResult): PlaneResult {
  const [old, now] = [before?.points, next.points]
  const same =
    old !== undefined &&
    old.xy.length === now.xy.length &&
    old.labels.every((label, i) => label === now.labels[i]) &&
    old.xy.every((x, i) => x === now.xy[i])
  return same ? { ...next, points: old } : next
}

const isStale = (error: unknown): boolean => problemsOf(error).some(({ code }) => code === 'run.stale')

export function usePlane(): PlaneView {
  const document = useEditor((s) => s.document)
  const types = useEditor((s) => s.checked.types)
  const selected = useEditor((s) => (s.selection.nodes.size === 1 ? [...s.selection.nodes][0] : undefined))
  const chosen = usePlots((s) => s.plane.node)
  const planar = useMemo(() => planarOf(document, types), [document, types])
  const node = nodeOf(planar, [selected ?? null, chosen])
  const ports = [planar?.prediction, node].flatMap((port) => (port ? [{ id: port.id, output: port.output }] : []))
  const of = JSON.stringify(ports.filter(({ id }, i) => ports.findIndex((port) => port.id === id) === i))
  const [found, setFound] = useState<Pick<PlaneView, 'result' | 'problems'>>({ result: null, problems: [] })

  useEffect(() => {
    if (of === '[]') return setFound({ result: null, problems: [] })
    const controller = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    let asking = false
    let again = false
    const ask = async (): Promise<void> => {
      clearTimeout(timer)
      if (asking) {
        again = true
        return
      }
      asking = true
      again = false
      const { document } = useEditor.getState()
      let pause = EVERY
      try {
        const request = { document, of: JSON.parse(of), range: null, size: SIZE, units: UNITS }
        const result = await client().plane(request, controller.signal)
        pause = Math.max(EVERY, result.milliseconds / SHARE)
        if (!controller.signal.aborted) setFound((f) => ({ result: withPoints(f.result, result), problems: [] }))
      } catch (error) {
        // an edit while the network trains is seen after the training
        if (!controller.signal.aborted && !isStale(error)) setFound({ result: null, problems: problemsOf(error) })
      }
      asking = false
      if (controller.signal.aborted) return
      if (again || useRun.getState().status === 'training') timer = setTimeout(() => void ask(), again ? 0 : pause)
    }
    void ask()
    // a run follows each edit, each training and each import: only then are there other numbers
    const end = useRun.subscribe((s, before) => {
      if (s.status !== before.status || (s.status !== 'training' && s.result !== before.result)) void ask()
    })
    return () => {
      end()
      clearTimeout(timer)
      controller.abort()
    }
  }, [of])
  return { planar, node, ...found }
}
