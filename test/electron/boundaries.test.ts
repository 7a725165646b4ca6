import { expect, test } from 'vitest'
import { checkFile, checkFiles } from '../../scripts/boundaries.ts'

const broken = (file: string, text: string) => checkFile(file, text).map(({ line, imports }) => `${line} ${imports}`)

test.each([
  ['engine/ops/a.ts', "import { x } from '../document/types.ts'", '1 engine/document/types.ts'],
  ['engine/ir/a.ts', "import type { X } from '../session/protocol.ts'", '1 engine/session/protocol.ts'],
  ['engine/runtime/a.ts', "export * from '../train/loop.ts'", '1 engine/train/loop.ts'],
  ['engine/data/a.ts', "const m = await import('../document/types.ts')", '1 engine/document/types.ts'],
  ['engine/io/a.ts', "import '../compile/plan.ts'", '1 engine/compile/plan.ts'],
  ['engine/problem.ts', "import { x } from './ops/add.ts'", '1 engine/ops/add.ts'],
  ['engine/session/a.ts', "import { x } from '../../electron/files.ts'", '1 electron/files.ts'],
  ['engine/compile/a.ts', "import { memo } from 'react'", '1 react'],
  ['engine/train/a.ts', "import { GPU } from 'gpu.js'", '1 gpu.js'],
  ['renderer/a.tsx', "import { x } from '../engine/runtime/cpu.ts'", '1 engine/runtime/cpu.ts'],
  ['renderer/a.tsx', "new Worker(new URL('../engine/train/loop.ts', import.meta.url))", '1 engine/train/loop.ts'],
  ['renderer/a.tsx', "import { x } from '../engine/tensor.ts'", '1 engine/tensor.ts'],
  ['renderer/a.tsx', "import type { X } from '../engine/ir/builder.ts'", '1 engine/ir/builder.ts'],
  ['engine/ops/a.ts', "import { x } from '../data/mnist.ts'", '1 engine/data/mnist.ts'],
  ['electron/a.ts', "import { x } from '../engine/problem.ts'", '1 engine/problem.ts'],
  ['electron/a.ts', "import { x } from '../renderer/platform.ts'", '1 renderer/platform.ts'],
  ['scripts/a.ts', "import { x } from '../renderer/platform.ts'", '1 renderer/platform.ts'],
  ['cli/a.ts', "import { x } from '../electron/files.ts'", '1 electron/files.ts'],
  ['cli/a.ts', "import x from 'react-dom/client'", '1 react-dom/client'],
  ['engine/ops/a.ts', "/* a\n b */\nimport {\n  x\n} from '../compile/plan.ts'", '5 engine/compile/plan.ts']
])('%s may not: %s', (file, text, violation) => {
  expect(broken(file, text)).toEqual([violation])
})

test.each([
  ['engine/ops/a.ts', "import { x } from '../ir/types.ts'\nimport { y } from '../problem.ts'\nimport z from './b.ts'"],
  ['engine/session/a.ts', "import { x } from '../train/loop.ts'\nimport { y } from '../random.ts'"],
  ['engine/io/a.ts', "import { x } from '../document/types.ts'\nimport 'fflate'"],
  [
    'renderer/a.tsx',
    "import 'react'\nimport { x } from '../engine/session/client.ts'\nimport '../engine/ops/registry.ts'"
  ],
  ['renderer/platform.ts', "import type { PlatformApi } from '../electron/ipc.ts'"],
  ['engine/train/a.ts', "import { x } from '../data/table.ts'"],
  ['electron/a.ts', "import { x } from '../engine/data/download.ts'"],
  ['engine/runtime/gpu.ts', "import { GPU } from 'gpu.js'"],
  ['engine/ops/a.ts', "// import { x } from '../train/loop.ts'\n/* import '../session/a.ts' */"],
  ['test/e2e/a.spec.ts', "import { x } from '../../renderer/platform.ts'"]
])('%s may: %s', (file, text) => {
  expect(broken(file, text)).toEqual([])
})

test('a second file with gpu.js is one too many', () => {
  const text = "import { GPU } from 'gpu.js'"
  const files = new Map([
    ['engine/runtime/gpu.ts', text],
    ['engine/runtime/other.ts', text]
  ])
  expect(checkFiles(files)).toMatchObject([{ file: 'engine/runtime/other.ts', line: 1, imports: 'gpu.js' }])
})
