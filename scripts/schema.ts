// Writes schema/*.schema.json, the JSON Schemas of the graph file and the weights file, from what the operators,
// optimizers and readers declare themselves. Usage: npm run schema
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { outputsOf } from '../engine/document/connect.ts'
import { FORMAT, MODES, NODE_ID, NOTE_COLOURS, OPTIMIZERS, VERSION } from '../engine/document/types.ts'
import { WEIGHTS_FORMAT, WEIGHTS_VERSION } from '../engine/io/weights.ts'
import type { Field, Op } from '../engine/ir/op.ts'
import { defaultsOf, INITIALIZERS } from '../engine/ops/attributes.ts'
import { documentOps } from '../engine/ops/registry.ts'
import { MAX_RANK } from '../engine/shape.ts'
import { optimizers } from '../engine/train/optimizers.ts'
import { SCHEDULE_PRESETS } from '../engine/train/schedules.ts'

export type JsonSchema = { readonly [keyword: string]: unknown }

const DRAFT = 'https://json-schema.org/draft/2020-12/schema'
const SAFE = Number.MAX_SAFE_INTEGER

const number = { type: 'number' }
const text = { type: 'string' }
const whole = (minimum = -SAFE, maximum = SAFE) => ({ type: 'integer', minimum, maximum })
const list = (items: JsonSchema) => ({ type: 'array', items })
const ref = (name: string) => ({ $ref: `#/$defs/${name}` })
const orNull = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] })
/** An object that has no other fields than these; all of them required but those named optional. */
const object = (properties: Record<string, JsonSchema>, optional: readonly string[] = []): JsonSchema => {
  const required = Object.keys(properties).filter((name) => !optional.includes(name))
  return { type: 'object', properties, ...(required.length > 0 ? { required } : {}), additionalProperties: false }
}

/** What a declared attribute's check lets through, as a schema; the test compares the two value by value. */
export function fieldSchema(field: Field): JsonSchema {
  const limits = {
    ...(field.min === undefined ? {} : { minimum: field.min }),
    ...(field.max === undefined ? {} : { maximum: field.max })
  }
  const open = (schema: JsonSchema) => (field.check(null) === null ? orNull(schema) : schema)
  switch (field.kind) {
    case 'integer':
    case 'optional-integer':
      return open(whole(field.min, field.max))
    case 'number':
    case 'optional-number':
      return open({ ...number, ...limits })
    case 'boolean':
      return { type: 'boolean' }
    case 'choice':
      return { enum: field.choices ?? [] }
    case 'text':
      return text
    case 'integers':
      return open(list(whole(field.min, field.max)))
    case 'numbers':
      return list(number)
    case 'shape':
      return ref(field.check([null]) === null ? 'batchShape' : 'shape')
    case 'init':
      return ref('init')
  }
}

const attributeSchema = (field: Field): JsonSchema => ({
  ...fieldSchema(field),
  description: field.doc,
  ...(field.default === undefined ? {} : { default: field.default })
})

function attributesSchema(op: Op): JsonSchema {
  const fields = Object.entries(op.attributes)
  return {
    description: op.doc,
    ...object(
      Object.fromEntries(fields.map(([name, field]) => [name, attributeSchema(field)])),
      fields.flatMap(([name, field]) => (field.default === undefined ? [] : [name]))
    )
  }
}

const SEED = { ...whole(0), description: 'Draws the numbers; where absent, the training seed does.' }

/** Initialisers: explicit values, or a rule with its named numbers. */
function initSchema(): JsonSchema {
  const values = object({ kind: { const: 'values' }, values: list(number), seed: SEED }, ['seed'])
  const rules = Object.entries(INITIALIZERS).map(([kind, named]) => {
    const numbers = Object.entries(named).map(([name, preset]) => [name, { ...number, default: preset }])
    return object({ kind: { const: kind }, ...Object.fromEntries(numbers), seed: SEED }, [
      ...Object.keys(named),
      'seed'
    ])
  })
  return {
    description: 'How a parameter starts. "values" are flat and row-major.',
    oneOf: [values, ...rules]
  }
}

