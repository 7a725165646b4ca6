/** gpu.js as its documentation uses it: one thread an output number, results kept on the device between kernels. */
import * as library from 'gpu.js'
import { type Computation, EPSILON, RHO, type Tensor, type Training, type Workload } from '../workloads/workload.ts'
import { inTurn, type Open, type Session, Unsupported } from './peer.ts'

// biome-ignore lint/suspicious/noExplicitAny: gpu.js' own types know nothing of its asynchronous modes
type Untyped = any

const { GPU, input } = library as Untyped

const [BATCH, INPUTS, HIDDEN, CLASSES] = [128, 784, 512, 10]

/** The bias is one more row of each kernel: w1 is [785, 512], w2 is [513, 10]. */
const SOURCES = {
  hidden: `function (x, w) {
    let sum = w[${INPUTS}][this.thread.x]
    for (let k = 0; k < ${INPUTS}; k++) { sum += x[this.thread.y][k] * w[k][this.thread.x] }
    return Math.max(sum, 0)
  }`,
  logits: `function (h, w) {
    let sum = w[${HIDDEN}][this.thread.x]
    for (let k = 0; k < ${HIDDEN}; k++) { sum += h[this.thread.y][k] * w[k][this.thread.x] }
    return sum
  }`,
  dLogits: `function (z, t) {
    let top = z[this.thread.y][0]
    for (let c = 1; c < ${CLASSES}; c++) { top = Math.max(top, z[this.thread.y][c]) }
    let sum = 0
    for (let c = 0; c < ${CLASSES}; c++) { sum += Math.exp(z[this.thread.y][c] - top) }
    return (Math.exp(z[this.thread.y][this.thread.x] - top) / sum - t[this.thread.y][this.thread.x]) / ${BATCH}
  }`,
  dHidden: `function (d, w, h) {
    let sum = 0
    for (let c = 0; c < ${CLASSES}; c++) { sum += d[this.thread.y][c] * w[this.thread.x][c] }
    if (h[this.thread.y][this.thread.x] <= 0) { sum = 0 }
    return sum
  }`,
  gradient: (rows: number) => `function (x, d) {
    let sum = 0
    if (this.thread.y < ${rows}) {
      for (let b = 0; b < ${BATCH}; b++) { sum += x[b][this.thread.y] * d[b][this.thread.x] }
    } else {
      for (let b = 0; b < ${BATCH}; b++) { sum += d[b][this.thread.x] }
    }
    return sum
  }`,
  meanSquare: `function (v, g) {
    const q = g[this.thread.y][this.thread.x]
    return ${RHO} * v[this.thread.y][this.thread.x] + ${1 - RHO} * q * q
  }`,
  update: (rate: number) => `function (w, v, g) {
    const step = g[this.thread.y][this.thread.x] / (Math.sqrt(v[this.thread.y][this.thread.x]) + ${EPSILON.toFixed(9)})
    return w[this.thread.y][this.thread.x] - ${rate} * step
  }`,
  loss: `function (z, t) {
    let mean = 0
    for (let b = 0; b < ${BATCH}; b++) {
      let top = z[b][0]
      for (let c = 1; c < ${CLASSES}; c++) { top = Math.max(top, z[b][c]) }
      let sum = 0
      let own = 0
      for (let c = 0; c < ${CLASSES}; c++) { sum += Math.exp(z[b][c] - top); own += z[b][c] * t[b][c] }
      mean += (Math.log(sum) + top - own) / ${BATCH}
    }
    return mean
  }`,
  copy: 'function (v) { return v[this.thread.y][this.thread.x] }',
  product: (n: number) => `function (a, b) {
    let sum = 0
    for (let k = 0; k < ${n}; k++) { sum += a[this.thread.y][k] * b[k][this.thread.x] }
    return sum
  }`
}

const stacked = (kernel: Tensor, bias: Tensor): Float32Array => {
  const both = new Float32Array(kernel.values.length + bias.values.length)
  both.set(kernel.values)
  both.set(bias.values, kernel.values.length)
  return both
}

class Naive {
  readonly #gpu: Untyped

  constructor(mode: string) {
    this.#gpu = new GPU({ mode })
  }

