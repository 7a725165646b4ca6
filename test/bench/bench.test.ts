/** What the bench says must be so: ratios within a group, the same work, the network that the documentation names. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { check } from '../../engine/document/check.ts'
import { readGraph } from '../../engine/document/file.ts'
import { engines } from './engines.ts'
import { difference, type Found, median } from './measure.ts'
import { open } from './peers/chainrule.ts'
import { ahead, missing, rate, tables, withTables } from './report.ts'
import { workload } from './workloads/index.ts'
import type { Training } from './workloads/workload.ts'

const all = engines(2)
const named = (name: string, threads = 1) => {
  const found = all.find((e) => e.name === name && e.threads === threads)
  if (!found) throw new Error(`no engine ${name}`)
  return found
}
const took = (seconds: number): Found => ({ seconds, repeats: [seconds] })

describe('the report', () => {
  const found = new Map([
    [named('Chainrule wasm'), took(0.01)],
    [named('tfjs wasm'), took(0.05)],
    [named('tfjs wasm', 2), took(0.04)],
    [named('PyTorch'), { why: 'no Python' }]
  ])

  test('a ratio is taken within a group, where both were measured', () => {
    expect(ahead(named('tfjs wasm'), found)).toBeCloseTo(5)
    expect(ahead(named('tfjs wasm', 2), found)).toBeNull()
    expect(ahead(named('PyTorch'), found)).toBeNull()
  })

  test('ratios come first, absolute figures after them, with what was not measured', () => {
    const text = tables(new Map([['w', found]]), all)
    expect(text.indexOf('5 ×')).toBeGreaterThan(0)
    expect(text.indexOf('5 ×')).toBeLessThan(text.indexOf('w, steps/s'))
    expect(text).toContain('| Chainrule wasm | 100 |')
    expect(text).not.toContain('webgpu')
    expect(missing(new Map([['w', found]]))).toContain('- PyTorch: no Python (w)')
  })

  test('a product is told in billions of operations', () => {
    expect(rate('gemm 1024', 1)).toBeCloseTo((2 * 1024 ** 3) / 1e9)
    expect(rate('w', 0.5)).toBe(2)
  })
})

test('tables are written between the marks of docs/performance.md, and nowhere else', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/performance.md'), 'utf8')
  const written = withTables(page, 'NEW')
  expect(written.slice(0, 500)).toBe(page.slice(0, 500))
  expect(written.slice(-500)).toBe(page.slice(-500))
  expect(written).toContain('<!-- bench -->\n\nNEW\n\n<!-- /bench -->')
  expect(() => withTables('no marks', 'NEW')).toThrow('no place marked')
  expect(withTables(page, 'NEW', 'canvas')).toContain('<!-- canvas -->\n\nNEW\n\n<!-- /canvas -->')
})

test('medians', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 3, 2])).toBe(2.5)
})

describe('the difference of two engines', () => {
  test('is relative to the largest number', () => {
    expect(difference([[1, 2]], [[1, 2]])).toBe(0)
    expect(difference([[100, 1]], [[100, 2]])).toBeCloseTo(0.01)
  })
  test('is infinite where one has no number, or not as many', () => {
    expect(difference([[Number.NaN]], [[1]])).toBe(Number.POSITIVE_INFINITY)
    expect(difference([[1, 2]], [[1]])).toBe(Number.POSITIVE_INFINITY)
  })
})

const TRAININGS = ['w', 'cnn', 'attention', 'scalar']

test.each(TRAININGS)('%s is a graph without problems', (key) => {
  const { document } = workload(key) as Training
  expect(check(document).problems).toEqual([])
})

test('W is the network of examples/mnist-mlp', () => {
  const { document } = workload('w') as Training
  const example = readGraph(readFileSync(join(import.meta.dirname, '../../examples/mnist-mlp.chainrule.json'))).document
  const parts = (d: typeof document) => d.nodes.map(({ op, attributes = {} }) => ({ op, attributes }))
  expect(parts(document)).toEqual(parts(example))
  expect(document.training?.optimizer).toEqual(example.training?.optimizer)
  expect(document.training?.batchSize).toBe(example.training?.batchSize)
})

test('the scalar graph has about two thousand nodes', () => {
  const { document } = workload('scalar') as Training
  expect(document.nodes.length).toBe(1962)
})

test.each(['attention', 'scalar', 'chain'])('%s gives the same numbers on cpu and wasm', async (key) => {
  const work = workload(key)
  const results: ArrayLike<number>[][] = []
  for (const backend of ['cpu', 'wasm']) {
    const session = await (await open(backend, 1)).start(work)
    await session.step()
    await session.step()
    results.push([await session.result()])
    session.stop()
  }
  expect(difference(results[0] ?? [], results[1] ?? [])).toBeLessThan(work.tolerance)
})
