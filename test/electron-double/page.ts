import type { codec } from './wire.ts'

/**
 * What a sandboxed preload gets, then the built preload itself. The source text of this function runs in the page
 * before the page's own scripts, so it refers to nothing outside itself.
 */
export function pageHost(
  wire: ReturnType<typeof codec>,
  preload: ((...args: unknown[]) => void) | null,
  versions: object
) {
  if (window !== window.top) return // Electron runs preloads in the main frame only
  const w = window as any
  const raw = w.__electronDouble as (message: string) => void
  delete w.__electronDouble
  const post = (message: object) => raw(JSON.stringify(message))
  const pending = new Map<number, { done: (v: unknown) => void; fail: (e: Error) => void }>()
  const listeners = new Map<string, Set<(...args: any[]) => void>>()
  let lastId = 0

  const on = (channel: string, listener: any) => {
    listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener))
    return ipcRenderer
  }
  const off = (channel: string, listener: any) => {
    listeners.get(channel)?.delete(listener)
    return ipcRenderer
  }
  const ipcRenderer: any = {
    on,
    off,
    async invoke(channel: string, ...args: unknown[]) {
      const payload = wire.encode(structuredClone(args)) // throws DataCloneError, as Electron does
      return new Promise((done, fail) => {
        pending.set(++lastId, { done, fail })
        post({ kind: 'invoke', id: lastId, channel, args: payload })
      })
    },
    send: (channel: string, ...args: unknown[]) =>
      post({ kind: 'send', channel, args: wire.encode(structuredClone(args)) })
  }

  Object.defineProperty(w, '__electronDoubleIn', {
    value(message: any) {
      if (message.kind === 'reply') {
        const call = pending.get(message.id)
        pending.delete(message.id)
        if (message.error === undefined) call?.done(wire.decode(message.value))
        else call?.fail(new Error(message.error))
        return
      }
      const args = wire.decode(message.args)
      for (const listener of [...(listeners.get(message.channel) ?? [])]) listener({ sender: ipcRenderer }, ...args)
    }
  })

  /** What crosses the context bridge is copied; functions become proxies. */
  const bridge = (v: any): any => {
    if (typeof v === 'symbol') throw new Error('contextBridge: a symbol cannot cross')
    if (typeof v === 'function') return (...args: any[]) => bridge(v(...args.map(bridge)))
    if (v === null || typeof v !== 'object') return v
    if (v instanceof Promise) {
      return v.then(bridge, (e) => {
        throw new Error(e?.message ?? String(e))
      })
    }
    if (Array.isArray(v)) return v.map(bridge)
    if (Object.getPrototypeOf(v) !== Object.prototype) return v instanceof Node ? v : structuredClone(v)
    return Object.freeze(Object.fromEntries(Object.entries(v).map(([key, x]) => [key, bridge(x)])))
  }
  const contextBridge = {
    exposeInMainWorld(key: string, api: unknown) {
      if (key in w) throw new Error('Cannot bind an API on top of an existing property on the window object')
      Object.defineProperty(w, key, { value: bridge(api), enumerable: true })
    }
  }

  const strict = (name: string, object: any) =>
    new Proxy(object, {
      get(target, key) {
        if (key in target || typeof key === 'symbol' || key === '__esModule' || key === 'default') return target[key]
        throw new Error(`electron double: ${name}.${String(key)} is not implemented`)
      }
    })
  const electron = strict('the preload of a sandboxed window', {
    contextBridge,
    ipcRenderer: strict('ipcRenderer', ipcRenderer)
  })
  const require = (name: string) => {
    if (name === 'electron' || name === 'electron/renderer') return electron
    throw new Error(`module not found: ${name} (a sandboxed preload may only require electron, events, timers, url)`)
  }

  const open = (url?: string | URL) => {
    post({ kind: 'open', url: new URL(String(url ?? 'about:blank'), location.href).href })
    return null
  }
  Object.defineProperty(w, 'open', { value: open, writable: true, configurable: true })
  document.addEventListener(
    'click',
    (event) => {
      const link = (event.target as Element)?.closest?.('a[target=_blank]') as HTMLAnchorElement | null
      if (!link) return
      event.preventDefault()
      open(link.href)
    },
    true
  )

  try {
    const process = { platform: 'linux', type: 'renderer', sandboxed: true, contextIsolated: true, versions, env: {} }
    preload?.(require, { exports: {} }, {}, process)
  } catch (error) {
    post({ kind: 'preload-error', message: String((error as Error)?.stack ?? error) })
  }
}
