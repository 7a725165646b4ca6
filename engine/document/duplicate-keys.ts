/** JSON.parse keeps the last of two equal keys without a word; a file that says two things must not open as one. */

/** The first key that stands twice in one object, with its line; null where there is none. The text must be valid JSON. */
export function duplicateKey(json: string): { readonly key: string; readonly line: number } | null {
  const tokens = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}]/g
  const open: Set<string>[] = []
  for (let match = tokens.exec(json); match; match = tokens.exec(json)) {
    const [token, colon] = match
    if (token === '{') open.push(new Set())
    else if (token === '}') open.pop()
    else if (colon !== undefined) {
      const key = JSON.parse(token.slice(0, token.length - colon.length)) as string
      const keys = open.at(-1) as Set<string>
      if (keys.has(key)) return { key, line: json.slice(0, match.index).split('\n').length }
      keys.add(key)
    }
  }
  return null
}
