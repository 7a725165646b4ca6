/** A larger graph file is refused before it is read. */
export const FILE_LIMIT = 64 * 1024 * 1024

/** Weights have a limit of their own: a network's tensors as text are far longer than its graph. */
export const WEIGHTS_LIMIT = 512 * 1024 * 1024

export class TooLarge extends Error {
  readonly bytes: number
  constructor(bytes: number) {
    super(`${bytes} bytes`)
    this.bytes = bytes
  }
}
