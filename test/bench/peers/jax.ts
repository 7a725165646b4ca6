/** jax-js: one jitted function for the whole step. Its arrays are used up by whoever takes them; `.ref` keeps one. */
import { HEADS } from '../workloads/attention.ts'
import { LINKS } from '../workloads/chain.ts'
import { scalarNodes } from '../workloads/scalar.ts'
import { type Computation, EPSILON, RHO, type Tensor, type Training, type Workload } from '../workloads/workload.ts'
import { inTurn, type Open, type Session, Unsupported } from './peer.ts'

// biome-ignore lint/suspicious/noExplicitAny: the peer is not installed where types are checked
type Jax = any
type JaxArray = Jax
type Named = Record<string, JaxArray>

/** One function per network: parameters and a batch → the loss. */
const losses = ({
  numpy: np,
  nn,
  lax
}: Jax): Record<Training['id'], (p: Named, x: JaxArray, t: JaxArray) => JaxArray> => {
  const dense = (p: Named, name: string, x: JaxArray) => np.dot(x, p[`${name}.kernel`]).add(p[`${name}.bias`])
  const crossEntropy = (logits: JaxArray, t: JaxArray) =>
    nn
      .logSoftmax(logits, -1)
      .mul(t)
      .sum()
      .mul(-1 / logits.shape[0])
  const conv = (p: Named, name: string, x: JaxArray) => {
    const y = lax.convGeneralDilated(x, p[`${name}.kernel`], [1, 1], 'SAME')
    return nn.relu(y.add(p[`${name}.bias`].reshape([1, -1, 1, 1])))
  }
  const pool = (x: JaxArray) => {
    const [n, c, h, w] = x.shape
    return np.max(x.reshape([n, c, h / 2, 2, w / 2, 2]), [3, 5])
  }
  const heads = (x: JaxArray, perm: readonly number[]) => {
    const [batch, tokens, width] = x.shape
    return np.transpose(x.reshape([batch, tokens, HEADS, width / HEADS]), perm)
  }
  return {
    w: (p, x, t) => crossEntropy(dense(p, 'dense2', nn.relu(dense(p, 'dense1', x))), t),
    cnn(p, x, t) {
      const rows = x.shape[0]
      const features = pool(conv(p, 'conv2', pool(conv(p, 'conv1', x))))
      return crossEntropy(dense(p, 'dense', features.reshape([rows, -1])), t)
    },
    attention(p, x, t) {
      const { shape } = x
      const q = heads(np.dot(x.ref, p.wq), [0, 2, 1, 3])
      const k = heads(np.dot(x.ref, p.wk), [0, 2, 3, 1])
      const v = heads(np.dot(x.ref, p.wv), [0, 2, 1, 3])
      const scores = np.matmul(q, k).mul(1 / Math.sqrt(shape[2] / HEADS))
      const mixed = np.matmul(nn.softmax(scores, -1), v)
      const joined = np.transpose(mixed, [0, 2, 1, 3]).reshape(shape)
      const difference = np.dot(joined, p.wo).add(x).sub(t)
      return np.mean(np.square(difference))
    },
    scalar(p) {
      const nodes = scalarNodes()
      const readers = nodes.map(() => 0)
      for (const node of nodes) {
        if ('a' in node) readers[node.a] = (readers[node.a] ?? 0) + 1
        if ('b' in node) readers[node.b] = (readers[node.b] ?? 0) + 1
      }
      const values: JaxArray[] = []
      /** The last reader uses the array up. */
      const take = (n: number) => {
        readers[n] = (readers[n] ?? 0) - 1
        return readers[n] === 0 ? values[n] : values[n].ref
      }
      for (const node of nodes) {
        if (node.op === 'parameter') values.push(p[node.name])
        else if (node.op === 'constant') values.push(np.array(node.value))
        else if (node.op === 'tanh') values.push(np.tanh(take(node.a)))
        else {
          const a = take(node.a)
          values.push(a[node.op](take(node.b)))
        }
      }
      return values.at(-1)
    }
  }
}

