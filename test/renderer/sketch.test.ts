/** A large graph from very far: which cards stay whole, when the picture is drawn anew, and what a drag leaves alone. */
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { FlowView, type View } from '../../renderer/canvas/derive.ts'
import { useLabelPlaces } from '../../renderer/canvas/label-places.ts'
import { levelOf } from '../../renderer/canvas/level.ts'
import { lookAt, useNear } from '../../renderer/canvas/near.ts'
import { placeLabels } from '../../renderer/canvas/places.ts'
import { FEW, useSketch } from '../../renderer/canvas/sketch/state.ts'
import { redraw, regionFor, type Transform } from '../../renderer/canvas/sketch/view.ts'
import { still, useCanvas } from '../../renderer/canvas/state.ts'
import { dispatch, load, select, useEditor } from '../../renderer/store/editor.ts'
import { EDITED, rows } from '../bench/canvas/graphs.ts'

vi.hoisted(() => vi.stubGlobal('window', { innerWidth: 1280, matchMedia: () => ({ matches: false }) }))

const large = rows(200)
const origin = { path: null, name: null }

beforeEach(() => {
  useCanvas.setState({ far: null, moving: still, renaming: null, target: null, under: null })
  load(large, origin)
})

describe('what stays whole', () => {
  it('is everything, seen from near, and in a small graph', () => {
    expect(useSketch.getState()).toEqual({ nodes: null, edges: null })
    useCanvas.setState({ far: 'very' })
    expect(useSketch.getState().nodes).not.toBeNull()
    load(rows(40), origin)
    expect(useSketch.getState().nodes).toBeNull()
  })

  it('is what there is something to tell of', () => {
    useCanvas.setState({ far: 'very' })
    expect([...(useSketch.getState().nodes ?? [])]).toEqual(['loss'])
    const [edge] = large.edges
    select({ edges: [edge?.id ?? ''] })
    expect([...(useSketch.getState().edges ?? [])]).toEqual([edge?.id])
    // of what a rectangle takes in, nothing: it changes at each frame
    select({ nodes: ['n1_1', 'n1_2'], edges: [edge?.id ?? ''] })
    expect([...(useSketch.getState().edges ?? [])]).toEqual([])
    dispatch({ type: 'setMode', nodes: ['n1_1'], mode: 'bypass' })
    expect(useSketch.getState().nodes?.has('n1_1')).toBe(true)
  })

  it('is what is dragged, with its wires; many cards are drawn', () => {
    useCanvas.setState({ far: 'very', moving: new Map([['p1', { x: 1, y: 2 }]]) })
    expect(useSketch.getState().nodes?.has('p1')).toBe(true)
    const wires = large.edges.filter((edge) => edge.source === 'p1').map(({ id }) => id)
    expect(wires.length).toBeGreaterThan(0)
    expect([...(useSketch.getState().edges ?? [])]).toEqual(wires)
    useCanvas.setState({ moving: new Map(large.nodes.slice(0, FEW + 1).map((node) => [node.id, node.position])) })
    expect([...(useSketch.getState().nodes ?? [])]).toEqual(['loss'])
  })
})

describe('the picture', () => {
  const window = { width: 800, height: 600 }
  const graph = { x: 0, y: 0, width: 10_000, height: 8000 }
  const at: Transform = [0, 0, 0.1]
  const drawn = { region: regionFor(at, window, graph), zoom: 0.1 }

  it('is of what is in the window and around it, as far as there is a graph', () => {
    expect(drawn.region).toEqual({ x: 0, y: 0, width: 10_000, height: 8000 })
    expect(regionFor([-2000, 0, 0.1], window, graph)).toBeNull()
    expect(regionFor([0, 0, 1], window, graph)).toEqual({ x: 0, y: 0, width: 1200, height: 900 })
  })

  it('is only moved by a pan, and drawn anew where it would lack something or be coarse', () => {
    expect(redraw(drawn, [300, -200, 0.1], window, graph)).toBe('no')
    expect(redraw(drawn, [0, 0, 0.12], window, graph)).toBe('soon')
    expect(redraw(drawn, [0, 0, 0.2], window, graph)).toBe('now')
    const near = { region: regionFor([0, 0, 1], window, graph), zoom: 1 }
    expect(redraw(near, [-300, 0, 1], window, graph)).toBe('no')
    expect(redraw(near, [-500, 0, 1], window, graph)).toBe('now')
  })
})