  kernel(source: string, width: number, height: number, pipeline = true): Untyped {
    return this.#gpu.createKernel(source, { output: [width, height], pipeline, loopMaxIterations: 2048 })
  }

  /** Numbers on the device. */
  put(values: Float32Array, width: number, height: number): Promise<Untyped> {
    return this.kernel(SOURCES.copy, width, height)(input(values, [width, height]))
  }

  async read(result: Untyped): Promise<Float32Array> {
    const rows: ArrayLike<number>[] = result.toArray ? await result.toArray() : result
    return Float32Array.from(Array.from(rows).flatMap((row) => (typeof row === 'number' ? [row] : Array.from(row))))
  }

  async train({ parameters, batches, optimizer }: Training): Promise<Session> {
    const named = (name: string) => parameters[name] as Tensor
    const sizes = [
      [HIDDEN, INPUTS + 1],
      [CLASSES, HIDDEN + 1]
    ] as const
    const hidden = this.kernel(SOURCES.hidden, HIDDEN, BATCH)
    const logits = this.kernel(SOURCES.logits, CLASSES, BATCH)
    const dLogits = this.kernel(SOURCES.dLogits, CLASSES, BATCH)
    const dHidden = this.kernel(SOURCES.dHidden, HIDDEN, BATCH)
    const gradients = [
      this.kernel(SOURCES.gradient(INPUTS), ...sizes[0]),
      this.kernel(SOURCES.gradient(HIDDEN), ...sizes[1])
    ]
    // two of each: no kernel reads what it writes
    const twice = (source: string) => sizes.map((size) => [this.kernel(source, ...size), this.kernel(source, ...size)])
    const meanSquares = twice(SOURCES.meanSquare)
    const updates = twice(SOURCES.update(optimizer.learningRate))
    const lossOf = this.#gpu.createKernel(SOURCES.loss, { output: [1], loopMaxIterations: 2048 })
    const data: [Untyped, Untyped][] = []
    for (const { x, t } of batches as readonly { x: Tensor; t: Tensor }[])
      data.push([await this.put(x.values, INPUTS, BATCH), await this.put(t.values, CLASSES, BATCH)])
    const next = inTurn(data)
    const w: Untyped[] = []
    const v: Untyped[] = []
    for (const [i, name] of ['dense1', 'dense2'].entries()) {
      const values = stacked(named(`${name}.kernel`), named(`${name}.bias`))
      w[i] = await this.put(values, ...(sizes[i] as [number, number]))
      v[i] = await this.put(new Float32Array(values.length), ...(sizes[i] as [number, number]))
    }
    let [turn, z, t]: [number, Untyped, Untyped] = [0, null, null]
    return {
      step: async () => {
        const [x, target] = next()
        t = target
        const h = await hidden(x, w[0])
        z = await logits(h, w[1])
        const dz = await dLogits(z, t)
        const dh = await dHidden(dz, w[1], h)
        const g = [await gradients[0](x, dh), await gradients[1](h, dz)]
        for (const i of [1, 0]) {
          v[i] = await meanSquares[i]?.[turn](v[i], g[i])
          w[i] = await updates[i]?.[turn](w[i], v[i], g[i])
        }
        turn = 1 - turn
      },
      sync: async () => {
        await this.read(w[1])
      },
      result: async () => await lossOf(z, t),
      stop: () => undefined
    }
  }

  async product({ inputs }: Computation): Promise<Session> {
    const [a, b] = [inputs.a, inputs.b] as [Tensor, Tensor]
    const n = a.shape[0] as number
    const [left, right] = [await this.put(a.values, n, n), await this.put(b.values, n, n)]
    const multiply = this.kernel(SOURCES.product(n), n, n)
    let c: Untyped = null
    return {
      step: async () => {
        c = await multiply(left, right)
      },
      sync: async () => {
        await this.read(c)
      },
      result: () => this.read(c),
      stop: () => undefined
    }
  }
}

export const open: Open = async (mode) => {
  const naive = new Naive(mode)
  return {
    device: `gpu.js, ${mode}`,
    async start(workload: Workload) {
      if (workload.id === 'w') return naive.train(workload)
      if (workload.id === 'gemm' && !workload.options.transA && !workload.options.transB) return naive.product(workload)
      throw new Unsupported('no kernels were written for it in gpu.js')
    }
  }
}
