/**
 * Writes docs/operators.md from the registry: `npm run docs`.
 *
 * test/generated/operators-doc.test.ts fails where the file is not what this makes of the registry.
 */
import { writeFileSync } from 'node:fs'
import { FAMILIES, type Family, type Field, type Op, portsOf } from '../engine/ir/op.ts'
import { withDefaults } from '../engine/ops/attributes.ts'
import { documentOps } from '../engine/ops/registry.ts'

const FAMILY_TITLES: Readonly<Record<Exclude<Family, 'internal'>, string>> = {
  sources: 'Sources',
  arithmetic: 'Arithmetic',
  logic: 'Logic',
  routing: 'Routing',
  linear: 'Products',
  shape: 'Shape',
  reduce: 'Reductions',
  activations: 'Activations',
  losses: 'Losses',
  layers: 'Layers',
  pooling: 'Pooling and dropout',
  metrics: 'Metrics'
}

const code = (text: string): string => `\`${text}\``
/** A pipe would end the cell. */
const cell = (text: string): string => text.replaceAll('|', '\\|')

const ports = (ports: readonly { name: string; doc?: string; optional?: boolean }[]): string =>
  ports
    .map((p) => {
      const notes = [p.optional ? 'optional' : '', p.doc ?? ''].filter((n) => n !== '').join('; ')
      return code(p.name) + (notes === '' ? '' : ` (${notes})`)
    })
    .join(', ')

function inputsOf(op: Op): string {
  const fixed = ports(portsOf(op)) + (typeof op.inputs === 'function' ? ' as the attributes say' : '')
  const { variadic } = op
  if (!variadic) return fixed === '' ? 'none' : fixed
  const any = `${code(`${variadic.name}0`)}, ${code(`${variadic.name}1`)}, … (at least ${variadic.min})`
  return fixed === '' ? any : `${fixed}, ${any}`
}

function outputsOf(op: Op): string {
  if (typeof op.outputs !== 'function') return ports(op.outputs)
  return `${ports(op.outputs(withDefaults(op)))}, … as the attributes say`
}

/** The parameters that a layer owns, as it makes them for its first sample. */
function owned(op: Op): string[] {
  const sample = op.samples[0]
  if (!op.compose || !sample) return []
  const types = sample.shapes.map((shape) => ({ shape, dtype: 'float' as const }))
  const { parts } = op.compose(withDefaults(op, sample.attributes), types)
  return parts.filter((p) => p.op === 'Parameter').map((p) => p.id)
}

/** What its first sample (of several inputs, where it takes any number) expands into, each operator once. */
function opensInto(op: Op): string[] {
  const opening = op.compose ?? op.opens
  const sample = op.samples.find(({ shapes }) => !op.variadic || shapes.length > 1)
  if (!opening || !sample) return []
  const types = sample.shapes.map((shape) => ({ shape, dtype: 'float' as const }))
  const { parts } = opening(withDefaults(op, sample.attributes), types)
  return [...new Set(parts.map((part) => part.op))].filter((kind) => kind !== 'Constant')
}

function expected(field: Field): string {
  if (field.choices) return field.choices.map(code).join(', ')
  // The rule itself says in words what it wants: no attribute takes a symbol.
  return field.check(Symbol('anything')) ?? 'anything'
}

const preset = (field: Field): string =>
  field.default === undefined ? 'must be given' : code(JSON.stringify(field.default))

function attributesOf(op: Op): string[] {
  const fields = Object.entries(op.attributes)
  if (fields.length === 0) return []
  return [
    '',
    '| attribute | default | takes | |',
    '| --- | --- | --- | --- |',
    ...fields.map(([name, f]) => `| ${code(name)} | ${cell(preset(f))} | ${cell(expected(f))} | ${cell(f.doc)} |`)
  ]
}

function gradientOf(op: Op): string {
  if (op.notDifferentiable) return `none: ${op.notDifferentiable}.`
  if (op.family === 'sources') return 'a source has no inputs to pass one to.'
  const passes = Object.keys(op.formula.backward ?? {})
  if (passes.length === 0) return `${op.pattern}.`
  return `${op.pattern}; to ${passes.map(code).join(', ')}${op.variadic ? ' (each of them)' : ''}.`
}

function section(op: Op): string[] {
  const slots = owned(op)
  const parts = opensInto(op)
  return [
    `### ${op.kind}`,
    '',
    `**${op.title}.** ${op.doc}`,
    '',
    `- Inputs: ${inputsOf(op)}`,
    `- Outputs: ${outputsOf(op)}`,
    ...(slots.length > 0 ? [`- Owns: ${slots.map(code).join(', ')}`] : []),
    `- Gradient: ${gradientOf(op)}`,
    ...(parts.length > 0 ? [`- Expands into: ${parts.map(code).join(', ')}`] : []),
    ...attributesOf(op),
    '',
    '$$',
    op.formula.forward,
    '$$',
    ...Object.values(op.formula.backward ?? {}).flatMap((tex) => ['', '$$', tex, '$$']),
    ''
  ]
}

/** The whole page. */
export function operatorsPage(): string {
  const families = FAMILIES.filter((f): f is Exclude<Family, 'internal'> => f !== 'internal')
  const of = (family: Family): readonly Op[] => documentOps.filter((op) => op.family === family)
  const lines = [
    '# Operators',
    '',
    '<!-- Written by `npm run docs` from engine/ops. Change the operator there, not this page. -->',
    '',
    `The ${documentOps.length} operators that a graph file may name, with their handles, attributes, formulas and gradients.`,
    'Where ONNX has an operator of the name, handles aside, its attributes and meaning are those of ONNX.',
    '',
    'Shapes broadcast as in NumPy, tensors have up to 6 dimensions, and sizes of 0 are allowed. $L$ is the objective, and',
    '$\\frac{\\partial L}{\\partial y}$ the gradient that arrives from behind. Gradients at kinks are PyTorch’s; each',
    'operator says which. Numbers agree with PyTorch in float64 to 1e-10 and in float32 to 1e-5 (relative, or absolute',
    'below 1), unless an operator says otherwise.',
    '',
    '| family | operators |',
    '| --- | --- |',
    ...families.map(
      (f) =>
        `| [${FAMILY_TITLES[f]}](#${FAMILY_TITLES[f].toLowerCase().replaceAll(' ', '-')}) | ${of(f)
          .map((op) => `[${op.kind}](#${op.kind.toLowerCase()})`)
          .join(', ')} |`
    ),
    '',
    ...families.flatMap((f) => [`## ${FAMILY_TITLES[f]}`, '', ...of(f).flatMap(section)])
  ]
  return `${lines.join('\n').trimEnd()}\n`
}

export const OPERATORS_PAGE = new URL('../docs/operators.md', import.meta.url)

if (import.meta.main) writeFileSync(OPERATORS_PAGE, operatorsPage())
