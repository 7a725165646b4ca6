/** How long a chain of elementwise nodes takes to check and to compile: it must grow with its length, no faster. */
import { backward } from '../../engine/compile/backward.ts'
import { compile } from '../../engine/compile/compile.ts'
import { build } from '../../engine/document/build.ts'
import { check } from '../../engine/document/check.ts'
import { emptyDocument, type GraphDocument } from '../../engine/document/types.ts'
import { median } from './measure.ts'

const position = { x: 0, y: 0 }

const chain = (length: number): GraphDocument => ({
  ...emptyDocument,
  nodes: [
    { id: 'n0', op: 'Parameter', attributes: { init: { kind: 'ones' } }, position },
    ...Array.from({ length }, (_, i) => ({ id: `n${i + 1}`, op: i % 2 === 0 ? 'Tanh' : 'Neg', position }))
  ],
  edges: Array.from({ length }, (_, i) => ({
    id: `e${i}`,
    source: `n${i}`,
    sourceHandle: 'out',
    target: `n${i + 1}`,
    targetHandle: 'x'
  })),
  objective: `n${length}`
})

const timed = (work: () => unknown): number => {
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now()
    work()
    return performance.now() - start
  })
  return median(times)
}

export function compileTimes(lengths: readonly number[]): { nodes: number; check: number; compile: number }[] {
  return lengths.map((nodes) => {
    const document = chain(nodes)
    return {
      nodes,
      check: timed(() => check({ ...document })),
      compile: timed(() => {
        const { builder, objective } = build({ ...document })
        if (!objective) throw new Error('the chain has no objective')
        const gradients = backward(builder, objective)
        compile(builder.graph(), { batch: 1, wanted: [objective.id, gradients.get(0)?.id ?? 0] })
      })
    }
  })
}
