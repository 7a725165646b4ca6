/** What the dialog knows of an expression while it is typed. */
import { check } from '../../engine/document/check.ts'
import { apply } from '../../engine/document/commands.ts'
import {
  type FormulaGraph,
  graphOfStatement,
  type NewSource,
  nodeNamed,
  type SourceKind,
  suggestedSource
} from '../../engine/document/formula.ts'
import type { GraphDocument, GraphNode } from '../../engine/document/types.ts'
import { parseStatement } from '../../engine/expression/parse.ts'
import { nameTex, toTex } from '../../engine/expression/print.ts'
import { namesIn, type Statement } from '../../engine/expression/tree.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { isError, type Problem, ProblemError } from '../../engine/problem.ts'
import { insertion } from '../canvas/fragment.ts'
import { parseAttribute, showAttribute } from '../inspector/parse.ts'

/** What the user typed for a name, as it stands in the fields. */
export interface Wish {
  readonly kind?: SourceKind
  readonly shape?: string
  readonly value?: string
}

export interface NameRow {
  readonly name: string
  /** The node of the document that it stands for. */
  readonly node: GraphNode | null
  /** That a node of this name is there, reused or not. */
  readonly known: boolean
  readonly kind: SourceKind
  readonly shape: string
  readonly value: string
  readonly wrong: 'shape' | 'value' | null
}

export interface Draft {
  readonly tex: string | null
  readonly problem: Problem | null
  readonly rows: readonly NameRow[]
  readonly graph: FormulaGraph | null
  /** Why the shapes do not fit: the graph can be inserted all the same. */
  readonly misfit: Problem | null
}

const shapeField = (kind: SourceKind) => opOf(kind)?.attributes.shape

function read(kind: SourceKind, { shape, value }: { shape: string; value: string }): NewSource | 'shape' | 'value' {
  const field = shapeField(kind)
  if (!field) return 'shape'
  const sizes = parseAttribute(field, shape)
  if ('slip' in sizes || field.check(sizes.value)) return 'shape'
  const number = value.trim() === '' ? null : Number(value.trim().replace('−', '-'))
  if (number !== null && !Number.isFinite(number)) return 'value'
  return { kind, shape: sizes.value as readonly (number | null)[], value: number }
}

const statementOf = (text: string): Statement | Problem => {
  try {
    return parseStatement(text)
  } catch (error) {
    if (error instanceof ProblemError) return error.problem
    throw error
  }
}

function texOf({ name, value }: Statement): string {
  return name === null ? toTex(value) : `${nameTex(name)} = ${toTex(value)}`
}

/** The first error that the new nodes would have. */
function misfitOf(document: GraphDocument, { fragment, feeds }: FormulaGraph): Problem | null {
  const { command, ids } = insertion(document, fragment, { x: 0, y: 0 }, feeds)
  const applied = apply(document, command)
  if (applied.problems) return applied.problems[0] ?? null
  return check(applied.document).problems.find((p) => isError(p) && ids.includes(p.nodeId ?? '')) ?? null
}

export function draftOf(
  document: GraphDocument,
  text: string,
  reuse: boolean,
  wishes: Readonly<Record<string, Wish>>
): Draft {
  const statement = statementOf(text)
  if ('code' in statement) return { tex: null, problem: statement, rows: [], graph: null, misfit: null }
  const sources = new Map<string, NewSource>()
  const rows = [...namesIn(statement.value)].map((name): NameRow => {
    const found = nodeNamed(document, name) ?? null
    const suggested = suggestedSource(statement.value, name)
    const wish = wishes[name] ?? {}
    const kind = wish.kind ?? suggested.kind
    const field = shapeField(kind)
    const shape = wish.shape ?? (field ? showAttribute(field, [...suggested.shape]) : '')
    const value = wish.value ?? (suggested.value === null && kind === 'Parameter' ? '' : String(suggested.value ?? 1))
    const source = read(kind, { shape, value })
    if (typeof source !== 'string') sources.set(name, source)
    const node = reuse ? found : null
    const wrong = node || typeof source !== 'string' ? null : source
    return { name, node, known: found !== null, kind, shape, value, wrong }
  })
  const tex = texOf(statement)
  if (rows.some((row) => row.wrong)) return { tex, problem: null, rows, graph: null, misfit: null }
  const reused = new Set(rows.flatMap((row) => (row.node ? [row.name] : [])))
  const graph = graphOfStatement(document, statement, sources, reused)
  if (graph.result === null) return { tex, problem: null, rows, graph: null, misfit: null }
  return { tex, problem: null, rows, graph, misfit: misfitOf(document, graph) }
}
