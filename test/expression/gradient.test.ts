/** Formulas of gradients, computed, against central differences of the expressions. */
import { describe, expect, test } from 'vitest'
import { gradientOf, NoFormula } from '../../engine/expression/gradient.ts'
import { parse } from '../../engine/expression/parse.ts'
import { nameTex, toTex, toText } from '../../engine/expression/print.ts'
import { simplify } from '../../engine/expression/simplify.ts'
import { call, type Expression, namesIn, num } from '../../engine/expression/tree.ts'
import { Builder } from '../../engine/ir/builder.ts'
import { emitExpression } from '../../engine/ops/custom.ts'
import { evaluate } from '../../engine/ops/evaluate.ts'
import { opOf } from '../../engine/ops/registry.ts'
import type { Shape } from '../../engine/shape.ts'

/** A value of scalars. */
function numberOf(e: Expression, at: Readonly<Record<string, number>>): number {
  const b = new Builder(opOf)
  const all = { pi: Math.PI, ...at }
  const values = Object.fromEntries(Object.keys(all).map((name) => [name, b.feed(name, [])]))
  const out = emitExpression(b, e, values)
  const found = new Map<number, number>()
  for (const node of b.graph().nodes) {
    const name = node.attributes.name as keyof typeof all
    const x =
      node.op === 'Feed'
        ? all[name]
        : node.op === 'Const'
          ? (node.attributes.values as number[])[0]
          : evaluate(
              node,
              node.inputs.map((i) => ({ shape: [], data: Float64Array.of(found.get(i) as number) }))
            ).data[0]
    found.set(node.id, x as number)
  }
  return found.get(out.id) as number
}

const point = { x: 0.7, y: 1.3, z: 0.4, w0: 0.9, w1: 0.3 }

test.each([
  '(x + y) * z',
  'x^3 - 2*x*y + y/x',
  'sigmoid(w0*x + w1*y)',
  'exp(-x^2/2) * sin(y)',
  'log(x) / (1 + y)',
  'sqrt(x^2 + y^2)',
  'x^y',
  '2^x',
  'tanh(x*y) - abs(-x)',
  'cos(x) + tan(y) + erf(z)',
  'relu(x - y) + relu(y - x)',
  'max(x, y) * min(x, z)',
  'softplus(x) + softsign(y) + silu(z) + gelu(x*y)',
  'elu(x - 1) + elu(x)',
  'where(x > y, x^2, y^2)',
  'reciprocal(x) + mean(x*y) + sum(x)^2',
  'mse(x, y) + mae(x, z)',
  'bce(sigmoid(x), z)',
  'x / x + x - x',
  '-(-(x - (y - (z - x))))'
])('d %s', (text) => {
  const e = parse(text)
  for (const name of namesIn(e) as ReadonlySet<keyof typeof point>) {
    const d = gradientOf(e, name, num(1)) ?? num(0)
    const h = 1e-6
    const slope =
      (numberOf(e, { ...point, [name]: point[name] + h }) - numberOf(e, { ...point, [name]: point[name] - h })) /
      (2 * h)
    expect(Math.abs(numberOf(d, point) - slope), `d/d${name}: ${toText(d)}`).toBeLessThan(1e-8)
  }
})

const withShapes = (e: Expression, shapes: Readonly<Record<string, Shape>>): Expression =>
  e.kind === 'name'
    ? { ...e, shape: shapes[e.name] ?? [] }
    : e.kind === 'call'
      ? { ...e, args: e.args.map((arg) => withShapes(arg, shapes)) }
      : e

describe('as a textbook writes it', () => {
  const shapes = { X: ['B', 3], W: [3, 2], b: [2], w: [3], T: ['B', 2], v: [3], u: [3] } satisfies Record<string, Shape>
  test.each([
    ['(x + y) * z', 'x', 'z'],
    ['x^2', 'x', '2 * x'],
    ['x * x', 'x', '2 * x'],
    ['tanh(x)', 'x', '1 - tanh(x)^2'],
    ['sum((v - u)^2) / n', 'v', '2 * (v - u) / n'],
    ['sum(relu(X @ W + b))', 'W', 'X.T @ (X @ W + b > 0)'],
    ['sum(relu(X @ W + b))', 'b', 'sum(X @ W + b > 0, 0)'],
    ['mean((X @ w - t)^2)', 'w', 'X.T @ (2 * (X @ w - t) / B)'],
    ['crossentropy(X @ W, T)', 'W', 'X.T @ ((softmax(X @ W) - T) / B)'],
    ['sum(v)', 'v', 'ones()'],
    ['dot(v, u)', 'v', 'u']
  ])('%s by %s', (text, name, expected) => {
    const d = gradientOf(withShapes(parse(text), shapes), name, num(1))
    expect(d && toText(d)).toBe(expected)
  })

  test('what does not lead there has none, what has no formula says so', () => {
    expect(gradientOf(parse('x + y'), 'z', num(1))).toBe(null)
    expect(() => gradientOf(call('Unheard', parse('x')), 'x', num(1))).toThrow(NoFormula)
    expect(gradientOf(parse('stop(x)'), 'x', num(1))).toBe(null)
  })
})

test.each([
  ['x * 0 + y', 'y'],
  ['1 * x^1', 'x'],
  ['x + x + x', '3 * x'],
  ['2 * (3 * x)', '6 * x'],
  ['x - x', '0'],
  ['-(-x)', 'x'],
  ['-x + 1', '1 - x'],
  ['x / x', '1'],
  ['x * y / x', 'y'],
  ['a / (b / c)', 'a * c / b']
])('%s is %s', (text, short) => {
  expect(toText(simplify(parse(text)))).toBe(short)
})

test.each([
  ['nested', `${'sin('.repeat(100)}x${')'.repeat(100)}`],
  ['a power', Array(58).fill('x').join(' * ')],
  ['fractions', `${'x / (1 + '.repeat(28)}x${')'.repeat(28)}`],
  ['a recurrence', `${'sigmoid(x * '.repeat(35)}x${')'.repeat(35)}`]
])('the longest that is shown is differentiated and written at once: %s', (_, text) => {
  const began = performance.now()
  const d = gradientOf(parse(text), 'x', num(1))
  expect(d && toTex(d)).toBeTruthy()
  expect(performance.now() - began).toBeLessThan(2000)
})

test('LaTeX', () => {
  expect(toTex(parse('(x + y) * z'))).toBe(String.raw`\left(x + y\right) \cdot z`)
  expect(toTex(parse('sum((y - t)^2) / n'))).toBe(String.raw`\frac{\sum \left(y - t\right)^{2}}{n}`)
  expect(toTex(parse('relu(x @ W1 + b)'))).toBe(String.raw`\operatorname{ReLU}\left(x \, W_{1} + b\right)`)
  expect(['w0', 'x_train', 'theta', 'theta_1', 'dense1.kernel', 'abc'].map(nameTex)).toEqual([
    'w_{0}',
    String.raw`x_{\mathrm{train}}`,
    String.raw`\theta`,
    String.raw`\theta_{1}`,
    String.raw`\mathrm{dense1}_{\mathrm{kernel}}`,
    String.raw`\mathrm{abc}`
  ])
})
