/** What operators say to inputs that do not fit: the sentence names what is wrong, with the sizes. */
import { expect, test } from 'vitest'
import { instantiate } from '../../engine/document/build.ts'
import { Builder } from '../../engine/ir/builder.ts'
import { portsOf } from '../../engine/ir/op.ts'
import type { Attributes } from '../../engine/ir/types.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { ProblemError, describe as say } from '../../engine/problem.ts'
import type { Shape } from '../../engine/shape.ts'

function complaint(kind: string, shapes: readonly Shape[], attributes: Attributes): string {
  const op = opOf(kind)!
  const b = new Builder(opOf)
  const inputs = shapes.map((shape, i) => b.feed(`in${i}`, shape))
  const handles = op.variadic
    ? inputs.map((_, i) => `${op.variadic?.name}${i}`)
    : portsOf(op, attributes).map((p) => p.name)
  const wired = Object.fromEntries(inputs.map((v, i) => [handles[i] as string, v]))
  try {
    instantiate(b, op, 'node', wired, inputs, attributes)
  } catch (error) {
    if (error instanceof ProblemError) return say(error.problem)
    throw error
  }
  return 'nothing: it fits'
}

/** Operator, shapes, attributes; below what it says. */
const CASES = `
Add | [2,3] [4] | {}
  Add: shapes [2, 3] and [4] do not broadcast: dimension 1 from the right is 3 and 4. Sizes must be equal, or one of them 1.
Add | ["B",3] ["B",4] | {}
  Add: shapes [B, 3] and [B, 4] do not broadcast: dimension 1 from the right is 3 and 4. Sizes must be equal, or one of them 1.
Sum | [2] [3] [2] | {}
  Sum: shapes [2] and [3] do not broadcast: dimension 1 from the right is 2 and 3. Sizes must be equal, or one of them 1.
MatMul | [2,3] [4,2] | {}
  MatMul: inner dimensions 3 and 4 differ (shapes [2, 3] and [4, 2]). The columns of the first must equal the rows of the second; a Transpose may help.
MatMul | [] [2] | {}
  MatMul: input "a" has shape scalar; it must have at least 1 dimension. Put a Reshape, Flatten or Unsqueeze before it.
Dot | [2,3] [3,2] | {}
  Dot: the last dimensions 3 and 2 differ (shapes [2, 3] and [3, 2]). Both must end in the same size; a Transpose may help.
Dot | [] [3] | {}
  Dot: input "a" has shape scalar; it must have at least 1 dimension. Put a Reshape, Flatten or Unsqueeze before it.
Outer | [1,1,1,1] [1,1,1] | {}
  Outer: shape [1, 1, 1, 1, 1, 1, 1] has more than 6 dimensions. Chainrule computes with up to 6.
Gemm | [2,3] [2,3] | {}
  Gemm: inner dimensions 3 and 2 differ (shapes [2, 3] and [2, 3]). The columns of the first must equal the rows of the second; a Transpose may help.
Gemm | [2,3,1] [3,2] | {}
  Gemm: input "a" has shape [2, 3, 1]; it must have exactly 2 dimensions. Put a Reshape, Flatten or Unsqueeze before it.
Gemm | [2,3] [3,4] [3] | {}
  Gemm: shapes [2, 4] and [3] must be equal or broadcast from C to the product. Look at the edges that lead here.
Einsum | [2,3] | {"equation":"ij,jk->ik"}
  Einsum "ij,jk->ik": it names 2 inputs, and 1 are connected. Name each axis by a letter, inputs divided by commas, as in "ij,jk->ik".
Einsum | [2,3] [4,5] | {"equation":"ij,jk->ik"}
  Einsum "ij,jk->ik": axis "j" is 3 in one input and 4 in x1. Name each axis by a letter, inputs divided by commas, as in "ij,jk->ik".
Einsum | [2,3] | {"equation":"i->i"}
  Einsum "i->i": "i" has 1 axes, and input x0 has shape [2, 3]. Name each axis by a letter, inputs divided by commas, as in "ij,jk->ik".
Einsum | [2,3] | {"equation":"ij->ik"}
  Einsum "ij->ik": the output names "k", which no input has. Name each axis by a letter, inputs divided by commas, as in "ij,jk->ik".
Einsum | [2,3] | {"equation":"ij->ii"}
  Einsum "ij->ii": the output names "i" twice. Name each axis by a letter, inputs divided by commas, as in "ij,jk->ik".
Einsum | [2,3] | {"equation":"i j;->"}
  Einsum "i j;->": "ij;" is not made of letters and one "...". Name each axis by a letter, inputs divided by commas, as in "ij,jk->ik".
Einsum | [2] | {"equation":"i->i->i"}
  Einsum "i->i->i": it has more than one "->". Name each axis by a letter, inputs divided by commas, as in "ij,jk->ik".
Reshape | [2,3] | {"shape":[4]}
  Reshape: shape [2, 3] has 6 elements, [4] has 4. Both must hold equally many; -1 stands for what is left over.
Flatten | [2,3] | {"axis":3}
  Flatten: axis 3 does not exist in shape [2, 3]. Axes go from -2 to 1.
Squeeze | [2,3] | {"axes":[0]}
  Squeeze: axes 0 does not fit shape [2, 3]. Axis 0 has size 2, not 1.
Transpose | [2,3] | {"perm":[0,0]}
  Transpose: perm [0,0] does not fit shape [2, 3]. Name each axis from 0 to 1 once.
Expand | [2,3] | {"shape":[4]}
  Expand: shapes [2, 3] and [4] do not broadcast: dimension 1 from the right is 3 and 4. Sizes must be equal, or one of them 1.
Slice | [4] | {"starts":[0,1],"ends":[1]}
  Slice: ends [1] does not fit shape [4]. It must have 2 entries, as many as starts.
Slice | [4] | {"starts":[0],"ends":[1],"axes":[1]}
  Slice: axis 1 does not exist in shape [4]. Axes go from -1 to 0.
Slice | [4] | {"starts":[0],"ends":[4],"steps":[0]}
  Slice: steps [0] does not fit shape [4]. A step of 0 goes nowhere.
Slice | ["B",2] | {"starts":[1],"ends":[2]}
  Slice needs a known size, but dimension 0 of [B, 2] is the batch. Keep the batch dimension as it is.
Pad | [2,3] | {"pads":[1,1]}
  Pad: pads [1,1] does not fit shape [2, 3]. It must have 4 entries: all beginnings, then all ends.
Pad | [2] | {"pads":[2,0],"mode":"reflect"}
  Pad: pads [2,0] does not fit shape [2]. Axis 0 of size 2 can be padded by at most 1.
Pad | [0] | {"pads":[1,0],"mode":"edge"}
  Pad: pads [1,0] does not fit shape [0]. Axis 0 of size 0 can be padded by at most 0.
Pad | [2] | {"pads":[-2,-1]}
  Pad: pads [-2,-1] does not fit shape [2]. Axis 0 has only 2 elements to cut off.
Pad | ["B",2] | {"pads":[1,0,0,0],"mode":"edge"}
  Pad needs a known size, but dimension 0 of [B, 2] is the batch. Keep the batch dimension as it is.
Concat | [2,3] [2,4] | {"axis":0}
  Concat: shapes [2, 3] and [2, 4] must be equal except along axis 0. Look at the edges that lead here.
Stack | [2] [3] | {}
  Stack: shapes [2] and [3] must be equal. Look at the edges that lead here.
Stack | [2] [2] | {"axis":2}
  Stack: axis 2 does not exist in shape [2]. Axes go from -2 to 1.
Gather | [] [2] | {}
  Gather: input "x" has shape scalar; it must have at least 1 dimension. Put a Reshape, Flatten or Unsqueeze before it.
Gather | [3] [2] | {"axis":1}
  Gather: axis 1 does not exist in shape [3]. Axes go from -1 to 0.
ReduceSum | [2,3] | {"axes":[2]}
  ReduceSum: axis 2 does not exist in shape [2, 3]. Axes go from -2 to 1.
ReduceProd | [2,3] | {"axes":[0,-2]}
  ReduceProd: axis 0 is named twice. Name each axis once.
Softmax | [] | {}
  Softmax: input "x" has shape scalar; it must have at least 1 dimension. Put a Reshape, Flatten or Unsqueeze before it.
MeanAbsoluteError | [2] [3] | {}
  MeanAbsoluteError: prediction has shape [2], target has shape [3]. The target is of the same shape as the prediction.
NegativeLogLikelihoodLoss | [2,3] [3] | {}
  NegativeLogLikelihoodLoss: prediction has shape [2, 3], target has shape [3]. The target is one-hot [2, 3] or class indices [2].
KLDivergence | [2,3] [2] | {}
  KLDivergence: prediction has shape [2, 3], target has shape [2]. The target is of the same shape as the prediction.
CategoricalCrossEntropy | [] [] | {}
  CategoricalCrossEntropy: input "prediction" has shape scalar; it must have classes along its last axis. Put a Reshape, Flatten or Unsqueeze before it.
Conv | [1,2,4] [3,2,3,3] | {}
  Conv: input "kernel" has shape [3, 2, 3, 3]; it must have known sizes [filters, channels / group, window …], as many as x (3). Put a Reshape, Flatten or Unsqueeze before it.
Conv | [1,2,4,4] [3,1,3,3] | {}
  Conv: input "kernel" has shape [3, 1, 3, 3]; it must have 2 channels on axis 1, as x has. Put a Reshape, Flatten or Unsqueeze before it.
Conv | [1,3,4,4] [3,1,3,3] | {"group":2}
  Conv: group 2 does not fit shape [1, 3, 4, 4]. The 3 channels of x cannot be shared among 2 groups.
Conv | [1,2,4,4] [3,1,3,3] | {"group":2}
  Conv: input "kernel" has shape [3, 1, 3, 3]; it must have a number of filters that 2 groups can share. Put a Reshape, Flatten or Unsqueeze before it.
Conv | [1,2,4,4] [3,2,5,5] | {}
  Conv: kernel_shape [5,5] does not fit shape [1, 2, 4, 4]. A window of 5 does not fit into 4 along axis 2.
Conv | [1,2,4,4] [3,2,3,3] [2] | {}
  Conv: input "bias" has shape [2]; it must have one number for each of the 3 filters. Put a Reshape, Flatten or Unsqueeze before it.
Conv | [1,2,4,4] [3,2,3,3] | {"kernel_shape":[2,2]}
  Conv: kernel_shape [2,2] does not fit shape [3, 2, 3, 3]. The kernel's window is [3,3]; leave kernel_shape out or give the same.
Conv | [1,2,4,4] [3,2,3,3] | {"strides":[1]}
  Conv: strides [1] does not fit shape [1, 2, 4, 4]. It must have 2 entries.
Conv | [1,2,"B",4] [3,2,3,3] | {}
  Conv needs a known size, but dimension 2 of [1, 2, B, 4] is the batch. Keep the batch dimension as it is.
Conv2D | [2,3] | {}
  Conv2D: input "x" has shape [2, 3]; it must have [batch, channels, height, width]. Put a Reshape, Flatten or Unsqueeze before it.
Conv2D | ["B",3,8,8] | {"group":2}
  Conv2D: group 2 does not fit shape [B, 3, 8, 8]. 3 channels and 8 filters must both be divisible by it.
MaxPool | [2,3] | {}
  MaxPool: input "x" has shape [2, 3]; it must have batch, channels and spatial dimensions. Put a Reshape, Flatten or Unsqueeze before it.
MaxPool | [1,1,4,4] | {"kernel_shape":[2]}
  MaxPool: kernel_shape [2] does not fit shape [1, 1, 4, 4]. It must have 2 entries.
MaxPool | [1,1,4,4] | {"pads":[2,0,0,0]}
  MaxPool: pads [2,0,0,0] does not fit shape [1, 1, 4, 4]. Padding must be smaller than the window, else windows lie in the padding alone.
AveragePool | [1,1,1,4] | {}
  AveragePool: kernel_shape [2,2] does not fit shape [1, 1, 1, 4]. A window of 2 does not fit into 1 along axis 2.
GlobalAveragePool | [2,3] | {}
  GlobalAveragePool: input "x" has shape [2, 3]; it must have batch, channels and spatial dimensions. Put a Reshape, Flatten or Unsqueeze before it.
BatchNormalization | [4] [4] [4] | {}
  BatchNormalization: input "x" has shape [4]; it must have batch and channels at least. Put a Reshape, Flatten or Unsqueeze before it.
BatchNormalization | [4,3] [4] [3] | {}
  BatchNormalization: input "scale" has shape [4]; it must have one number for each of the 3 channels. Put a Reshape, Flatten or Unsqueeze before it.
LayerNormalization | [4,3] [4] [3] | {}
  LayerNormalization: input "scale" has shape [4]; it must have the shape of the normalised axes, [3]. Put a Reshape, Flatten or Unsqueeze before it.
LayerNormalization | [4,3] [3] | {"axis":2}
  LayerNormalization: axis 2 does not exist in shape [4, 3]. Axes go from -2 to 1.
Dense | ["B","B"] | {}
  Dense needs a known size, but dimension 1 of [B, B] is the batch. Keep the batch dimension as it is.
LayerNorm | ["B"] | {}
  LayerNorm needs a known size, but dimension 0 of [B] is the batch. Keep the batch dimension as it is.
BatchNorm | [3] | {}
  BatchNorm: input "x" has shape [3]; it must have batch and channels at least. Put a Reshape, Flatten or Unsqueeze before it.
Accuracy | [2,3] [3] | {}
  Accuracy: prediction has shape [2, 3], target has shape [3]. The target is one-hot [2, 3] or class indices [2].
`

const cases = CASES.trim()
  .split(/\n(?! )/)
  .map((text) => {
    const [call = '', says = ''] = text.split('\n  ')
    const [kind = '', shapes = '', attributes = ''] = call.split(' | ')
    return {
      call,
      kind,
      shapes: JSON.parse(`[${shapes.replaceAll(' ', ',')}]`),
      attributes: JSON.parse(attributes),
      says
    }
  })

test.each(cases)('$call', ({ kind, shapes, attributes, says }) => {
  expect(complaint(kind, shapes, attributes)).toBe(says)
})
