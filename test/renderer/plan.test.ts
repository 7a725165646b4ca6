import { describe, expect, test } from 'vitest'
import type { KernelReport } from '../../engine/session/protocol.ts'
import { numbersOf } from '../../renderer/i18n/useNumbers.ts'
import { bytesText, chainText, kernelText, rateOf, timeText } from '../../renderer/plan/text.ts'

const numbers = numbersOf('en')

const kernel: KernelReport = {
  what: 'product 128×784×512 + Add·Relu',
  kind: 'product',
  product: { m: 128, k: 784, n: 512, transA: false, transB: false },
  ops: ['Add', 'Relu'],
  phase: 'forward',
  shape: [128, 512],
  operations: 102_891_520,
  read: 0,
  written: 0,
  nodes: ['dense']
}

describe('a kernel in words', () => {
  test('a product with its sizes, what is transposed, and what follows it', () => {
    expect(kernelText(kernel)).toBe('MatMul 128×784×512 + Add · Relu')
    expect(kernelText({ ...kernel, ops: [] })).toBe('MatMul 128×784×512')
    const transposed = { m: 784, k: 128, n: 512, transA: true, transB: false }
    expect(kernelText({ ...kernel, ops: ['Mul', 'Sub'], product: transposed })).toBe(
      'MatMul 784×128×512 Aᵀ + Mul · Sub'
    )
  })

  test('a chain counts what comes several times in a row', () => {
    expect(chainText(['Mul', 'Mul', 'Mul', 'Add', 'Sqrt', 'Add'])).toBe('Mul×3 · Add · Sqrt · Add')
    expect(kernelText({ ...kernel, product: null, ops: ['Exp'] })).toBe('Exp')
  })

  test('operations a second', () => {
    expect(rateOf(kernel, 2)).toBeCloseTo(51.4, 1)
  })
})

test.each([
  [0, '0 B'],
  [4, '4 B'],
  [999, '999 B'],
  [1000, '1 kB'],
  [101_376, '101 kB'],
  [9_093_868, '9.09 MB'],
  [8.2e9, '8.2 GB']
])('%i bytes are %s', (bytes, text) => {
  expect(bytesText(numbers, bytes)).toBe(text)
})

test.each([
  [0.00234, '2.34 µs'],
  [0.0999, '99.9 µs'],
  [0.1, '0.1 ms'],
  [12.345, '12.3 ms'],
  [0, '0 ms']
])('%d ms are %s', (milliseconds, text) => {
  expect(timeText(numbers, milliseconds)).toBe(text)
})
