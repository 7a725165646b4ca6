/** What factors and products of a chain are called. */
import { indexOf } from '../../engine/document/lookup.ts'
import type { GraphDocument } from '../../engine/document/types.ts'
import type { ChainFactor, ChainResult, ChainWay } from '../../engine/session/protocol.ts'
import type { StepsResult } from '../../engine/session/steps/types.ts'
import { fill } from '../stepper/tex.ts'
import type { From, To } from './ends.ts'

export interface Scene {
  readonly document: GraphDocument
  readonly result: ChainResult
  readonly from: From
  readonly to: To
}

type Names = StepsResult['names']

const names = new WeakMap<GraphDocument, Names>()

function namesIn(document: GraphDocument): Names {
  const made =
    names.get(document) ?? Object.fromEntries(document.nodes.map(({ id, op }) => [id, { node: id, part: null, op }]))
  names.set(document, made)
  return made
}

/** LaTeX of the beginning: a node, or a parameter by its layer's letters. */
function fromTex({ document, from: { target, node } }: Scene): string {
  const all = namesIn(document)
  if (target.kind === 'node') return fill(`\\name{${target.id}}`, [], document, all)
  if (target.name === node) return fill(`\\name{${node}}`, [], document, all)
  const part = target.name.slice(node.length + 1)
  return fill('\\name{#}', [], document, { ...all, '#': { node, part, op: 'Parameter' } })
}

/** The objective is L, as in the stepper. */
const nodeTex = ({ document }: Scene, id: string): string =>
  id === document.objective ? 'L' : fill(`\\name{${id}}`, [], document, namesIn(document))

const derivative = (of: string, by: string): string => String.raw`\frac{\partial ${of}}{\partial ${by}}`

/** What changes in a factor, and what changes it. */
export function factorTex(scene: Scene, { node, edge }: ChainFactor): string {
  const source = edge === null ? undefined : indexOf(scene.document).edges.get(edge)?.source
  const begins = source === undefined || source === scene.from.node
  return derivative(nodeTex(scene, node), begins ? fromTex(scene) : nodeTex(scene, source))
}

/** Of the running product behind factor i, counted from the input. */
export function productTex(scene: Scene, way: ChainWay, i: number, order: 'back' | 'ahead'): string {
  const factor = scene.result.factors[way.factors[i] as string] as ChainFactor
  if (order === 'ahead') return derivative(nodeTex(scene, factor.node), fromTex(scene))
  const source = factor.edge === null ? undefined : indexOf(scene.document).edges.get(factor.edge)?.source
  const begins = source === undefined || i === 0
  return derivative(nodeTex(scene, scene.to.node), begins ? fromTex(scene) : nodeTex(scene, source))
}

export const totalTex = (scene: Scene): string => derivative(nodeTex(scene, scene.to.node), fromTex(scene))

export const shortName = (document: GraphDocument, id: string): string =>
  (indexOf(document).nodes.get(id)?.label ?? id).replaceAll('$', '')

/** "square (a) → cube", without where all begin: with the input where several wires lead from one node to the next. */
export function wayText({ document, to }: Scene, way: ChainWay): string {
  const index = indexOf(document)
  const steps = way.edges.flatMap((id) => {
    const edge = index.edges.get(id)
    if (!edge) return []
    const name = shortName(document, edge.target)
    const alone = index.incoming(edge.target).filter(({ source }) => source === edge.source).length === 1
    return alone ? name : `${name} (${edge.targetHandle})`
  })
  return steps.length === 0 ? shortName(document, to.node) : steps.join(' → ')
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1)

/** Multiplications of all products of a way. */
export function workOf({ result }: Scene, way: ChainWay, order: 'back' | 'ahead'): number {
  const factors = way.factors.map((key) => result.factors[key] as ChainFactor)
  const [rows, columns] = [sizeOf(result.of), sizeOf(result.wrt)]
  return order === 'back'
    ? factors.slice(0, -1).reduce((sum, { of, wrt }) => sum + rows * sizeOf(of) * sizeOf(wrt), 0)
    : factors.slice(1).reduce((sum, { of, wrt }) => sum + sizeOf(of) * sizeOf(wrt) * columns, 0)
}

/** Largest difference between the sum over the ways and the walk backward, relative to the largest number. */
export function disagreement({ ways, count, total }: ChainResult): number | null {
  if (ways.length < count || ways.length === 0) return null
  let [most, largest] = [0, 0]
  for (const [i, x] of total.entries()) {
    const sum = ways.reduce((s, way) => s + ((way.back.at(-1) as Float64Array)[i] as number), 0)
    if (Number.isNaN(sum) !== Number.isNaN(x)) return Number.POSITIVE_INFINITY
    most = Math.max(most, Math.abs(sum - x) || 0)
    largest = Math.max(largest, Math.abs(x) || 0)
  }
  return largest === 0 ? most : most / largest
}
