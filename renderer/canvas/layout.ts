/** Lays a graph out from left to right, by ELK's layered algorithm. */
import type { ELK } from 'elkjs/lib/elk-api.js'
import elkWorker from 'elkjs/lib/elk-worker.min.js?url'
import type { Position } from '../../engine/document/types.ts'
import { portY, snapped } from './geometry.ts'
import type { Level } from './level.ts'

const OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.layered.spacing.nodeNodeBetweenLayers': '148',
  'elk.spacing.nodeNode': '44',
  'elk.spacing.componentComponent': '64',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES'
}

/** The straightest wires take time that grows with the square of the graph: so many cards get them, so many nearly. */
const [STRAIGHTEST, STRAIGHT] = [400, 1500]

function optionsFor(cards: number): Record<string, string> {
  if (cards <= STRAIGHTEST) return { ...OPTIONS, 'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX' }
  const quick = { ...OPTIONS, 'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF' }
  if (cards <= STRAIGHT) return quick
  return { ...quick, 'elk.layered.layering.strategy': 'LONGEST_PATH_SOURCE', 'elk.layered.thoroughness': '1' }
}

let layouter: Promise<ELK> | undefined

/** Started when it is first needed, in a worker of its own: it takes seconds for a graph of thousands. */
const elk = (): Promise<ELK> => {
  layouter ??= import('elkjs/lib/elk-api.js').then(
    ({ default: Elk }) => new Elk({ workerFactory: () => new Worker(elkWorker, { name: 'Chainrule layout' }) })
  )
  // the next one who asks tries again
  layouter.catch(() => (layouter = undefined))
  return layouter
}

/**
 * New positions of the named cards (all where none are named), about the middle where they were.
 * @throws where the graph is too deep for ELK, which goes along its paths by recursion: about ten thousand in a row
 */
export async function tidyPositions(
  level: Level,
  only?: ReadonlySet<string>
): Promise<Readonly<Record<string, Position>>> {
  const nodes = [...level.items.values()].filter(({ id, kind }) => kind !== 'outer' && (!only || only.has(id)))
  const ids = new Set(nodes.map((node) => node.id))
  const laid = await (await elk()).layout({
    id: 'root',
    layoutOptions: optionsFor(nodes.length),
    children: nodes.map((node) => {
      const { body } = node
      const port = (side: 'in' | 'out', name: string, i: number) => ({
        id: `${node.id}:${side}:${name}`,
        x: side === 'in' ? 0 : body.width,
        y: portY(body, side === 'in' ? 'inputs' : 'outputs', i),
        width: 0,
        height: 0,
        layoutOptions: { 'elk.port.side': side === 'in' ? 'WEST' : 'EAST' }
      })
      return {
        id: node.id,
        width: body.width,
        height: body.height,
        layoutOptions: { 'elk.portConstraints': 'FIXED_POS' },
        ports: [
          ...body.inputs.map((p, i) => port('in', p.name, i)),
          ...body.outputs.map((p, i) => port('out', p.name, i))
        ]
      }
    }),
    edges: level.links
      .filter((edge) => ids.has(edge.source) && ids.has(edge.target))
      .map((edge) => ({
        id: edge.id,
        sources: [`${edge.source}:out:${edge.sourceHandle}`],
        targets: [`${edge.target}:in:${edge.targetHandle}`]
      }))
  })
  const children = laid.children ?? []
  const corner = (places: readonly Position[]): Position => ({
    x: Math.min(...places.map((p) => p.x)),
    y: Math.min(...places.map((p) => p.y))
  })
  const before = corner(nodes.map((node) => node.position))
  const after = corner(children.map(({ x = 0, y = 0 }) => ({ x, y })))
  return Object.fromEntries(
    children.map(({ id, x = 0, y = 0 }) => [id, snapped({ x: x - after.x + before.x, y: y - after.y + before.y })])
  )
}
