/** Stepping on the screen: what formulas are called, where a walk stops, how far it is. */
import { describe, expect, test, vi } from 'vitest'
import { emptyDocument, type GraphDocument } from '../../engine/document/types.ts'
import type { SessionClient } from '../../engine/session/protocol.ts'
import { Session } from '../../engine/session/session.ts'
import type { StepHead, StepRequest, StepsRequest, StepsResult } from '../../engine/session/steps/types.ts'
import { replaceClient } from '../../renderer/session/session.ts'
import { nodeProgress, progressOf } from '../../renderer/stepper/progress.ts'
import { fill, numberTex, ofElement } from '../../renderer/stepper/tex.ts'
import { dispatch, load } from '../../renderer/store/editor.ts'
import {
  endSteps,
  followRuns,
  goToNode,
  goToStep,
  reasonToStop,
  runOn,
  type StepperState,
  step,
  toggleBreakpoint,
  toggleOpened,
  useStepper
} from '../../renderer/store/stepper.ts'

// the settings look at the window when they are made, and are kept there
vi.hoisted(() => {
  const localStorage = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined }
  return Object.assign(globalThis, { localStorage, window: { innerWidth: 1440, localStorage } })
})

const position = { x: 0, y: 0 }
const document: GraphDocument = {
  ...emptyDocument,
  nodes: [
    { id: 'apple_count', op: 'Parameter', label: 'number of apples', position },
    { id: 'z', op: 'Neg', label: '-z', position },
    { id: 'theta', op: 'Parameter', label: '$\\theta_1$', position },
    { id: 'price', op: 'Mul', label: '값', position },
    { id: 'dense1', op: 'Dense', position }
  ]
}
const names: StepsResult['names'] = {
  ...Object.fromEntries(document.nodes.map(({ id, op }) => [id, { node: id, part: null, op }])),
  'dense1.kernel': { node: 'dense1', part: 'kernel', op: 'Parameter' },
  'dense1.matmul': { node: 'dense1', part: 'matmul', op: 'MatMul' }
}
const tex = (formula: string, values: readonly number[] = []) => fill(formula, values, document, names)

describe('formulas', () => {
  test('call nodes as their cards do, and long names by their ids', () => {
    expect(tex('\\name{price}')).toBe('\\text{값}')
    expect(tex('\\name{theta}')).toBe('\\theta_1')
    expect(tex('\\name{z}')).toBe('(\\text{-z})')
    expect(tex('\\name{apple_count}')).toBe('\\mathrm{apple}_{\\mathrm{count}}')
    expect(tex('\\name{dense1.kernel}')).toBe('{W}_{\\mathrm{dense}_{1}}')
    expect(tex('\\name{dense1.matmul}')).toBe('{\\mathrm{matmul}}_{\\mathrm{dense}_{1}}')
    expect(tex('\\name{price:out1}')).toBe('{\\text{값}}_{\\text{out1}}')
  })

  test('have parentheses around negative numbers, but not at the beginning', () => {
    expect(tex('\\value{0} - \\value{1} \\cdot \\value{2}', [-1, -2, 3])).toBe('-1 - (-2) \\cdot 3')
    expect(tex('\\frac{\\value{0}}{\\value{1}}', [-1, -2])).toBe('\\frac{-1}{-2}')
    expect(tex('{\\value{0}}^2', [-3])).toBe('{(-3)}^2')
    expect(tex('\\value{0}^{2}', [-3])).toBe('(-3)^{2}')
  })

  test('write powers of ten as people do', () => {
    expect(numberTex(1.234e-5)).toBe('1.234 \\cdot 10^{-5}')
    expect(numberTex(Number.NaN)).toBe('\\text{NaN}')
    expect(numberTex(Number.NEGATIVE_INFINITY)).toBe('-\\infty')
  })

  test('name one element by its index', () => {
    expect(tex(ofElement('\\frac{\\partial L}{\\partial \\name{dense1.kernel}}', 7, [2, 5]))).toBe(
      '\\frac{\\partial L}{\\partial {{W}_{\\mathrm{dense}_{1}}}[1,2]}'
    )
  })
})

const head = (kind: StepHead['kind'], node: string, more: Partial<StepHead> = {}): StepHead => ({
  kind,
  phase: kind === 'source' || kind === 'forward' ? 'forward' : kind === 'update' ? 'update' : 'backward',
  node,
  part: null,
  name: node,
  op: 'Mul',
  pattern: 'swaps',
  opens: false,
  takes: [],
  brings: [],
  outcomes: [],
  parameter: null,
  ...more
})
const outcome = { shape: [128, 10], largest: 12, broken: 0 }

