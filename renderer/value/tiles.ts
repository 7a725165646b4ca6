/** Pictures side by side in one table of cells, with a line of nothing between them. */
import type { Pictures } from './images.ts'

export interface Grid {
  readonly picture: Pictures
  /** Each tile shows all channels in one; else each channel has a tile of its own. */
  readonly merged: boolean
  /** Tiles in a row, and in all. */
  readonly across: number
  readonly count: number
  /** Cells, lines between tiles included. */
  readonly width: number
  readonly height: number
  /** Screen pixels of a cell. */
  readonly scale: number
}

const ROOM = { width: 560, height: 380 }
const LARGEST = 12
/** So many are looked at together, where they have room at a smaller size. */
const MANY = 32

/** How many tiles a tensor has. */
export const tilesOf = ({ count, channels }: Pictures, merged: boolean): number => count * (merged ? 1 : channels)

/** The largest size at which all tiles, or many, have room. */
export function planOf(picture: Pictures, tiles: number): Grid {
  const { rows, columns, count } = picture
  const fits = (room: number, size: number, scale: number) => Math.floor((room / scale + 1) / (size + 1))
  for (let scale = LARGEST; ; scale--) {
    const small = scale <= 1
    const at = small ? Math.min(1, ROOM.width / columns, ROOM.height / rows) : scale
    const across = Math.max(1, Math.min(tiles, fits(ROOM.width, columns, at)))
    const down = Math.max(1, Math.min(Math.ceil(tiles / across), fits(ROOM.height, rows, at)))
    if (!small && across * down < Math.min(tiles, MANY)) continue
    return {
      picture,
      merged: tiles === count && picture.channels > 1,
      across,
      count: Math.min(tiles, across * down),
      width: across * (columns + 1) - 1,
      height: down * (rows + 1) - 1,
      scale: at
    }
  }
}

/** Where in the tensor a cell's number is; null between tiles and behind the last. @param from first tile on screen */
export function placeOf({ picture, merged, across, count, width }: Grid, cell: number, from: number): number | null {
  const { rows, columns, channels, strides } = picture
  const [x, y] = [cell % width, Math.floor(cell / width)]
  const [column, row] = [x % (columns + 1), y % (rows + 1)]
  const tile = Math.floor(y / (rows + 1)) * across + Math.floor(x / (columns + 1))
  if (column === columns || row === rows || tile >= count) return null
  const per = merged ? 1 : channels
  const [n, channel] = [Math.floor((from + tile) / per), (from + tile) % per]
  return n * strides.picture + channel * strides.channel + row * strides.row + column * strides.column
}
