/** The graphs that come with the program. */
const texts: Readonly<Record<string, string>> = import.meta.glob('../../examples/*.chainrule.json', {
  query: '?raw',
  import: 'default',
  eager: true
})

const idOf = (path: string) => path.slice(path.lastIndexOf('/') + 1).replace('.chainrule.json', '')

const byId = new Map(Object.entries(texts).map(([path, text]) => [idOf(path), text]))

/** From the first lesson to the network on handwritten digits. */
const ORDER = [
  'apples',
  'apples-and-oranges',
  'xyz',
  'sigmoid-neuron',
  'softmax-cross-entropy',
  'linear-regression',
  'xor-mlp',
  'spiral-mlp',
  'mnist-mlp'
]

export const exampleIds: readonly string[] = ORDER.filter((id) => byId.has(id))

/** What is open at the first start. */
export const FIRST_EXAMPLE = 'mnist-mlp'

export interface ExampleTexts {
  readonly name: string
  readonly description: string
}

const known = new Map<string, ExampleTexts>()

/** What the file itself says of the example. */
export function exampleTexts(id: string): ExampleTexts {
  let found = known.get(id)
  if (!found) {
    const { name = '', description = '' } = JSON.parse(byId.get(id) ?? '{}') as Partial<ExampleTexts>
    found = { name, description }
    known.set(id, found)
  }
  return found
}

export const exampleBytes = (id: string): Uint8Array => new TextEncoder().encode(byId.get(id) ?? '')
