/**
 * Large products: each thread computes a 4 × 4 block, so that an element that was read serves four sums.
 *
 * WebGPU: a compute shader of our own, which reads four neighbours at once where the rows allow it, in blocks of 8 × 8
 * where there are enough of them. WebGL2: operands that do
 * not lie four to a texel are packed (padded with zeros), a kernel with four outputs writes four rows, and a last one
 * merges them. Small products stay with one thread per element: there are too few blocks to keep a GPU busy.
 */
import type { ProductStep } from '../../compile/plan.ts'
import { type StaticShape, sizeOf, stridesOf } from '../../shape.ts'
import { isWide, MAX_INDEX } from './device.ts'
import { wgslEpilogue } from './epilogue.ts'
import { type CallSource, coordinates, finish, kernel, ownKernel, type Place, source } from './text.ts'

type Tensor = ProductStep['operands'][number]

const TILE = 4
/** Fewest output elements for which blocks pay: the fewer there are, the more a short way along k is worth. */
const LARGE = 1024
/** From here on there are blocks of 8 × 8 for every processor of a GPU. */
const HUGE = 2 ** 20
/** Blocks a side of a workgroup. */
const SIDE = 8
const MAX_GROUPS = 65535

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i)
const four = <T>(make: (n: number) => T): T[] => Array.from({ length: TILE }, (_, n) => make(n))
const up = (n: number): number => Math.ceil(n / TILE)

const worthwhile = ({ m, n, k, shape }: ProductStep): boolean =>
  sizeOf(shape) >= LARGE && m >= 2 * TILE && n >= 2 * TILE && k >= TILE

/** Elements between the matrices of neighbouring batches, one number per leading axis of the output. */
function leadStrides(shape: StaticShape, rank: number): number[] {
  const lead = shape.slice(0, -2)
  const matrix = sizeOf(shape.slice(-2))
  const strides = stridesOf(lead)
  const own = lead.map((d, i) => (d === 1 ? 0 : (strides[i] as number) * matrix))
  return [...Array<number>(rank - 2 - lead.length).fill(0), ...own]
}

