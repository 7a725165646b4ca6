/** What the parts of the double share: the browser that is its screen, and the server that stands for its protocols. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { deserialize, serialize } from 'node:v8'
import { AS_ROOT, QUIET } from '../../scripts/chromium.mjs'
import { Cdp } from './cdp.ts'

export interface Environment {
  appDir: string
  pkg: { name: string; productName?: string; version: string }
  profile: string
  chromium: string
  /** The switches of the command line, without dashes. */
  switches: Map<string, string>
  headless: boolean
}

export type ProtocolHandler = (request: Request) => Response | Promise<Response>

interface Host {
  env: Environment
  cdp: Cdp
  browser: ChildProcess
  server: Server
  protocols: Map<string, ProtocolHandler>
}
/** Filled by `startHost`, before the app's own code runs. */
export const host = { protocols: new Map() } as Host

/** Throws "could not be cloned", as Electron's IPC does. */
export const clone = <T>(value: T): T => deserialize(serialize(value))
export const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

/** What is not implemented throws by name: the double never pretends. */
export function strict<T extends object>(name: string, object: T): T {
  return new Proxy(object, {
    get(target, key) {
      const known = key in target || typeof key === 'symbol' || ['then', 'toJSON', 'constructor'].includes(String(key))
      if (known) return Reflect.get(target, key, target)
      throw new Error(`electron double: ${name}.${String(key)} is not implemented`)
    }
  })
}

export interface Preventable {
  defaultPrevented: boolean
  preventDefault(): void
}

export function preventable<T extends object>(fields: T = {} as T): T & Preventable {
  return {
    ...fields,
    defaultPrevented: false,
    preventDefault() {
      this.defaultPrevented = true
    }
  }
}

/** A custom protocol becomes `http://<host>.<scheme>.localhost`: a secure context with an origin of its own, as there. */
export function toHttp(url: string): string {
  const { protocol, host: name, pathname, search, hash } = new URL(url)
  const scheme = protocol.slice(0, -1)
  if (!host.protocols.has(scheme)) return url
  const { port } = host.server.address() as AddressInfo
  return `http://${name}.${scheme}.localhost:${port}${pathname}${search}${hash}`
}

export const fromHttp = (url: string) => url.replace(/^http:\/\/([^./]+)\.([^./]+)\.localhost:\d+/, '$2://$1')

function listen(): Promise<Server> {
  const server = createServer(async (request, response) => {
    const [, name, scheme] = /^([^.]+)\.([^.]+)\.localhost/.exec(request.headers.host ?? '') ?? []
    try {
      const handler = host.protocols.get(scheme ?? '')
      if (!handler) throw new Error(`no protocol handler for ${request.headers.host}`)
      const headers = request.headers as Record<string, string>
      const url = `${scheme}://${name}${request.url}`
      const answer = await handler(new Request(url, { method: request.method ?? 'GET', headers }))
      response.writeHead(answer.status, Object.fromEntries(answer.headers))
      if (answer.body) Readable.fromWeb(answer.body as never).pipe(response)
      else response.end()
    } catch (error) {
      response.writeHead(500).end(messageOf(error))
    }
  })
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)))
}

/** Starts Chromium and answers the address of its debugger. */
export async function startHost(env: Environment): Promise<string> {
  host.env = env
  host.server = await listen()
  const flags = [
    '--remote-debugging-port=0',
    `--user-data-dir=${env.profile}/chromium`,
    '--no-startup-window',
    ...QUIET,
    '--disable-features=HttpsUpgrades,Translate',
    '--enable-unsafe-swiftshader',
    ...(env.headless ? ['--headless=new'] : []),
    ...AS_ROOT
  ]
  const browser = spawn(env.chromium, flags, { stdio: ['ignore', 'ignore', 'pipe'] })
  host.browser = browser
  const url = await new Promise<string>((done, fail) => {
    browser.once('exit', (code) => fail(new Error(`Chromium exited with ${code}`)))
    createInterface(browser.stderr).on('line', (line) => {
      const address = /^DevTools listening on (ws:.*)$/.exec(line)?.[1]
      if (address) done(address)
      else if (process.env.DEBUG_DOUBLE) console.error(line)
    })
  })
  host.cdp = await Cdp.connect(url)
  browser.once('exit', () => process.exit(0))
  process.once('exit', () => browser.kill('SIGKILL'))
  return url
}
