/** Random edits of a document, right ones and wrong ones: what any sequence of commands must keep. */
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect } from 'vitest'
import { build, typesOf } from '../../engine/document/build.ts'
import { type Checked, check } from '../../engine/document/check.ts'
import { apply, type Command } from '../../engine/document/commands.ts'
import { costsOf } from '../../engine/document/cost.ts'
import { readGraph, writeGraph } from '../../engine/document/file.ts'
import { applyPatch, type Patch, reversePatch } from '../../engine/document/patch.ts'
import { defaultTraining, type GraphDocument, type TrainingSettings } from '../../engine/document/types.ts'
import { validate } from '../../engine/document/validate.ts'
import { Random } from '../../engine/random.ts'
import { countOf } from '../../engine/shape.ts'
import { graphSchema } from '../../scripts/schema.ts'
import { edge } from '../edge.ts'

const at = (x: number, y: number) => ({ x, y })

/** More nodes are seldom left standing. */
const LARGE = 24

/** Any command that the screen can send, right or wrong. */
function randomCommand(document: GraphDocument, random: Random): Command {
  const pick = <T>(list: readonly T[]): T => list[random.int(list.length)] as T
  const nodes = document.nodes.map((n) => n.id)
  const edges = document.edges.map((e) => e.id)
  const notes = document.notes.map((n) => n.id)
  const groups = document.groups.map((g) => g.id)
  const some = (ids = nodes) => (ids.length === 0 ? 'none' : pick(ids))
  const size = { width: 100, height: 1 + random.int(50) }
  const nowhere = { width: Number.NaN, height: 1 }
  const position = at(random.int(500), random.int(500))
  const number = random.int(1000)
  const forks = document.nodes.filter((n) => n.op === 'Branch').map((n) => n.id)
  const used = document.edges.map((e) => e.source).filter((id) => forks.includes(id))
  const learned = document.nodes.filter((n) => n.attributes?.init).map((n) => n.id)
  const shape = pick([[], [2], [3, 2], [2, 3]])
  const fork = () => (forks.length === 0 ? some() : pick(forks))
  const training = (): TrainingSettings => ({
    ...defaultTraining,
    optimizer: { kind: pick(['sgd', 'adam']), learningRate: pick([0.1, 0, -1, Number.NaN]), momentum: 0.9 },
    batchSize: pick([1, 32, 0, 1.5]),
    epochs: pick([0, 3, 1.5]),
    metrics: pick([[], ['accuracy'], [some()]]),
    ...pick([{}, { schedule: { kind: 'step', stepSize: pick([1, 0]) } }, { clip: { norm: pick([1, 0]) } }])
  })
  // what grows for ten thousand steps would be checked for hours
  if (nodes.length > LARGE && random.int(3) === 0) return { type: 'remove', nodes: [some(), some(), some()] }
  const commands: (() => Command)[] = [
    () => ({
      type: 'addNode',
      node: {
        id: `n${number}`,
        op: pick(['Add', 'Mul', 'Neg', 'Parameter', 'Constant', 'Relu', 'Concat']),
        position
      }
    }),
    () => ({ type: 'addNode', node: { id: `n${number}`, op: 'Branch', attributes: { count: 4 }, position } }),
    () => ({ type: 'addNode', node: { id: `n${number}`, op: 'MatMul', label: '행렬 곱', position } }),
    () => ({
      type: 'addEdge',
      edge: edge(`e${number}`, some(), some(), pick(['a', 'b', 'x', 'x0', 'x1'])),
      replace: random.int(2) === 0
    }),
    () => ({ type: 'addEdge', edge: edge(`e${number}`, some(), some(), pick(['a', 'b', 'x'])) }),
    () => ({
      type: 'remove',
      nodes: random.int(3) === 0 ? [some()] : [],
      edges: document.edges.length > 0 ? [pick(document.edges).id] : []
    }),
    () => ({ type: 'move', positions: { [some()]: position } }),
    () => ({ type: 'setLabel', node: some(), label: pick(['', 'loss', '손실']) }),
    () => ({
      type: 'setAttribute',
      node: some(),
      attribute: pick(['shape', 'axis', 'values']),
      value: pick([undefined, [2], [1, 2], 1])
    }),
    // a parameter and what follows from it, and from anything else; then its shape changes
    () => ({
      type: 'batch',
      commands: [
        {
          type: 'addNode',
          node: { id: `p${number}`, op: 'Parameter', attributes: { shape, init: { kind: 'zeros' } }, position }
        },
        { type: 'addNode', node: { id: `n${number}`, op: 'Neg', position } },
        { type: 'addEdge', edge: edge(`e${number}`, `p${number}`, `n${number}`, 'x') }
      ]
    }),
    () => ({
      type: 'batch',
      commands: [
        { type: 'addNode', node: { id: `n${number}`, op: pick(['Add', 'MatMul']), position } },
        { type: 'addEdge', edge: edge(`e${number}`, some(learned), `n${number}`, 'a') },
        { type: 'addEdge', edge: edge(`f${number}`, some(), `n${number}`, 'b') }
      ]
    }),
    () => ({ type: 'setAttribute', node: some(learned), attribute: 'shape', value: shape }),
    // another node of the same id, in one step
    () => {
      const id = some()
      const op = pick(['Parameter', 'Constant'])
      return {
        type: 'batch',
        commands: [
          { type: 'remove', nodes: [id] },
          { type: 'addNode', node: { id, op, position } }
        ]
      }
    },
    () => ({ type: 'renameNode', node: some(), id: `n${number}` }),
    () => ({ type: 'set', setting: 'objective', value: pick([null, some()]) }),
    () => ({ type: 'set', setting: 'name', value: `graph ${number}` }),
    () => ({ type: 'addNote', note: { id: `note${number}`, text: '$x$', position } }),
    () => ({ type: 'addNote', note: { id: notes.length > 0 ? pick(notes) : 'note', text: '', position } }),
    () => ({ type: 'move', positions: { [some()]: at(pick([1, Number.NaN, Number.POSITIVE_INFINITY]), 0) } }),
    () => ({
      type: 'setAttribute',
      node: used.length > 0 ? pick(used) : fork(),
      attribute: 'count',
      value: pick([undefined, 1, 2, 3, 4, 0])
    }),
    () => ({
      type: 'batch',
      commands: [
        { type: 'addNode', node: { id: `n${number}`, op: 'Neg', position } },
        {
          type: 'addEdge',
          edge: { ...edge(`e${number}`, fork(), `n${number}`, 'x'), sourceHandle: `out${random.int(4)}` }
        }
      ]
    }),
    () => ({ type: 'set', setting: 'training', value: pick([null, training(), training(), training()]) }),
    () => ({ type: 'setMode', nodes: [some(), some()], mode: pick(['bypass', 'mute', null]) }),
    () => ({ type: 'reorder', node: some(), index: random.int(9) - 2 }),
    () => ({ type: 'setCollapsed', nodes: [some()], collapsed: random.int(2) === 0 }),
    () => ({
      type: 'editNote',
      note: { id: some(notes), text: `note ${number}`, position, size: pick([size, nowhere]) }
    }),
    () => ({ type: 'route', edge: some(edges), points: pick([[], [position], [position, at(1, 2)]]) }),
    () => ({
      type: 'addGroup',
      group: { id: `g${number}`, label: '층', nodes: [some(), some()] },
      notes: [some(notes)]
    }),
    () => ({ type: 'addGroup', group: { id: `g${number}`, label: '', nodes: [some()], parent: some(groups) } }),
    () => ({ type: 'addNode', node: { id: `n${number}`, op: 'Neg', position }, group: some(groups) }),
    () => ({ type: 'ungroup', group: some(groups) }),
    () => ({ type: 'setGroup', group: some(groups), label: `group ${number}`, link: pick([null, 'l1', 'l2']) }),
    () => ({ type: 'remove', groups: random.int(3) === 0 ? [some(groups)] : [], notes: [some(notes)] })
  ]
  return pick(commands)()
}

