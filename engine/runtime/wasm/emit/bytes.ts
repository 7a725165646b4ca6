/**
 * The binary format of WebAssembly, as far as kernels need it: functions over one imported memory.
 *
 * WebAssembly Core Specification 2.0, chapter 5; the names of instructions are those of the text format.
 */

export type Bytes = number[]

export const I32 = 0x7f
export const F64 = 0x7c
export const V128 = 0x7b
export type ValueType = typeof I32 | typeof F64 | typeof V128

/** Instructions on four lanes that take their operands from the stack and have nothing after the opcode. */
export const LANES = {
  'i32x4.splat': 0x11,
  'f32x4.splat': 0x13,
  'i32x4.eq': 0x37,
  'f32x4.eq': 0x41,
  'f32x4.ne': 0x42,
  'f32x4.lt': 0x43,
  'f32x4.gt': 0x44,
  'f32x4.le': 0x45,
  'f32x4.ge': 0x46,
  'v128.not': 0x4d,
  'v128.and': 0x4e,
  'v128.andnot': 0x4f,
  'v128.or': 0x50,
  'v128.xor': 0x51,
  'v128.bitselect': 0x52,
  'f32x4.ceil': 0x67,
  'f32x4.floor': 0x68,
  'f32x4.nearest': 0x6a,
  'i32x4.shl': 0xab,
  'i32x4.shr_s': 0xac,
  'i32x4.shr_u': 0xad,
  'i32x4.add': 0xae,
  'i32x4.sub': 0xb1,
  'f32x4.abs': 0xe0,
  'f32x4.neg': 0xe1,
  'f32x4.sqrt': 0xe3,
  'f32x4.add': 0xe4,
  'f32x4.sub': 0xe5,
  'f32x4.mul': 0xe6,
  'f32x4.div': 0xe7,
  'f32x4.min': 0xe8,
  'f32x4.max': 0xe9,
  'f32x4.pmin': 0xea,
  'f32x4.pmax': 0xeb,
  'i32x4.trunc_sat_f32x4_s': 0xf8,
  'f32x4.convert_i32x4_s': 0xfa,
  'f32x4.relaxed_madd': 0x105,
  'f32x4.relaxed_nmadd': 0x106
} as const

export type LaneInstruction = keyof typeof LANES

/** Instructions on two single numbers. */
const SINGLES = { 'f32.add': 0x92, 'f32.mul': 0x94, 'f32.min': 0x96, 'f32.max': 0x97 } as const

export type ScalarInstruction = keyof typeof SINGLES

/** LEB128, unsigned. */
export function unsigned(x: number): Bytes {
  const bytes: Bytes = []
  let rest = x
  do {
    const low = rest % 128
    rest = Math.floor(rest / 128)
    bytes.push(rest > 0 ? low + 128 : low)
  } while (rest > 0)
  return bytes
}

/** LEB128, signed 32 bits. */
export function signed(x: number): Bytes {
  const bytes: Bytes = []
  let rest = x | 0
  for (;;) {
    const low = rest & 127
    rest >>= 7
    if ((rest === 0 && (low & 64) === 0) || (rest === -1 && (low & 64) !== 0)) return [...bytes, low]
    bytes.push(low | 128)
  }
}

const vector = (items: readonly Bytes[]): Bytes => [...unsigned(items.length), ...items.flat()]
const name = (text: string): Bytes => vector([...text].map((c) => [c.charCodeAt(0)]))
const section = (id: number, items: readonly Bytes[]): Bytes => {
  const body = vector(items)
  return items.length === 0 ? [] : [id, ...unsigned(body.length), ...body]
}

/** Aligned to four bytes at least, as all numbers here are. */
const memarg = (offset: number): Bytes => [2, ...unsigned(offset)]
const simd = (opcode: number): Bytes => [0xfd, ...unsigned(opcode)]

