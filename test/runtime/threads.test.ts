/** Several threads on one memory: the same bits as one thread, nothing left behind, a clean end. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { compile } from '../../engine/compile/compile.ts'
import { build } from '../../engine/document/build.ts'
import { readGraph } from '../../engine/document/file.ts'
import type { TrainingSettings } from '../../engine/document/types.ts'
import { Random } from '../../engine/random.ts'
import type { Executor } from '../../engine/runtime/executor.ts'
import { WasmExecutor } from '../../engine/runtime/wasm/index.ts'
import { Machine, stepOf } from '../../engine/runtime/wasm/machine.ts'
import { threadsFor } from '../../engine/runtime/wasm/threads/runtime.ts'
import { sizeOf } from '../../engine/shape.ts'
import { otherFeeds } from '../../engine/train/feeds.ts'
import { trainingGraph } from '../../engine/train/graph.ts'
import { initialValues } from '../../engine/train/init.ts'

const root = join(import.meta.dirname, '../..')

/** Three steps of the MNIST network on random numbers; the bits of all its weights afterwards. */
async function trained(executor: Executor): Promise<string[]> {
  const { document } = readGraph(readFileSync(join(root, 'examples/mnist-mlp.chainrule.json')))
  const settings = document.training as TrainingSettings
  const graph = trainingGraph(document, build(document), settings)
  for (const { name, shape, init } of graph.parameters)
    await executor.setVariable(name, initialValues(name, shape, init, 1))
  for (const { name, shape } of graph.states) await executor.setVariable(name, new Float32Array(sizeOf(shape)))
  const { maxOperands, maxOutputs } = executor
  const { plan } = compile(graph.ir, {
    batch: 97,
    wanted: [graph.loss],
    updates: graph.updates,
    maxOperands,
    maxOutputs
  })
  const program = await executor.load(plan)
  const random = new Random(1)
  for (let step = 1; step <= 3; step++) {
    const features = Float32Array.from({ length: 97 * 784 }, () => random.next())
    const labels = new Float32Array(97 * 10)
    for (let row = 0; row < 97; row++) labels[row * 10 + random.int(10)] = 1
    const scalars = graph.optimizer.scalars(step, settings.optimizer.learningRate)
    const feeds = otherFeeds(plan, { step, training: true, rows: 97, scalars })
    await program.run({ 'data#features': features, 'data#labels': labels, ...feeds })
  }
  program.dispose()
  const bits: string[] = []
  for (const { name } of graph.parameters)
    bits.push(Buffer.from(new Uint8Array((await executor.getVariable(name)).buffer)).toString('base64'))
  return bits
}

describe('threads', () => {
  const open: WasmExecutor[] = []
  const executor = async (threads: number): Promise<WasmExecutor> => {
    const made = await WasmExecutor.open('simd', threads)
    open.push(made)
    return made
  }
  afterAll(async () => {
    for (const one of open) await one.dispose()
  })

  test('a network trains to the same bits on 1, 2, 3 and 5 threads', async () => {
    const alone = await trained(await executor(1))
    for (const threads of [2, 3, 5]) {
      const shared = await executor(threads)
      expect(shared.device).toBe(`WebAssembly SIMD, ${threads} threads`)
      expect(await trained(shared)).toEqual(alone)
    }
  }, 30_000)

  test('by default as many as there are cores, at most eight', async () => {
    const one = await WasmExecutor.open('simd')
    open.push(one)
    const found = Number(/(\d+) thread/.exec(one.device)?.[1])
    expect(found).toBe(Math.min(8, navigator.hardwareConcurrency))
  })

  test('programs come and go without a trace in memory', async () => {
    const machine = new Machine()
    await machine.start(2)
    const shared = new WasmExecutor('simd', machine)
    open.push(shared)
    await trained(shared)
    const used = machine.heap.used
    const bytes = machine.memory.buffer.byteLength
    for (let i = 0; i < 5; i++) await trained(shared)
    expect(machine.heap.used).toBe(used)
    expect(machine.memory.buffer.byteLength).toBe(bytes)
  }, 30_000)

  test('what fails on any thread is an error here, and the threads go on', async () => {
    const machine = new Machine()
    await machine.start(2)
    // (func (export "0") (param i32 i32 i32 i32) (if (i32.eq (local.get 1) (local.get 2)) (then unreachable))
    //   (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
    const code = machine.load(
      Uint8Array.from([
        ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 4, 127, 127, 127, 127, 0, 3, 2, 1, 0, 7, 5, 1, 1, 48, 0, 0],
        ...[10, 25, 1, 23, 0, 32, 1, 32, 2, 70, 4, 64, 0, 11, 3, 64, 32, 0, 65, 1, 107, 34, 0, 13, 0, 11, 11]
      ])
    )
    const failures = new Set<string>()
    for (let i = 0; i < 500 && failures.size < 2; i++) {
      // part 1 fails, on whichever thread takes it
      try {
        code.run('0', [i % 2 === 0 ? 1 : 1_000_000, 1], 2, { parts: 2 })
        failures.add('none')
      } catch (error) {
        failures.add(error instanceof WebAssembly.RuntimeError ? 'here' : (error as Error).message)
      }
      code.run('0', [1, 2], 2, { parts: 2 })
    }
    expect([...failures].sort()).toEqual(['a kernel failed on another thread', 'here'])
    machine.close()
    expect(machine.threads).toBe(1)
    code.run('0', [1, 2], 2, { parts: 2 })
    expect(() => code.run('0', [1, 0], 2, { parts: 2 })).toThrow(/unreachable/)
  })
})

test('a page has a core to itself, unless there are but two', () => {
  expect([1, 2, 3, 4, 8, 64].map((cores) => threadsFor(cores, true))).toEqual([1, 2, 2, 3, 7, 8])
  expect([1, 2, 3, 8, 64].map((cores) => threadsFor(cores, false))).toEqual([1, 2, 3, 8, 8])
})

test('work is cut into equal parts, in whole steps, never into more than can be counted', () => {
  expect(stepOf(100, { parts: 3, step: 6 })).toBe(36)
  expect(stepOf(5, { parts: 4, step: 6 })).toBe(6)
  expect(stepOf(8, { parts: 0 })).toBe(8)
  expect(stepOf(0, { parts: 3 })).toBe(1)
  expect(Math.ceil(100_000 / stepOf(100_000, { parts: 100_000 }))).toBeLessThanOrEqual(255)
})

test('a process whose threads nobody closed ends by itself', () => {
  const text = `
    const { Machine } = await import(${JSON.stringify(join(root, 'engine/runtime/wasm/machine.ts'))})
    const machine = new Machine()
    await machine.start(3)
    console.log(machine.threads)`
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', text], {
    encoding: 'utf8',
    timeout: 20_000
  })
  expect(stderr).toBe('')
  expect([status, stdout]).toEqual([0, '3\n'])
})