type Said = Omit<Checked, 'inferred'>

/** What `build` says of the document as a whole, to compare with what was inferred node by node. */
function builtCheck(document: GraphDocument): Said {
  const { outputs, wires, leftOut, problems, ir } = build(document)
  return {
    problems,
    types: new Map([...outputs].map(([id, values]) => [id, typesOf(values)])),
    edgeTypes: new Map([...wires].map(([id, { type }]) => [id, type])),
    parameters: ir.nodes.flatMap(({ op, attributes, type: { shape }, origin }) =>
      op === 'Variable' && origin
        ? [{ name: attributes.name as string, shape, count: countOf(shape), nodeId: origin.node }]
        : []
    ),
    leftOut
  }
}

/** As text: ten thousand of them are compared. */
const said = ({ problems, types, edgeTypes, parameters, leftOut }: Said): string =>
  JSON.stringify([problems, [...types], [...edgeTypes], parameters, [...leftOut]])

const costs = ({ inferred }: Checked): string => {
  const { total, byNode } = costsOf(inferred)
  return JSON.stringify([total, [...byNode]])
}

/** A check that knows the one before says what one from scratch says, and what `build` says. */
function checkAgain(document: GraphDocument, before: Checked | undefined, place: string): Checked {
  const again = check(document, before)
  const anew = check(document)
  expect(said(again), place).toBe(said(anew))
  expect(costs(again), place).toBe(costs(anew))
  expect(said(builtCheck(document)), place).toBe(said(anew))
  return again
}

