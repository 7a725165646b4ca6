import { check } from '../../engine/document/check.ts'
import { isError, problem } from '../../engine/problem.ts'
import { showShape } from '../../engine/shape.ts'
import { readCall } from '../arguments.ts'
import { openGraph } from '../files.ts'
import { print, printJson, printProblems, table } from '../output.ts'

export function checkCommand(args: readonly string[]): number {
  const { file, options } = readCall(args, { json: { type: 'boolean' } }, 1)
  const document = openGraph(file)
  const { problems: found, types, edgeTypes, parameters, leftOut } = check(document)
  const problems = document.objective === null ? [...found, problem('graph.noObjective')] : found
  const failed = problems.some(isError)
  if (options.json) {
    printJson({
      ok: !failed,
      problems,
      nodes: Object.fromEntries([...types].map(([id, outputs]) => [id, { outputs }])),
      edges: Object.fromEntries(edgeTypes),
      parameters
    })
    return failed ? 1 : 0
  }
  printProblems(problems, false)
  print(
    table(
      document.nodes.map((node) => [
        node.id,
        node.op,
        Object.values(types.get(node.id) ?? {})
          .map((t) => showShape(t.shape))
          .join(' ') || (leftOut.has(node.id) ? 'left out' : '?')
      ])
    )
  )
  return failed ? 1 : 0
}
