import { describe, expect, test } from 'vitest'
import { LONGEST, parse, parseStatement, parseStatements } from '../../engine/expression/parse.ts'
import { toText } from '../../engine/expression/print.ts'
import type { Expression } from '../../engine/expression/tree.ts'
import { ProblemError } from '../../engine/problem.ts'

/** (add x 2), to see what belongs to what. */
const show = (e: Expression): string =>
  e.kind === 'number'
    ? String(e.value)
    : e.kind === 'name'
      ? e.name
      : `(${[e.fn, ...e.args.map(show), ...(e.axes ?? []).map((a) => `axis ${a}`)].join(' ')})`

function problemOf(work: () => unknown): { code: string; column?: unknown } {
  try {
    work()
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    const { code, params } = error.problem
    return { code, ...('column' in params ? { column: params.column } : {}) }
  }
  throw new Error('nothing is wrong')
}

test.each([
  ['relu(x @ W + b)', '(relu (add (matmul x W) b))'],
  ['(x+y)*z', '(mul (add x y) z)'],
  ['sum((y-t)^2)/n', '(div (sum (pow (sub y t) 2)) n)'],
  ['sigmoid(w0*x0 + w1*x1 + w2)', '(sigmoid (add (add (mul w0 x0) (mul w1 x1)) w2))'],
  ['a - b - c', '(sub (sub a b) c)'],
  ['a / b * c', '(mul (div a b) c)'],
  ['-x^2', '(neg (pow x 2))'],
  ['(-x)^2', '(pow (neg x) 2)'],
  ['2^3^2', '(pow 2 (pow 3 2))'],
  ['2**-x', '(pow 2 (neg x))'],
  ['a * -b', '(mul a (neg b))'],
  ['-2 * x', '(mul -2 x)'],
  ['1.5e-3 + .5', '(add 0.0015 0.5)'],
  ['max(x, 0)', '(max x 0)'],
  ['max(x)', '(amax x)'],
  ['min( (a) , ((b + c)))', '(min a (add b c))'],
  ['where(a,-b,+(c))', '(where a (neg b) c)'],
  ['sum(x, -1)', '(sum x axis -1)'],
  ['X.T @ y', '(matmul (transpose X) y)'],
  ['θ − 2·x', '(sub theta (mul 2 x))'],
  ['square(x)', '(pow x 2)'],
  ['a + b > c', '(gt (add a b) c)'],
  ['a @ b * c', '(mul (matmul a b) c)'],
  ['  \t( x )\n', 'x']
])('%s', (text, tree) => {
  expect(show(parse(text))).toBe(tree)
})

test.each([
  ['', 'expression.empty', undefined],
  ['a +', 'expression.ends', 4],
  ['*a', 'expression.operand', 1],
  ['a + )', 'expression.operand', 5],
  ['f((', 'expression.unclosed', 3],
  ['()', 'expression.operand', 1],
  ['a b', 'expression.operator', 3],
  ['a, b', 'expression.operator', 2],
  ['(a, b)', 'expression.operator', 3],
  ['a)', 'expression.operator', 2],
  ['min(a b)', 'expression.operator', 7],
  ['x[1]', 'expression.operator', 2],
  ['a.b', 'expression.operator', 2],
  ['(a', 'expression.unclosed', 1],
  ['log(x', 'expression.unclosed', 4],
  ['2x', 'expression.number', 2],
  ['1e', 'expression.number', 3],
  ['이름 + 1', 'expression.name', 1],
  ['1 + f(x)', 'expression.function', 5],
  ['constructor(1)', 'expression.function', 1],
  ['__proto__(1)', 'expression.function', 1],
  ['x + sigmoid(1, 2)', 'expression.arguments', 5],
  ['sum(a, b)', 'expression.axis', 8],
  ['"text"', 'expression.operand', 1],
  ['a ? b : c', 'expression.operand', undefined],
  ['a = b = c', 'expression.assignment', 1],
  ['x => x', 'expression.operand', undefined],
  ['`x`', 'expression.operand', 1],
  ['x++', 'expression.ends', 4]
])('%s: %s', (text, code, column) => {
  const found = problemOf(() => parseStatement(text))
  if (text === 'x => x' || text === 'a ? b : c') expect(found.code).toMatch(/^expression\./)
  else expect(found).toEqual({ code, ...(column === undefined ? {} : { column }) })
})

test('what is too long or too deep is refused, not a crash', () => {
  expect(problemOf(() => parse('x'.repeat(LONGEST + 1))).code).toBe('expression.tooLong')
  expect(show(parse(`${'('.repeat(490)}x${')'.repeat(490)}`))).toBe('x')
})

