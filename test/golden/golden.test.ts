/** Values and gradients that PyTorch computed: every operator, and ten composed graphs. On GPUs: test/browser/golden.test.ts. */
import { afterAll, describe, expect, test } from 'vitest'
import { withDefaults } from '../../engine/ops/attributes.ts'
import { documentOps, opOf } from '../../engine/ops/registry.ts'
import { CpuExecutor } from '../../engine/runtime/cpu.ts'
import { ReferenceExecutor } from '../../engine/runtime/reference.ts'
import { WasmExecutor } from '../../engine/runtime/wasm/index.ts'
import { tensor64 } from '../../engine/tensor.ts'
import { agrees, checkGraph, checkOperator, EXACT, graphs, operators, seen } from './cases.ts'

/** What no golden case can be made for, and why. */
const WITHOUT: Readonly<Record<string, string>> = {
  Parameter: 'a source: it computes nothing; the graphs use it',
  Constant: 'a source: it computes nothing; the graphs use it',
  Input: 'a source: it computes nothing; the graphs use it',
  Dataset: 'a source: its numbers are tested in test/data',
  RandomNormal: 'a source: random numbers are tested in test/random.test.ts',
  RandomUniform: 'a source: random numbers are tested in test/random.test.ts',
  Custom: 'made of operators that have cases: test/expression/custom.test.ts compares it with them',
  Branch: 'several outputs: the graphs "attention block" and "sigmoid neuron of gates" use it'
}

const executors = [
  ['reference', () => new ReferenceExecutor()],
  ['cpu', () => new CpuExecutor()],
  ['wasm', () => new WasmExecutor('simd')],
  ['wasm, fused', () => new WasmExecutor('relaxed')]
] as const

test('every operator has golden cases, several of them, or a reason why not', () => {
  const counts = Map.groupBy(operators, (c) => c.op)
  for (const op of documentOps) {
    const reason = WITHOUT[op.kind]
    if (reason) expect(counts.has(op.kind), `${op.kind} has golden cases after all`).toBe(false)
    else expect(counts.get(op.kind)?.length ?? 0, `${op.kind}: add cases to make_golden.py`).toBeGreaterThanOrEqual(3)
  }
  expect(graphs.length).toBeGreaterThanOrEqual(10)
})

describe.each(operators)('$label', (c) => {
  test.each(executors)('%s', async (name, make) => {
    const executor = make()
    await checkOperator(c, executor, name)
    await executor.dispose()
  })
})

// Lowered operators are executed as simpler ones; their own definition is held against PyTorch too.
test.each(operators.filter((c) => opOf(c.op)?.reference))('own definition: $label', (c) => {
  const op = opOf(c.op)!
  const inputs = Object.values(c.inputs).map((t) => tensor64(t.shape, t.data))
  const own = op.reference?.(inputs, withDefaults(op, c.attributes), c.output.shape)
  agrees(`${c.op} own`, own ?? [], c.output, 'reference', EXACT)
})

describe.each(graphs)('graph: $name', (c) => {
  test.each(executors)('%s', async (name, make) => {
    const executor = make()
    await checkGraph(c, executor, name)
    await executor.dispose()
  })
})

// GOLDEN_REPORT=1 prints how near each executor came.
afterAll(() => {
  if (!process.env.GOLDEN_REPORT) return
  const worst = [...seen].sort((a, b) => b[1] - a[1])
  for (const kind of ['reference', 'cpu', 'wasm'])
    console.log(
      worst
        .filter(([k]) => k.startsWith(kind))
        .slice(0, 15)
        .map(([k, d]) => `${d.toExponential(1)}  ${k}`)
        .join('\n')
    )
})
