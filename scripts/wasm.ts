/** Compiles the WebAssembly kernels into engine/runtime/wasm/binaries.ts (`npm run wasm`). A test holds the two together. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import asc from 'assemblyscript/asc'

const root = join(import.meta.dirname, '..')
const SOURCE = 'engine/runtime/wasm/assembly/index.ts'
export const TARGET = join(root, 'engine/runtime/wasm/binaries.ts')

async function compile(features: readonly string[]): Promise<string> {
  let binary: Uint8Array | null = null
  const { error, stderr } = await asc.main(
    [
      SOURCE,
      '-o',
      'out.wasm',
      '-O3',
      '--noAssert',
      '--runtime',
      'stub',
      '--importMemory',
      '--initialMemory',
      '16',
      '--sharedMemory',
      '--maximumMemory',
      '65536',
      '--enable',
      'threads',
      ...features.flatMap((f) => ['--enable', f])
    ],
    {
      writeFile: (name: string, contents: string | Uint8Array) => {
        if (name === 'out.wasm' && typeof contents !== 'string') binary = contents
      },
      ...reading
    }
  )
  if (error || !binary) throw new Error(stderr.toString() || String(error))
  return Buffer.from(binary).toString('base64')
}

const reading = { baseDir: root }

/** The text of binaries.ts. */
export async function binaries(): Promise<string> {
  const simd = await compile(['simd'])
  const relaxed = await compile(['simd', 'relaxed-simd'])
  return `/** Compiled from assembly/ by \`npm run wasm\`; never edited. */

/** Base64. Gives the same numbers on every machine. */
export const SIMD =
  '${simd}'

/** Base64. With the fused multiply-add of relaxed SIMD. */
export const RELAXED =
  '${relaxed}'
`
}

if (import.meta.main) {
  writeFileSync(TARGET, await binaries())
  console.log(`wrote ${TARGET}`)
}
