import { fail } from '../../engine/problem.ts'
import type { EpochReport, TrainEvent, TrainReport } from '../../engine/session/protocol.ts'
import { backendOf, pairs, readCall, text, threadsOf, whole } from '../arguments.ts'
import { checkWritable, openGraph, provideData, readBytes, writeWhole } from '../files.ts'
import { bytes, number, print, printJson, printProblems, progressLine, say } from '../output.ts'
import { interruptible, newSession } from '../session.ts'

const scores = (loss: number, metrics: Readonly<Record<string, number>>): string =>
  [`loss ${number(loss)}`, ...Object.entries(metrics).map(([name, value]) => `${name} ${value.toFixed(4)}`)].join('  ')

const epochLine = ({ epoch, loss, metrics, validation, seconds }: EpochReport): string =>
  `epoch ${epoch}  ${scores(loss, metrics)}${validation ? `  validation ${scores(validation.loss, validation.metrics)}` : ''}  ${seconds.toFixed(1)} s`

function bar(done: number, all: number): string {
  const filled = Math.round((24 * done) / all)
  return `[${'█'.repeat(filled)}${'·'.repeat(24 - filled)}]`
}

function tell(event: TrainEvent): void {
  if (event.type === 'started') {
    say(
      `${event.parameters} parameters, ${event.examples} examples, ${event.epochs} epochs of ${event.stepsPerEpoch} steps on ${event.backend.backend}`
    )
    say(`  on ${event.backend.device}, ${bytes(event.memory)} of memory`)
    if (event.rowsAtOnce < event.batch) say(`  a batch goes through in parts of at most ${event.rowsAtOnce} rows`)
    for (const { backend, stepsPerSecond } of event.backend.trials)
      say(`  tried ${backend}: ${number(stepsPerSecond)} steps/s`)
    for (const { backend, why } of event.backend.passedOver) say(`  not on ${backend}: ${why.message}`)
  } else if (event.type === 'progress') {
    const { epoch, step, steps, loss, metrics, stepsPerSecond, secondsLeft } = event
    progressLine(
      `epoch ${epoch} ${bar(step, steps)} ${step}/${steps}  ${scores(loss, metrics)}  ${number(stepsPerSecond)} steps/s  ${Math.ceil(secondsLeft)} s left`
    )
  } else if (event.type === 'epoch') {
    progressLine('')
    say(epochLine(event.report))
  }
}

const asJson = ({ backend, epochs, test, steps, seconds }: TrainReport) => ({
  backend: backend.backend,
  epochs,
  test: test && { loss: test.loss, metrics: test.metrics },
  steps,
  seconds
})

export async function trainCommand(args: readonly string[]): Promise<number> {
  const { file, options } = readCall(
    args,
    {
      epochs: { type: 'string' },
      'batch-size': { type: 'string' },
      seed: { type: 'string' },
      data: { type: 'string', multiple: true },
      backend: { type: 'string' },
      threads: { type: 'string' },
      weights: { type: 'string' },
      export: { type: 'string' },
      json: { type: 'boolean' }
    },
    1
  )
  const seed = whole(options, 'seed', 0)
  const epochs = whole(options, 'epochs', 0)
  const batchSize = whole(options, 'batch-size', 1)
  const backend = backendOf(options)
  const data = pairs(options, 'data')
  const path = text(options, 'export')
  const opened = openGraph(file)
  if (!opened.training) fail('train.noTraining')
  const training = {
    ...opened.training,
    ...(seed === undefined ? {} : { seed }),
    ...(epochs === undefined ? {} : { epochs }),
    ...(batchSize === undefined ? {} : { batchSize })
  }
  const document = { ...opened, training }
  if (path !== undefined) checkWritable(path)
  const session = newSession(threadsOf(options))
  await provideData(session, document, data)
  const weights = text(options, 'weights')
  if (weights !== undefined) await session.importWeights(document, readBytes(weights))
  // its history tells where a first NaN arose
  const request = { document, revision: 0, backend, snapshotEvery: 0, history: true }
  const outcome = await session.train(request, tell, interruptible())
  if (outcome.outcome === 'failed') {
    printProblems(outcome.problems, options.json === true)
    return 1
  }
  const { report } = outcome
  if (path !== undefined) {
    writeWhole(path, await session.exportWeights(document))
    say(`weights written to ${path}`)
  }
  if (outcome.outcome === 'cancelled') say('cancelled')
  if (options.json) printJson(asJson(report))
  else if (report.test)
    print(
      `test  ${scores(report.test.loss, report.test.metrics)}  (${report.steps} steps in ${report.seconds.toFixed(1)} s)`
    )
  return outcome.outcome === 'done' ? 0 : 1
}
