/** A name that every file system takes, without an ending. */
export const fileNameOf = (name: string): string =>
  `${
    [...name]
      .filter((c) => c >= ' ' && !'<>:"/\\|?*'.includes(c))
      .join('')
      .trim()
      .replace(/\.+$/, '')
      .slice(0, 80) || 'graph'
  }`