const array = ({ numpy: np }: Jax, { shape, values }: Tensor): JaxArray => np.array(values.slice()).reshape([...shape])

function train(jax: Jax, { id, parameters, batches, optimizer }: Training): Session {
  const { numpy: np, valueAndGrad, jit, tree } = jax
  const names = Object.keys(parameters)
  const loss = losses(jax)[id]
  const rmsprop = optimizer.kind === 'rmsprop'
  const rate = optimizer.learningRate
  const step = jit((p: Named, v: Named, x: JaxArray, t: JaxArray) => {
    const [value, g] = valueAndGrad(loss)(tree.ref(p), x, t)
    const [nextP, nextV]: [Named, Named] = [{}, {}]
    for (const name of names) {
      const gradient = g[name]
      if (rmsprop) {
        nextV[name] = v[name].mul(RHO).add(gradient.ref.mul(gradient.ref).mul(1 - RHO))
        nextP[name] = p[name].sub(gradient.mul(rate).div(np.sqrt(nextV[name].ref).add(EPSILON)))
      } else nextP[name] = p[name].sub(gradient.mul(rate))
    }
    return [nextP, nextV, value]
  })
  const next = inTurn(
    batches.map((batch) => Object.fromEntries(Object.entries(batch).map(([n, t]) => [n, array(jax, t)])))
  )
  let p: Named = Object.fromEntries(Object.entries(parameters).map(([n, t]) => [n, array(jax, t)]))
  let v: Named = rmsprop
    ? Object.fromEntries(Object.entries(parameters).map(([n, t]) => [n, np.zeros([...t.shape])]))
    : {}
  let value: JaxArray = null
  const nothing = np.array(0)
  const last = names.at(-1) as string
  return {
    step() {
      const { x = nothing, t = nothing } = next() as Named
      value?.dispose()
      const result = step(p, v, x.ref, t.ref)
      p = result[0]
      v = result[1]
      value = result[2]
    },
    async sync() {
      await p[last].ref.data()
    },
    result: () => value.ref.data(),
    stop() {
      tree.dispose(p)
      tree.dispose(v)
    }
  }
}

function compute(jax: Jax, { id, inputs, options }: Computation): Session {
  const { numpy: np, jit } = jax
  const given: Named = Object.fromEntries(Object.entries(inputs).map(([n, t]) => [n, array(jax, t)]))
  const product = (a: JaxArray, b: JaxArray) =>
    np.dot(options.transA ? np.transpose(a) : a, options.transB ? np.transpose(b) : b)
  const chain = (x: JaxArray) => {
    let y = x
    for (let i = 0; i < LINKS; i++) y = np.tanh(y.mul(1.1).add(0.1))
    return y
  }
  const f = jit(id === 'gemm' ? product : chain)
  let result: JaxArray = null
  return {
    async step() {
      const before = result
      result = f(...Object.values(given).map((x) => x.ref))
      // what is disposed of before it was computed never is
      await result.blockUntilReady()
      before?.dispose()
    },
    async sync() {
      await result.blockUntilReady()
    },
    result: () => result.ref.data(),
    stop: () => result?.dispose()
  }
}

export const open: Open = async (backend, threads) => {
  if (threads > 1 && 'process' in globalThis) throw new Unsupported('it has no threads in Node')
  // jax-js takes as many threads as it is told there are processors, and none where there are no workers
  const scope = globalThis as { Worker?: unknown }
  if (threads === 1) scope.Worker = undefined
  else Object.defineProperty(navigator, 'hardwareConcurrency', { value: threads })
  const jax: Jax = await import('@jax-js/jax')
  const found = await jax.init(backend)
  if (!found.includes(backend)) throw new Error(`jax-js could not start its backend ${backend}`)
  jax.defaultDevice(backend)
  return {
    device: `jax-js, ${backend}`,
    start: async (workload: Workload) => (workload.kind === 'training' ? train(jax, workload) : compute(jax, workload))
  }
}
