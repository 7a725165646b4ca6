/** Walks whole graphs step by step and compares each sentence's numbers with PyTorch's (make_steps.py). */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readGraph } from '../../engine/document/file.ts'
import { defaultTraining, type GraphDocument, type TrainingSettings } from '../../engine/document/types.ts'
import { Session } from '../../engine/session/session.ts'
import type {
  BackwardDetail,
  ForkDetail,
  ForwardDetail,
  Piece,
  StepDetail,
  StepHead,
  StepsResult,
  UpdateDetail
} from '../../engine/session/steps/types.ts'
import { sizeOf } from '../../engine/shape.ts'
import golden from './steps.json'

type Numbers = readonly number[] | null
interface Case {
  readonly graph: string
  readonly values: Readonly<Record<string, Numbers>>
  readonly gradients: Readonly<Record<string, Numbers>>
  readonly edges: Readonly<Record<string, { readonly value: Numbers; readonly gradient: Numbers }>>
  readonly updates: readonly {
    readonly optimizer: TrainingSettings['optimizer']
    readonly clip: TrainingSettings['clip'] | null
    readonly after: Readonly<Record<string, readonly number[]>>
  }[]
}

const root = join(import.meta.dirname, '../..')
const cases = golden.cases as unknown as readonly Case[]

function documentOf(graph: string): GraphDocument {
  const read = readGraph(readFileSync(join(root, `${graph}.chainrule.json`)))
  if (!read.document) throw new Error(JSON.stringify(read.problems))
  return read.document
}

const close = (found: number, expected: number, what: string): void => {
  // a number next to 0 is what is left of larger ones
  const size = Math.max(1e-6, Math.abs(expected))
  expect(Math.abs(found - expected) / size, `${what}: ${found}, PyTorch has ${expected}`).toBeLessThan(1e-9)
}

/** The element that is looked at, and the window around it. */
function compare(piece: Piece, numbers: Numbers | undefined, what: string): void {
  if (!numbers) return
  close(piece.value, numbers[piece.cell] as number, what)
  const width = piece.shape.at(-1) ?? 1
  for (const [i, row] of piece.rows.entries()) {
    for (const [j, column] of piece.columns.entries()) {
      const flat = piece.shape.length < 2 ? column : row * width + column
      close(piece.window[i * piece.columns.length + j] as number, numbers[flat] as number, `${what}[${row}, ${column}]`)
    }
  }
}

const session = new Session({ breathe: async () => undefined })

async function walkOf(document: GraphDocument, opened: readonly string[]) {
  const walk = await session.steps({ document, revision: 0, backend: 'reference', opened })
  const read = (index: number, cells: Record<string, number> = {}): Promise<StepDetail> =>
    session.readStep({ walkId: walk.walkId, index, cells })
  return { walk, read }
}

function checkForward(head: StepHead, detail: ForwardDetail, one: Case): void {
  for (const { value } of detail.outputs) compare(value, one.values[head.name], `value of ${head.name}`)
  for (const { edge, value, handle } of detail.inputs)
    if (edge) compare(value, one.edges[edge]?.value, `${head.name}.${handle}`)
  for (const { name, value } of detail.owned) compare(value, one.values[name], name)
  const { equation, terms, layer } = detail
  if (equation.put) expect(equation.values).toHaveLength(detail.inputs.length)
  if (!terms) return
  const sum = terms.sum + (layer?.bias ?? 0)
  close(sum, layer?.sum ?? (equation.result as number), `the products of ${head.name}`)
  // the elements that are looked at are in the row and the column that are multiplied
  for (const { line, value } of [...detail.inputs, ...detail.owned])
    if (line) expect(value.cell).toBeLessThan(sizeOf(value.shape))
  if (layer) close(layer.sum, one.values[`${head.name}.add`]?.[detail.outputs[0]?.value.cell as number] as number, 'z')
}

