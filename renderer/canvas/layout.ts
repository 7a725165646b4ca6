/** Lays a graph out from left to right, by ELK's layered algorithm. */
import type { Position } from '../../engine/document/types.ts'
import { portY, snapped } from './geometry.ts'
import type { Level } from './level.ts'

const OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.layered.spacing.nodeNodeBetweenLayers': '148',
  'elk.spacing.nodeNode': '44',
  'elk.spacing.componentComponent': '64',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES'
}

/** New positions of the named cards (all where none are named), about the middle where they were. */
export async function tidyPositions(
  level: Level,
  only?: ReadonlySet<string>
): Promise<Readonly<Record<string, Position>>> {
  const nodes = [...level.items.values()].filter(({ id, kind }) => kind !== 'outer' && (!only || only.has(id)))
  const ids = new Set(nodes.map((node) => node.id))
  const { default: ELK } = await import('elkjs/lib/elk.bundled.js')
  const laid = await new ELK().layout({
    id: 'root',
    layoutOptions: OPTIONS,
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
