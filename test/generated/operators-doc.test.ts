/** docs/operators.md is what the registry says, and the registry says enough of each operator. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { FAMILIES, portsOf } from '../../engine/ir/op.ts'
import { documentOps, opOf, ops } from '../../engine/ops/registry.ts'
import { OPERATORS_PAGE, operatorsPage } from '../../scripts/operators-doc.ts'

test('docs/operators.md is not stale', () => {
  expect(readFileSync(OPERATORS_PAGE, 'utf8') === operatorsPage(), 'stale: run `npm run docs`').toBe(true)
})

test('kinds are distinct', () => {
  const kinds = ops.map((op) => op.kind)
  expect(kinds.filter((k, i) => kinds.indexOf(k) !== i)).toEqual([])
})

/** The operator table that graph files rely on. */
const TABLE: Readonly<Record<string, string>> = {
  '': 'Parameter Constant Input Dataset RandomNormal RandomUniform',
  'a b': 'Add Sub Mul Div Pow Min Max Equal Greater Less MatMul Dot Outer',
  x: [
    'Neg Abs Exp Log Sqrt Reciprocal Sign Floor Ceil Sin Cos Tan Erf Clip Branch Repeat Identity StopGradient',
    'Reshape Flatten Transpose Squeeze Unsqueeze Slice Expand Pad',
    'ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL2 ArgMax',
    'Relu LeakyRelu Elu Selu Sigmoid HardSigmoid Tanh Softplus Softsign Gelu Silu Mish Step Softmax LogSoftmax',
    'Dense Conv2D Embedding BatchNorm LayerNorm MaxPool AveragePool GlobalAveragePool Dropout'
  ].join(' '),
  'x…': 'Sum Einsum Concat Stack',
  'condition a b': 'Where',
  'a b c?': 'Gemm',
  'x indices': 'Gather',
  'prediction target': [
    'MeanSquaredError MeanAbsoluteError Huber BinaryCrossEntropy BinaryCrossEntropyWithLogits CategoricalCrossEntropy',
    'SoftmaxCrossEntropyLoss NegativeLogLikelihoodLoss Hinge KLDivergence Accuracy BinaryAccuracy'
  ].join(' '),
  'x kernel bias?': 'Conv',
  'x scale bias mean? var?': 'BatchNormalization',
  'x scale bias?': 'LayerNormalization'
}

test('every operator of the table is there, with its handles', () => {
  for (const [handles, kinds] of Object.entries(TABLE)) {
    for (const kind of kinds.split(' ')) {
      const op = opOf(kind)
      const found = [
        ...(op ? portsOf(op) : []).map((p) => `${p.name}${p.optional ? '?' : ''}`),
        ...(op?.variadic ? [`${op.variadic.name}…`] : [])
      ].join(' ')
      expect(`${op?.kind}: ${found}`).toBe(`${kind}: ${handles}`)
    }
  }
})

describe.each(documentOps.map((op) => ({ op, kind: op.kind })))('$kind', ({ op }) => {
  test('says what people need', () => {
    expect(FAMILIES).toContain(op.family)
    expect(op.title).toMatch(/^[A-Z]/)
    expect(op.doc).toMatch(/\.$/)
    expect(op.formula.forward).not.toBe('')
    expect(op.keywords?.length ?? 0).toBeGreaterThan(0)
    for (const [name, field] of Object.entries(op.attributes)) {
      expect(field.doc, name).toMatch(/^[A-Z0-9].*\.$/)
      if (field.default !== undefined) expect(field.check(field.default), name).toBe(null)
    }
  })

  test('has a formula for each gradient, or a reason for none', () => {
    const tells = Object.keys(op.formula.backward ?? {})
    if (op.notDifferentiable) expect(tells).toEqual([])
    const known = [...portsOf(op).map((p) => p.name), ...(op.variadic ? [op.variadic.name] : [])]
    for (const handle of tells) expect(known).toContain(handle)
    if (op.vjp && !op.notDifferentiable) expect(tells.length).toBeGreaterThan(0)
  })
})