function checkBackward(head: StepHead, detail: BackwardDetail, one: Case): void {
  const upstream = one.gradients[head.name]
  for (const { gradient } of detail.upstream) compare(gradient, upstream, `upstream of ${head.name}`)
  for (const { name, edge, value, gradient, terms, local, handle } of detail.shares) {
    const what = `${head.name} back to ${name}`
    compare(value, edge ? one.edges[edge]?.value : one.values[name], `value of ${name}`)
    const expected = edge ? one.edges[edge]?.gradient : one.gradients[name]
    if (!gradient || !terms) throw new Error(`${what}: nothing goes back to ${handle}`)
    compare(gradient, expected, what)
    // upstream × local, summand by summand, is what goes back
    const sum = terms.shown.reduce((total, { factors: [a, b] }) => total + a * b, terms.rest)
    close(sum, gradient.value, `${what}, summed up`)
    const [first] = terms.shown
    if (upstream && detail.upstream[0] && first) {
      const { shape } = detail.upstream[0].gradient
      const flat = first.at.reduce((at, i, axis) => at * (shape[axis] as number) + i, 0)
      close(first.factors[0], upstream[flat] as number, `${what}, upstream`)
    }
    if (local) expect(local.result).toBe(first?.factors[1])
  }
}

function checkFork(head: StepHead, detail: ForkDetail, one: Case): void {
  compare(detail.sum, one.gradients[head.name], `fork of ${head.name}`)
  for (const { edge, gradient } of detail.parts)
    if (edge) compare(gradient, one.edges[edge]?.gradient, `part along ${edge}`)
  const total = detail.parts.reduce((sum, { gradient }) => sum + gradient.value, 0)
  close(total, detail.sum.value, `parts of ${head.name}`)
}

/** Every step, at the element that it shows by itself and at all others of small tensors. */
async function check(
  walk: StepsResult,
  read: (i: number, cells?: Record<string, number>) => Promise<StepDetail>,
  one: Case
) {
  for (const [index, head] of walk.steps.entries()) {
    const first = await read(index)
    const handles =
      first.kind === 'backward'
        ? first.shares.map(({ handle, value }) => [handle, sizeOf(value.shape)] as const)
        : first.kind === 'forward' || first.kind === 'source'
          ? [['out', sizeOf(first.outputs[0]?.value.shape ?? [])] as const]
          : [['out', 1] as const]
    for (const [handle, size] of handles) {
      for (let cell = 0; cell < size; cell++) {
        const detail = await read(index, { [handle]: cell })
        if (detail.kind === 'forward' || detail.kind === 'source') checkForward(head, detail, one)
        else if (detail.kind === 'backward') checkBackward(head, detail, one)
        else if (detail.kind === 'fork') checkFork(head, detail, one)
        else if (detail.kind === 'seed') {
          expect(detail.gradient.window).toEqual([1])
          close(detail.objective, (one.values[head.name] ?? [detail.objective])[0] as number, 'objective')
        }
      }
    }
  }
}

const kinds = (walk: StepsResult) => walk.steps.map(({ kind, name }) => `${kind} ${name}`)

describe.each(cases)('$graph', (one) => {
  const document = documentOf(one.graph)

  test('each step has the numbers of PyTorch', async () => {
    const { walk, read } = await walkOf(document, [])
    await check(walk, read, one)
    const seed = walk.steps.findIndex((head) => head.kind === 'seed')
    expect(walk.steps[seed]?.name).toBe(document.objective)
    // forward before, backward behind, and nothing twice
    expect(walk.steps.slice(0, seed).every((head) => head.phase === 'forward')).toBe(true)
    expect(new Set(walk.steps.map((s) => `${s.kind} ${s.name} ${s.parameter}`)).size).toBe(walk.steps.length)
  })

  test('every wire is brought once forward and once backward', async () => {
    const { walk } = await walkOf(document, [])
    const brought = (phase: string) => walk.steps.filter((s) => s.phase === phase).flatMap((s) => s.brings)
    const all = document.edges.map(({ id }) => id).sort()
    expect(brought('forward').sort()).toEqual(all)
    expect(brought('backward').sort()).toEqual(all)
  })

  test.each(one.updates)(
    '$optimizer.kind changes each parameter as PyTorch does ($optimizer, $clip)',
    async (update) => {
      const training = {
        ...defaultTraining,
        optimizer: update.optimizer,
        ...(update.clip ? { clip: update.clip } : {})
      }
      const { walk, read } = await walkOf({ ...document, training }, [])
      const changed = new Set<string>()
      for (const [index, head] of walk.steps.entries()) {
        if (head.kind !== 'update') continue
        const expected = update.after[head.parameter as string] as readonly number[]
        for (const cell of expected.keys()) {
          const detail = (await read(index, { out: cell })) as UpdateDetail
          close(detail.after as number, expected[cell] as number, `${head.parameter}[${cell}]`)
          expect(detail.lines.at(-1)).toMatchObject({ of: 'parameter', result: detail.after })
        }
        changed.add(head.parameter as string)
      }
      expect([...changed].sort()).toEqual(Object.keys(update.after).sort())
    }
  )
})

