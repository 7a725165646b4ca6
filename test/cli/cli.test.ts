/** The command line as programs use it: what it prints, where, and how it ends. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { writeWhole } from '../../cli/files.ts'

const root = resolve(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'chainrule-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))

function cli(...args: string[]): { status: number | null; out: string; err: string } {
  const { CHAINRULE_DATA: _none, ...env } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, ['cli/main.ts', ...args], {
    cwd: root,
    encoding: 'utf8',
    env
  })
  return { status, out: stdout, err: stderr }
}

const json = (...args: string[]) => {
  const { status, out, err } = cli(...args, '--json')
  if (status !== 0) throw new Error(err || out)
  return JSON.parse(out)
}

const example = (name: string) => `examples/${name}.chainrule.json`

function file(name: string, content: unknown): string {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

describe('plan', () => {
  test('shows the kernels of a training step with their nodes, and its memory', { timeout: 30_000 }, () => {
    const { status, out, err } = cli('plan', example('spiral-mlp'), '--backend', 'wasm')
    expect(status).toBe(0)
    expect(out).toMatch(/forward +product 100×2×100 \+ Add·Relu +\[100, 100\].* hidden$/m)
    expect(out).toMatch(/^update /m)
    expect(err).toMatch(/^\d+ kernels on WebAssembly.*batch 100$/m)
    expect(err).toMatch(/kB of memory: variables /)
  })

  test('measures, and prints one JSON document', { timeout: 30_000 }, () => {
    const report = json('plan', example('spiral-mlp'), '--backend', 'cpu', '--measure')
    expect(report).toMatchObject({ kind: 'training', backend: 'cpu', batch: 100 })
    expect(report.timing.kernels).toHaveLength(report.kernels.length)
    const run = json('plan', example('xyz'))
    expect(run).toMatchObject({ kind: 'run', batch: null, timing: null })
    expect(cli('plan', example('xyz'), '--of', 'nothing').status).toBe(2)
  })
})

describe('run', () => {
  test('prints the document that the contract fixes', () => {
    expect(json('run', example('apples'), '--dtype', 'float64')).toEqual({
      backend: 'reference',
      objective: 220.00000000000003,
      nodes: {
        apple: { outputs: { out: { shape: [], value: [100], gradient: [2.2] } } },
        count: { outputs: { out: { shape: [], value: [2], gradient: [110.00000000000001] } } },
        subtotal: { outputs: { out: { shape: [], value: [200], gradient: [1.1] } } },
        tax: { outputs: { out: { shape: [], value: [1.1], gradient: [200] } } },
        total: { outputs: { out: { shape: [], value: [220.00000000000003], gradient: [1] } } }
      },
      edges: {
        e1: { shape: [], value: [100], gradient: [2.2] },
        e2: { shape: [], value: [2], gradient: [110.00000000000001] },
        e3: { shape: [], value: [200], gradient: [1.1] },
        e4: { shape: [], value: [1.1], gradient: [200] }
      },
      parameters: {
        apple: { shape: [], value: [100], gradient: [2.2] },
        count: { shape: [], value: [2], gradient: [110.00000000000001] },
        tax: { shape: [], value: [1.1], gradient: [200] }
      }
    })
  })

  test('feeds inputs from files, and says what is wrong with one', () => {
    const graph = file('input.json', {
      format: 'chainrule-graph',
      version: 1,
      name: 'Input',
      nodes: [
        { id: 'x', op: 'Input', attributes: { shape: [null, 2] }, position: { x: 0, y: 0 } },
        { id: 'total', op: 'ReduceSum', position: { x: 200, y: 0 } }
      ],
      edges: [{ id: 'e', source: 'x', sourceHandle: 'out', target: 'total', targetHandle: 'x' }],
      objective: 'total'
    })
    const good = file('good.json', { shape: [2, 2], data: [1, 2, 3, 4] })
    expect(json('run', graph, '--feed', `x=${good}`).edges.e).toEqual({
      shape: [2, 2],
      value: [1, 2, 3, 4],
      gradient: [1, 1, 1, 1]
    })
    const bad = file('bad.json', { shape: [2, 2], data: [1, 2, 3] })
    expect(cli('run', graph, '--feed', `x=${bad}`)).toMatchObject({
      status: 1,
      err: expect.stringContaining('shape [2, 2] holds 4 numbers, but "data" has 3')
    })
    expect(cli('run', graph)).toMatchObject({ status: 1, err: expect.stringContaining('Input "x" has no data') })
  })

  test('a backend that cannot run here is refused, not replaced', () => {
    const { status, err } = cli('run', example('xyz'), '--backend', 'webgpu')
    expect(status).toBe(1)
    expect(err).toMatch(/The backend "webgpu" cannot run here/)
  })
})

describe('check, ops, gradcheck', () => {
  test('check gives shapes and parameters', () => {
    const found = json('check', example('mnist-mlp'))
    expect(found.nodes.dense1.outputs.out.shape).toEqual(['B', 512])
    expect(found.parameters.map((p: { name: string }) => p.name)).toEqual([
      'dense1.kernel',
      'dense1.bias',
      'dense2.kernel',
      'dense2.bias'
    ])
  })

  test('check fails with the problems of a wrong graph', () => {
    const wrong = JSON.parse(readFileSync(join(root, example('apples')), 'utf8'))
    wrong.nodes[0].op = 'Paramter'
    const { status, out } = cli('check', file('wrong.json', wrong), '--json')
    expect(status).toBe(1)
    expect(JSON.parse(out).problems).toMatchObject([
      { code: 'graph.unknownOp', nodeId: 'apple', hint: 'Did you mean Parameter?' }
    ])
  })

  test('ops lists every operator with its ports', () => {
    const ops = json('ops')
    expect(ops.length).toBeGreaterThan(30)
    expect(ops.find((o: { name: string }) => o.name === 'Mul')).toMatchObject({
      inputs: ['a', 'b'],
      outputs: ['out'],
      differentiable: true,
      pattern: 'swaps'
    })
    expect(ops.some((o: { family: string }) => o.family === 'internal')).toBe(false)
  })

  test('gradcheck compares every parameter', () => {
    const { ok, parameters } = json('gradcheck', example('spiral-mlp'))
    expect(ok).toBe(true)
    expect(parameters).toHaveLength(4)
    for (const { relativeError } of parameters) expect(relativeError).toBeLessThan(1e-6)
  })

  test('gradcheck checks edges, one-sided and with a step of one’s own, where asked to', () => {
    const plain = json('gradcheck', example('xyz'))
    expect(Object.keys(plain)).toEqual(['ok', 'limit', 'parameters'])
    expect(Object.keys(plain.parameters[0].worst)).toEqual(['index', 'autodiff', 'central'])
    const asked = json('gradcheck', example('xyz'), '--edges', '--forward', '--h', '0.01')
    expect(asked).toMatchObject({ ok: true, method: 'forward', h: 0.01 })
    expect(asked.edges.map((e: { name: string }) => e.name)).toEqual(['e1', 'e2', 'e3', 'e4'])
    expect(Object.keys(asked.edges[0].worst)).toEqual(['index', 'autodiff', 'forward'])
    expect(cli('gradcheck', example('xyz'), '--edges').out).toMatch(/edge .*\ne1 .* ok\n/)
    expect(cli('gradcheck', example('xyz'), '--h', '0').status).toBe(2)
  })
})

describe('train and evaluate', () => {
  test('a training that breaks says in which step and node the first number was none', () => {
    const document = JSON.parse(readFileSync(join(root, example('spiral-mlp')), 'utf8'))
    document.training.optimizer.learningRate = 1e30
    const { status, out, err } = cli('train', file('breaks.json', document))
    expect([status, out]).toEqual([1, ''])
    expect(err).toMatch(/^error: scores: In step 2 \(epoch 1\) Dense \(Matrix product\) made Infinity first: /m)
    expect(err).toMatch(/^error: The loss became NaN in epoch 1, step \d+\./m)
  })

  test('trains, exports, and evaluates to the identical number', () => {
    const weights = join(folder, 'w.json')
    const { status, out, err } = cli(
      'train',
      example('spiral-mlp'),
      '--epochs',
      '3',
      '--seed',
      '1',
      '--backend',
      'cpu',
      '--export',
      weights,
      '--json'
    )
    expect(status).toBe(0)
    const report = JSON.parse(out)
    expect(report).toMatchObject({
      backend: 'cpu',
      steps: 9,
      epochs: [{ epoch: 1, validation: null }, { epoch: 2 }, { epoch: 3 }]
    })
    expect(err).toContain('weights written to')
    expect(json('evaluate', example('spiral-mlp'), '--weights', weights, '--backend', 'cpu')).toEqual(report.test)
    expect(JSON.parse(readFileSync(weights, 'utf8'))).toMatchObject({
      format: 'chainrule-weights',
      version: 1,
      training: { epochs: 3, steps: 9 }
    })
  })

  test('a place that cannot take the weights is told before the first epoch', () => {
    const places = [
      [join(folder, 'no', 'w.json'), /cannot be written: there is no folder .*no/],
      [folder, /cannot be written: it is a folder/]
    ] as const
    for (const [place, message] of places) {
      const { status, err } = cli('train', example('spiral-mlp'), '--epochs', '1', '--export', place)
      expect(status).toBe(1)
      expect(err).toMatch(message)
      expect(err).not.toMatch(/epoch|\n\s+at /)
    }
  })

  test('a write that fails leaves no other file behind', () => {
    const taken = join(folder, 'taken', 'w.json')
    mkdirSync(join(taken, 'full'), { recursive: true })
    expect(() => writeWhole(taken, new Uint8Array(3))).toThrow('w.json cannot be written')
    expect(readdirSync(join(folder, 'taken'))).toEqual(['w.json'])
  })

  test('MNIST that is not there is asked for by name', () => {
    const { status, err } = cli('train', example('mnist-mlp'))
    expect(status).toBe(1)
    expect(err).toMatch(/train-images/)
  })
})

test('--threads says how many compute, and the numbers do not depend on it', () => {
  const train = (threads: string) =>
    cli('train', example('spiral-mlp'), '--backend', 'wasm', '--epochs', '2', '--threads', threads, '--json')
  const [one, two] = [train('1'), train('2')]
  expect(one.err).toContain(', 1 thread,')
  expect(two.err).toContain(', 2 threads,')
  const losses = ({ out }: { out: string }) => JSON.parse(out).epochs.map((e: { loss: number }) => e.loss)
  expect(losses(two)).toEqual(losses(one))
  expect(train('65').err).toContain('from 1 to 64')
})

describe('wrong calls end with 2', () => {
  test.each([
    [['frobnicate'], /no command "frobnicate"/],
    [['run'], /Name a graph file/],
    [['run', 'a', 'b'], /"b" is one file too many/],
    [['train', 'a', '--epochs', 'many'], /--epochs takes a whole number of at least 0, not "many"/],
    [['run', 'a', '--backend', 'tpu'], /--backend takes auto, webgpu/],
    [['run', 'a', '--feed', 'x'], /--feed takes NAME=PATH, not "x"/],
    [['evaluate', 'a'], /Name the weights/],
    [['run', example('xyz'), '--threads', '0'], /--threads takes a whole number from 1 to 64, not "0"/],
    [['run', 'a', '--speed', '9'], /Unknown option '--speed'/]
  ])('%j', (args, message) => {
    const { status, out, err } = cli(...args)
    expect(status).toBe(2)
    expect(out).toBe('')
    expect(err).toMatch(message)
  })

  test('a file that is not there ends with 1', () => {
    expect(cli('check', 'nowhere.json')).toMatchObject({
      status: 1,
      err: expect.stringContaining('nowhere.json cannot be read')
    })
  })
})
