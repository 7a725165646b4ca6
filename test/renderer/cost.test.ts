import { describe, expect, it } from 'vitest'
import { polynomial, short } from '../../renderer/inspector/cost.ts'

describe('costs in words', () => {
  it('have three digits and a prefix', () => {
    const text = (value: number) => Object.values(short(value)).join(' ').trim()
    expect([0, 12, 999, 999.6, 1000, 802_816, 1_605_632, 3e9].map(text)).toEqual([
      '0',
      '12',
      '999',
      '1 k',
      '1 k',
      '803 k',
      '1.61 M',
      '3 G'
    ])
  })

  it('leave the batch open', () => {
    const show = (value: number) => `${value}x`
    expect(polynomial(6, show)).toBe('6x')
    expect(polynomial('802816*B', show)).toBe('802816x · B')
    expect(polynomial('B', show)).toBe('B')
    expect(polynomial('2*B*B+3*B+4', show)).toBe('2x · B² + 3x · B + 4x')
  })
})
