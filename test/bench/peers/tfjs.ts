/** TensorFlow.js: eager operators, `variableGrads`, its own optimizers. NHWC, so images and kernels are turned once. */
import * as tf from '@tensorflow/tfjs'
import { HEADS } from '../workloads/attention.ts'
import { LINKS } from '../workloads/chain.ts'
import { type ScalarNode, scalarNodes } from '../workloads/scalar.ts'
import { type Computation, RHO, type Tensor, type Training, type Workload } from '../workloads/workload.ts'
import { inTurn, type Open, type Session, Unsupported } from './peer.ts'

// biome-ignore lint/suspicious/noExplicitAny: the peer is not installed where types are checked
type TfTensor = any
type Named = Record<string, TfTensor>

const dense = (p: Named, name: string, x: TfTensor): TfTensor => x.matMul(p[`${name}.kernel`]).add(p[`${name}.bias`])
const conv = (p: Named, name: string, x: TfTensor): TfTensor =>
  x.conv2d(p[`${name}.kernel`], 1, 'same').add(p[`${name}.bias`]).relu()
const pool = (x: TfTensor): TfTensor => x.maxPool(2, 2, 'valid')
const heads = (x: TfTensor, perm: readonly number[]): TfTensor => {
  const [batch, tokens, width] = x.shape
  return x.reshape([batch, tokens, HEADS, width / HEADS]).transpose(perm)
}

const losses: Record<Training['id'], (p: Named, x: TfTensor, t: TfTensor) => TfTensor> = {
  w: (p, x, t) => tf.losses.softmaxCrossEntropy(t, dense(p, 'dense2', dense(p, 'dense1', x).relu())),
  cnn(p, x, t) {
    const features = pool(conv(p, 'conv2', pool(conv(p, 'conv1', x))))
    return tf.losses.softmaxCrossEntropy(t, dense(p, 'dense', features.reshape([x.shape[0], -1])))
  },
  attention(p, x, t) {
    const project = (name: string) => x.reshape([-1, x.shape[2]]).matMul(p[`w${name}`]).reshape(x.shape)
    const scores = tf.matMul(heads(project('q'), [0, 2, 1, 3]), heads(project('k'), [0, 2, 3, 1]))
    const width = x.shape[2] / HEADS
    const mixed = tf.matMul(scores.mul(1 / Math.sqrt(width)).softmax(), heads(project('v'), [0, 2, 1, 3]))
    const joined = mixed.transpose([0, 2, 1, 3]).reshape([-1, x.shape[2]])
    return joined.matMul(p.wo).reshape(x.shape).add(x).sub(t).square().mean()
  },
  scalar(p) {
    const values: TfTensor[] = []
    const at = (n: number) => values[n]
    const compute = (node: ScalarNode): TfTensor => {
      if (node.op === 'parameter') return p[node.name]
      if (node.op === 'constant') return tf.scalar(node.value)
      return node.op === 'tanh' ? at(node.a).tanh() : at(node.a)[node.op](at(node.b))
    }
    for (const node of scalarNodes()) values.push(compute(node))
    return values.at(-1)
  }
}

/** OIHW → HWIO for kernels, NCHW → NHWC for images of one channel, rows of `dense` in the order of NHWC. */
function tensor(name: string, { shape, values }: Tensor, images: boolean): TfTensor {
  const plain = tf.tensor(values, shape)
  if (images && /^conv\d\.kernel$/.test(name)) return plain.transpose([2, 3, 1, 0])
  if (images && name === 'x') return plain.transpose([0, 2, 3, 1])
  if (images && name === 'dense.kernel') {
    const [rows = 0, units = 0] = shape
    const side = Math.sqrt(rows / 16)
    return plain.reshape([16, side, side, units]).transpose([1, 2, 0, 3]).reshape([rows, units])
  }
  return plain
}

function train({ id, parameters, batches, optimizer }: Training): Session {
  const images = id === 'cnn'
  const p: Named = Object.fromEntries(
    Object.entries(parameters).map(([name, t]) => [name, tf.variable(tensor(name, t, images), true)])
  )
  const next = inTurn(
    batches.map((batch) => Object.fromEntries(Object.entries(batch).map(([n, t]) => [n, tensor(n, t, images)])))
  )
  // tfjs adds epsilon under the root: so small a number there is what 1e-7 is beside it
  const steps =
    optimizer.kind === 'rmsprop'
      ? tf.train.rmsprop(optimizer.learningRate, RHO, 0, 1e-14)
      : tf.train.sgd(optimizer.learningRate)
  let loss: TfTensor = null
  return {
    step() {
      const { x, t } = next() as Named
      loss?.dispose()
      loss = steps.minimize(() => losses[id](p, x, t), true)
    },
    async sync() {
      // the update comes after the loss: wait for what is written last
      await Object.values(p).at(-1)?.data()
    },
    result: () => loss.data(),
    stop: () => tf.disposeVariables()
  }
}

function compute({ id, inputs, options }: Computation): Session {
  const given: Named = Object.fromEntries(Object.entries(inputs).map(([n, t]) => [n, tensor(n, t, false)]))
  const chain = () => {
    let y = given.x
    for (let i = 0; i < LINKS; i++) y = y.mul(1.1).add(0.1).tanh()
    return y
  }
  let result: TfTensor = null
  return {
    step() {
      result?.dispose()
      result =
        id === 'gemm' ? tf.matMul(given.a, given.b, options.transA === true, options.transB === true) : tf.tidy(chain)
    },
    async sync() {
      await result.data()
    },
    result: () => result.data(),
    stop() {
      result?.dispose()
      tf.dispose(given)
    }
  }
}

/** Where the page serves, or Node finds, tfjs' WebAssembly files. */
async function wasmFiles(): Promise<string> {
  if (!('process' in globalThis)) return '/tfjs-wasm/'
  const { createRequire } = await import(/* @vite-ignore */ 'node:module')
  const main: string = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')
  return main.slice(0, main.lastIndexOf('dist') + 5)
}

async function load(backend: string, threads: number): Promise<string> {
  if (backend === 'webgpu') await import('@tensorflow/tfjs-backend-webgpu')
  if (backend === 'wasm') {
    if (threads > 1 && 'process' in globalThis) throw new Unsupported('it has no threads in Node')
    const wasm = await import('@tensorflow/tfjs-backend-wasm')
    wasm.setWasmPaths(await wasmFiles())
    if (threads === 1) tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
    else {
      // it takes no more than half of the processors that it sees
      Object.defineProperty(navigator, 'hardwareConcurrency', { value: 2 * threads })
      wasm.setThreadsCount(threads)
    }
  }
  if (!(await tf.setBackend(backend))) throw new Error(`tfjs could not start its backend ${backend}`)
  await tf.ready()
  if (backend !== 'wasm') return `tfjs ${tf.version_core}, ${backend}`
  const wasm = await import('@tensorflow/tfjs-backend-wasm')
  const several = await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT')
  const simd = (await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) ? 'SIMD' : 'no SIMD'
  const count = several ? wasm.getThreadsCount() : 1
  return `tfjs ${tf.version_core}, wasm, ${simd}, ${count} ${count === 1 ? 'thread' : 'threads'}`
}

export const open: Open = async (backend, threads) => ({
  device: await load(backend, threads),
  start: async (workload: Workload) => (workload.kind === 'training' ? train(workload) : compute(workload))
})
