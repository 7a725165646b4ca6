/** Kernels, bytes and times in words. */
import type { KernelReport } from '../../engine/session/protocol.ts'
import type { Numbers } from '../i18n/useNumbers.ts'

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** Memory in the unit that suits it: 8.92 MB. */
export function bytesText(numbers: Numbers, bytes: number): string {
  const unit = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3))
  return `${numbers.value(bytes / 1000 ** unit, 3)} ${UNITS[unit]}`
}

/** A time in milliseconds or microseconds. */
export const timeText = (numbers: Numbers, milliseconds: number): string =>
  milliseconds >= 0.1 || milliseconds === 0
    ? `${numbers.value(milliseconds, 3)} ms`
    : `${numbers.value(milliseconds * 1000, 3)} µs`

/** Mul, Mul, Add → Mul×2 · Add */
export function chainText(ops: readonly string[]): string {
  const parts: { op: string; count: number }[] = []
  for (const op of ops) {
    const last = parts.at(-1)
    if (last?.op === op) last.count++
    else parts.push({ op, count: 1 })
  }
  return parts.map(({ op, count }) => (count === 1 ? op : `${op}×${count}`)).join(' · ')
}

/** What a kernel computes: "MatMul 128×784×512 + Add · Relu". */
export function kernelText({ product, ops }: KernelReport): string {
  const chain = chainText(ops)
  if (!product) return chain
  const { m, k, n, transA, transB } = product
  const sizes = `MatMul ${m}×${k}×${n}${transA ? ' Aᵀ' : ''}${transB ? ' Bᵀ' : ''}`
  return chain ? `${sizes} + ${chain}` : sizes
}

/** Billions of operations in a second. */
export const rateOf = ({ operations }: KernelReport, milliseconds: number): number => operations / milliseconds / 1e6
