/**
 * Seen from very far, a large graph is drawn as one picture: no word can be read there, and thousands of cards and wires
 * that are elements of the page would make every frame of a pan wait. The cards stay where they are as empty boxes, so
 * that whoever points at them, drags them or reaches them by keys finds them; those about which there is something to
 * tell stay whole.
 */
import { create } from 'zustand'
import { useFind } from '../../find/state.ts'
import { useEditor } from '../../store/editor.ts'
import { useStepper } from '../../store/stepper.ts'
import { levelOf } from '../level.ts'
import { useCanvas } from '../state.ts'

export interface SketchState {
  /** Ids of the cards and wires that are not in the picture, for they are there themselves; null where none is drawn. */
  readonly nodes: ReadonlySet<string> | null
  readonly edges: ReadonlySet<string> | null
}

export const useSketch = create<SketchState>(() => ({ nodes: null, edges: null }))

/** So many cards are quick as they are. */
export const MANY = 150
/** More cards in motion, or found, than this are drawn in the picture too. */
export const FEW = 40

/** The cards that are dragged, where they are few enough to stay whole. */
export const fewMoving = (): Iterable<string> => {
  const { moving } = useCanvas.getState()
  return moving.size <= FEW ? moving.keys() : []
}

function wholeNodes(): ReadonlySet<string> {
  const { checked, document } = useEditor.getState()
  const { renaming } = useCanvas.getState()
  const { found } = useFind.getState()
  const { walk, at, breakpoints } = useStepper.getState()
  const modes = document.nodes.filter((node) => node.mode !== undefined).map(({ id }) => id)
  const named = [renaming, document.objective, walk?.steps[at]?.node].filter((id) => id != null)
  return new Set([
    ...named,
    ...fewMoving(),
    ...breakpoints,
    ...[...checked.byNode.keys()].slice(0, FEW),
    ...modes.slice(0, FEW),
    ...found.slice(0, FEW)
  ])
}

function wholeEdges(): ReadonlySet<string> {
  const { document, inside, selection } = useEditor.getState()
  const { target } = useCanvas.getState()
  const { walk, at } = useStepper.getState()
  const step = walk?.steps[at]
  const moved = new Set(fewMoving())
  const carried =
    moved.size === 0
      ? []
      : levelOf(document, inside)
          .links.filter(({ source, target }) => moved.has(source) || moved.has(target))
          .map(({ id }) => id)
  return new Set([
    // those that are selected with their cards are in the picture: a rectangle takes in others at each frame
    ...(selection.nodes.size > 0 ? [] : [...selection.edges].slice(0, FEW)),
    ...(target === null ? [] : [target]),
    ...(step?.brings ?? []),
    ...(step?.takes ?? []),
    ...carried
  ])
}

const equal = (a: ReadonlySet<string> | null, b: ReadonlySet<string>): boolean =>
  a !== null && a.size === b.size && [...b].every((id) => a.has(id))

/** In step with what it is made from: a card that is drawn must not be there as well, not even for a frame. */
function update(): void {
  const { document, inside } = useEditor.getState()
  const before = useSketch.getState()
  if (useCanvas.getState().far !== 'very' || levelOf(document, inside).items.size <= MANY) {
    if (before.nodes) useSketch.setState({ nodes: null, edges: null })
    return
  }
  const [nodes, edges] = [wholeNodes(), wholeEdges()]
  const kept = { nodes: equal(before.nodes, nodes), edges: equal(before.edges, edges) }
  if (kept.nodes && kept.edges) return
  useSketch.setState({ nodes: kept.nodes ? before.nodes : nodes, edges: kept.edges ? before.edges : edges })
}

useCanvas.subscribe((s, before) => {
  if (
    s.far !== before.far ||
    s.moving !== before.moving ||
    s.renaming !== before.renaming ||
    s.target !== before.target
  )
    update()
})
useEditor.subscribe(update)
useFind.subscribe((s, before) => {
  if (s.found !== before.found) update()
})
useStepper.subscribe((s, before) => {
  if (s.walk !== before.walk || s.at !== before.at || s.breakpoints !== before.breakpoints) update()
})
