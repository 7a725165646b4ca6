/** Kernel texts in WGSL: what is a whole number, what a float. That the shaders compute right is tested on WebGPU. */
import { describe, expect, test } from 'vitest'
import { shaderOf, spread, wgslOf } from '../../engine/runtime/gpu/wgsl.ts'

const returned = (expression: string, before = ''): string =>
  /result\[i\] = (.*);$/.exec(wgslOf(`${before} return ${expression};`))?.[1] ?? ''

describe('expressions', () => {
  test.each([
    ['a0[i * 3 + 1]', 'a0[((i * 3) + 1)]'],
    ['a0[crDiv(i, 5)] * 2', '(a0[(i / 5)] * 2.0)'],
    ['crNum(crMod(i, 7))', 'f32((i % 7))'],
    ['a1[crWhole(a0[i])]', 'a1[i32(a0[i])]'],
    ['crMax(a0[i], 0)', 'fn_crMax(a0[i], 0.0)'],
    ['crNum(3)', 'fn_crNum(3.0)'],
    ['a0[crNum(0)]', 'a0[i32(fn_crNum(0.0))]'],
    ['a0[i] === i ? 1 : 0', 'select(0.0, 1.0, (a0[i] == f32(i)))'],
    ['a0[i < 4 ? 0 : i - 4]', 'a0[select((i - 4), 0, (i < 4))]'],
    ['i >= 2 && i < 5 || !(i > 9) ? a0[i - 2] : 0', 'select(0.0, a0[(i - 2)], (((i >= 2) && (i < 5)) || !((i > 9))))'],
    ['-a0[i] - -1e-7', '((-a0[i]) - (-1e-7))'],
    ['i > 3 ? (i > 4 ? 1 : 2) : a0[i]', 'select(a0[i], (select(2.0, 1.0, (i > 4))), (i > 3))'],
    ['i > 3 ? 1 : i > 2 ? 2 : 3', 'select(select(3.0, 2.0, (i > 2)), 1.0, (i > 3))'],
    ['1 / 2', '(1.0 / 2.0)']
  ])('%s', (expression, wanted) => {
    expect(returned(expression)).toBe(wanted)
  })

  test('a name has the type of what it was declared with', () => {
    expect(returned('a0[k] + y', 'const k = crDiv(i, 2); let y = a0[i]; y = k;')).toBe('(a0[k] + y)')
    expect(wgslOf('let y = a0[i]; y = 3; const k = i;')).toBe('var y = a0[i];\ny = 3.0;\nlet k = i;')
  })
})

test('loops and conditions', () => {
  const text = 'let acc = crNum(0); for (let r = 0; r < 5; r++) { if (a0[r] > acc) { acc = r; } } return acc;'
  expect(wgslOf(text).replaceAll('\n', ' ')).toBe(
    'var acc = fn_crNum(0.0); for (var r = 0; r < 5; r++) { if ((a0[r] > acc)) { acc = f32(r); } } result[i] = acc;'
  )
})

test.each([
  ['return b + 1;', 'reads b'],
  ['b = 1;', 'begins with b'],
  ['return a0[i', 'too early'],
  ['while (i < 3) { }', 'begins with while'],
  ['return a0[i > 2];', 'is bool, not int']
])('what is no kernel text is told: %s', (text, message) => {
  expect(() => wgslOf(text)).toThrow(message)
})

test('more workgroups than an axis has lie on two', () => {
  expect(spread(65535)).toEqual([65535, 1, 1])
  const [x, y] = spread(65536)
  expect(x * y).toBeGreaterThanOrEqual(65536)
  expect(Math.max(x, y)).toBeLessThanOrEqual(65535)
  const { wgsl, groups } = shaderOf('return a0[i];', 1, 65536 * 64, '')
  expect(wgsl).toContain(`id.x + id.y * ${groups[0] * 64}u`)
})
