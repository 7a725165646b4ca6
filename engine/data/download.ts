/**
 * Fetches MNIST from its public mirrors. Bytes are trusted only where the uncompressed file has the SHA-256 digest of
 * the original distribution, so that it does not matter who runs a mirror or how it compresses.
 */
import { gunzipSync } from 'fflate'
import { ProblemError, problem } from '../problem.ts'

export const MNIST_MIRRORS: readonly string[] = [
  'https://ossci-datasets.s3.amazonaws.com/mnist/',
  'https://storage.googleapis.com/cvdf-datasets/mnist/'
]

export interface RemoteFile {
  /** Name without `.gz`. */
  readonly name: string
  /** Bytes of the compressed file as published, to foretell the progress. */
  readonly size: number
  /** SHA-256 of the uncompressed file. */
  readonly sha256: string
  /** Bytes of the uncompressed file. */
  readonly unpacked: number
}

/** Sizes and digests of the original files. */
export const MNIST_REMOTE: readonly RemoteFile[] = [
  {
    name: 'train-images-idx3-ubyte',
    size: 9_912_422,
    sha256: 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
    unpacked: 47_040_016
  },
  {
    name: 'train-labels-idx1-ubyte',
    size: 28_881,
    sha256: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
    unpacked: 60_008
  },
  {
    name: 't10k-images-idx3-ubyte',
    size: 1_648_877,
    sha256: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
    unpacked: 7_840_016
  },
  {
    name: 't10k-labels-idx1-ubyte',
    size: 4_542,
    sha256: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
    unpacked: 10_008
  }
]

export interface DownloadOptions {
  /** Ends the download; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal
  /** Bytes that arrived and bytes to come, over all files; null would be "not known", which MNIST's sizes are. */
  readonly onProgress?: (done: number, total: number | null) => void
  /** Other addresses and files, for a mirror of one's own and for tests. */
  readonly mirrors?: readonly string[]
  readonly files?: readonly RemoteFile[]
}

export interface Downloaded {
  /** With `.gz` where the bytes are compressed. */
  readonly name: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/**
 * Fetches the files one after the other, each from the first mirror that delivers it whole.
 * @throws ProblemError data.download with each attempt and its reason, where no mirror delivers a file.
 */
export async function downloadMnist(fetchFn: typeof fetch, options: DownloadOptions = {}): Promise<Downloaded[]> {
  const files = options.files ?? MNIST_REMOTE
  const mirrors = options.mirrors ?? MNIST_MIRRORS
  const sizes = files.map((file) => file.size)
  let finished = 0
  const downloaded: Downloaded[] = []
  for (const [index, file] of files.entries()) {
    const report = (arrived: number, size: number | null) => {
      sizes[index] = Math.max(arrived, size ?? file.size)
      options.onProgress?.(
        finished + arrived,
        sizes.reduce((a, b) => a + b, 0)
      )
    }
    const result = await fromFirst(fetchFn, mirrors, file, options.signal, report)
    // A mirror may compress otherwise, or the browser may have unpacked: what came is what there was to come.
    report(result.bytes.length, result.bytes.length)
    finished += result.bytes.length
    downloaded.push(result)
  }
  return downloaded
}

type Report = (arrived: number, size: number | null) => void

async function fromFirst(
  fetchFn: typeof fetch,
  mirrors: readonly string[],
  file: RemoteFile,
  signal: AbortSignal | undefined,
  report: Report
): Promise<Downloaded> {
  const attempts: string[] = []
  for (const mirror of mirrors) {
    const url = `${mirror}${file.name}.gz`
    signal?.throwIfAborted()
    try {
      const response = await fetchFn(url, signal ? { signal } : {})
      if (!response.ok) throw new Error(`status ${response.status} ${response.statusText}`.trimEnd())
      const bytes = await body(response, file, report)
      const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b
      await verify(isGzip ? unpack(bytes, file) : bytes, file)
      return { name: isGzip ? `${file.name}.gz` : file.name, bytes }
    } catch (error) {
      // An abort is a wish, not a failure of the mirror.
      signal?.throwIfAborted()
      attempts.push(`${url}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  throw new ProblemError(problem('data.download', { file: file.name, attempts: `${attempts.join('; ')}.` }))
}

/** Reads a response; stops where it grows past any plausible size, before it fills the memory. */
async function body(response: Response, file: RemoteFile, report: Report): Promise<Uint8Array<ArrayBuffer>> {
  const announced = Number(response.headers.get('content-length'))
  const size = announced > 0 ? announced : null
  const limit = file.unpacked + 65_536
  const tooLarge = (n: number) => new Error(`${n} bytes came, more than the ${file.unpacked} of the file`)
  if (size !== null && size > limit) throw tooLarge(size)
  report(0, size)
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = response.body?.getReader()
  if (!reader) {
    const whole = new Uint8Array(await response.arrayBuffer())
    if (whole.length > limit) throw tooLarge(whole.length)
    return whole
  }
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    chunks.push(value)
    length += value.length
    if (length > limit) {
      await reader.cancel()
      throw tooLarge(length)
    }
    report(length, size)
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

/** The claimed size is checked first: fflate allocates it. The digest then says whether the content is right. */
function unpack(bytes: Uint8Array<ArrayBuffer>, file: RemoteFile): Uint8Array<ArrayBuffer> {
  const claimed = bytes.length < 18 ? 0 : new DataView(bytes.buffer).getUint32(bytes.length - 4, true)
  if (claimed !== file.unpacked) throw new Error(`unpacks to ${claimed} bytes, expected ${file.unpacked}`)
  return gunzipSync(bytes)
}

/** @throws Error that names both digests. */
async function verify(bytes: Uint8Array<ArrayBuffer>, file: RemoteFile): Promise<void> {
  const digest = new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', bytes))
  const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
  if (found !== file.sha256) throw new Error(`SHA-256 is ${found}, expected ${file.sha256}`)
}