test('a statement gives its expression a name', () => {
  const { name, value } = parseStatement('loss = mean((y - t)^2)')
  expect([name, show(value)]).toEqual(['loss', '(mean (pow (sub y t) 2))'])
})

describe('several statements', () => {
  test('are parted by semicolons and line ends', () => {
    const found = parseStatements('a = g * b;\n b = g * a;')
    expect([...found].map(([name, e]) => `${name} ${show(e)}`)).toEqual(['a (mul g b)', 'b (mul g a)'])
  })

  test('say what is wrong at its place in the whole text', () => {
    expect(problemOf(() => parseStatements('a = g; b = *'))).toEqual({ code: 'expression.operand', column: 12 })
    expect(problemOf(() => parseStatements('a = g; g * 2'))).toEqual({ code: 'expression.assignment', column: 8 })
    expect(problemOf(() => parseStatements('a = g; a = 2')).code).toBe('expression.twice')
  })
})

test.each([
  'a - (b - c)',
  '(a * b) / (c / d)',
  '(a / b) * c',
  '-(x^2)',
  '(-x)^2',
  '2^(3^2)',
  '(2^3)^2',
  'a * (b @ c)',
  '(a @ b) @ c',
  'sum(x, 0) + amax(x, -1) + max(x)',
  '(a + b).T @ c',
  'where(a > b, a, -b)',
  '1 - -2'
])('%s: written and read again it is the same tree', (text) => {
  const tree = parse(text)
  expect(show(parse(toText(tree)))).toBe(show(tree))
})

describe('as NumPy and PyTorch write it', () => {
  test.each([
    ['np.exp(x)', 'exp(x)'],
    ['torch.nn.functional.relu(x @ W)', 'relu(x @ W)'],
    ['F.softmax(x, dim=1)', 'softmax(x, 1)'],
    ['softmax(x @ W, axis=-1)', 'softmax(x @ W, -1)'],
    ['(y - t).pow(2).mean()', 'mean((y - t)^2)'],
    ['x.sum(axis=0, keepdims=True)', 'sum(x, 0, keepdims=1)'],
    ['sum(x, axis=[0, 1])', 'sum(x, [0, 1])'],
    ['np.dot(x, W)', 'x @ W'],
    ['dot(x, y)', 'dot(x, y)'],
    ['x.max(1)', 'amax(x, 1)'],
    ['np.maximum(0, x)', 'max(0, x)'],
    ['clip(x, -1, 1)', 'clip(x, min=-1, max=1)'],
    ['clamp(x, min=0)', 'clip(x, min=0)'],
    ['leaky_relu(x, negative_slope=0.2)', 'leakyrelu(x, alpha=0.2)'],
    ["mse_loss(p, t, reduction='sum')", 'mse(p, t, reduction=sum)'],
    ['gelu(x, approximate=tanh)', 'gelu(x, approximate=tanh)'],
    ['x.T.t()', 'x.T.T'],
    ['e^x + x²', 'exp(x) + x^2'],
    ['x >= y', '1 - (x < y)'],
    ['x ≠ y', '1 - (x == y)'],
    ['σ(x) ⋅ π', 'sigmoid(x) * pi'],
    ['log1p(x)', 'log(1 + x)']
  ])('%s is %s, which is read the same', (written, read) => {
    expect(toText(parse(written))).toBe(read)
    expect(toText(parse(read))).toBe(read)
  })

  const refusal = (text: string) => {
    try {
      return toText(parse(text))
    } catch (error) {
      return (error as ProblemError).problem
    }
  }
  test.each([
    ['relu(x, y=2)', 'expression.option', { column: 9, option: 'y', known: 'none' }],
    ['mse(p, t, reduction=most)', 'expression.optionValue', { column: 21, expected: 'mean, sum, none' }],
    ['leakyrelu(x, alpha=b)', 'expression.optionValue', { column: 20, expected: 'a number' }],
    ['sum(x, axis=y)', 'expression.axis', { column: 13 }],
    ['softmax(x, axis=[0, 1])', 'expression.axis', { column: 18 }],
    ['sum(x, axis=0, dim=1)', 'expression.twice', { name: 'dim' }],
    ['sum(axis=0)', 'expression.arguments', { column: 1, found: 0 }],
    ['x + sigmod(y)', 'expression.functionNear', { column: 5, suggestion: 'sigmoid' }],
    ['x + np.sigmod(y)', 'expression.functionNear', { column: 5, suggestion: 'sigmoid' }],
    ['f(x)', 'expression.function', { column: 1 }],
    ['sum(x)(y)', 'expression.operator', { column: 4, found: '(' }],
    ['X[0:2]', 'expression.operator', { column: 2, found: '[' }]
  ])('%s: %s', (text, code, params) => {
    expect(refusal(text)).toMatchObject({ code, params })
  })
})
