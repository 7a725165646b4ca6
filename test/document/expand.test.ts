/** Nodes opened into their parts: the same numbers, one undo step. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { check } from '../../engine/document/check.ts'
import { apply } from '../../engine/document/commands.ts'
import { expandCommand, expansionOf, openingOf } from '../../engine/document/expand.ts'
import { readGraph, writeGraph } from '../../engine/document/file.ts'
import { applyPatch, type Patch, reversePatch } from '../../engine/document/patch.ts'
import {
  defaultTraining,
  emptyDocument,
  type GraphDocument,
  type GraphEdge,
  type GraphNode
} from '../../engine/document/types.ts'
import { documentOps } from '../../engine/ops/registry.ts'
import { ProblemError } from '../../engine/problem.ts'
import type { Target } from '../../engine/session/protocol.ts'
import { Session } from '../../engine/session/session.ts'
import type { Numbers } from '../../engine/tensor.ts'
import { documentOf } from '../generated/documents.ts'
import { cases, difference } from '../generated/harness.ts'

const position = { x: 10, y: 20 }

function expanded(document: GraphDocument, id = 'it') {
  const { edgeTypes } = check(document)
  const expansion = expansionOf(document, edgeTypes, id)
  const applied = apply(document, expandCommand(document, id, expansion))
  if (applied.problems) throw new ProblemError(applied.problems)
  return { document: applied.document, patch: applied.patch, expansion }
}

async function numbersOf(document: GraphDocument): Promise<Record<string, Numbers | null>> {
  const session = new Session({ breathe: async () => undefined })
  const run = await session.run({ document, revision: 0, backend: 'reference', batch: 3 })
  const targets: [string, Target][] = [
    ...document.edges
      .filter(({ id }) => /^([iosw]|i\d+)$/.test(id))
      .map(({ id }): [string, Target] => [`edge ${id}`, { kind: 'edge', id }]),
    ...Object.keys(run.parameters).map((name): [string, Target] => [`parameter ${name}`, { kind: 'parameter', name }])
  ]
  const found: Record<string, Numbers | null> = {}
  for (const [name, target] of targets) {
    const cell = target.kind === 'edge' ? run.edges[target.id] : run.parameters[(target as { name: string }).name]
    found[name] = (await session.readTensor({ runId: run.runId, target, which: 'value' })).data
    found[`${name} gradient`] = cell?.gradient
      ? (await session.readTensor({ runId: run.runId, target, which: 'gradient' })).data
      : null
  }
  return found
}

const opened = cases.filter(({ op, sample }) => {
  // by running statistics: see below
  if (op.family === 'internal' || (op.kind === 'BatchNormalization' && sample.shapes.length > 3)) return false
  return openingOf({ id: 'it', op: op.kind, ...(sample.attributes ? { attributes: sample.attributes } : {}), position })
})

describe.each(opened)('$name', (one) => {
  test('has the same numbers in parts, and is put back by one undo', async () => {
    const before = documentOf(one)
    const { document, patch, expansion } = expanded(before)
    expect(check(document).problems).toEqual([])
    expect(document.nodes.some((node) => node.id === 'it')).toBe(false)
    const ids = expansion.nodes.map((node) => node.id)
    const labelled = ids.length > 1 ? document.groups : document.nodes.filter((node) => ids.includes(node.id))
    expect(labelled.map(({ label }) => label)).toEqual(['It'])
    if (ids.length > 1) expect(document.groups).toEqual([{ id: 'it', label: 'It', nodes: ids, position }])

    // offsets of 10,000 take their digits from what is left when they are subtracted
    const limit = [one.sample.domain].flat(2).some((x) => Number(x) > 1000) ? 1e-11 : 1e-12
    const [whole, parts] = [await numbersOf(before), await numbersOf(document)]
    expect(Object.keys(parts).sort()).toEqual(Object.keys(whole).sort())
    for (const [name, numbers] of Object.entries(whole)) {
      const other = parts[name]
      if (numbers === null || !other) expect(other, name).toBe(numbers)
      else expect(difference(other, numbers), name).toBeLessThan(limit)
    }
    expect(writeGraph(applyPatch(document, reversePatch(patch)))).toBe(writeGraph(before))
  })
})

test('layers, activations, losses and metrics can be opened, but for those that are as simple as can be', () => {
  const families = ['layers', 'activations', 'losses', 'metrics']
  const closed = documentOps.filter((op) => families.includes(op.family) && !op.compose && !op.opens)
  expect(closed.map((op) => op.kind)).toEqual(['Step', 'Conv'])
})

test('a Custom operator opens into its formula, unless its gradient is the user\u2019s own', () => {
  const own = { id: 'it', op: 'Custom', attributes: { inputs: 'a', forward: 'a * a', backward: 'a = g * a' }, position }
  expect(openingOf(own)).toBe(null)
  expect(openingOf({ ...own, attributes: { inputs: 'a', forward: 'a * a' } })).not.toBe(null)
})

test('in a group the parts are a group inside it; in a linked one, and switched off, a node stays whole', () => {
  const one = cases.find(({ op }) => op.kind === 'Softmax') as (typeof cases)[number]
  const plain = documentOf(one)
  const group = { id: 'outer', label: 'Outer', nodes: ['it', 'mul'] }
  const { document } = expanded({ ...plain, groups: [group] })
  expect(document.groups.map(({ id, parent, nodes }) => [id, parent, nodes.length])).toEqual([
    ['outer', undefined, 1],
    ['it', 'outer', 6]
  ])
  const off: GraphDocument = { ...plain, nodes: plain.nodes.map((n) => (n.id === 'it' ? { ...n, mode: 'mute' } : n)) }
  expect(() => expanded(off)).toThrow(/switched off/)
  const copy = (id: string, node: string) => ({ id, label: id, nodes: [node], link: 'l' })
  const twin = { ...(plain.nodes.find((n) => n.id === 'it') as GraphNode), id: 'it2' }
  const edge = { ...(plain.edges.find((e) => e.target === 'it') as GraphEdge), id: 'i9', target: 'it2' }
  const linked = {
    ...plain,
    nodes: [...plain.nodes, twin],
    edges: [...plain.edges, edge],
    groups: [copy('a', 'it'), copy('b', 'it2')]
  }
  expect(() => expanded(linked)).toThrow(/linked group "a"/)
})

test('what cannot be opened says why', () => {
  const code = (document: GraphDocument, id = 'it'): string => {
    try {
      expanded(document, id)
      return ''
    } catch (error) {
      return (error as ProblemError).problem.code
    }
  }
  const dense: GraphNode = { id: 'it', op: 'Dense', position }
  expect(code({ ...emptyDocument, nodes: [dense] })).toBe('graph.inputMissing')
  expect(code({ ...emptyDocument, nodes: [{ ...dense, op: 'Add' }] })).toBe('graph.noParts')
  expect(code(emptyDocument)).toBe('graph.noSuchThing')
})

describe('a network in training', () => {
  const node = (id: string, op: string, attributes: GraphNode['attributes'] = {}): GraphNode => ({
    id,
    op,
    attributes,
    position
  })
  const wire = (source: string, target: string, targetHandle: string, sourceHandle = 'out'): GraphEdge => ({
    id: `${source}-${target}`,
    source,
    sourceHandle,
    target,
    targetHandle
  })
  const network: GraphDocument = {
    ...emptyDocument,
    nodes: [
      node('data', 'Dataset', { source: 'spiral', size: 60 }),
      node('hidden', 'Dense', { units: 8, activation: 'tanh', kernelInit: { kind: 'heNormal' } }),
      node('logits', 'Dense', { units: 3 }),
      node('loss', 'SoftmaxCrossEntropyLoss')
    ],
    edges: [
      wire('data', 'hidden', 'x', 'features'),
      wire('hidden', 'logits', 'x'),
      wire('logits', 'loss', 'prediction'),
      wire('data', 'loss', 'target', 'labels')
    ],
    objective: 'loss',
    training: { ...defaultTraining, epochs: 2, metrics: ['accuracy', 'loss2'] }
  }
  const withMetric: GraphDocument = {
    ...network,
    nodes: [...network.nodes, node('loss2', 'MeanSquaredError')],
    edges: [...network.edges, wire('logits', 'loss2', 'prediction'), wire('data', 'loss2', 'target', 'labels')]
  }

  const train = async (session: Session, document: GraphDocument) => {
    const outcome = await session.train(
      { document, revision: 0, backend: 'reference', snapshotEvery: 0 },
      () => undefined
    )
    if (outcome.outcome !== 'done') throw new Error(JSON.stringify(outcome))
    return outcome.report
  }
  const opened = ['hidden', 'logits', 'loss', 'loss2'].reduce(
    (document, id) => expanded(document, id).document,
    withMetric
  )
  const fresh = () => new Session({ breathe: async () => undefined })

  test('objective, metrics and accuracy follow', () => {
    expect(opened.objective).toBe('loss.mean')
    expect(opened.training?.metrics).toEqual(['accuracy', 'loss2.mean'])
    expect(opened.nodes.filter((one) => one.op === 'Accuracy').map((one) => one.id)).toEqual(['loss.accuracy'])
  })

  test('starts with the same weights and learns the same', async () => {
    const [whole, parts] = [await train(fresh(), withMetric), await train(fresh(), opened)]
    const numbers = ({ epochs, test }: typeof whole) =>
      [...epochs, test].flatMap((one) => [
        one?.loss,
        one?.metrics.accuracy,
        one?.metrics.loss2 ?? one?.metrics['loss2.mean']
      ]) as number[]
    expect(numbers(whole).every(Number.isFinite)).toBe(true)
    expect(difference(numbers(parts), numbers(whole))).toBeLessThan(1e-12)
  })

  test('goes on with the weights that were learned, and so does the layer after undo', async () => {
    const session = fresh()
    await train(session, withMetric)
    const loss = async (document: GraphDocument) =>
      (await session.run({ document, revision: 0, backend: 'reference' })).objective as number
    const learned = await loss(withMetric)
    expect(Math.abs((await loss(opened)) - learned)).toBeLessThan(1e-12)
    expect(await loss(withMetric)).toBe(learned)
    await session.reset()
    expect(Math.abs((await loss(opened)) - learned)).toBeGreaterThan(1e-3)
  })

  test('a sum over the rows is reported per example, as the loss itself', async () => {
    const summed = {
      ...network,
      nodes: network.nodes.map((one) => (one.id === 'loss' ? { ...one, attributes: { reduction: 'sum' } } : one)),
      training: { ...defaultTraining, epochs: 1, optimizer: { kind: 'sgd', learningRate: 0.01 } as const }
    }
    const [whole, parts] = [await train(fresh(), summed), await train(fresh(), expanded(summed, 'loss').document)]
    expect(Math.abs((whole.epochs[0]?.loss ?? 0) - (parts.epochs[0]?.loss ?? 1))).toBeLessThan(1e-12)
  })
})

describe('examples opened all the way down', () => {
  const folder = join(import.meta.dirname, '../../examples')
  // whose data are not in the repository
  const files = readdirSync(folder).filter((name) => name.endsWith('.json') && !name.startsWith('mnist'))

  test.each(files)(
    '%s: the same objective and the same gradients of all parameters; undo, step by step, is exact',
    async (file) => {
      const { document: whole } = readGraph(readFileSync(join(folder, file)))
      const steps: { readonly before: GraphDocument; readonly patch: Patch }[] = []
      let document = whole
      const next = () => document.nodes.find((node) => openingOf(node) !== null)
      for (let node = next(); node && steps.length < 200; node = next()) {
        const { document: after, patch } = expanded(document, node.id)
        steps.push({ before: document, patch })
        document = after
      }
      expect(next()).toBe(undefined)
      expect(check(document).problems).toEqual(check(whole).problems)
      const look = async (of: GraphDocument) => {
        const session = new Session({ breathe: async () => undefined })
        const run = await session.run({ document: of, revision: 0, backend: 'reference', batch: 5 })
        const gradients: Record<string, Numbers> = {}
        for (const [name, cell] of Object.entries(run.parameters)) {
          const target = { kind: 'parameter', name } as const
          if (cell.gradient)
            gradients[name] = (await session.readTensor({ runId: run.runId, target, which: 'gradient' })).data
        }
        return { objective: run.objective as number, gradients }
      }
      const [one, other] = [await look(whole), await look(document)]
      expect(Math.abs(one.objective - other.objective)).toBeLessThan(1e-12)
      expect(Object.keys(other.gradients)).toEqual(expect.arrayContaining(Object.keys(one.gradients)))
      for (const [name, numbers] of Object.entries(one.gradients)) {
        expect(difference(other.gradients[name] as Numbers, numbers), name).toBeLessThan(1e-12)
      }
      for (const { before, patch } of steps.toReversed()) {
        document = applyPatch(document, reversePatch(patch))
        expect(writeGraph(document)).toBe(writeGraph(before))
      }
    }
  )
})
