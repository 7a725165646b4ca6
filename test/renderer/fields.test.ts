import { describe, expect, it } from 'vitest'
import { apply } from '../../engine/document/commands.ts'
import { emptyDocument } from '../../engine/document/types.ts'
import type { Field } from '../../engine/ir/op.ts'
import { parseAttribute } from '../../renderer/inspector/parse.ts'
import { holdsOne } from '../../renderer/inspector/shapes.ts'
import { shortNumber } from '../../renderer/training/shortNumber.ts'
import { parseNumber } from '../../renderer/ui/numberText.ts'

describe('a field for one number', () => {
  it.each([
    ['0', { min: 0 }, 0],
    ['-0.1', { min: 0 }, null],
    ['abc', {}, null],
    ['', {}, null],
    ['0,001', { min: 0 }, 0.001],
    ['1,000', { min: 0 }, null],
    ['1e-3', {}, 0.001],
    ['2.5', { integer: true }, null],
    ['101', { max: 100 }, null]
  ] as const)('reads %s', (text, rule, value) => {
    expect(parseNumber(text, rule)).toBe(value)
  })
})

describe('numbers of a node', () => {
  const field: Field = { kind: 'numbers', doc: '', check: () => null }

  it('are one where the shape has place for one', () => {
    expect(parseAttribute(field, '1,000', true)).toEqual({ slip: 'single', found: '1,000', place: 2, read: ['1', '0'] })
    expect(parseAttribute(field, '1000', true)).toEqual({ value: [1000] })
    expect(parseAttribute(field, '1,000')).toEqual({ value: [1, 0] })
  })

  it('are many where the shape says so', () => {
    const position = { x: 0, y: 0 }
    const { document = emptyDocument } = apply(emptyDocument, {
      type: 'batch',
      commands: [
        { type: 'addNode', node: { id: 'one', op: 'Parameter', position } },
        { type: 'addNode', node: { id: 'two', op: 'Constant', position, attributes: { shape: [2], values: [1, 2] } } },
        { type: 'addNode', node: { id: 'add', op: 'Add', position } }
      ]
    })
    expect(['one', 'two', 'add'].map((id) => holdsOne(document, id))).toEqual([true, false, false])
  })
})

describe('numbers beside an axis', () => {
  it.each([
    [0, '0'],
    [1.2345, '1.23'],
    [99_000, '99000'],
    [100_000, '1e5'],
    [-1.234e13, '-1.23e13'],
    [2.5e-4, '2.5e-4'],
    [0.001, '0.001'],
    [null, '']
  ])('writes %s', (value, text) => {
    expect(shortNumber(value)).toBe(text)
  })
})
