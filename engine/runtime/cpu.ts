/** Float32 on typed arrays, in plain JavaScript: runs everywhere and gives the same numbers everywhere. */
import { kernelOf } from './array-kernels.ts'
import { ArrayExecutor, type ArrayMemory, runOf } from './arrays.ts'
import { gemm } from './gemm.ts'

const memory: ArrayMemory = {
  allocate: (size) => ({ array: new Float32Array(size) }),
  free: () => undefined
}

export class CpuExecutor extends ArrayExecutor {
  constructor() {
    super({
      device: 'Float32 typed arrays (JavaScript)',
      maxOutputs: 4,
      shortestRow: 2,
      memory,
      compile: ({ steps }) => ({
        steps: steps.map((step) => runOf(step, kernelOf(step, gemm))),
        dispose: () => undefined
      }),
      dispose: () => undefined
    })
  }
}
