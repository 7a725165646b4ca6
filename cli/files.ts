/** Files of the command line: read whole, with errors that name them. */
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readGraph } from '../engine/document/file.ts'
import type { GraphDocument } from '../engine/document/types.ts'
import { withDefaults } from '../engine/ops/attributes.ts'
import { opOf } from '../engine/ops/registry.ts'
import type { DataFile } from '../engine/session/protocol.ts'
import type { Session } from '../engine/session/session.ts'

/** A file that cannot be read or written: exit status 1, without a stack. */
export class FileError extends Error {}

export function readBytes(path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path))
  } catch (error) {
    throw new FileError(`${path} cannot be read: ${(error as Error).message}`)
  }
}

export const openGraph = (path: string): GraphDocument => readGraph(readBytes(path)).document

/** Refuses, before hours of work, a path that could not take its result. */
export function checkWritable(path: string): void {
  const folder = dirname(path)
  if (!isFolder(folder)) throw new FileError(`${path} cannot be written: there is no folder ${folder}`)
  if (path.endsWith('/') || isFolder(path)) throw new FileError(`${path} cannot be written: it is a folder`)
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

/** Whole or not at all: a neighbour file takes the name when it is complete. */
export function writeWhole(path: string, bytes: Uint8Array): void {
  const beside = `${path}.${process.pid}.tmp`
  try {
    writeFileSync(beside, bytes, { flush: true })
    renameSync(beside, path)
  } catch (error) {
    try {
      rmSync(beside, { force: true })
    } catch {
      // the folder is gone, and the file with it: the first error says why
    }
    throw new FileError(`${path} cannot be written: ${(error as Error).message}`)
  }
}

function filesIn(folder: string): DataFile[] {
  try {
    return readdirSync(folder)
      .filter((name) => /ubyte|idx|\.csv/.test(name) && statSync(join(folder, name)).isFile())
      .map((name) => ({ name, bytes: readBytes(join(folder, name)) }))
  } catch (error) {
    throw new FileError(`The data folder ${folder} cannot be read: ${(error as Error).message}`)
  }
}

/** Data sets that need files: from --data, else from the folder that CHAINRULE_DATA names. */
export async function provideData(
  session: Session,
  document: GraphDocument,
  given: ReadonlyMap<string, string>
): Promise<void> {
  const op = opOf('Dataset') as NonNullable<ReturnType<typeof opOf>>
  const wanted = new Set(
    document.nodes.filter((n) => n.op === 'Dataset').map((n) => withDefaults(op, n.attributes).source as string)
  )
  const home = process.env.CHAINRULE_DATA
  for (const name of new Set([...given.keys(), ...wanted])) {
    const folder = given.get(name) ?? (name === 'mnist' && home ? join(home, name) : null)
    if (folder) await session.provideData(name, filesIn(folder))
  }
}