describe('what is in the page', () => {
  const size = { width: 800, height: 600 }
  let frames: (() => void)[] = []
  const settle = () => {
    vi.runAllTimers()
    while (frames.length > 0) for (const step of frames.splice(0)) step()
  }
  const shown = () => useNear.getState().nodes ?? new Set()

  beforeEach(() => {
    frames = []
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    vi.stubGlobal('requestAnimationFrame', (step: () => void) => frames.push(step))
  })

  it('is all of a small graph, and of a large one what the window shows and what is around it', () => {
    lookAt({ transform: [0, 0, 1], size, held: null })
    settle()
    expect(shown().has('n1_1')).toBe(true)
    expect(shown().size).toBeLessThan(60)
    for (const [id, { x, y }] of large.nodes.map((node) => [node.id, node.position] as const))
      if (x < size.width && y < size.height) expect(shown().has(id)).toBe(true)
    load(rows(40), origin)
    expect(useNear.getState().nodes).toBeNull()
  })

  it('comes a few at a frame, and is there before a small pan shows it', () => {
    lookAt({ transform: [0, 0, 1], size, held: null })
    let last = shown().size
    lookAt({ transform: [0, 0, 0.3], size, held: null })
    while (frames.length > 0) {
      expect(shown().size - last).toBeLessThan(30)
      last = shown().size
      for (const step of frames.splice(0)) step()
    }
    expect(last).toBeGreaterThan(100)
    lookAt({ transform: [-600, -600, 1], size, held: null })
    settle()
    const before = shown()
    lookAt({ transform: [-700, -650, 1], size, held: null })
    for (const step of frames.splice(0)) step()
    expect(shown()).toBe(before)
  })

  it('has the ends of its wires, which are not drawn themselves', () => {
    lookAt({ transform: [0, 0, 1], size, held: null })
    settle()
    const { nodes, edges, ends } = useNear.getState()
    for (const { id, source, target } of large.edges)
      if (edges?.has(id)) for (const end of [source, target]) expect(nodes?.has(end) || ends.has(end)).toBe(true)
    const { document } = useEditor.getState()
    const flow = new FlowView().nodesOf({
      document,
      inside: null,
      selection: { nodes: new Set(), edges: new Set() },
      moving: still,
      bent: null,
      sizing: null,
      tabStop: null,
      places: new Map(),
      near: useNear.getState()
    })
    expect(new Set(flow.filter(({ hidden }) => !hidden).map(({ id }) => id))).toEqual(nodes)
  })

  it('is little from very far: what is whole, the stop of Tab, and what is under the pointer', () => {
    lookAt({ transform: [0, 0, 0.1], size, held: null })
    useCanvas.setState({ far: 'very', under: 'n2_2' })
    expect([...shown()].toSorted()).toEqual(['loss', 'n2_2', 'p0'])
  })
})

describe('elements of React Flow', () => {
  const near = { nodes: null, edges: null, ends: new Set<string>() }
  const viewOf = (change: Partial<View> = {}): View => {
    const { document } = useEditor.getState()
    return {
      document,
      inside: null,
      selection: { nodes: new Set(), edges: new Set() },
      moving: still,
      bent: null,
      sizing: null,
      tabStop: null,
      places: useLabelPlaces.getState().places,
      near,
      ...change
    }
  }

  it('stay the same objects while another card is dragged, and come back from a drag as they were', () => {
    const flow = new FlowView()
    const view = viewOf()
    const before = flow.nodesOf(view)
    const first = flow.nodesOf({ ...view, moving: new Map([['p1', { x: 5, y: 6 }]]) })
    const second = flow.nodesOf({ ...view, moving: new Map([['p1', { x: 7, y: 8 }]]) })
    expect(second.find(({ id }) => id === 'p1')?.position).toEqual({ x: 7, y: 8 })
    for (const [i, node] of second.entries()) if (node.id !== 'p1') expect(node).toBe(first[i])
    expect(flow.nodesOf(view)).toEqual(before)
  })

  it('stay the same where an edit changes no shape of theirs, their labels where they were', () => {
    const flow = new FlowView()
    const [nodes, edges] = [flow.nodesOf(viewOf()), flow.edgesOf(viewOf())]
    expect(dispatch({ type: 'setAttribute', node: EDITED, attribute: 'shape', value: [8, 4] })).toBeNull()
    expect(useEditor.getState().checked.problems).toEqual([])
    expect(flow.nodesOf(viewOf())).toBe(nodes)
    expect(flow.edgesOf(viewOf())).toBe(edges)
  })
})

describe('places of labels', () => {
  const places = () => useLabelPlaces.getState().places
  const wanted = () => {
    const { document, checked } = useEditor.getState()
    const { links, items } = levelOf(document, null)
    return placeLabels(links, items, checked.edgeTypes)
  }

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    load(rows(900), origin)
  })

  it('are found a slice at a time in a large graph, at once in a small one, the same ones', () => {
    expect(places().size).toBe(0)
    vi.runAllTimers()
    expect(places()).toEqual(wanted())
    load(rows(40), origin)
    expect(places()).toEqual(wanted())
  })

  it('stay while a card is dragged, and are looked for anew where it was put', () => {
    vi.runAllTimers()
    const before = places()
    useCanvas.setState({ moving: new Map([['n2_2', { x: 0, y: 0 }]]) })
    vi.runAllTimers()
    expect(places()).toBe(before)
    useCanvas.setState({ moving: still })
    vi.runAllTimers()
    expect(places()).toBe(before)
    dispatch({ type: 'move', positions: { n2_2: { x: 700, y: 260 } } })
    expect(places()).toBe(before)
    vi.runAllTimers()
    expect(places()).not.toEqual(before)
    expect(places()).toEqual(wanted())
  })
})
