/** A graph with one of each: linked groups, a note, a frame, nodes bypassed, muted, collapsed, a wire with a point. */
interface Part {
  readonly id: string
  readonly op: string
  readonly at: readonly [x: number, y: number]
  readonly more?: object
}

const parameter = (id: string, y: number, values: readonly number[]): Part => ({
  id,
  op: 'Parameter',
  at: [0, y],
  more: { label: id, attributes: { shape: [], init: { kind: 'values', values } } }
})

const parts: readonly Part[] = [
  parameter('x', 0, [1.5]),
  parameter('가중치', 140, [-0.5]),
  { id: 'product', op: 'Mul', at: [260, 20] },
  { id: 'open', op: 'Sigmoid', at: [480, 20] },
  { id: 'product2', op: 'Mul', at: [260, 200] },
  { id: 'open2', op: 'Sigmoid', at: [480, 200] },
  { id: 'sum', op: 'Add', at: [560, 60] },
  { id: 'passed', op: 'Relu', at: [800, 40], more: { mode: 'bypass' } },
  { id: 'silent', op: 'Tanh', at: [800, 170], more: { mode: 'mute' } },
  { id: 'after', op: 'Exp', at: [1020, 170] },
  { id: 'small', op: 'Neg', at: [1020, 60], more: { collapsed: true } }
]

const wires = [
  ['x', 'product', 'a'],
  ['weight', 'product', 'b'],
  ['product', 'open', 'x'],
  ['x', 'product2', 'a'],
  ['weight', 'product2', 'b'],
  ['product2', 'open2', 'x'],
  ['open', 'sum', 'a'],
  ['open2', 'sum', 'b'],
  ['sum', 'passed', 'x'],
  ['sum', 'silent', 'x'],
  ['silent', 'after', 'x'],
  ['passed', 'small', 'x']
] as const

const place = ([x, y]: readonly [number, number]) => ({ x, y })
const idOf = (name: string) => (name === '가중치' ? 'weight' : name)

export const structured = {
  format: 'chainrule-graph',
  version: 1,
  name: 'One of each',
  description: 'A **note**, a frame, groups and modes',
  nodes: parts.map(({ id, op, at, more }) => ({ id: idOf(id), op, position: place(at), ...more })),
  edges: wires.map(([source, target, targetHandle], i) => ({
    id: `e${i + 1}`,
    source,
    sourceHandle: 'out',
    target,
    targetHandle,
    ...(i === 4 ? { points: [{ x: 200, y: 250 }] } : {})
  })),
  groups: [
    { id: 'half', label: 'Half', nodes: ['product', 'open'], link: 'halves', position: { x: 270, y: 0 } },
    { id: 'half2', label: 'Half again', nodes: ['product2', 'open2'], link: 'halves', position: { x: 270, y: 170 } }
  ],
  notes: [
    {
      id: 'note',
      text: '**Two halves** of one form:\n\n- $\\sigma(w \\cdot x)$\n- 서로 연결된 사본',
      position: { x: 0, y: 260 },
      size: { width: 220, height: 130 },
      colour: 'blue'
    },
    {
      id: 'frame',
      text: '출력',
      kind: 'frame',
      position: { x: 770, y: 0 },
      size: { width: 460, height: 260 },
      colour: 'green'
    }
  ],
  objective: 'small',
  training: null
}
