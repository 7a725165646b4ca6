import { expect, test } from 'vitest'
import type { GraphNode } from '../../engine/document/types.ts'
import { follow } from '../../renderer/inspector/shapes.ts'

const node = (op: string, attributes?: GraphNode['attributes']): GraphNode => ({
  id: 'n',
  op,
  position: { x: 0, y: 0 },
  ...(attributes && { attributes })
})

const set = (attribute: string, value: unknown) => [{ type: 'setAttribute', node: 'n', attribute, value }]

test('one number fills a new shape', () => {
  expect(follow(node('Constant', { values: [3] }), [2, 2])).toEqual(set('values', [3, 3, 3, 3]))
  expect(follow(node('Parameter', { init: { kind: 'values', values: [3] } }), [2, 2])).toEqual(
    set('init', { kind: 'constant', value: 3 })
  )
  expect(follow(node('Parameter'), [3])).toEqual(set('init', { kind: 'constant', value: 0 }))
})

test('numbers that differ, and initialisers that draw, stay as they are', () => {
  expect(follow(node('Constant', { values: [1, 2] }), [3])).toEqual([])
  expect(follow(node('Parameter', { init: { kind: 'values', values: [1, 2] } }), [3])).toEqual([])
  expect(follow(node('Parameter', { init: { kind: 'heNormal' } }), [3])).toEqual([])
})

test('numbers that already fill the shape stay', () => {
  expect(follow(node('Constant', { values: [5] }), [1, 1])).toEqual([])
  expect(follow(node('Relu'), [3])).toEqual([])
})
