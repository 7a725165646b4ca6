/** Helpers of the browser's file pickers. */

/** Null for a picker that was closed without a choice. */
export function cancelled(error: unknown): null {
  if (error instanceof DOMException && error.name === 'AbortError') return null
  throw error
}

/** A file input that is clicked for the person. */
interface Wanted {
  readonly accept?: string
  readonly multiple?: boolean
  readonly webkitdirectory?: boolean
}

export function chooseFiles(wanted: Wanted): Promise<File[]> {
  const input = Object.assign(document.createElement('input'), { type: 'file', ...wanted })
  return new Promise((done) => {
    input.onchange = () => done([...(input.files ?? [])])
    input.oncancel = () => done([])
    input.click()
  })
}
