import type { PlanReport } from '../../engine/session/protocol.ts'
import { showShape } from '../../engine/shape.ts'
import { backendOf, oneOf, pairs, readCall, threadsOf } from '../arguments.ts'
import { openGraph, provideData } from '../files.ts'
import { bytes, number, print, printJson, say, table } from '../output.ts'
import { interruptible, newSession } from '../session.ts'

function printPlan({ backend, batch, rowsAtOnce, kernels, memory, compileMilliseconds, timing }: PlanReport): void {
  const times = timing?.kernels
  const head = ['', 'kernel', 'output', 'reads', 'writes', 'nodes', ...(times ? ['µs'] : [])]
  const rows = kernels.map((kernel, i) => [
    kernel.phase,
    kernel.what,
    showShape(kernel.shape),
    bytes(kernel.read),
    bytes(kernel.written),
    kernel.nodes.join(' '),
    ...(times ? [number(Number(((times[i] as number) * 1000).toPrecision(3)))] : [])
  ])
  print(table([head, ...rows]))
  const { total, ...parts } = memory
  const held = Object.entries(parts).map(([name, size]) => `${name} ${bytes(size)}`)
  say(`${kernels.length} kernels on ${backend.device}${batch === null ? '' : `, batch ${batch}`}`)
  if (batch !== null && rowsAtOnce !== null && rowsAtOnce < batch)
    say(`a batch goes through in parts of at most ${rowsAtOnce} rows, of which this is one`)
  say(`${bytes(total)} of memory: ${held.join(', ')}`)
  say(`compiled in ${number(Number(compileMilliseconds.toPrecision(3)))} ms`)
  if (timing) say(`${number(Number(timing.milliseconds.toPrecision(3)))} ms a pass, over ${timing.walks} of them`)
  for (const trial of backend.trials) say(`tried ${trial.backend}: ${number(trial.stepsPerSecond)} steps/s`)
  for (const { backend: other, why } of backend.passedOver) say(`not on ${other}: ${why.message}`)
}

/** What a training step (or a run) compiles to; with --measure how long each kernel takes. */
export async function planCommand(args: readonly string[]): Promise<number> {
  const { file, options } = readCall(
    args,
    {
      of: { type: 'string' },
      backend: { type: 'string' },
      threads: { type: 'string' },
      data: { type: 'string', multiple: true },
      measure: { type: 'boolean' },
      json: { type: 'boolean' }
    },
    1
  )
  const of = oneOf(options, 'of', ['training', 'run'])
  const backend = backendOf(options)
  const data = pairs(options, 'data')
  const document = openGraph(file)
  const session = newSession(threadsOf(options))
  await provideData(session, document, data)
  const kind = of ?? (document.training && document.objective !== null ? 'training' : 'run')
  const measure = options.measure === true
  const report = await session.plan({ document, revision: 0, backend, kind, measure }, interruptible())
  if (options.json) printJson({ ...report, backend: report.backend.backend, text: undefined, revision: undefined })
  else printPlan(report)
  return 0
}
