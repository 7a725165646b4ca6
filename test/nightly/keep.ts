/** Where the random graphs that failed once are listed: the normal tests run them ever after. */
export interface Kept {
  readonly seed: number
  readonly size: number
}

/** The list as a file: nightly tests run in Node and in a browser. */
export interface KeptFile {
  read(): Promise<string>
  write(text: string): Promise<unknown>
}

/** From the folder of a nightly test. */
export const KEPT_SEEDS = 'generated/kept-seeds.json'

/** The graphs of the nightly test: larger than those of the normal one. */
export const NIGHTLY: readonly Kept[] = Array.from({ length: 2000 }, (_, i) => ({
  seed: 1000 + i,
  size: 6 + (i % 10)
}))

/** Runs a check; a graph that fails it is written into the list. */
export async function keepIfItFails({ seed, size }: Kept, check: Promise<unknown>, file: KeptFile): Promise<void> {
  try {
    await check
  } catch (error) {
    const kept = JSON.parse(await file.read()) as Kept[]
    if (!kept.some((k) => k.seed === seed && k.size === size)) kept.push({ seed, size })
    await file.write(`[\n${kept.map((k) => `  { "seed": ${k.seed}, "size": ${k.size} }`).join(',\n')}\n]\n`)
    throw error
  }
}