export function tiledForWebGpu(step: ProductStep, serial: boolean): readonly CallSource[] | null {
  if (!worthwhile(step)) return null
  const { m, n, k, transA, transB, shape, operands, epilogue } = step
  const lead = shape.slice(0, -2)
  /** Tiles of four by four that one thread computes, down and across. */
  const big = serial || sizeOf(shape) >= HUGE
  const [down, across] = [big && m >= 4 * TILE ? 2 : 1, big && n >= 4 * TILE ? 2 : 1]
  const [height, width] = [down * TILE, across * TILE]
  const groups = [Math.ceil(n / width / SIDE), Math.ceil(m / height / SIDE), sizeOf(lead)] as const
  if (groups.some((g) => g > MAX_GROUPS)) return null
  const wide = {
    a: (transA ? m : k) % TILE === 0,
    b: (transB ? k : n) % TILE === 0,
    c: n % TILE === 0
  }
  const start = (name: 'a' | 'b', shape2: StaticShape): string => {
    const strides = leadStrides(shape2, shape.length)
    const places = stridesOf(lead)
    const terms = strides.flatMap((s, i) => (s === 0 ? [] : [`z / ${places[i]}u % ${lead[i]}u * ${s}u`]))
    return `let ${name}0 = ${terms.join(' + ') || '0u'};`
  }
  const [a, b, ...others] = operands as [Tensor, Tensor, ...Tensor[]]
  const [rows, columns] = [range(height), range(width)]
  const [rowTiles, columnTiles] = [range(down), range(across)]
  /** Row (or column) r of the block, kept inside the matrix: what is over the edge is computed and not written. */
  const inside = (at: 'row' | 'column', r: number, span = 1): string => {
    const [limit, side] = at === 'row' ? [m, height] : [n, width]
    return limit % side === 0 ? `(${at} + ${r}u)` : `min(${at} + ${r}u, ${limit - span}u)`
  }
  const element = (name: 'a' | 'b', index: string): string => `${name}[${name}0 + ${index}]`
  const vector = (name: 'a' | 'b', index: string): string => `${name}[(${name}0 + ${index}) / 4u]`
  /** Statements that add up `steps` steps along k. */
  const load = (steps: number) => {
    const lines: string[] = []
    const ps = range(steps)
    for (const p of ps) {
      if (!wide.a)
        for (const r of rows) {
          const at = inside('row', r)
          const index = transA ? `(p + ${p}u) * ${m}u + ${at}` : `${at} * ${k}u + p + ${p}u`
          lines.push(`let a${r}_${p} = ${element('a', index)};`)
        }
      else if (transA)
        for (const g of rowTiles)
          lines.push(`let ap${p}_${g} = ${vector('a', `(p + ${p}u) * ${m}u + ${inside('row', g * TILE, TILE)}`)};`)
    }
    if (wide.a && !transA)
      for (const r of rows) lines.push(`let ar${r} = ${vector('a', `${inside('row', r)} * ${k}u + p`)};`)
    if (wide.b && transB)
      for (const c of columns) lines.push(`let bc${c} = ${vector('b', `${inside('column', c)} * ${k}u + p`)};`)
    for (const p of ps)
      for (const g of columnTiles) {
        const part = (c: number): string => {
          if (wide.b && transB) return `bc${g * TILE + c}[${p}]`
          const at = inside('column', g * TILE + c)
          return element('b', transB ? `${at} * ${k}u + p + ${p}u` : `(p + ${p}u) * ${n}u + ${at}`)
        }
        const four4 =
          wide.b && !transB
            ? vector('b', `(p + ${p}u) * ${n}u + ${inside('column', g * TILE, TILE)}`)
            : `vec4<f32>(${four(part).join(', ')})`
        lines.push(`let bp${p}_${g} = ${four4};`)
      }
    const left = (r: number, p: number): string =>
      !wide.a ? `a${r}_${p}` : transA ? `ap${p}_${Math.floor(r / TILE)}[${r % TILE}]` : `ar${r}[${p}]`
    for (const r of rows)
      for (const g of columnTiles)
        for (const p of ps) lines.push(`s${r}_${g} = fma(vec4<f32>(${left(r, p)}), bp${p}_${g}, s${r}_${g});`)
    return lines.map((l) => `    ${l}`).join('\n')
  }
  const whole = k - (k % TILE)
  const store = rows.flatMap((r) =>
    columnTiles.map((g) => {
      const [sum, column] = [`s${r}_${g}`, `column + ${g * TILE}u`]
      const index = `z * ${m * n}u + (row + ${r}u) * ${n}u + ${column}`
      const value = (c: number): string => (epilogue ? `finish(${sum}[${c}], i32(${index} + ${c}u))` : `${sum}[${c}]`)
      const lines = wide.c
        ? [`c[(${index}) / 4u] = ${epilogue ? `vec4<f32>(${four(value).join(', ')})` : sum};`]
        : four((c) => `if (${column} + ${c}u < ${n}u) { c[${index} + ${c}u] = ${value(c)}; }`)
      return `  if (row + ${r}u < ${m}u && ${column} < ${n}u) { ${lines.join(' ')} }`
    })
  )
  const type = (isWide: boolean): string => (isWide ? 'array<vec4<f32>>' : 'array<f32>')
  const wgsl = `
@group(0) @binding(1) var<storage, read> a : ${type(wide.a)};
@group(0) @binding(2) var<storage, read> b : ${type(wide.b)};
@group(0) @binding(${3 + others.length}) var<storage, read_write> c : ${type(wide.c)};
${epilogue ? wgslEpilogue(epilogue, others.length, 3) : ''}
@compute @workgroup_size(${SIDE}, ${SIDE}, 1)
fn main(@builtin(global_invocation_id) id : vec3<u32>) {
  let column = id.x * ${width}u;
  let row = id.y * ${height}u;
  let z = id.z;
  if (column >= ${n}u || row >= ${m}u) { return; }
  ${start('a', a.shape)}
  ${start('b', b.shape)}
${rows.flatMap((r) => columnTiles.map((g) => `  var s${r}_${g} = vec4<f32>();`)).join('\n')}
  for (var p = 0u; p < ${whole}u; p += ${TILE}u) {
${load(TILE)}
  }
  for (var p = ${whole}u; p < ${k}u; p++) {
${whole === k ? '' : load(1)}
  }
${store.join('\n')}
}
`
  const slots = operands.map(({ slot }) => slot)
  return [ownKernel(step, slots, { wgsl, groups })]
}

