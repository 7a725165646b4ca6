/** The published JSON Schemas: as generated, in agreement with the readers, and true of every file that is written. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { apply, type Command } from '../../engine/document/commands.ts'
import { outputsOf } from '../../engine/document/connect.ts'
import { readGraph, writeGraph } from '../../engine/document/file.ts'
import {
  defaultTraining,
  emptyDocument,
  type GraphDocument,
  OPTIMIZERS,
  type Schedule
} from '../../engine/document/types.ts'
import { readWeights, writeWeights } from '../../engine/io/weights.ts'
import { portsOf } from '../../engine/ir/op.ts'
import { documentOps, opOf } from '../../engine/ops/registry.ts'
import { optimizers } from '../../engine/train/optimizers.ts'
import { fieldSchema, files, graphSchema, type JsonSchema, weightsSchema } from '../../scripts/schema.ts'

const root = join(import.meta.dirname, '../..')
const compile = (schema: JsonSchema): ValidateFunction =>
  new Ajv2020({ allErrors: true, allowUnionTypes: true, strictTuples: false }).compile(schema)
const isGraph = compile(graphSchema)
const isWeights = compile(weightsSchema)

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
/** The first errors in words; empty where the file is good. */
const errorsOf = (validate: ValidateFunction, text: string): string[] =>
  validate(JSON.parse(text)) ? [] : (validate.errors ?? []).slice(0, 3).map((e) => `${e.instancePath} ${e.message}`)

function reads(text: string): boolean {
  try {
    readGraph(bytes(text))
    return true
  } catch {
    return false
  }
}

test.each(Object.entries(files))('%s is what `npm run schema` writes', (path, content) => {
  expect(readFileSync(join(root, path), 'utf8')).toBe(content)
})

