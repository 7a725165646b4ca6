import { beforeEach, expect, it, vi } from 'vitest'
import { emptyDocument, type GraphDocument } from '../../engine/document/types.ts'
import type { RunRequest, SessionClient } from '../../engine/session/protocol.ts'
import { Session } from '../../engine/session/session.ts'
import { replaceClient } from '../../renderer/session/session.ts'
import { dispatch, load, undo } from '../../renderer/store/editor.ts'
import { run, setFeed, useRun } from '../../renderer/store/run.ts'

// the settings look at the window when they are made
vi.hoisted(() => Object.assign(globalThis, { window: { innerWidth: 1440 } }))

const document: GraphDocument = {
  ...emptyDocument,
  nodes: [
    { id: 'x', op: 'Input', attributes: { shape: [2] }, position: { x: 0, y: 0 } },
    { id: 'c', op: 'Constant', attributes: { shape: [], values: [3] }, position: { x: 0, y: 100 } },
    { id: 'y', op: 'Exp', position: { x: 200, y: 0 } }
  ],
  edges: [{ id: 'e1', source: 'x', sourceHandle: 'out', target: 'y', targetHandle: 'x' }],
  objective: null
}

let requests: RunRequest[] = []

beforeEach(() => {
  requests = []
  const session = new Session({ breathe: async () => undefined })
  replaceClient({
    run: (request: RunRequest) => {
      requests.push(request)
      return session.run({ ...request, backend: 'reference' })
    }
  } as unknown as SessionClient)
  useRun.setState({ feeds: {}, problems: [], result: null })
  load(document, { path: null, name: null })
})

it('feeds the Input nodes that there are, whatever became of the others', async () => {
  const feed = { shape: [2], data: [0, 1] }
  setFeed('x', feed)
  await run()
  expect(useRun.getState().result?.nodes.y?.out?.value.values?.[1]).toBeCloseTo(Math.E)

  for (const command of [
    { type: 'remove', nodes: ['x'] },
    { type: 'renameNode', node: 'x', id: 'z' }
  ] as const) {
    dispatch(command)
    await run()
    expect(useRun.getState().problems.map((p) => p.code)).not.toContain('value.feedUnknown')
    expect(requests.at(-1)?.feeds).toEqual({})
    undo()
    await run()
    expect(useRun.getState().problems).toEqual([])
    expect(requests.at(-1)?.feeds).toEqual({ x: feed })
  }
})

it('feeds no node of another kind that has taken the name', async () => {
  setFeed('x', { shape: [2], data: [0, 1] })
  dispatch({
    type: 'batch',
    commands: [
      { type: 'remove', nodes: ['x'] },
      { type: 'renameNode', node: 'c', id: 'x' }
    ]
  })
  await run()
  expect(requests.at(-1)?.feeds).toEqual({})
  expect(useRun.getState().problems).toEqual([])
})
