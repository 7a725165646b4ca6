/** Who is measured, and who stands beside whom: a ratio is taken within a group only. */
import type { EngineSpec } from './hosts/protocol.ts'

export interface Engine extends EngineSpec {
  readonly name: string
  readonly group: string
  readonly where: 'javascript' | 'python'
}

const engine = (group: string, name: string, peer: EngineSpec['peer'], backend: string, threads = 1): Engine => ({
  group,
  name,
  peer,
  backend,
  threads,
  where: peer === 'torch' ? 'python' : 'javascript'
})

const onCpu = (group: string, threads: number): Engine[] => [
  engine(group, 'Chainrule wasm', 'chainrule', 'wasm', threads),
  engine(group, 'jax-js wasm', 'jax', 'wasm', threads),
  engine(group, 'tfjs wasm', 'tfjs', 'wasm', threads),
  engine(group, 'PyTorch', 'torch', 'cpu', threads)
]

/** @param threads how many where there are several */
export const engines = (threads: number): readonly Engine[] => [
  engine('JavaScript', 'Chainrule cpu', 'chainrule', 'cpu'),
  engine('JavaScript', 'tfjs cpu', 'tfjs', 'cpu'),
  engine('JavaScript', 'gpu.js cpu, naive', 'gpujs', 'cpu'),
  ...onCpu('CPU, 1 thread', 1),
  ...(threads > 1 ? onCpu(`CPU, ${threads} threads`, threads) : []),
  engine('WebGL2', 'Chainrule webgl2', 'chainrule', 'webgl2'),
  engine('WebGL2', 'tfjs webgl', 'tfjs', 'webgl'),
  engine('WebGL2', 'gpu.js webgl2, naive', 'gpujs', 'webgl2'),
  engine('WebGPU', 'Chainrule webgpu', 'chainrule', 'webgpu'),
  engine('WebGPU', 'tfjs webgpu', 'tfjs', 'webgpu'),
  engine('WebGPU', 'jax-js webgpu', 'jax', 'webgpu'),
  engine('WebGPU', 'gpu.js webgpu, naive', 'gpujs', 'webgpu')
]

export const isOurs = ({ peer }: EngineSpec): boolean => peer === 'chainrule'

/** The name outside its group. */
export const label = ({ name, threads }: Engine): string => (threads > 1 ? `${name}, ${threads} threads` : name)