/** Packs an operand of a product: `rows` × `columns` (before padding), four columns to a texel. */
function pack(
  slot: number,
  to: Place,
  shape: StaticShape,
  rows: number,
  columns: number,
  transposed: boolean
): CallSource {
  const wide = up(columns)
  const height = up(rows) * TILE
  const batches = sizeOf(shape.slice(0, -2))
  const element = (c: number): string => {
    const index = transposed ? `(x + ${c}) * ${rows} + y` : `y * ${columns} + x + ${c}`
    const guards = [
      ...(columns % TILE === 0 ? [] : [`x + ${c} < ${columns}`]),
      ...(rows % TILE === 0 ? [] : [`y < ${rows}`])
    ]
    const read = `a0[start + ${index}]`
    return `const v${c} = ${guards.length === 0 ? read : `(${guards.join(' && ')} ? ${read} : crNum(0))`};`
  }
  const text = kernel(1, batches * height * wide, [
    `const x = crMod(i, ${wide}) * 4;`,
    `const y = crMod(crDiv(i, ${wide}), ${height});`,
    `const start = crDiv(i, ${wide * height}) * ${rows * columns};`,
    ...four(element),
    'return [v0, v1, v2, v3];'
  ])
  return { ...text, inputs: [{ slot }], outputs: [to] }
}

/** An operand of a product on WebGL2: what the kernel reads, and where in it the texels of a block are. */
interface Packed {
  readonly from: Place
  /** The kernel that packs it, where its own texels do not serve. */
  readonly pack: CallSource | null
  /** Texels of one matrix, and of one of its rows. */
  readonly matrix: number
  readonly row: number
  /** A texel holds four numbers along k (else four rows of A, or columns of B). */
  readonly alongK: boolean
}

/**
 * Where rows are whole texels, and k ends with one, the operand is read as it lies, transposed or not. Else it is packed:
 * A along k, B along n.
 */
function packed(name: 'a' | 'b', { slot, shape }: Tensor, { m, n, k, transA, transB }: ProductStep): Packed {
  const [rows, columns] = name === 'a' ? [m, k] : [k, n]
  const transposed = name === 'a' ? transA : transB
  const [height, width] = transposed ? [columns, rows] : [rows, columns]
  const batches = sizeOf(shape.slice(0, -2))
  const whole = width % TILE === 0 && k % TILE === 0 && (batches === 1 || height % TILE === 0)
  if (whole && isWide('webgl2', sizeOf(shape))) {
    const row = width / TILE
    return { from: { slot }, pack: null, matrix: height * row, row, alongK: (name === 'a') !== transposed }
  }
  const [down, row] = [up(rows) * TILE, up(columns)]
  const from: Place = { scratch: name, count: batches * down * row * TILE, wide: true }
  const call = pack(slot, from, shape, rows, columns, transposed)
  return { from, pack: call, matrix: down * row, row, alongK: name === 'a' }
}

