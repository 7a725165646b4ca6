import { createHash } from 'node:crypto'
import { gzipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { downloadMnist, MNIST_MIRRORS, MNIST_REMOTE, type RemoteFile } from '../../engine/data/download.ts'
import { mnistFromFiles } from '../../engine/data/mnist.ts'
import { ProblemError } from '../../engine/problem.ts'
import { genuineMnist, syntheticMnist } from './fixtures.ts'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const originals = syntheticMnist()
const packed = new Map(originals.map((file) => [`${file.name}.gz`, gzipSync(file.bytes)]))
const files: RemoteFile[] = originals.map(({ name, bytes }) => ({
  name,
  size: 1000,
  sha256: sha256(bytes),
  unpacked: bytes.length
}))
const mirrors = ['https://one.example/', 'https://two.example/']

/** A web of the two mirrors; `answer` may give another response for an address. */
function web(answer: (url: string) => Response | null = () => null) {
  const asked: string[] = []
  const fetchFn = (async (input: string) => {
    asked.push(input)
    const bytes = packed.get(input.replace(/^.*\//, ''))
    return answer(input) ?? new Response(bytes ?? null, { headers: { 'content-length': String(bytes?.length) } })
  }) as unknown as typeof fetch
  return { asked, fetchFn }
}

const failure = async (promise: Promise<unknown>): Promise<ProblemError> => {
  const error = await promise.then(
    () => null,
    (e: unknown) => e
  )
  expect(error).toBeInstanceOf(ProblemError)
  return error as ProblemError
}

describe('downloadMnist', () => {
  test('fetches the four files from the first mirror', async () => {
    const { asked, fetchFn } = web()
    const result = await downloadMnist(fetchFn, { files, mirrors })
    expect(asked).toEqual(originals.map((f) => `https://one.example/${f.name}.gz`))
    expect(result.map((f) => f.name)).toEqual(originals.map((f) => `${f.name}.gz`))
    expect(mnistFromFiles(result, { flatten: true, oneHot: true }).train.rows).toBe(25)
  })

  test('progress only grows and ends at the total', async () => {
    const calls: [number, number | null][] = []
    await downloadMnist(web().fetchFn, { files, mirrors, onProgress: (done, total) => calls.push([done, total]) })
    const done = calls.map(([d]) => d)
    expect(done).toEqual([...done].sort((a, b) => a - b))
    const bytes = [...packed.values()].reduce((sum, b) => sum + b.length, 0)
    expect(calls.at(-1)).toEqual([bytes, bytes])
    expect(calls.every(([d, total]) => total !== null && d <= total)).toBe(true)
  })

  test('goes on to the next mirror where a file has another digest, a status or no connection', async () => {
    const forged = originals[1]!.bytes.slice()
    forged[10] = 9
    const { asked, fetchFn } = web((url) => {
      if (url === 'https://one.example/train-images-idx3-ubyte.gz') return new Response('gone', { status: 404 })
      if (url === 'https://one.example/train-labels-idx1-ubyte.gz') return new Response(gzipSync(forged))
      if (url.startsWith('https://one.example/t10k')) throw new TypeError('fetch failed')
      return null
    })
    const result = await downloadMnist(fetchFn, { files, mirrors })
    expect(result.length).toBe(4)
    expect(asked.length).toBe(8)
  })

  test('lists every attempt, with both digests', async () => {
    const forged = originals[0]!.bytes.slice()
    forged[20] = 200
    const { fetchFn } = web((url) =>
      url.startsWith('https://one')
        ? new Response(gzipSync(forged))
        : new Response(null, { status: 503, statusText: 'Busy' })
    )
    const { problem } = await failure(downloadMnist(fetchFn, { files, mirrors }))
    expect(problem.code).toBe('data.download')
    expect(problem.message).toBe(
      'No mirror delivered train-images-idx3-ubyte. ' +
        `https://one.example/train-images-idx3-ubyte.gz: SHA-256 is ${sha256(forged)}, expected ${files[0]!.sha256}; ` +
        'https://two.example/train-images-idx3-ubyte.gz: status 503 Busy.'
    )
  })

  test('takes bytes that were unpacked on the way, and names them so', async () => {
    const { fetchFn } = web((url) => {
      const file = originals.find((f) => url.endsWith(`/${f.name}.gz`))
      return new Response(file!.bytes.slice())
    })
    const result = await downloadMnist(fetchFn, { files, mirrors })
    expect(result.map((f) => f.name)).toEqual(originals.map((f) => f.name))
  })

  test('refuses damaged gzip and what grows past any plausible size', async () => {
    const cut = [...packed.values()][0]!.subarray(0, 60)
    const first = await failure(downloadMnist(web(() => new Response(cut.slice())).fetchFn, { files, mirrors }))
    expect(first.problem.message).toMatch(/unpacks to \d+ bytes, expected 19616/)
    const flood = () => new Response(new Uint8Array(200_000))
    const second = await failure(downloadMnist(web(flood).fetchFn, { files, mirrors }))
    expect(second.problem.message).toContain('200000 bytes came, more than the 19616 of the file')
  })

  test('stops at once when aborted, with the reason of the signal', async () => {
    const control = new AbortController()
    const { asked, fetchFn } = web(() => {
      control.abort()
      throw new DOMException('stopped', 'AbortError')
    })
    const promise = downloadMnist(fetchFn, { files, mirrors, signal: control.signal })
    await expect(promise).rejects.toMatchObject({ name: 'AbortError' })
    expect(asked.length).toBe(1)
  })

  test('an abort at the last mirror is no failed download', async () => {
    const control = new AbortController()
    const { fetchFn } = web(() => {
      control.abort()
      throw new TypeError('fetch failed')
    })
    const promise = downloadMnist(fetchFn, { files, mirrors: mirrors.slice(0, 1), signal: control.signal })
    await expect(promise).rejects.toMatchObject({ name: 'AbortError' })
  })

  test('the digests written down are those of the genuine files', async () => {
    expect(MNIST_MIRRORS.every((mirror) => /^https:\/\/.*\/$/.test(mirror))).toBe(true)
    expect(MNIST_REMOTE.every((file) => /^[0-9a-f]{64}$/.test(file.sha256))).toBe(true)
    const genuine = genuineMnist()
    if (!genuine) return
    const byName = new Map(genuine.map((f) => [f.name, f.bytes]))
    const fetchFn = (async (url: string) =>
      new Response(byName.get(url.replace(/^.*\//, '')) as Uint8Array<ArrayBuffer>)) as unknown as typeof fetch
    expect((await downloadMnist(fetchFn)).length).toBe(4)
  })
})
