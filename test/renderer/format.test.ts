import { describe, expect, test } from 'vitest'
import { formatBroken, formatNumber, formatShape, formatShare, indexAt } from '../../renderer/value/format.ts'

describe('formatNumber', () => {
  test.each([
    [0, '0'],
    [-0, '0'],
    [12, '12'],
    [-4, '-4'],
    [1.5, '1.5'],
    [-2.50001, '-2.5'],
    [2.71928, '2.719'],
    [0.1 + 0.2, '0.3'],
    [0.001234567, '0.001235'],
    [0.00012346, '1.235e-4'],
    [-0.0000123, '-1.23e-5'],
    [1e-40, '1e-40'],
    [123456, '123456'],
    [12345.678, '12346'],
    [123456.7, '123457'],
    [999999.9, '1e6'],
    [1234567, '1.235e6'],
    [-6.02e23, '-6.02e23'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, '∞'],
    [Number.NEGATIVE_INFINITY, '-∞']
  ])('%d is shown as %s', (value, text) => {
    expect(formatNumber(value)).toBe(text)
  })

  test('takes more digits where there is room', () => {
    expect(formatNumber(Math.PI, 6)).toBe('3.14159')
    expect(formatNumber(Math.fround(0.1), 8)).toBe('0.1')
  })

  test('never writes minus zero', () => {
    for (const value of [-0, -1e-320, -1e-4, -0.0005]) expect(formatNumber(value)).not.toBe('-0')
  })
})

test('shares keep small amounts visible', () => {
  expect(formatShare(0)).toBe('0%')
  expect(formatShare(1)).toBe('100%')
  expect(formatShare(0.125)).toBe('12.5%')
  expect(formatShare(0.00001)).toBe('<0.1%')
  expect(formatShare(0.99999)).toBe('>99.9%')
})

test('shapes with an open batch', () => {
  expect(formatShape(['B', 784])).toBe('[B, 784]')
  expect(formatShape([])).toBe('[]')
})

test('the index of a flat position, row by row', () => {
  expect(indexAt(0, [2, 3])).toEqual([0, 0])
  expect(indexAt(5, [2, 3])).toEqual([1, 2])
  expect(indexAt(0, [])).toEqual([])
})

test('counts what is no number', () => {
  expect(formatBroken({ nan: 0, infinite: 0 })).toBeNull()
  expect(formatBroken({ nan: 12, infinite: 0 })).toBe('NaN × 12')
  expect(formatBroken({ nan: 12, infinite: 3 })).toBe('NaN × 12, ∞ × 3')
})
