/** Client and server over messages, as a screen and its worker speak: derivatives go through whole. */
import { expect, test } from 'vitest'
import { emptyDocument, type GraphDocument } from '../../engine/document/types.ts'
import { ProblemError } from '../../engine/problem.ts'
import { createClient, type Port } from '../../engine/session/client.ts'
import type { SessionClient } from '../../engine/session/protocol.ts'
import { type Scope, serve } from '../../engine/session/serve.ts'

function connected(): SessionClient {
  const { port1, port2 } = new MessageChannel()
  for (const port of [port1, port2]) {
    port.start()
    // a test that is done does not wait for messages
    ;(port as unknown as { unref(): void }).unref()
  }
  serve(port2 as unknown as Scope)
  return createClient(port1 as unknown as Port)
}

const position = { x: 0, y: 0 }
/** L = x · x · y at x = 3, y = 2. */
const document: GraphDocument = {
  ...emptyDocument,
  nodes: [
    { id: 'x', op: 'Parameter', attributes: { shape: [], init: { kind: 'values', values: [3] } }, position },
    { id: 'y', op: 'Parameter', attributes: { shape: [], init: { kind: 'values', values: [2] } }, position },
    { id: 'square', op: 'Mul', position },
    { id: 'L', op: 'Mul', position }
  ],
  edges: [
    { id: 'e1', source: 'x', sourceHandle: 'out', target: 'square', targetHandle: 'a' },
    { id: 'e2', source: 'x', sourceHandle: 'out', target: 'square', targetHandle: 'b' },
    { id: 'e3', source: 'square', sourceHandle: 'out', target: 'L', targetHandle: 'a' },
    { id: 'e4', source: 'y', sourceHandle: 'out', target: 'L', targetHandle: 'b' }
  ],
  objective: 'L'
}
const wrt = { kind: 'parameter', name: 'x' } as const

test('Jacobian, Hessian and gradient check answer over messages', async () => {
  const client = connected()
  const jacobian = await client.jacobian({ document, of: { kind: 'node', id: 'square', output: 'out' }, wrt })
  expect([...jacobian.data]).toEqual([6])
  const hessian = await client.hessian({ document })
  expect([hessian.size, [...hessian.data], [...hessian.gradient]]).toEqual([2, [4, 6, 6, 0], [12, 9]])
  const { method, edges } = await client.gradcheck(document, { edges: true, forward: true })
  expect([method, edges?.map((e) => e.worst.autodiff)]).toEqual(['forward', [6, 6, 2, 9]])
})

test('problems and cancelling go through as well', async () => {
  const client = connected()
  const nobody = client.hessian({ document, wrt: ['nobody'] })
  await expect(nobody).rejects.toThrow(ProblemError)
  await expect(client.hessian({ document }, AbortSignal.abort())).rejects.toThrow('Cancelled')
})

test('after the worker broke, calls that wait and all later ones are refused at once', async () => {
  const target = new EventTarget()
  let broken = 0
  const port = { addEventListener: target.addEventListener.bind(target), postMessage: () => undefined } as unknown
  const client = createClient(port as Port, () => broken++)
  const waiting = client.backends()
  target.dispatchEvent(Object.assign(new Event('error'), { message: 'out of memory' }))
  await expect(waiting).rejects.toThrow('The engine stopped: out of memory')
  await expect(client.reset()).rejects.toThrow('The engine stopped: out of memory')
  expect(broken).toBe(1)
})
