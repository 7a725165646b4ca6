import { classColour } from './paintMap.ts'

/** The second cue beside the colour of a class. */
const SHAPES = [
  'M-3.4,0a3.4,3.4 0 1,0 6.8,0a3.4,3.4 0 1,0 -6.8,0Z',
  'M-3,-3H3V3H-3Z',
  'M0,-4L3.7,2.8H-3.7Z',
  'M0,-4.2L4.2,0L0,4.2L-4.2,0Z',
  'M0,4L3.7,-2.8H-3.7Z',
  'M-1.2,-3.6H1.2V-1.2H3.6V1.2H1.2V3.6H-1.2V1.2H-3.6V-1.2H-1.2Z'
] as const

interface Props {
  readonly label: number
  readonly x: number
  readonly y: number
  readonly scale?: number
}

/** An example of a class. */
export function PointShape({ label, x, y, scale = 1 }: Props) {
  return (
    <path
      className="plane-point"
      d={SHAPES[Math.abs(Math.round(label)) % SHAPES.length]}
      transform={`translate(${x.toFixed(1)},${y.toFixed(1)}) scale(${scale})`}
      style={{ fill: classColour(label) }}
    />
  )
}