describe('files that are written', () => {
  const examples = readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.chainrule.json'))

  test('there are examples', () => expect(examples.length).toBeGreaterThan(0))

  test.each(examples)('examples/%s', (name) => {
    const text = readFileSync(join(root, 'examples', name), 'utf8')
    expect(errorsOf(isGraph, text)).toEqual([])
    expect(errorsOf(isGraph, writeGraph(readGraph(bytes(text)).document))).toEqual([])
  })

  test('a graph after edits of every kind', () => {
    const node = (id: string, op: string) => ({ id, op, position: { x: 1.5, y: -20 } })
    const edge = (id: string, source: string, target: string, targetHandle: string, sourceHandle = 'out') => ({
      id,
      source,
      sourceHandle,
      target,
      targetHandle
    })
    const commands: Command[] = [
      { type: 'addNode', node: { ...node('x', 'Input'), attributes: { shape: [null, 3] }, label: '입력 $x$' } },
      { type: 'addNode', node: node('fork', 'Branch') },
      { type: 'addNode', node: node('layer', 'Dense') },
      { type: 'addNode', node: node('all', 'Concat') },
      { type: 'addNode', node: node('data', 'Dataset') },
      { type: 'addEdge', edge: edge('e1', 'x', 'fork', 'x') },
      { type: 'addEdge', edge: edge('e2', 'fork', 'layer', 'x', 'out0') },
      { type: 'addEdge', edge: edge('e3', 'fork', 'all', 'x0', 'out1') },
      { type: 'addEdge', edge: edge('e4', 'data', 'all', 'x1', 'features') },
      { type: 'setAttribute', node: 'layer', attribute: 'kernelInit', value: { kind: 'normal', std: 0.1, seed: 4 } },
      { type: 'setAttribute', node: 'all', attribute: 'axis', value: -1 },
      { type: 'setAttribute', node: 'all', attribute: 'axis', value: undefined },
      { type: 'renameNode', node: 'all', id: 'joined' },
      { type: 'setLabel', node: 'joined', label: 'joined' },
      { type: 'move', positions: { joined: { x: 0, y: 0 } } },
      {
        type: 'addNote',
        note: { id: 'n1', text: 'A *note*', position: { x: 0, y: 0 }, size: { width: 200, height: 80 } }
      },
      { type: 'set', setting: 'objective', value: 'joined' },
      { type: 'set', setting: 'training', value: { ...defaultTraining, metrics: ['accuracy'], validationSplit: 0.1 } },
      { type: 'remove', nodes: ['x'] }
    ]
    let document: GraphDocument = { ...emptyDocument, groups: [{ id: 'g', label: 'both', nodes: [] }] }
    for (const command of commands) {
      const applied = apply(document, command)
      expect(applied.problems).toBeUndefined()
      document = applied.document ?? document
      expect(errorsOf(isGraph, writeGraph(document))).toEqual([])
    }
    expect(readGraph(bytes(writeGraph(document))).document).toEqual(document)
  })

  test.each(documentOps)('a node of each operator, as the reader takes it: $kind', (op) => {
    const needed = Object.fromEntries(
      Object.entries(op.attributes).flatMap(([name, field]) =>
        field.default === undefined ? [[name, op.samples[0]?.attributes?.[name]]] : []
      )
    )
    for (const attributes of [{}, ...op.samples.map((sample) => sample.attributes)]) {
      const node = { id: 'n', op: op.kind, attributes: { ...needed, ...attributes }, position: { x: 0, y: 0 } }
      const text = writeGraph({ ...emptyDocument, nodes: [node] })
      expect([attributes, errorsOf(isGraph, text).length === 0]).toEqual([attributes, reads(text)])
    }
    const bare = writeGraph({ ...emptyDocument, nodes: [{ id: 'n', op: op.kind, position: { x: 0, y: 0 } }] })
    expect(errorsOf(isGraph, bare).length === 0).toBe(reads(bare))
  })

  test.each(OPTIMIZERS)('training settings of %s, every hyperparameter', (kind) => {
    const known = Object.entries(optimizers[kind]?.hyperparameters ?? {}).map(([name, h]) => [name, h.default])
    const optimizer = { kind, learningRate: 0.1, ...Object.fromEntries(known) }
    const text = writeGraph({ ...emptyDocument, training: { ...defaultTraining, optimizer } })
    expect(errorsOf(isGraph, text)).toEqual([])
    expect(reads(text)).toBe(true)
  })

  test.each([
    { kind: 'constant' },
    { kind: 'step', stepSize: 2 },
    { kind: 'step', stepSize: 2, gamma: 0.5 },
    { kind: 'cosine' },
    { kind: 'cosine', minimum: 0.001 },
    { kind: 'warmup', steps: 5 },
    { kind: 'warmup', steps: 5, startFactor: 0, after: 'cosine', minimum: 0.001 },
    { kind: 'oneCycle', maximum: 1 },
    { kind: 'oneCycle', maximum: 1, warmupShare: 0.2 }
  ] satisfies Schedule[])('the schedule $kind, and what it leaves out stays out', (schedule) => {
    const settings = [
      { ...defaultTraining, schedule },
      { ...defaultTraining, clip: { norm: 1 }, schedule },
      { ...defaultTraining, clip: { value: 0.5 } },
      defaultTraining
    ]
    for (const training of settings) {
      const text = writeGraph({ ...emptyDocument, training })
      expect(errorsOf(isGraph, text)).toEqual([])
      expect(readGraph(bytes(text)).document.training).toEqual(training)
      expect(writeGraph(readGraph(bytes(text)).document)).toBe(text)
      expect([text.includes('"schedule"'), text.includes('"clip"')]).toEqual([
        'schedule' in training,
        'clip' in training
      ])
    }
  })

  test('weights, with numbers that JSON cannot say', () => {
    const data = Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0.1, 3.4e38)
    const tensors = [
      { name: 'dense1.kernel', shape: [2, 3], data },
      { name: 'scale', shape: [], data: Float32Array.of(1) },
      { name: 'none', shape: [0], data: new Float32Array(0) }
    ]
    const trained = { epochs: 5, steps: 2345, loss: Number.NaN, metrics: { accuracy: 0.98 } }
    for (const training of [null, trained]) {
      const text = writeWeights({ graph: 'A "graph"', tensors, training })
      expect(errorsOf(isWeights, text)).toEqual([])
      expect(readWeights(bytes(text)).tensors).toEqual(tensors)
    }
  })
})

