/** Initial values of parameters. */
import type { AttributeValue } from '../ir/types.ts'
import { Random } from '../random.ts'
import { type StaticShape, sizeOf } from '../shape.ts'

/**
 * Inputs and outputs of a weight, as Keras counts them: a matrix is [in, out], a convolution kernel [out, in, h, w].
 */
function fans(shape: StaticShape): { fanIn: number; fanOut: number } {
  if (shape.length === 0) return { fanIn: 1, fanOut: 1 }
  if (shape.length === 1) return { fanIn: shape[0] as number, fanOut: shape[0] as number }
  if (shape.length === 2) return { fanIn: shape[0] as number, fanOut: shape[1] as number }
  const field = sizeOf(shape.slice(2))
  return { fanIn: (shape[1] as number) * field, fanOut: (shape[0] as number) * field }
}

/**
 * Values of a parameter at the start, flat and row-major, in double precision.
 *
 * Each parameter draws from a stream of its own, made from the seed and its name: adding a layer does not change the
 * others. glorot*: Glorot and Bengio 2010; he*: He et al. 2015; the normal ones are not truncated.
 */
export function initialValues(
  name: string,
  shape: StaticShape,
  init: AttributeValue | undefined,
  seed: number
): Float64Array {
  const given = (init ?? { kind: 'zeros' }) as Readonly<Record<string, AttributeValue>>
  const number = (key: string, preset: number): number => (given[key] as number | undefined) ?? preset
  const random = new Random(number('seed', seed)).fork(name)
  const fill = (value: () => number): Float64Array => Float64Array.from({ length: sizeOf(shape) }, value)
  const uniform = (limit: number) => fill(() => random.uniform(-limit, limit))
  const normal = (std: number) => fill(() => random.normal(0, std))
  const { fanIn, fanOut } = fans(shape)
  switch (given.kind) {
    case 'values':
      return Float64Array.from(given.values as readonly number[])
    case 'zeros':
      return fill(() => 0)
    case 'ones':
      return fill(() => 1)
    case 'constant':
      return fill(() => number('value', 0))
    case 'uniform':
      return fill(() => random.uniform(number('low', -0.05), number('high', 0.05)))
    case 'normal':
      return fill(() => random.normal(number('mean', 0), number('std', 0.05)))
    case 'glorotUniform':
      return uniform(Math.sqrt(6 / (fanIn + fanOut)))
    case 'glorotNormal':
      return normal(Math.sqrt(2 / (fanIn + fanOut)))
    case 'heUniform':
      return uniform(Math.sqrt(6 / fanIn))
    case 'heNormal':
      return normal(Math.sqrt(2 / fanIn))
    default:
      throw new Error(`unknown initialiser ${JSON.stringify(given)}`)
  }
}
