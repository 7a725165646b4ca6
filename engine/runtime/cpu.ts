/** Float32 on typed arrays, in plain JavaScript: runs everywhere and gives the same numbers everywhere. */
import { kernelOf, plainKernels } from './array-kernels.ts'
import { ArrayExecutor, type ArrayMemory } from './arrays.ts'
import { gemm } from './gemm.ts'

const memory: ArrayMemory = {
  allocate: (size) => ({ array: new Float32Array(size) }),
  free: () => undefined
}

const kernels = plainKernels(gemm)

export class CpuExecutor extends ArrayExecutor {
  constructor() {
    super({
      device: 'Float32 typed arrays (JavaScript)',
      maxOutputs: 4,
      memory,
      compile: (plan) => ({ kernels: plan.steps.map((step) => kernelOf(step, kernels)), dispose: () => undefined }),
      dispose: () => undefined
    })
  }
}