describe('what is said of', () => {
  test('apples: the other factor is the local derivative, and is read from the forward pass', async () => {
    const { walk, read } = await walkOf(documentOf('examples/apples-and-oranges'), [])
    const detail = (await read(kinds(walk).indexOf('backward total'))) as BackwardDetail
    expect(detail.reads).toEqual({ inputs: ['a', 'b'], output: false })
    const [subtotal] = detail.shares
    expect(subtotal?.local).toMatchObject({ symbols: '\\name{tax}', put: '\\value{1}', result: 1.1 })
    expect(subtotal?.chain).toBe(
      '\\frac{\\partial L}{\\partial \\name{subtotal}} = \\frac{\\partial L}{\\partial \\name{total}} \\cdot \\frac{\\partial \\name{total}}{\\partial \\name{subtotal}}'
    )
    const sum = (await read(kinds(walk).indexOf('backward subtotal'))) as BackwardDetail
    expect(sum.reads).toEqual({ inputs: [], output: false })
    expect(sum.shares.map((share) => share.local?.symbols)).toEqual(['1', '1'])
  })

  test('a fork: each part, and the chain says through which node it came', async () => {
    const { walk, read } = await walkOf(documentOf('test/golden/steps-net'), [])
    const fork = (await read(kinds(walk).indexOf('fork hidden'))) as ForkDetail
    expect(fork.parts.map(({ edge, name }) => [edge, name])).toEqual([
      ['e2', 'square'],
      ['e3', 'square'],
      ['e4', 'mixed']
    ])
    const square = (await read(kinds(walk).indexOf('backward square'))) as BackwardDetail
    expect(square.shares[0]?.chain).toContain('\\right|_{\\name{square}} = ')
  })

  test('broadcasting: what was repeated forward is summed backward', async () => {
    const { walk, read } = await walkOf(documentOf('test/golden/steps-net'), [])
    const detail = (await read(kinds(walk).indexOf('backward prediction'))) as BackwardDetail
    const shift = detail.shares.find((share) => share.handle === 'b')
    expect(shift).toMatchObject({ summed: [0, 1] })
    expect(shift?.terms).toMatchObject({ count: 3 })
  })

  test('matrices: their sizes', async () => {
    const { walk, read } = await walkOf(documentOf('test/golden/steps-net'), ['hidden'])
    const detail = (await read(kinds(walk).indexOf('backward hidden.matmul'))) as BackwardDetail
    const shapes = detail.shares.map(({ shapes }) => [...(shapes?.factors ?? []), shapes?.result].map((b) => b?.shape))
    expect(shapes).toEqual([
      [
        [3, 4],
        [4, 2],
        [3, 2]
      ],
      [
        [2, 3],
        [3, 4],
        [2, 4]
      ]
    ])
  })
})

describe('layers that are opened', () => {
  const one = cases.find(({ graph }) => graph === 'test/golden/steps-net') as Case
  const document = documentOf(one.graph)

  test.each([[['hidden']], [['hidden', 'out', 'loss']], [['hidden', 'hidden.activation', 'out']]])(
    '%j: the same numbers part by part',
    async (opened) => {
      const { walk, read } = await walkOf(document, opened)
      await check(walk, read, one)
      expect(kinds(walk)).toContain('forward hidden.matmul')
      expect(kinds(walk)).not.toContain('forward hidden')
      // all of it belongs to the node that is drawn
      const parts = walk.steps.filter(({ name }) => name.startsWith('hidden.'))
      expect(parts.every(({ node, part }) => node === 'hidden' && part !== null)).toBe(true)
      // and the wires of the graph are still brought once each
      const brought = walk.steps.filter((s) => s.phase === 'backward').flatMap((s) => s.brings)
      expect(brought.sort()).toEqual(document.edges.map(({ id }) => id).sort())
    }
  )
})
