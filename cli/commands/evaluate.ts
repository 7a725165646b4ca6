import { backendOf, pairs, readCall, text, threadsOf, UsageError } from '../arguments.ts'
import { openGraph, provideData, readBytes } from '../files.ts'
import { number, print, printJson } from '../output.ts'
import { interruptible, newSession } from '../session.ts'

export async function evaluateCommand(args: readonly string[]): Promise<number> {
  const { file, options } = readCall(
    args,
    {
      weights: { type: 'string' },
      data: { type: 'string', multiple: true },
      backend: { type: 'string' },
      threads: { type: 'string' },
      json: { type: 'boolean' }
    },
    1
  )
  const weights = text(options, 'weights')
  if (weights === undefined) throw new UsageError('Name the weights: --weights FILE.')
  const backend = backendOf(options)
  const data = pairs(options, 'data')
  const document = openGraph(file)
  const session = newSession(threadsOf(options))
  await provideData(session, document, data)
  await session.importWeights(document, readBytes(weights))
  const { loss, metrics, examples } = await session.evaluate(document, backend, interruptible())
  if (options.json) printJson({ loss, metrics })
  else
    print(
      `${examples} test examples: loss ${number(loss)}${Object.entries(metrics)
        .map(([name, v]) => `, ${name} ${v.toFixed(4)}`)
        .join('')}`
    )
  return 0
}
