/** What stands behind a command: options and files, refused in words. */
import { parseArgs } from 'node:util'
import { BACKENDS, type BackendChoice } from '../engine/session/protocol.ts'

/** The call itself was wrong: exit status 2. */
export class UsageError extends Error {}

export interface OptionSpec {
  readonly type: 'string' | 'boolean'
  readonly multiple?: boolean
}

export type Options = Readonly<Record<string, string | boolean | readonly string[] | undefined>>

export interface Call {
  readonly file: string
  readonly options: Options
}

/** @param files how many files stand without an option's name: 0 or 1 */
export function readCall(args: readonly string[], spec: Readonly<Record<string, OptionSpec>>, files: 0 | 1): Call {
  let parsed: ReturnType<typeof parseArgs>
  try {
    parsed = parseArgs({ args: [...args], options: spec, allowPositionals: true, strict: true })
  } catch (error) {
    throw new UsageError((error as Error).message.split('. To specify')[0])
  }
  const { positionals, values } = parsed
  if (positionals.length < files) throw new UsageError('Name a graph file.')
  if (positionals.length > files) throw new UsageError(`"${positionals[files]}" is one file too many.`)
  return { file: positionals[0] ?? '', options: values as Options }
}

export const text = (options: Options, name: string): string | undefined => options[name] as string | undefined
export const list = (options: Options, name: string): readonly string[] =>
  (options[name] as readonly string[] | undefined) ?? []

export function whole(
  options: Options,
  name: string,
  least: number,
  most = Number.MAX_SAFE_INTEGER
): number | undefined {
  const given = text(options, name)
  if (given === undefined) return undefined
  const value = Number(given)
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    const range = most < Number.MAX_SAFE_INTEGER ? `from ${least} to ${most}` : `of at least ${least}`
    throw new UsageError(`--${name} takes a whole number ${range}, not "${given}".`)
  }
  return value
}

/** More than any desktop has, and fewer than a job can be shared out to (see `runtime/wasm/threads/control.ts`). */
const MOST_THREADS = 64

export const threadsOf = (options: Options): number | undefined => whole(options, 'threads', 1, MOST_THREADS)

export function positive(options: Options, name: string): number | undefined {
  const given = text(options, name)
  if (given === undefined) return undefined
  const value = Number(given)
  if (!(value > 0 && value < Number.POSITIVE_INFINITY)) {
    throw new UsageError(`--${name} takes a number above 0, not "${given}".`)
  }
  return value
}

export function oneOf<T extends string>(options: Options, name: string, choices: readonly T[]): T | undefined {
  const given = text(options, name)
  if (given !== undefined && !choices.includes(given as T)) {
    throw new UsageError(`--${name} takes ${choices.join(', ')}, not "${given}".`)
  }
  return given as T | undefined
}

export const backendOf = (options: Options): BackendChoice => oneOf(options, 'backend', ['auto', ...BACKENDS]) ?? 'auto'

/** NAME=PATH pairs. */
export function pairs(options: Options, name: string): Map<string, string> {
  return new Map(
    list(options, name).map((pair) => {
      const at = pair.indexOf('=')
      if (at < 1 || at === pair.length - 1) throw new UsageError(`--${name} takes NAME=PATH, not "${pair}".`)
      return [pair.slice(0, at), pair.slice(at + 1)]
    })
  )
}
