// Holds the arrows between the folders. Usage: node scripts/boundaries.ts
// A type-only import counts as any other: what a file knows of, it depends on.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

export interface Violation {
  file: string
  line: number
  imports: string
  rule: string
}

/** From left to right: a layer may import itself and those before it. */
const ENGINE_LAYERS = ['ir', 'expression', 'ops', 'document', 'compile', 'runtime', 'train', 'session']
/** Files and folders of the engine that anyone in it may import. */
const ENGINE_BASE = ['engine/problem.ts', 'engine/shape.ts', 'engine/tensor.ts', 'engine/random.ts']

/** The leaves point at nothing above the base, so a layer may lean on one without a circle: these do. */
const LEAVES: Record<string, string[]> = {
  // what a Dataset node promises before any data is there
  ops: ['engine/data/dataset.ts'],
  train: ['engine/data/'],
  session: ['engine/data/', 'engine/io/']
}

interface Area {
  /** A folder with a closing slash, or one file. The longest match holds. */
  of: string
  may: string[]
  why: string
}

const ROOM = 'docs/architecture.md has the arrows'

const AREAS: Area[] = [
  { of: 'engine/', may: [...ENGINE_BASE], why: `the engine's base modules stand alone; ${ROOM}` },
  ...ENGINE_LAYERS.map((layer, i) => ({
    of: `engine/${layer}/`,
    may: [
      ...ENGINE_BASE,
      ...ENGINE_LAYERS.slice(0, i + 1).map((below) => `engine/${below}/`),
      ...(LEAVES[layer] ?? [])
    ],
    why: `arrows point one way: problem <- ${ENGINE_LAYERS.join(' <- ')}; ${ROOM}`
  })),
  { of: 'engine/data/', may: [...ENGINE_BASE, 'engine/data/'], why: 'engine/data is a leaf: base modules only' },
  {
    of: 'engine/io/',
    may: [...ENGINE_BASE, 'engine/document/', 'engine/io/'],
    why: 'engine/io is a leaf: base modules and engine/document only'
  },
  {
    of: 'renderer/',
    may: [
      'renderer/',
      'engine/problem.ts',
      'engine/shape.ts',
      // the words that op metadata is written in
      'engine/ir/op.ts',
      'engine/ir/types.ts',
      'engine/expression/',
      'engine/ops/',
      'engine/document/',
      'engine/session/',
      'electron/ipc.ts',
      'examples/',
      'package.json'
    ],
    why: 'the screen sees problems, op metadata, documents and the session, never a tensor or an executor'
  },
  {
    of: 'electron/',
    may: ['electron/', 'engine/data/download.ts'],
    why: 'the main process knows bytes and paths: of the engine only engine/data/download.ts'
  },
  { of: 'cli/', may: ['cli/', 'engine/', 'package.json'], why: 'the command line stands on the engine alone' }
]

/** Packages that only the screen or the main process may use. */
const SCREEN_PACKAGES = /^(electron|react|react-dom|@xyflow\/.+|react-.+|zustand|radix-ui|cmdk|uplot|katex|elkjs)(\/|$)/
const SCREEN_FREE = ['engine/', 'cli/']
const GPU_PACKAGE = /^gpu\.js(\/|$)/
const GPU_RULE = 'gpu.js is imported by exactly one file, in engine/runtime'

/** Imports and re-exports, static and dynamic, and the workers and assets that Vite finds by `new URL`. */
const IMPORT =
  /(?:\bimport\s+(?:[^'"`;]*?\bfrom\s*)?|\bexport\s+[^'"`;]*?\bfrom\s*|\b(?:import|require)\s*\(\s*|\bnew\s+URL\s*\(\s*)(['"`])([^'"`\n]+)\1/g

function importsOf(text: string): { spec: string; line: number }[] {
  // keep the line numbers: a comment becomes as many line ends as it had
  const code = text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ''))
    .replace(/^\s*\/\/.*$/gm, '')
  return [...code.matchAll(IMPORT)].map((match) => ({
    spec: match[2] ?? '',
    line: code.slice(0, match.index + match[0].length).split('\n').length
  }))
}

function covers(pattern: string, path: string): boolean {
  return pattern.endsWith('/') ? path.startsWith(pattern) : path === pattern
}

function areaOf(file: string): Area | undefined {
  return AREAS.filter((area) => covers(area.of, file)).sort((a, b) => b.of.length - a.of.length)[0]
}

/** Without an extension, a bundler's import still names a file: compare without it too. */
function allowed(area: Area, target: string): boolean {
  return area.may.some((pattern) => covers(pattern, target) || covers(pattern, `${target}.ts`))
}

/** The violations of one file; paths are relative to the project, with forward slashes. */
export function checkFile(file: string, text: string): Violation[] {
  const area = areaOf(file)
  return importsOf(text).flatMap(({ spec, line }) => {
    const violation = (imports: string, rule: string) => [{ file, line, imports, rule }]
    if (!spec.startsWith('.')) {
      if (SCREEN_FREE.some((folder) => file.startsWith(folder)) && SCREEN_PACKAGES.test(spec)) {
        return violation(spec, 'the engine and the command line have no screen')
      }
      const outside = GPU_PACKAGE.test(spec) && area && !file.startsWith('engine/runtime/')
      return outside ? violation(spec, GPU_RULE) : []
    }
    const path = spec.replace(/\?.*$/, '')
    const target = relative(resolve('/'), resolve('/', dirname(file), path)).replaceAll('\\', '/')
    // only the renderer and its end-to-end tests know the renderer
    if (target.startsWith('renderer/') && !/^(renderer|test)\//.test(file)) {
      return violation(target, 'nothing but the renderer and its tests imports the renderer')
    }
    return area && !allowed(area, target) ? violation(target, area.why) : []
  })
}

export function checkFiles(files: Map<string, string>): Violation[] {
  const violations = [...files].flatMap(([file, text]) => checkFile(file, text))
  const users = [...files].flatMap(([file, text]) =>
    importsOf(text)
      .filter(({ spec }) => GPU_PACKAGE.test(spec) && file.startsWith('engine/runtime/'))
      .map(({ spec, line }) => ({ file, line, imports: spec, rule: GPU_RULE }))
  )
  const first = users[0]?.file
  return [...violations, ...users.filter(({ file }) => file !== first)]
}

const FOLDERS = ['engine', 'renderer', 'electron', 'cli', 'scripts']

function sources(root: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const folder of FOLDERS) {
    let names: string[] = []
    try {
      names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
    for (const name of names.filter((n) => /\.(m?[jt]s|tsx)$/.test(n)).sort()) {
      const file = `${folder}/${name.replaceAll('\\', '/')}`
      found.set(file, readFileSync(join(root, file), 'utf8'))
    }
  }
  return found
}

if (process.argv[1] === import.meta.filename) {
  const files = sources(join(import.meta.dirname, '..'))
  const violations = checkFiles(files)
  for (const { file, line, imports, rule } of violations) console.error(`${file}:${line} imports ${imports}: ${rule}.`)
  console.log(`Boundaries: ${files.size} files, ${violations.length} violations.`)
  if (violations.length > 0) process.exitCode = 1
}
