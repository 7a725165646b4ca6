import { Slider as Radix } from 'radix-ui'

interface Props {
  readonly label: string
  /** What the place means, read aloud. */
  readonly valueText: string
  readonly min: number
  readonly max: number
  readonly step: number
  readonly value: number
  readonly onChange: (value: number) => void
}

export function Slider({ label, valueText, value, onChange, ...range }: Props) {
  return (
    <Radix.Root
      className="slider"
      {...range}
      value={[value]}
      onValueChange={([next]) => next !== undefined && onChange(next)}
    >
      <Radix.Track className="slider-track" />
      <Radix.Thumb className="slider-thumb" aria-label={label} aria-valuetext={valueText} />
    </Radix.Root>
  )
}
