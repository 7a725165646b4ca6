import { pairs, readCall } from '../arguments.ts'
import { openGraph, provideData } from '../files.ts'
import { print, printJson, table } from '../output.ts'
import { interruptible, newSession } from '../session.ts'

/** Above this, autodiff and the central difference do not say the same. */
const LIMIT = 1e-5

export async function gradcheckCommand(args: readonly string[]): Promise<number> {
  const { file, options } = readCall(args, { data: { type: 'string', multiple: true }, json: { type: 'boolean' } }, 1)
  const document = openGraph(file)
  const session = newSession()
  await provideData(session, document, pairs(options, 'data'))
  const parameters = await session.gradcheck(document, interruptible())
  const ok = parameters.every((p) => p.relativeError <= LIMIT)
  if (options.json) printJson({ ok, limit: LIMIT, parameters })
  else {
    const rows = parameters.map((p) => [
      p.name,
      p.relativeError.toExponential(1),
      `${p.checked} of ${p.elements}`,
      p.relativeError <= LIMIT ? 'ok' : 'WRONG'
    ])
    print(table([['parameter', 'largest relative error', 'elements', ''], ...rows]))
  }
  return ok ? 0 : 1
}
