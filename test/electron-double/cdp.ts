/** The smallest client of the Chrome DevTools Protocol that a window needs: flat sessions over Node's own WebSocket. */
export type Params = Record<string, unknown>

interface Pending {
  done(value: never): void
  fail(error: Error): void
}

export class Cdp {
  #socket: WebSocket
  #lastId = 0
  #pending = new Map<number, Pending>()
  #listeners = new Map<string, ((params: never) => void)[]>()

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.onmessage = (message) => this.#receive(JSON.parse(String(message.data)))
    socket.onclose = () => {
      for (const pending of this.#pending.values()) pending.fail(new Error('the browser closed'))
    }
  }

  static connect(url: string): Promise<Cdp> {
    return new Promise((done, fail) => {
      const socket = new WebSocket(url)
      socket.onopen = () => done(new Cdp(socket))
      socket.onerror = () => fail(new Error(`cannot connect to ${url}`))
    })
  }

  #receive(message: { id?: number; error?: Error; result: never; method: string; params: never; sessionId?: string }) {
    const pending = message.id === undefined ? undefined : this.#pending.get(message.id)
    if (!pending) {
      const listeners = this.#listeners.get(`${message.sessionId ?? ''}:${message.method}`) ?? []
      for (const listener of listeners) listener(message.params)
      return
    }
    this.#pending.delete(message.id as number)
    if (message.error) pending.fail(new Error(message.error.message))
    else pending.done(message.result)
  }

  send<T = Params>(method: string, params: Params = {}, sessionId?: string): Promise<T> {
    const id = ++this.#lastId
    return new Promise((done, fail) => {
      this.#pending.set(id, { done, fail })
      this.#socket.send(JSON.stringify({ id, method, params, sessionId }))
    })
  }

  on<T>(sessionId: string, method: string, listener: (params: T) => void): void {
    const key = `${sessionId}:${method}`
    this.#listeners.set(key, [...(this.#listeners.get(key) ?? []), listener])
  }
}
