/** Reads any CSS colour inside of `host`, as a canvas or a file needs it; each once. */
export function colourReader(host: Element): (colour: string) => string {
  const known = new Map<string, string>()
  return (colour) => {
    const seen = known.get(colour)
    if (seen) return seen
    const probe = document.createElement('span')
    probe.style.color = colour
    host.append(probe)
    const read = getComputedStyle(probe).color
    probe.remove()
    known.set(colour, read)
    return read
  }
}