describe('a walk that runs', () => {
  const none = { broken: false, above: null, shape: '' }
  const stop = (step: StepHead, conditions = none, breakpoints: readonly string[] = []) =>
    reasonToStop(step, { breakpoints: new Set(breakpoints), conditions })

  test('stops at nodes, NaN, large gradients and shapes, and nowhere else', () => {
    const back = head('backward', 'a', { outcomes: [outcome] })
    expect(stop(back)).toBeNull()
    expect(stop(back, none, ['a'])).toBe('breakpoint')
    expect(stop(head('forward', 'a', { outcomes: [{ ...outcome, broken: 1 }] }), { ...none, broken: true })).toBe(
      'broken'
    )
    expect(stop(back, { ...none, above: 11 } as never)).toBe('above')
    expect(stop(back, { ...none, above: 12 } as never)).toBeNull()
    // a large value is no large gradient
    expect(stop(head('forward', 'a', { outcomes: [outcome] }), { ...none, above: 1 } as never)).toBeNull()
    expect(stop(back, { ...none, shape: '128, 10' })).toBe('shape')
    expect(stop(back, { ...none, shape: '10' })).toBe('shape')
    // whole sizes: 12 is not in 128
    expect(stop(back, { ...none, shape: '12' })).toBeNull()
  })
})

describe('progress', () => {
  const walk = {
    steps: [
      head('source', 'x', { brings: ['e1'] }),
      head('forward', 'y', { takes: ['e1'] }),
      head('seed', 'y'),
      head('backward', 'y', { brings: ['e1'] }),
      head('update', 'x')
    ]
  } as unknown as StepsResult
  const at = (index: number): StepperState => ({ ...useStepper.getState(), walk, at: index })

  test('a node is to come, here, done, and done on the way back', () => {
    expect([0, 1, 2, 3, 4].map((i) => nodeProgress(at(i), 'y'))).toEqual([
      'pending',
      'active',
      'active',
      'active',
      'back'
    ])
    expect([0, 1, 4].map((i) => nodeProgress(at(i), 'x'))).toEqual(['active', 'done', 'active'])
    expect(nodeProgress(useStepper.getState(), 'x')).toBeNull()
  })

  test('a wire has its value before its gradient', () => {
    expect([progressOf(walk).values.get('e1'), progressOf(walk).gradients.get('e1')]).toEqual([0, 3])
  })
})

describe('the store', () => {
  const graph: GraphDocument = {
    ...emptyDocument,
    nodes: [
      { id: 'x', op: 'Parameter', attributes: { shape: [], init: { kind: 'values', values: [3] } }, position },
      { id: 'y', op: 'Exp', position },
      { id: 'L', op: 'Neg', position }
    ],
    edges: [
      { id: 'e1', source: 'x', sourceHandle: 'out', target: 'y', targetHandle: 'x' },
      { id: 'e2', source: 'y', sourceHandle: 'out', target: 'L', targetHandle: 'x' }
    ],
    objective: 'L'
  }
  const state = useStepper.getState
  const here = () => state().walk?.steps[state().at]

  test('walks, keeps its place while the graph is walked anew, and forgets all at the end', async () => {
    const session = new Session({ breathe: async () => undefined })
    replaceClient({
      steps: (request: StepsRequest) => session.steps({ ...request, backend: 'reference' }),
      readStep: (request: StepRequest) => session.readStep(request),
      endSteps: () => session.endSteps()
    } as unknown as SessionClient)
    load(graph, { path: null, name: null })
    await step(1)
    expect(state()).toMatchObject({ status: 'ready', at: 0, detail: { kind: 'source' } })
    expect(await goToNode('L')).toBe(true)
    expect(here()).toMatchObject({ kind: 'forward', node: 'L' })
    await goToNode('L')
    expect(here()).toMatchObject({ kind: 'seed', node: 'L' })
    expect(await goToNode('nobody')).toBe(false)
    await goToStep(4)
    // the walk before is gone as soon as another is asked for; a step taken meanwhile is of the new one
    const [again] = [toggleOpened('y'), step(1)]
    await again
    expect(state()).toMatchObject({ status: 'ready', problems: [] })
    expect(here()).toMatchObject({ kind: 'backward', node: 'y' })
    expect(state().detail?.walkId).toBe(state().walk?.walkId)
    toggleBreakpoint('x')
    await goToStep(0)
    await runOn()
    expect([here()?.node, here()?.kind, state().stopped]).toEqual(['x', 'update', 'breakpoint'])
    await goToStep(99)
    expect(state().at).toBe((state().walk?.steps.length ?? 0) - 1)
    endSteps()
    expect(state()).toMatchObject({ status: 'off', walk: null, detail: null, at: 0 })
  })

  test('a walk ends with the last node that could be computed', async () => {
    load(graph, { path: null, name: null })
    const unfollow = followRuns()
    await step(1)
    expect(state().status).toBe('ready')
    dispatch({ type: 'remove', nodes: ['L'] })
    expect(state().status).toBe('ready')
    dispatch({ type: 'remove', nodes: ['x', 'y'] })
    expect(state()).toMatchObject({ status: 'off', walk: null })
    unfollow()
  })
})
