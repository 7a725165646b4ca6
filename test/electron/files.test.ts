import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeEach, expect, test, vi } from 'vitest'
import { fileArgument, openFile, readDataFolder, saveFile } from '../../electron/files.ts'
import { wordsFor } from '../../electron/words.ts'
import { removeFolders, temporaryFolder } from '../temporary.ts'

afterAll(removeFolders)

/** A folder that may be written but not listed; root may list any, so it is played. */
const folders = vi.hoisted(() => ({ closed: false, asked: 0 }))
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>()
  const open: typeof real.open = (path, flags, mode) => {
    if (flags !== 'r' || !folders.closed) return real.open(path, flags, mode)
    folders.asked++
    return Promise.reject(Object.assign(new Error('EACCES: permission denied, open'), { code: 'EACCES' }))
  }
  return { ...real, open }
})

const words = wordsFor('en')
const bytes = (text: string) => new TextEncoder().encode(text)
const posix = process.platform !== 'win32'

let folder: string
beforeEach(() => {
  Object.assign(folders, { closed: false, asked: 0 })
  folder = temporaryFolder('files')
})

test('a save makes the file, and a second one replaces it with its mode kept', async () => {
  const path = join(folder, 'a.json')
  expect(await saveFile(path, bytes('one'), words)).toEqual({ path, name: 'a.json' })
  chmodSync(path, 0o600)
  const before = statSync(path).ino
  await saveFile(path, bytes('two'), words)
  expect(readFileSync(path, 'utf8')).toBe('two')
  if (posix) {
    expect(statSync(path).mode & 0o777).toBe(0o600)
    // another file took its place: whoever reads the old one reads it whole
    expect(statSync(path).ino).not.toBe(before)
  }
  expect(readdirSync(folder)).toEqual(['a.json'])
})

test.runIf(posix)('a link stays a link, and what it points at is replaced', async () => {
  const target = join(folder, 'target.json')
  const link = join(folder, 'link.json')
  writeFileSync(target, 'one')
  symlinkSync(target, link)
  await saveFile(link, bytes('two'), words)
  expect(lstatSync(link).isSymbolicLink()).toBe(true)
  expect(readFileSync(target, 'utf8')).toBe('two')
})

test.runIf(posix)('a folder that cannot be synced after the rename does not make the save fail', async () => {
  const path = join(folder, 'a.json')
  writeFileSync(path, 'one')
  folders.closed = true
  expect(await saveFile(path, bytes('two'), words)).toEqual({ path, name: 'a.json' })
  expect(folders.asked).toBe(1)
  expect(readFileSync(path, 'utf8')).toBe('two')
  expect(readdirSync(folder)).toEqual(['a.json'])
})

test('a write that fails in the middle leaves the old file and no other', async () => {
  const path = join(folder, 'a.json')
  writeFileSync(path, 'old')
  // a length that cannot be written: the temporary file is open by then
  const unwritable = { length: 3 } as unknown as Uint8Array
  await expect(saveFile(path, unwritable, words)).rejects.toThrow(/“a.json” could not be saved in .* is unchanged/)
  expect(readFileSync(path, 'utf8')).toBe('old')
  expect(readdirSync(folder)).toEqual(['a.json'])
})

test('a folder, a missing folder and a read-only file are refused in words', async () => {
  mkdirSync(join(folder, 'sub'))
  await expect(saveFile(join(folder, 'sub'), bytes('x'), words)).rejects.toThrow('a folder or a device')
  await expect(saveFile(join(folder, 'no/a.json'), bytes('x'), words)).rejects.toThrow('the folder does not exist')
  const path = join(folder, 'locked.json')
  writeFileSync(path, 'old')
  chmodSync(path, 0o444)
  // root may write to a read-only file
  if (posix && process.getuid?.() !== 0) {
    await expect(saveFile(path, bytes('x'), words)).rejects.toThrow('read-only')
    expect(readFileSync(path, 'utf8')).toBe('old')
  }
})

test('opening says what is wrong with a path', async () => {
  await expect(openFile(join(folder, 'no.json'), words)).rejects.toThrow('there is no such file')
  await expect(openFile(folder, words)).rejects.toThrow('a folder or a device')
  writeFileSync(join(folder, 'big.json'), 'x'.repeat(2_000_001))
  await expect(openFile(join(folder, 'big.json'), words, 1_000_000)).rejects.toThrow('it has 3 MB; at most 1 MB')
  await expect(openFile(join(folder, 'no.json'), wordsFor('ko-KR'))).rejects.toThrow('그런 파일이 없습니다')
})

test('a data folder gives its data files, in order, and nothing else', async () => {
  for (const name of ['t10k-labels-idx1-ubyte', 'a.csv', 'b.GZ', 'photo.png']) writeFileSync(join(folder, name), name)
  mkdirSync(join(folder, 'sub.csv'))
  const { files } = await readDataFolder(folder, words)
  expect(files.map(({ name }) => name)).toEqual(['a.csv', 'b.GZ', 't10k-labels-idx1-ubyte'])
  expect(new TextDecoder().decode(files[0]?.bytes)).toBe('a.csv')
})

test('an empty data folder and a too big one are refused in words', async () => {
  await expect(readDataFolder(folder, words)).rejects.toThrow(`The folder ${folder} holds no data set`)
  for (const name of ['a.csv', 'b.csv']) writeFileSync(join(folder, name), 'x'.repeat(600_000))
  await expect(readDataFolder(folder, words, 1_000_000)).rejects.toThrow('have 2 MB together; at most 1 MB')
})

test('the command line names the last graph file, relative to where it was called', () => {
  expect(fileArgument(['.', '--flag', 'a.chainrule.json', '--x=b.json'], '/home/me')).toBe(
    resolve('/home/me', 'a.chainrule.json')
  )
  expect(fileArgument(['/tmp/x.json'], '/home/me')).toBe(resolve('/tmp/x.json'))
  expect(fileArgument(['.', '--inspect=0'], '/home/me')).toBeNull()
})
