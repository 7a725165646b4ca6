import type { GradientCheck } from '../../engine/session/protocol.ts'
import { pairs, positive, readCall } from '../arguments.ts'
import { openGraph, provideData } from '../files.ts'
import { print, printJson, table } from '../output.ts'
import { interruptible, newSession } from '../session.ts'

export async function gradcheckCommand(args: readonly string[]): Promise<number> {
  const { file, options } = readCall(
    args,
    {
      data: { type: 'string', multiple: true },
      edges: { type: 'boolean' },
      forward: { type: 'boolean' },
      h: { type: 'string' },
      json: { type: 'boolean' }
    },
    1
  )
  const h = positive(options, 'h')
  const [withEdges, forward] = [options.edges === true, options.forward === true]
  const document = openGraph(file)
  const session = newSession()
  await provideData(session, document, pairs(options, 'data'))
  const asked = { edges: withEdges, forward, ...(h === undefined ? {} : { h }) }
  const { edges, limit, parameters, ...how } = await session.gradcheck(document, asked, interruptible())
  const right = (check: GradientCheck): boolean => check.relativeError <= limit
  const ok = [...parameters, ...(edges ?? [])].every(right)
  if (options.json) {
    // The plain call prints what it always did.
    const plain = !forward && h === undefined
    printJson({ ok, limit, ...(plain ? {} : how), parameters, ...(edges ? { edges } : {}) })
  } else {
    const part = (head: string, checks: readonly GradientCheck[]): string[][] => [
      [head, 'largest relative error', 'elements', ''],
      ...checks.map((check) => [
        check.name,
        check.relativeError.toExponential(1),
        `${check.checked} of ${check.elements}`,
        right(check) ? 'ok' : 'WRONG'
      ])
    ]
    print(table([...part('parameter', parameters), ...(edges ? part('edge', edges) : [])]))
  }
  return ok ? 0 : 1
}
