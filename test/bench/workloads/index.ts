/** The workloads by key: a key travels to where an engine runs, the numbers are made there. */
import { attention } from './attention.ts'
import { chain } from './chain.ts'
import { cnn } from './cnn.ts'
import { gemm, SIZES, TRANSPOSES } from './gemm.ts'
import { scalar } from './scalar.ts'
import { w } from './w.ts'
import type { Workload } from './workload.ts'

const table: Readonly<Record<string, () => Workload>> = {
  w,
  cnn,
  attention,
  ...Object.fromEntries(
    SIZES.flatMap((n) => TRANSPOSES.map((t) => [t === 'nn' ? `gemm ${n}` : `gemm ${n} ${t}`, () => gemm(n, t)]))
  ),
  chain,
  scalar
}

export function workload(key: string): Workload {
  const make = table[key]
  if (!make) throw new Error(`no workload is named ${key}; there are ${Object.keys(table).join(', ')}`)
  return make()
}
