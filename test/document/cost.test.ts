import { describe, expect, it } from 'vitest'
import { check } from '../../engine/document/check.ts'
import { costsOf } from '../../engine/document/cost.ts'
import { emptyDocument, type GraphDocument, type GraphNode } from '../../engine/document/types.ts'
import type { Attributes } from '../../engine/ir/types.ts'
import { documentOps } from '../../engine/ops/registry.ts'

const at = { x: 0, y: 0 }
const input = (...shape: (number | null)[]): Attributes => ({ shape })

/** One operator with inputs of these shapes. */
function one(op: string, attributes: Attributes, inputs: Readonly<Record<string, Attributes>>): GraphDocument {
  const names = Object.keys(inputs)
  return {
    ...emptyDocument,
    nodes: [
      ...names.map(
        (name): GraphNode => ({ id: `in_${name}`, op: 'Input', attributes: inputs[name] as Attributes, position: at })
      ),
      { id: 'y', op, attributes, position: at }
    ],
    edges: names.map((name, i) => ({
      id: `e${i}`,
      source: `in_${name}`,
      sourceHandle: 'out',
      target: 'y',
      targetHandle: name
    }))
  }
}

const costOf = (op: string, attributes: Attributes, inputs: Readonly<Record<string, Attributes>>) => {
  const checked = check(one(op, attributes, inputs))
  expect(checked.problems.filter((p) => p.severity === 'error')).toEqual([])
  return costsOf(checked.inferred).byNode.get('y')
}

describe('cost', () => {
  it('of a product: two operations for each term, with the batch left open', () => {
    // 2 · B · 784 · 512
    expect(costOf('MatMul', {}, { a: input(null, 784), b: input(784, 512) })?.flops).toBe('802816*B')
    expect(costOf('Dot', {}, { a: input(3), b: input(3) })?.flops).toBe(6)
    expect(costOf('Gemm', { transB: 1 }, { a: input(2, 3), b: input(5, 3) })?.flops).toBe(2 * 2 * 3 * 5)
    expect(costOf('Einsum', { equation: 'ij,jk->ik' }, { x0: input(2, 3), x1: input(3, 5) })?.flops).toBe(60)
  })

  it('of a sum of any number of tensors: one addition less than there are', () => {
    expect(costOf('Sum', {}, { x0: input(2, 3), x1: input(2, 3), x2: input(2, 3) })?.flops).toBe(12)
  })

  it('of a layer: that of its parts, and its parameters', () => {
    const cost = costOf('Dense', { units: 512, activation: 'relu' }, { x: input(null, 784) })
    // the product, the bias, the activation
    expect(cost?.flops).toBe(`${2 * 784 * 512 + 512 + 512}*B`)
    expect(cost?.parameters).toBe(4 * (784 * 512 + 512))
    expect(cost?.values).toBe(`${4 * 3 * 512}*B`)
  })

  it('of a convolution: filters, channels, window and places', () => {
    const cost = costOf('Conv2D', { filters: 8, kernel_shape: [3, 3], useBias: false }, { x: input(null, 2, 6, 6) })
    expect(cost?.flops).toBe(`${2 * 8 * 2 * 9 * 16}*B`)
    expect(costOf('MaxPool', { kernel_shape: [2, 2] }, { x: input(1, 1, 4, 4) })?.flops).toBe(9 * 4)
  })

  it('of elementwise operators, reductions and softmax: by the elements', () => {
    expect(costOf('Add', {}, { a: input(null, 10), b: input(10) })?.flops).toBe('10*B')
    expect(costOf('Sigmoid', {}, { x: input(7) })?.flops).toBe(7)
    expect(costOf('ReduceSum', {}, { x: input(4, 5) })?.flops).toBe(20)
    // largest, minus, exp, sum, divided
    expect(costOf('Softmax', {}, { x: input(null, 10) })?.flops).toBe('50*B')
  })

  it('of what only moves numbers: nothing, and no memory for a view', () => {
    expect(costOf('Reshape', { shape: [-1] }, { x: input(2, 3) })).toEqual({ flops: 0, parameters: 0, values: 0 })
    expect(costOf('Transpose', {}, { x: input(2, 3) })?.flops).toBe(0)
    expect(costOf('Branch', {}, { x: input(2, 3) })?.flops).toBe(0)
  })

  it('is known of every operator that has a shape', () => {
    for (const op of documentOps) {
      for (const { shapes, attributes = {} } of op.samples.slice(0, 2)) {
        if (op.variadic || typeof op.inputs === 'function') continue
        const ports = Object.fromEntries(
          op.inputs
            .slice(0, shapes.length)
            .map(({ name }, i) => [
              name,
              { shape: (shapes[i] ?? []).map((d, axis) => (typeof d === 'number' ? d : axis === 0 ? null : 2)) }
            ])
        )
        const checked = check(one(op.kind, attributes, ports))
        if (!checked.types.has('y')) continue
        expect(() => costsOf(checked.inferred), op.kind).not.toThrow()
      }
    }
  })
})
