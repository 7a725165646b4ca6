/** Gzip (RFC 1952) in, bytes out, checked. */
import { gunzipSync } from 'fflate'
import { fail } from '../problem.ts'

/** Deflate shrinks by no more than this (1032 to 1): what claims more is damaged, and its size must not be believed. */
const MAX_RATIO = 1032

export const isGzip = (bytes: Uint8Array): boolean => bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let c = byte
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb8_8320 ^ (c >>> 1) : c >>> 1
  return c >>> 0
})

/** CRC-32 as of RFC 1952, section 8. */
export function crc32(bytes: Uint8Array): number {
  let c = -1
  for (let i = 0; i < bytes.length; i++) c = (crcTable[(c ^ (bytes[i] as number)) & 0xff] as number) ^ (c >>> 8)
  return ~c >>> 0
}

/**
 * The uncompressed bytes of a gzip file of one member; other bytes come back as they are, not copied.
 * @throws ProblemError data.gzip for a damaged or shortened file: fflate checks neither length nor CRC, so we do.
 */
export function gunzip(file: { readonly name: string; readonly bytes: Uint8Array }): Uint8Array {
  const { name, bytes } = file
  if (!isGzip(bytes)) return bytes
  if (bytes.length < 18) return fail('data.gzip', { file: name, detail: `it ends after ${bytes.length} bytes` })
  const trailer = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 8, 8)
  const [crc, size] = [trailer.getUint32(0, true), trailer.getUint32(4, true)]
  if (size > bytes.length * MAX_RATIO) {
    return fail('data.gzip', { file: name, detail: `${bytes.length} bytes cannot hold the ${size} it claims` })
  }
  let out: Uint8Array
  try {
    out = gunzipSync(bytes)
  } catch (error) {
    return fail('data.gzip', { file: name, detail: error instanceof Error ? error.message : String(error) })
  }
  const found = crc32(out)
  if (out.length !== size || found !== crc) {
    const hex = (n: number) => n.toString(16).padStart(8, '0')
    return fail('data.gzip', {
      file: name,
      detail: `CRC-32 ${hex(found)} of ${out.length} bytes, expected ${hex(crc)} of ${size}`
    })
  }
  return out
}