/** The handles that any operator has, as a pattern; which of them belong to which operator, the reader checks. */
function handlePattern(names: Iterable<string>, numbered: Iterable<string>): string {
  const counted = [...new Set(numbered)].map((name) => `${name}(0|[1-9][0-9]*)`)
  return `^(${[...new Set(names)].sort().concat(counted).join('|')})$`
}

const outputHandles = handlePattern(
  documentOps.flatMap((op) => (typeof op.outputs === 'function' ? [] : op.outputs.map((port) => port.name))),
  documentOps.flatMap((op) =>
    typeof op.outputs === 'function' ? outputsOf(op, defaultsOf(op)).map((port) => port.name.replace(/\d+$/, '')) : []
  )
)

/** A Custom operator names its inputs itself, so that any name may be a handle. */
const inputHandles = '^[A-Za-z_][A-Za-z0-9_]*$'

const optionNames = (kind: (typeof OPTIMIZERS)[number]) => Object.entries(optimizers[kind]?.hyperparameters ?? {})

const optimizerSchema: JsonSchema = {
  type: 'object',
  properties: {
    kind: { enum: OPTIMIZERS, description: 'newton and normalEquation are for small problems.' },
    learningRate: { ...number, minimum: 0 }
  },
  required: ['kind', 'learningRate'],
  additionalProperties: ref('hyperparameter'),
  allOf: OPTIMIZERS.filter((kind) => optionNames(kind).length > 0).map((kind) => ({
    if: { properties: { kind: { const: kind } }, required: ['kind'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: {
      properties: Object.fromEntries(
        optionNames(kind).map(([name, { doc, default: preset }]) => [
          name,
          { ...ref('hyperparameter'), description: doc, default: preset }
        ])
      )
    }
  }))
}

const positive = { ...number, exclusiveMinimum: 0 }
const part = (preset: number) => ({ ...number, minimum: 0, maximum: 1, default: preset })
const minimum = { ...number, minimum: 0, default: SCHEDULE_PRESETS.minimum, description: 'The last rate.' }

const scheduleSchema: JsonSchema = {
  description: 'How the learning rate goes on, as PyTorch defines it. Absent: it stays.',
  oneOf: [
    object({ kind: { const: 'constant' } }),
    object(
      {
        kind: { const: 'step' },
        stepSize: { ...whole(1), description: 'Epochs between two changes.' },
        gamma: { ...positive, default: SCHEDULE_PRESETS.gamma, description: 'What the rate is multiplied by.' }
      },
      ['gamma']
    ),
    object({ kind: { const: 'cosine' }, minimum }, ['minimum']),
    object(
      {
        kind: { const: 'warmup' },
        steps: { ...whole(1), description: 'Steps until the full rate.' },
        startFactor: { ...part(SCHEDULE_PRESETS.startFactor), description: 'Share of the rate at the first step.' },
        after: { enum: ['constant', 'cosine'], default: SCHEDULE_PRESETS.after },
        minimum
      },
      ['startFactor', 'after', 'minimum']
    ),
    object(
      {
        kind: { const: 'oneCycle' },
        maximum: { ...positive, description: 'The highest rate.' },
        warmupShare: { ...part(SCHEDULE_PRESETS.warmupShare), description: 'Share of the steps until there.' }
      },
      ['warmupShare']
    )
  ]
}

const clipSchema: JsonSchema = {
  description: 'Keeps gradients from being too large. Absent: they are taken as they are.',
  oneOf: [
    object({ norm: { ...positive, description: 'Longest that all gradients together may be (L2).' } }),
    object({ value: { ...positive, description: 'Largest that any element may be.' } })
  ]
}

const trainingSchema = object(
  {
    optimizer: ref('optimizer'),
    batchSize: { ...whole(1), description: 'Examples per step; more than there are means all of them.' },
    epochs: { ...whole(0), description: 'Passes over the training split.' },
    shuffle: { type: 'boolean', default: true, description: 'A new order of the examples in each epoch.' },
    seed: { ...whole(0), default: 0, description: 'Draws first weights, the order of examples and the split.' },
    metrics: { ...list(text), default: [], description: '"accuracy", or ids of scalar nodes.' },
    validationSplit: {
      ...number,
      minimum: 0,
      maximum: 0.9,
      default: 0,
      description: 'Share of the training examples held back.'
    },
    schedule: ref('schedule'),
    clip: ref('clip')
  },
  ['shuffle', 'seed', 'metrics', 'validationSplit', 'schedule', 'clip']
)

const choose = (condition: JsonSchema, attributes: JsonSchema, needed = false): JsonSchema => ({
  if: { properties: { op: condition }, required: ['op'] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { properties: { attributes }, ...(needed ? { required: ['attributes'] } : {}) }
})

const plain = documentOps.filter((op) => Object.keys(op.attributes).length === 0)
const adjustable = documentOps.filter((op) => Object.keys(op.attributes).length > 0)
const nodeId = { ...text, pattern: NODE_ID.source }

const nodeSchema: JsonSchema = {
  ...object(
    {
      id: nodeId,
      op: { enum: documentOps.map((op) => op.kind), description: 'The operator, by its ONNX name where ONNX has it.' },
      attributes: { type: 'object', description: 'What differs from the operator’s defaults.' },
      label: { ...text, description: 'Display name: any text, LaTeX between dollar signs.' },
      mode: { enum: MODES, description: 'bypass: it passes an input on. mute: it is left out, with what follows.' },
      collapsed: { const: true, description: 'Shown as its title alone.' },
      position: ref('position')
    },
    ['attributes', 'label', 'mode', 'collapsed']
  ),
  allOf: [
    choose({ enum: plain.map((op) => op.kind) }, { type: 'object', maxProperties: 0 }),
    ...adjustable.map((op) =>
      choose(
        { const: op.kind },
        ref(`attributes.${op.kind}`),
        Object.values(op.attributes).some((field) => field.default === undefined)
      )
    )
  ]
}

export const graphSchema: JsonSchema = {
  $schema: DRAFT,
  title: 'Chainrule graph',
  description:
    'A computation graph (*.chainrule.json). Generated by `npm run schema`; docs/file-format.md explains it.',
  ...object(
    {
      format: { const: FORMAT },
      version: { const: VERSION },
      name: text,
      description: { ...text, default: '' },
      nodes: list(ref('node')),
      edges: list(ref('edge')),
      groups: { ...list(ref('group')), default: [] },
      notes: { ...list(ref('note')), default: [] },
      objective: {
        ...orNull(nodeId),
        default: null,
        description: 'The node that is differentiated.'
      },
      training: { ...orNull(ref('training')), default: null }
    },
    ['description', 'groups', 'notes', 'objective', 'training']
  ),
  $defs: {
    node: nodeSchema,
    edge: object(
      {
        id: text,
        source: nodeId,
        sourceHandle: { ...text, pattern: outputHandles },
        target: nodeId,
        targetHandle: { ...text, pattern: inputHandles },
        points: {
          ...list(ref('position')),
          minItems: 1,
          description: 'Points that the wire is led through; absent where it runs straight.'
        }
      },
      ['points']
    ),
    group: object(
      {
        id: text,
        label: text,
        nodes: { ...list(nodeId), description: 'Those directly inside.' },
        parent: { ...text, description: 'The group that this one is in.' },
        link: { ...text, description: 'Groups of one link are copies of each other.' },
        position: ref('position')
      },
      ['parent', 'link', 'position']
    ),
    note: object(
      {
        id: text,
        text: { ...text, description: 'Markdown with LaTeX between dollar signs; of a frame, its title.' },
        position: ref('position'),
        size: object({ width: number, height: number }),
        kind: { const: 'frame', description: 'A titled rectangle behind nodes.' },
        colour: { enum: NOTE_COLOURS },
        parent: { ...text, description: 'The group that it is in.' }
      },
      ['size', 'kind', 'colour', 'parent']
    ),
    position: object({ x: number, y: number }),
    training: trainingSchema,
    schedule: scheduleSchema,
    clip: clipSchema,
    optimizer: optimizerSchema,
    hyperparameter: { type: ['number', 'boolean', 'string'] },
    shape: { ...list(whole(0)), maxItems: MAX_RANK, description: 'Sizes, outermost first; [] is a single number.' },
    batchShape: {
      type: 'array',
      prefixItems: [orNull(whole(0))],
      items: whole(0),
      maxItems: MAX_RANK,
      description: 'Sizes, outermost first; the first may be null for the batch.'
    },
    init: initSchema(),
    ...Object.fromEntries(adjustable.map((op) => [`attributes.${op.kind}`, attributesSchema(op)]))
  }
}

export const weightsSchema: JsonSchema = {
  $schema: DRAFT,
  title: 'Chainrule weights',
  description:
    'Parameters of a graph (*.weights.json). Generated by `npm run schema`; docs/file-format.md explains it. Further fields are passed over.',
  type: 'object',
  properties: {
    format: { const: WEIGHTS_FORMAT },
    version: { const: WEIGHTS_VERSION },
    graph: { ...text, default: '', description: 'Name of the graph.' },
    tensors: list({
      type: 'object',
      properties: {
        name: { ...text, description: 'A Parameter’s id, or "<layer id>.<slot>".' },
        dtype: { const: 'float32' },
        shape: list(whole(0)),
        data: {
          ...list({ anyOf: [number, { enum: ['NaN', 'Infinity', '-Infinity'] }] }),
          description: 'Flat and row-major, as many as the shape says.'
        }
      },
      required: ['name', 'dtype', 'shape', 'data']
    }),
    training: {
      ...orNull({
        type: 'object',
        required: ['epochs', 'steps', 'loss', 'metrics'],
        properties: {
          epochs: whole(0),
          steps: whole(0),
          loss: orNull(number),
          metrics: { type: 'object', additionalProperties: orNull(number) }
        }
      }),
      default: null,
      description: 'What made the weights; null where they were never trained.'
    }
  },
  required: ['format', 'version', 'tensors']
}

const WIDTH = 120

/** JSON as Biome formats it: objects a line per field, lists of plain values on one line where they fit. */
export function print(value: unknown, indent = '', before = 0): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const inner = `${indent}  `
  if (Array.isArray(value)) {
    const parts = value.map((item) => print(item, inner, inner.length))
    const line = `[${parts.join(', ')}]`
    // one more for the comma that may follow
    if (!line.includes('\n') && before + line.length + 1 <= WIDTH) return line
    return `[\n${parts.map((part) => inner + part).join(',\n')}\n${indent}]`
  }
  const rows = Object.entries(value).map(([key, item]) => {
    const head = `${inner}${JSON.stringify(key)}: `
    return head + print(item, inner, head.length)
  })
  return rows.length === 0 ? '{}' : `{\n${rows.join(',\n')}\n${indent}}`
}

/** The files by their paths from the project's root. */
export const files: Readonly<Record<string, string>> = {
  'schema/chainrule-graph.schema.json': `${print(graphSchema)}\n`,
  'schema/chainrule-weights.schema.json': `${print(weightsSchema)}\n`
}

if (process.argv[1] === import.meta.filename) {
  for (const [path, content] of Object.entries(files)) writeFileSync(join(import.meta.dirname, '..', path), content)
  console.log(`${Object.keys(files).join(', ')}: ${documentOps.length} operators.`)
}
