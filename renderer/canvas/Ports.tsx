/** Where wires begin and end on a card. */
import { Handle, Position as Side } from '@xyflow/react'
import { Fragment } from 'react'
import { type Body, portY } from './geometry.ts'

interface PortsProps {
  readonly body: Body
  readonly side: 'source' | 'target'
}

/** Names longer than this stand beside the card, and only when asked for. */
const SHORT = 3

export function Ports({ body, side }: PortsProps) {
  const of = side === 'source' ? 'outputs' : 'inputs'
  const ports = body[of]
  const named = body.ports === 'rows' || (body.ports === 'middle' && ports.length > 1)
  return ports.map(({ name, label = name, optional }, i) => {
    const top = portY(body, of, i)
    return (
      <Fragment key={name}>
        <Handle
          id={name}
          type={side}
          position={side === 'source' ? Side.Right : Side.Left}
          style={{ top }}
          data-optional={optional || undefined}
          role="img"
          aria-label={label}
        />
        {named && (
          <span
            className="port-name"
            data-side={side}
            data-short={label.length <= SHORT || undefined}
            data-row={body.ports === 'rows' || undefined}
            style={{ top }}
          >
            {label}
          </span>
        )}
      </Fragment>
    )
  })
}
