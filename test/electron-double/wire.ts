/**
 * What structured clone carries over Electron's IPC, as JSON. `codec` runs on both sides: here, and in the page, where
 * its source text is put before the page's own scripts. So it refers to nothing outside itself.
 */
export function codec() {
  const TAG = '\u0000t'

  const encode = (v: any): any => {
    if (v === undefined) return { [TAG]: 'undefined' }
    if (typeof v === 'bigint') return { [TAG]: 'bigint', v: String(v) }
    if (typeof v === 'number' && !Number.isFinite(v)) return { [TAG]: 'number', v: String(v) }
    if (v === null || typeof v !== 'object') return v
    if (v instanceof Date) return { [TAG]: 'date', v: v.getTime() }
    if (v instanceof Error) return { [TAG]: 'error', v: { name: v.name, message: v.message } }
    if (v instanceof Map) return { [TAG]: 'map', v: [...v].map(encode) }
    if (v instanceof Set) return { [TAG]: 'set', v: [...v].map(encode) }
    if (v instanceof ArrayBuffer || ArrayBuffer.isView(v)) return encodeBytes(v)
    if (Array.isArray(v)) return v.map(encode)
    return Object.fromEntries(Object.entries(v).map(([key, x]) => [key, encode(x)]))
  }

  const encodeBytes = (v: ArrayBuffer | ArrayBufferView) => {
    const bytes = v instanceof ArrayBuffer ? new Uint8Array(v) : new Uint8Array(v.buffer, v.byteOffset, v.byteLength)
    let text = ''
    for (const byte of bytes) text += String.fromCharCode(byte)
    const kind = v.constructor.name
    return { [TAG]: 'bytes', kind: kind === 'Buffer' ? 'Uint8Array' : kind, v: btoa(text) }
  }

  const decodeBytes = (v: { kind: string; v: string }) => {
    const { buffer } = Uint8Array.from(atob(v.v), (character) => character.charCodeAt(0))
    return v.kind === 'ArrayBuffer' ? buffer : new (globalThis as any)[v.kind](buffer)
  }

  const decode = (v: any): any => {
    if (v === null || typeof v !== 'object') return v
    if (Array.isArray(v)) return v.map(decode)
    switch (v[TAG]) {
      case 'undefined':
        return undefined
      case 'bigint':
        return BigInt(v.v)
      case 'number':
        return Number(v.v)
      case 'date':
        return new Date(v.v)
      case 'error':
        return Object.assign(new Error(v.v.message), { name: v.v.name })
      case 'map':
        return new Map(v.v.map(decode))
      case 'set':
        return new Set(v.v.map(decode))
      case 'bytes':
        return decodeBytes(v)
    }
    return Object.fromEntries(Object.entries(v).map(([key, x]) => [key, decode(x)]))
  }

  return { encode, decode }
}