const isGraph = new Ajv2020({ allowUnionTypes: true, strictTuples: false }).compile(graphSchema)

export interface Edited {
  /** What was met, and how often: codes of problems, settings that were set, commands that were done. */
  readonly met: ReadonlyMap<string, number>
  readonly done: number
}

/**
 * So many commands, one after the other. Each document between them is sound, true of the published schema, and read
 * back from its file as it is; all undone give the first byte for byte, all redone the last. On the whole way, there, back
 * and there again, each is checked with what the check before knew, and that says what a check from scratch says.
 */
export function editAtRandom(base: GraphDocument, seed: number, steps: number): Edited {
  const random = new Random(seed)
  const history: Patch[] = []
  const met = new Map<string, number>()
  const count = (what: string) => met.set(what, (met.get(what) ?? 0) + 1)
  let document = base
  let checked: Checked | undefined
  for (let i = 0; i < steps; i++) {
    const command = randomCommand(document, random)
    const applied = apply(document, command)
    if (applied.problems) {
      for (const { code } of applied.problems) count(code)
      continue
    }
    count(command.type)
    if (command.type === 'set') count(command.setting)
    if (command.type === 'setAttribute' && applied.document.edges.length < document.edges.length) count('wires gone')
    document = applied.document
    history.push(applied.patch)
    const place = `seed ${seed}, step ${i}: ${JSON.stringify(command)}`
    const text = writeGraph(document)
    expect(validate(document), place).toEqual([])
    expect(isGraph(JSON.parse(text)), `${place}: ${JSON.stringify(isGraph.errors)}`).toBe(true)
    expect(readGraph(new TextEncoder().encode(text)).document, place).toEqual(document)
    checked = checkAgain(document, checked, place)
    for (const { code } of checked.problems) count(code)
  }
  const last = writeGraph(document)
  const walk = (patches: readonly Patch[], what: string): void => {
    for (const patch of patches) {
      document = applyPatch(document, patch)
      checked = checkAgain(document, checked, `seed ${seed}, ${what}: ${JSON.stringify(patch)}`)
    }
  }
  walk(history.toReversed().map(reversePatch), 'undone')
  expect(writeGraph(document), `seed ${seed}, all undone`).toBe(writeGraph(base))
  walk(history, 'redone')
  expect(writeGraph(document), `seed ${seed}, all redone`).toBe(last)
  return { met, done: history.length }
}
