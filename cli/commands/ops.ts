import { outputsOf } from '../../engine/document/connect.ts'
import { portsOf } from '../../engine/ir/op.ts'
import { documentOps } from '../../engine/ops/registry.ts'
import { readCall } from '../arguments.ts'
import { print, printJson, table } from '../output.ts'

export function opsCommand(args: readonly string[]): number {
  const { options } = readCall(args, { json: { type: 'boolean' } }, 0)
  const rows = documentOps.map((op) => ({
    name: op.kind,
    title: op.title,
    family: op.family,
    doc: op.doc,
    inputs: op.variadic ? [`${op.variadic.name}0…`] : portsOf(op).map((p) => p.name),
    optionalInputs: portsOf(op)
      .filter((p) => p.optional)
      .map((p) => p.name),
    ...(op.variadic ? { leastInputs: op.variadic.min } : {}),
    outputs: outputsOf(op).map((p) => p.name),
    attributes: Object.fromEntries(
      Object.entries(op.attributes).map(([name, { kind, doc, default: preset, choices, min, max }]) => [
        name,
        { kind, doc, default: preset, choices, min, max }
      ])
    ),
    formula: op.formula,
    pattern: op.pattern,
    differentiable: op.notDifferentiable === undefined,
    ...(op.notDifferentiable === undefined ? {} : { reason: op.notDifferentiable })
  }))
  if (options.json) printJson(rows)
  else {
    const shown = rows.map((r) => [
      r.name,
      r.family,
      r.inputs.join(' '),
      Object.keys(r.attributes).join(' '),
      r.differentiable ? r.pattern : 'not differentiable'
    ])
    print(table([['operator', 'family', 'inputs', 'attributes', 'backward'], ...shown]))
  }
  return 0
}