describe('attributes: the schema lets through what the check lets through', () => {
  const values: readonly unknown[] = [
    ...[null, true, false, '', 'x', 'ij,jk->ik', {}, { kind: 'nope' }],
    ...[-2, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3, 10, 11, 64, 65, 1e300, -1e300, 2 ** 53],
    ...[[], [0], [1], [-1], [-2], [2, 3], [1.5], ['1'], [null], [null, 2], [2, null], [[1]], [true]],
    [1, 2, 3, 4, 5, 6],
    [1, 2, 3, 4, 5, 6, 7],
    ...[{ kind: 'values' }, { kind: 'values', values: [1, 2.5] }, { kind: 'values', values: ['1'] }],
    ...[
      { kind: 'values', values: [1], more: 1 },
      { kind: 'values', values: [1], seed: 1 }
    ],
    ...[{ kind: 'zeros' }, { kind: 'zeros', value: 1 }, { kind: 'zeros', seed: 3 }, { kind: 'zeros', seed: -1 }],
    ...[
      { kind: 'uniform', low: 0 },
      { kind: 'uniform', low: 0, high: 1, seed: 1 },
      { kind: 'uniform', low: '0' }
    ],
    ...[{ kind: 'constant', value: 2 }, { kind: 'normal', std: 1 }, { kind: 'heNormal', std: 1 }, { kind: 'ones' }]
  ]
  const fields = documentOps.flatMap((op) =>
    Object.entries(op.attributes).map(([name, field]) => ({ op, name, field }))
  )

  test.each(fields)('$op.kind $name', ({ field }) => {
    const validate = compile({ ...fieldSchema(field), $defs: graphSchema.$defs })
    for (const value of [
      ...values,
      ...(field.choices ?? []),
      ...(field.default === undefined ? [] : [field.default])
    ]) {
      expect([value, validate(value)]).toEqual([value, field.check(value) === null])
    }
  })
})

describe('handles', () => {
  test('the patterns hold every port of every operator', () => {
    const position = { x: 0, y: 0 }
    const from = documentOps.flatMap((op) => outputsOf(op).map((port) => port.name))
    const into = documentOps.flatMap((op) => [
      ...portsOf(op).map((port) => port.name),
      ...(op.variadic ? [`${op.variadic.name}0`, `${op.variadic.name}12`] : [])
    ])
    const edges = [...new Set(from)].flatMap((sourceHandle) =>
      [...new Set(into)].map((targetHandle) => ({ id: 'e', source: 'n', sourceHandle, target: 'n', targetHandle }))
    )
    const nodes = [{ id: 'n', op: 'Identity', position }]
    expect(errorsOf(isGraph, writeGraph({ ...emptyDocument, nodes, edges }))).toEqual([])
  })
})

type Raw = Record<string, unknown>

