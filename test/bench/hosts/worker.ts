/** The engine's end in a page: a worker, as in the program. */
import type { Request } from './protocol.ts'
import { server } from './serve.ts'

const answer = server()
addEventListener('message', ({ data }: MessageEvent<Request>) => {
  void answer(data).then((value) => postMessage(value))
})