/** Instructions that kernels are put together from. */
export const wasm = {
  get: (local: number): Bytes => [0x20, ...unsigned(local)],
  set: (local: number): Bytes => [0x21, ...unsigned(local)],
  tee: (local: number): Bytes => [0x22, ...unsigned(local)],
  i32: (x: number): Bytes => [0x41, ...signed(x)],
  drop: [0x1a],
  add: [0x6a],
  mul: [0x6c],
  shl: [0x74],
  equal: [0x46],
  /** Unsigned: addresses go up to 4 GiB. */
  less: [0x49],
  notLess: [0x4f],
  select: [0x1b],
  call: (f: number): Bytes => [0x10, ...unsigned(f)],
  promote: [0xbb],
  demote: [0xb6],
  block: (body: Bytes): Bytes => [0x02, 0x40, ...body, 0x0b],
  loop: (body: Bytes): Bytes => [0x03, 0x40, ...body, 0x0b],
  branch: (depth: number): Bytes => [0x0c, ...unsigned(depth)],
  branchIf: (depth: number): Bytes => [0x0d, ...unsigned(depth)],
  lanes: (instruction: LaneInstruction): Bytes => simd(LANES[instruction]),
  loadI32: (offset = 0): Bytes => [0x28, ...memarg(offset)],
  load: (offset = 0): Bytes => [...simd(0x00), ...memarg(offset)],
  loadSplat: (offset = 0): Bytes => [...simd(0x09), ...memarg(offset)],
  store: (offset = 0): Bytes => [...simd(0x0b), ...memarg(offset)],
  store64Lane: (offset: number, lane: number): Bytes => [...simd(0x5b), ...memarg(offset), lane],
  store32Lane: (offset: number, lane: number): Bytes => [...simd(0x5a), ...memarg(offset), lane],
  extract: (lane: number): Bytes => [...simd(0x1f), lane],
  replace: (lane: number): Bytes => [...simd(0x20), lane],
  /** Four times the same 32 bits. */
  constant: (bits: number): Bytes => wasm.words([bits, bits, bits, bits]),
  /** A vector of these four times 32 bits. */
  words: (words: readonly number[]): Bytes => [
    ...simd(0x0c),
    ...words.flatMap((bits) => [0, 8, 16, 24].map((shift) => (bits >>> shift) & 255))
  ],
  single: (instruction: ScalarInstruction): Bytes => [SINGLES[instruction]]
} as const

export interface FunctionType {
  readonly parameters: readonly ValueType[]
  readonly results: readonly ValueType[]
}

export interface FunctionBody {
  readonly parameters: readonly ValueType[]
  /** Types of the locals that follow the parameters. */
  readonly locals: readonly ValueType[]
  readonly code: Bytes
}

export interface FunctionImport {
  readonly module: string
  readonly name: string
  readonly type: FunctionType
}

export interface ModuleParts {
  /** Numbered from 0 on; the module's own functions follow. */
  readonly imports: readonly FunctionImport[]
  /** Exported under their number in this list. */
  readonly functions: readonly FunctionBody[]
  /** How memory "env.memory" is declared where threads share it: its most pages. */
  readonly sharedPages: number | null
}

/** A module without memory of its own. */
export function encodeModule({ imports, functions, sharedPages }: ModuleParts): Uint8Array<ArrayBuffer> {
  const types = new Map<string, { readonly index: number; readonly bytes: Bytes }>()
  const typeOf = ({ parameters, results }: FunctionType): number => {
    const bytes = [0x60, ...vector(parameters.map((t) => [t])), ...vector(results.map((t) => [t]))]
    const key = bytes.join()
    const known = types.get(key)
    if (known) return known.index
    types.set(key, { index: types.size, bytes })
    return types.size - 1
  }
  const memory = sharedPages === null ? [0x00, 0x00] : [0x03, 0x00, ...unsigned(sharedPages)]
  const imported = [
    ...imports.map((f) => [...name(f.module), ...name(f.name), 0x00, ...unsigned(typeOf(f.type))]),
    [...name('env'), ...name('memory'), 0x02, ...memory]
  ]
  const declared = functions.map((f) => unsigned(typeOf({ parameters: f.parameters, results: [] })))
  const exported = functions.map((_, i) => [...name(String(i)), 0x00, ...unsigned(imports.length + i)])
  const bodies = functions.flatMap(({ locals, code }) => {
    const declarations = runsOf(locals)
    return [[...unsigned(declarations.length + code.length + 1), ...declarations], code, [0x0b]]
  })
  const codes = [unsigned(functions.length), ...bodies]
  return joined([
    [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    section(
      1,
      [...types.values()].map((t) => t.bytes)
    ),
    section(2, imported),
    section(3, declared),
    section(7, exported),
    [10, ...unsigned(codes.reduce((sum, part) => sum + part.length, 0))],
    ...codes
  ])
}

/** Locals as they are declared: how many of one type, and the type. */
function runsOf(locals: readonly ValueType[]): Bytes {
  const runs: { count: number; readonly type: ValueType }[] = []
  for (const type of locals) {
    const last = runs.at(-1)
    if (last?.type === type) last.count++
    else runs.push({ count: 1, type })
  }
  return vector(runs.map(({ count, type }) => [...unsigned(count), type]))
}

function joined(parts: readonly Bytes[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