describe('wrong files', () => {
  const good = {
    format: 'chainrule-graph',
    version: 1,
    name: 'g',
    nodes: [
      { id: 'a', op: 'Parameter', attributes: { shape: [2], init: { kind: 'ones' } }, position: { x: 0, y: 0 } },
      { id: 's', op: 'ReduceSum', position: { x: 1, y: 0 } }
    ],
    edges: [{ id: 'e', source: 'a', sourceHandle: 'out', target: 's', targetHandle: 'x' }],
    objective: 's',
    training: { optimizer: { kind: 'sgd', learningRate: 0.1 }, batchSize: 1, epochs: 1 }
  }
  const node = (change: Raw) => ({ nodes: [{ ...good.nodes[0], ...change }, good.nodes[1]] })
  const training = (change: Raw) => ({ training: { ...good.training, ...change } })

  const wrong: readonly (readonly [string, Raw])[] = [
    ['another format', { format: 'chainrule-weights' }],
    ['a newer version', { version: 2 }],
    ['a version in words', { version: '1' }],
    ['no name', { name: undefined }],
    ['no nodes', { nodes: undefined }],
    ['a field that nobody knows', { viewport: {} }],
    ['an editor’s $schema', { $schema: 'chainrule-graph.schema.json' }],
    ['an unknown operator', node({ op: 'Multiply' })],
    ['an internal operator', node({ op: 'BatchMatMul', attributes: {} })],
    ['an id with a space', node({ id: 'a b' })],
    ['an id that begins with a digit', node({ id: '1a' })],
    ['an id that every object has', node({ id: 'constructor' })],
    ['an id that is every object’s prototype', node({ id: '__proto__' })],
    ['a node without a position', node({ position: undefined })],
    ['a field of a node that nobody knows', node({ selected: true })],
    ['an unknown attribute', node({ attributes: { size: 3 } })],
    [
      'attributes of an operator that has none',
      { nodes: [good.nodes[0], { ...good.nodes[1], op: 'Relu', attributes: { a: 1 } }] }
    ],
    ['a negative size', node({ attributes: { shape: [-1] } })],
    ['a batch where there is none', node({ attributes: { shape: [null] } })],
    ['seven dimensions', node({ attributes: { shape: [1, 1, 1, 1, 1, 1, 1] } })],
    ['an unknown initialiser', node({ attributes: { init: { kind: 'lecun' } } })],
    ['an edge without a handle', { edges: [{ id: 'e', source: 'a', target: 's' }] }],
    ['an edge to a handle that cannot be one', { edges: [{ ...good.edges[0], targetHandle: 'up stream' }] }],
    ['an objective that cannot be an id', { objective: 'a b' }],
    ['an unknown optimizer', training({ optimizer: { kind: 'lion', learningRate: 1 } })],
    ['an optimizer without a learning rate', training({ optimizer: { kind: 'sgd' } })],
    ['a negative learning rate', training({ optimizer: { kind: 'sgd', learningRate: -1 } })],
    ['a batch of none', training({ batchSize: 0 })],
    ['half an epoch', training({ epochs: 0.5 })],
    ['a split that leaves nothing', training({ validationSplit: 1 })],
    ['an unknown schedule', training({ schedule: { kind: 'cyclic' } })],
    ['a schedule with a setting of another', training({ schedule: { kind: 'cosine', gamma: 0.5 } })],
    ['a step schedule without steps', training({ schedule: { kind: 'step' } })],
    ['half an epoch between two changes', training({ schedule: { kind: 'step', stepSize: 0.5 } })],
    ['a warm-up of no steps', training({ schedule: { kind: 'warmup', steps: 0 } })],
    [
      'a warm-up that goes on in a way nobody knows',
      training({ schedule: { kind: 'warmup', steps: 1, after: 'step' } })
    ],
    ['a share above one', training({ schedule: { kind: 'oneCycle', maximum: 1, warmupShare: 1.5 } })],
    ['no schedule where it is named', training({ schedule: null })],
    ['clipping to nothing', training({ clip: { norm: 0 } })],
    ['clipping in two ways at once', training({ clip: { norm: 1, value: 1 } })],
    ['clipping in no way', training({ clip: {} })],
    ['training settings that nobody knows', training({ patience: 3 })]
  ]

  test('what is changed below is good', () => {
    expect(errorsOf(isGraph, JSON.stringify(good))).toEqual([])
    expect(reads(JSON.stringify(good))).toBe(true)
  })

  test.each(wrong)('%s: refused by the schema and by the reader', (_what, change) => {
    const text = JSON.stringify({ ...good, ...change })
    expect(errorsOf(isGraph, text)).not.toEqual([])
    expect(reads(text)).toBe(false)
  })

  const tensor = { name: 'w', dtype: 'float32', shape: [1], data: [1] }
  const weights = { format: 'chainrule-weights', version: 1, graph: 'g', tensors: [tensor], training: null }
  const wrongWeights: readonly (readonly [string, Raw])[] = [
    ['another format', { format: 'chainrule-graph' }],
    ['a newer version', { version: 2 }],
    ['no tensors', { tensors: undefined }],
    ['a tensor without a name', { tensors: [{ ...tensor, name: undefined }] }],
    ['another type of number', { tensors: [{ ...tensor, dtype: 'float16' }] }],
    ['a negative size', { tensors: [{ ...tensor, shape: [-1] }] }],
    ['a number as text', { tensors: [{ ...tensor, data: ['1'] }] }],
    ['nothing where a number should be', { tensors: [{ ...tensor, data: [null] }] }]
  ]

  test('the weights that are changed below are good', () => {
    expect(errorsOf(isWeights, JSON.stringify(weights))).toEqual([])
    expect(readWeights(bytes(JSON.stringify(weights))).graph).toBe('g')
  })

  test.each(wrongWeights)('weights, %s: refused by the schema and by the reader', (_what, change) => {
    const text = JSON.stringify({ ...weights, ...change })
    expect(errorsOf(isWeights, text)).not.toEqual([])
    expect(() => readWeights(bytes(text))).toThrow()
  })
})

test('the operators of the schema are those of the registry', () => {
  const kinds = (graphSchema as { $defs: { node: { properties: { op: { enum: string[] } } } } }).$defs.node.properties
    .op
  expect(kinds.enum.every((kind) => opOf(kind) !== undefined && opOf(kind)?.family !== 'internal')).toBe(true)
  expect(kinds.enum.length).toBe(documentOps.length)
})