export function tiledForWebGl2(step: ProductStep): readonly CallSource[] | null {
  if (!worthwhile(step)) return null
  const { m, n, k, shape, operands } = step
  const [a, b, ...others] = operands as [Tensor, Tensor, ...Tensor[]]
  const lead = shape.slice(0, -2)
  const batches = sizeOf(lead)
  const [m4, n4, k4] = [up(m), up(n), up(k)]
  const [left, right] = [packed('a', a, step), packed('b', b, step)]
  const rows = batches * m4 * n4
  const largest = Math.max(...[left, right].map(({ from }) => ('count' in from ? from.count : 0)), rows * 16)
  if (largest > MAX_INDEX) return null
  const results: Place[] = four((r) => ({ scratch: `row${r}`, count: rows * TILE, wide: true }))
  const places = stridesOf(lead)
  /** First texel of an operand's matrix. */
  const start = (of: StaticShape, texels: number): string => {
    const strides = leadStrides([...of.slice(0, -2), texels, 1], shape.length)
    const terms = strides.flatMap((s, i) => (s === 0 ? [] : [`crMod(crDiv(z, ${places[i]}), ${lead[i]}) * ${s}`]))
    return terms.join(' + ') || 'crNum(0)'
  }
  // v is indexed by row of the block and place along k, b by place along k and column: which of both a texel holds
  const v = (r: number, j: number): string => (left.alongK ? `v${r}[${j}]` : `v${j}[${r}]`)
  const w = (j: number, c: number): string => (right.alongK ? `b${c}[${j}]` : `b${j}[${c}]`)
  const product = kernel(2, rows, [
    `const z = crDiv(i, ${m4 * n4});`,
    `const x = crMod(i, ${n4});`,
    `const y = crMod(crDiv(i, ${n4}), ${m4});`,
    `const p = ${start(a.shape, left.matrix)} + y${left.alongK ? ` * ${left.row * TILE}` : ''};`,
    `const q = ${start(b.shape, right.matrix)} + x${right.alongK ? ` * ${right.row * TILE}` : ''};`,
    ...four((r) => four((c) => `let s${r}${c} = crNum(0);`).join(' ')),
    `for (let k = 0; k < ${k4}; k++) {`,
    ...four((j) => `const b${j} = a1[q + k${right.alongK ? '' : ` * ${right.row * TILE}`} + ${j * right.row}];`),
    ...four((r) => `const v${r} = a0[p + k${left.alongK ? '' : ` * ${left.row * TILE}`} + ${r * left.row}];`),
    ...four((r) =>
      four((c) => `s${r}${c} = s${r}${c} + (${four((j) => `${v(r, j)} * ${w(j, c)}`).join(' + ')});`).join(' ')
    ),
    '}',
    ...[1, 2, 3].map((r) => `out${r}(${four((c) => `s${r}${c}`).join(', ')});`),
    'return [s00, s01, s02, s03];'
  ])
  return [
    ...[left, right].flatMap((operand) => operand.pack ?? []),
    { ...product, texels: [0, 1], maps: TILE - 1, inputs: [left.from, right.from], outputs: results },
    merge(step, results, others)
  ]
}

/** The four rows of each block side by side, and what follows the product. */
function merge(step: ProductStep, results: readonly Place[], others: readonly Tensor[]): CallSource {
  const { m, n, shape } = step
  const [m4, n4] = [up(m), up(n)]
  const names = ['', '', ...others.map((_, i) => `a${TILE + i}`)]
  const inputs = [...results, ...others.map(({ slot }) => ({ slot }))]
  const texels = range(TILE)
  /** Reads the row of a block that number or texel `at` of the output stands in. */
  const row = (at: string, take: (texel: string) => string): string[] => [
    `const y = crMod(crDiv(${at}, ${n}), ${m});`,
    `const t = crDiv(${at}, ${m * n}) * ${m4 * n4} + crDiv(y, 4) * ${n4} + crDiv(crMod(${at}, ${n}), 4);`,
    'const r = crMod(y, 4);',
    ...texels.map((q) => `if (r > ${q} - 0.5 && r < ${q}.5) { const u${q} = a${q}[t]; ${take(`u${q}`)} }`)
  ]
  if (n % TILE !== 0 || !isWide('webgl2', sizeOf(shape)))
    return source(
      step,
      inputs,
      'webgl2',
      (at) => {
        const place = coordinates(shape, at)
        const finished = finish(step, names, place.index, 'sum', at)
        return {
          statements: [
            'let sum = crNum(0);',
            `const c = crMod(crMod(${at}, ${n}), 4);`,
            ...row(at, (texel) => `sum = ${texel}[c];`),
            ...(step.epilogue ? place.statements : []),
            ...finished.statements
          ],
          result: finished.result
        }
      },
      { read: texels, same: [] }
    )
  const same = others.flatMap((o, i) => (sizeOf(o.shape) === sizeOf(shape) ? [TILE + i] : []))
  return source(
    step,
    inputs,
    'webgl2',
    (at, part) => {
      const place = coordinates(shape, at)
      const finished = finish(step, names, place.index, `sum${part}`, at, (n4th) =>
        same.includes(n4th) ? `w${n4th}[${part}]` : null
      )
      return {
        statements: [...(step.epilogue ? place.statements : []), ...finished.statements],
        result: finished.result
      }
    },
    {
      read: texels,
      same,
      before: [
        ...texels.map((c) => `let sum${c} = crNum(0);`),
        'const first = i * 4;',
        ...row('first', (texel) => texels.map((c) => `sum${c} = ${texel}[${c}];`).join(' '))
      ]
    }
  )
}
