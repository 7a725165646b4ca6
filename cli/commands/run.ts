import { isError } from '../../engine/problem.ts'
import type { Cell, RunResult, Target } from '../../engine/session/protocol.ts'
import type { Session } from '../../engine/session/session.ts'
import { showShape } from '../../engine/shape.ts'
import { backendOf, oneOf, pairs, readCall, threadsOf, UsageError, whole } from '../arguments.ts'
import { FileError, openGraph, provideData, readBytes } from '../files.ts'
import { number, print, printJson, printProblems, table } from '../output.ts'
import { newSession, seeded } from '../session.ts'

interface Feed {
  readonly shape: readonly number[]
  readonly data: readonly number[]
}

function readFeed(path: string): Feed {
  try {
    const { shape, data } = JSON.parse(new TextDecoder().decode(readBytes(path))) as Feed
    if (!Array.isArray(shape) || !Array.isArray(data) || !data.every((x) => typeof x === 'number'))
      throw new Error('no { "shape": […], "data": […] } of numbers')
    const size = shape.reduce((a, b) => a * b, 1)
    if (size !== data.length)
      throw new Error(`shape [${shape.join(', ')}] holds ${size} numbers, but "data" has ${data.length}`)
    return { shape, data }
  } catch (error) {
    if (error instanceof FileError) throw error
    throw new FileError(`${path}: ${(error as Error).message}`)
  }
}

/** All numbers of everything that a run has, flat. */
async function whole64(session: Session, result: RunResult): Promise<Record<string, unknown>> {
  const read = async (cell: Cell, target: Target) => {
    const take = async (which: 'value' | 'gradient') =>
      Array.from((await session.readTensor({ runId: result.runId, target, which })).data)
    return {
      shape: cell.value.shape,
      value: await take('value'),
      gradient: cell.gradient ? await take('gradient') : null
    }
  }
  const nodes: Record<string, unknown> = {}
  for (const [id, outputs] of Object.entries(result.nodes)) {
    const shown: Record<string, unknown> = {}
    for (const [output, cell] of Object.entries(outputs)) shown[output] = await read(cell, { kind: 'node', id, output })
    nodes[id] = { outputs: shown }
  }
  const edges: Record<string, unknown> = {}
  for (const [id, cell] of Object.entries(result.edges)) edges[id] = await read(cell, { kind: 'edge', id })
  const parameters: Record<string, unknown> = {}
  for (const [name, cell] of Object.entries(result.parameters))
    parameters[name] = await read(cell, { kind: 'parameter', name })
  return { backend: result.backend.backend, objective: result.objective, nodes, edges, parameters }
}

const short = (summary: Cell['gradient']): string =>
  summary === null
    ? '–'
    : summary.shape.length === 0
      ? number(summary.values?.[0] ?? Number.NaN)
      : `${showShape(summary.shape)} norm ${number(summary.statistics.norm)}`

export async function runCommand(args: readonly string[]): Promise<number> {
  const { file, options } = readCall(
    args,
    {
      feed: { type: 'string', multiple: true },
      data: { type: 'string', multiple: true },
      backend: { type: 'string' },
      threads: { type: 'string' },
      dtype: { type: 'string' },
      seed: { type: 'string' },
      weights: { type: 'string' },
      json: { type: 'boolean' }
    },
    1
  )
  const dtype = oneOf(options, 'dtype', ['float32', 'float64'])
  const asked = backendOf(options)
  if (dtype === 'float64' && asked !== 'auto' && asked !== 'reference') {
    throw new UsageError(`--dtype float64 runs on the reference alone, not on ${asked}.`)
  }
  const seed = whole(options, 'seed', 0)
  const data = pairs(options, 'data')
  const feedFiles = pairs(options, 'feed')
  const document = seeded(openGraph(file), seed)
  const session = newSession(threadsOf(options))
  await provideData(session, document, data)
  if (typeof options.weights === 'string') await session.importWeights(document, readBytes(options.weights))
  const result = await session.run({
    document,
    revision: 0,
    backend: dtype === 'float64' ? 'reference' : asked,
    feeds: Object.fromEntries([...feedFiles].map(([name, path]) => [name, readFeed(path)]))
  })
  const errors = result.warnings.filter(isError)
  if (errors.length > 0) {
    printProblems(errors, options.json === true)
    return 1
  }
  if (options.json) printJson(await whole64(session, result))
  else {
    const rows = Object.entries(result.edges).map(([id, cell]) => [id, short(cell.value), short(cell.gradient)])
    print(`objective ${result.objective === null ? 'none' : number(result.objective)} on ${result.backend.backend}`)
    print(table([['edge', 'value', 'gradient'], ...rows]))
  }
  return 0
}
