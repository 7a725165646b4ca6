/** What comes over IPC is checked before it is used: the screen is not trusted with the machine. */
import { type DocumentState, MENU_ROLES, type MenuItemModel, type MenuRole, type SaveRequest } from './ipc.ts'

type Fields = Record<string, unknown>

function fail(what: string, wanted: string, got: unknown): never {
  const shown =
    got === null ? 'null' : typeof got === 'object' ? 'an object' : `${typeof got} ${String(got).slice(0, 40)}`
  throw new Error(`${what} must be ${wanted}, and is ${shown}.`)
}

function fields(what: string, value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(what, 'an object', value)
  return value as Fields
}

export function text(what: string, value: unknown, limit = 1000): string {
  if (typeof value !== 'string') fail(what, 'a string', value)
  if (value.length > limit) fail(what, `a string of at most ${limit} characters`, `one of ${value.length}`)
  return value
}

export function oneOf<T extends string>(what: string, value: unknown, choices: readonly T[]): T {
  const choice = choices.find((c) => c === value)
  return choice ?? fail(what, `one of ${choices.join(', ')}`, value)
}

function flag(what: string, value: unknown): boolean {
  return typeof value === 'boolean' ? value : fail(what, 'true or false', value)
}

function nullableText(what: string, value: unknown): string | null {
  return value === null ? null : text(what, value, 10_000)
}

export function saveRequest(value: unknown): SaveRequest {
  const { path, suggestedName, kind, bytes } = fields('The request', value)
  if (!(bytes instanceof Uint8Array)) fail('bytes', 'a Uint8Array', bytes)
  return {
    path: nullableText('path', path),
    suggestedName: text('suggestedName', suggestedName),
    kind: oneOf('kind', kind, ['graph', 'weights', 'svg', 'png', 'other']),
    bytes
  }
}

/** Long enough for any title. */
const MOST_NAME = 1000

/** A long name is cut, never refused: a state that does not arrive lets the window close on unsaved changes. */
export function documentState(value: unknown): DocumentState {
  const { name, path, dirty, weights } = fields('The document state', value)
  return {
    name: text('name', name, Number.POSITIVE_INFINITY).slice(0, MOST_NAME),
    path: nullableText('path', path),
    dirty: flag('dirty', dirty),
    weights: flag('weights', weights)
  }
}

const MOST_ENTRIES = 2000

export function menuModel(value: unknown): MenuItemModel[] {
  let entries = 0
  function list(items: unknown, depth: number): MenuItemModel[] {
    if (!Array.isArray(items)) fail('A menu', 'a list', items)
    if (depth > 4) fail('A menu', 'at most 4 levels deep', 'deeper')
    return items.map((item) => entry(fields('A menu entry', item), depth))
  }
  function entry(item: Fields, depth: number): MenuItemModel {
    if (++entries > MOST_ENTRIES) fail('The menu', `at most ${MOST_ENTRIES} entries`, 'longer')
    if (item.separator) return { separator: true }
    const model: MenuItemModel = {}
    if (item.label !== undefined) model.label = text('label', item.label)
    if (item.id !== undefined) model.id = text('id', item.id)
    if (item.role !== undefined) model.role = oneOf<MenuRole>('role', item.role, MENU_ROLES)
    if (item.accelerator !== undefined) model.accelerator = text('accelerator', item.accelerator, 100)
    if (item.enabled !== undefined) model.enabled = flag('enabled', item.enabled)
    if (item.checked !== undefined) model.checked = flag('checked', item.checked)
    if (item.items !== undefined) model.items = list(item.items, depth + 1)
    if (!model.role && !model.label) fail('A menu entry', 'one with a label', item)
    return model
  }
  return list(value, 1)
}
