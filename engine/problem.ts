/**
 * Everything that can go wrong, said for people: one table of codes.
 *
 * A message names what is wrong and both values; the hint says what to do. Placeholders in braces are filled from
 * `params`, so that a screen can translate by `code` and keep the same values.
 */

export type Severity = 'error' | 'warning'
export type ProblemParams = Readonly<Record<string, string | number>>

interface Entry {
  readonly severity?: Severity
  readonly message: string
  readonly hint?: string
}

const table = {
  // The file as such.
  'file.notJson': {
    message: 'This is not JSON: {detail}.',
    hint: 'Open a *.chainrule.json file, or mend the text at the place named.'
  },
  'file.empty': { message: 'The file is empty: {bytes} bytes, nothing but white space.', hint: 'Choose another file.' },
  'file.tooLarge': {
    message: 'The file has {bytes} bytes; a graph file has at most {limit}.',
    hint: 'Data sets and weights are kept in files of their own.'
  },
  'file.notText': {
    message: 'The file is not UTF-8 text (first bad byte at {offset}).',
    hint: 'Choose a *.chainrule.json file.'
  },
  'file.format': {
    message: 'Expected "format": "{expected}", found {found}.',
    hint: 'Choose a file that Chainrule saved.'
  },
  'file.isWeights': {
    message: 'This is a weights file, not a graph.',
    hint: 'Open its graph, then use Import weights.'
  },
  'file.isGraph': {
    message: 'This is a graph file, not weights.',
    hint: 'Open it as a graph, or choose a file that Export weights wrote.'
  },
  'file.noGraph': {
    message: 'This picture holds no graph.',
    hint: 'Choose one that Chainrule exported; other programs may have saved it without the graph.'
  },
  'file.newerVersion': {
    message: 'The file is of version {found}; this program reads up to version {supported}.',
    hint: 'Update Chainrule to open it.'
  },
  'file.field': { message: '{path}: expected {expected}, found {found}.', hint: 'Mend this field in the file.' },
  'file.duplicateKey': {
    message: 'The key "{key}" stands twice in one object (line {line}).',
    hint: 'Remove one of the two.'
  },

  // The graph's structure.
  'graph.duplicateNode': { message: 'The id "{id}" is taken by another node.', hint: 'Give one of them another id.' },
  'graph.duplicateEdge': { message: 'Two edges have the id "{id}".', hint: 'Give one of them another id.' },
  'graph.duplicateNote': { message: 'The id "{id}" is taken by another note.', hint: 'Give one of them another id.' },
  'graph.position': {
    message: 'The position and the size of "{id}" must be finite numbers, but one is {found}.',
    hint: 'Give it another place.'
  },
  'graph.nodeId': {
    message:
      'A node id begins with a letter A–Z or _, goes on with letters, digits, _ . or -, and is no reserved word ' +
      'such as constructor; "{id}" cannot be one.',
    hint: 'A name in any language can stand in the label.'
  },
  'graph.parameterName': {
    message: 'Its parameter "{name}" has the same name as one of "{other}".',
    hint: 'Rename this node.'
  },
  'graph.unknownOp': { message: 'There is no operator "{op}".', hint: 'Did you mean {suggestion}?' },
  'graph.unknownAttribute': { message: '{op} has no attribute "{attribute}".', hint: 'Its attributes: {known}.' },
  'graph.attribute': {
    message: '{op}: attribute "{attribute}" must be {expected}, but is {found}.',
    hint: 'Change it in the inspector.'
  },
  'graph.attributeMissing': {
    message: '{op} needs the attribute "{attribute}" ({expected}).',
    hint: 'Set it in the inspector.'
  },
  'graph.danglingEdge': {
    message: 'Edge "{edge}" names the {end} node "{node}", which does not exist.',
    hint: 'Remove the edge or add the node.'
  },
  'graph.unknownHandle': { message: 'Edge "{edge}": {op} has no {end} "{handle}".', hint: 'It has: {known}.' },
  'graph.inputTaken': {
    message: 'Input "{handle}" takes one edge, but has "{first}" and "{second}".',
    hint: 'Remove one of the two, or join them by Add or Concat.'
  },
  'graph.inputMissing': { message: '{op}: nothing is connected to input "{handle}".', hint: 'Connect a node to it.' },
  'graph.cycle': {
    message: 'These nodes feed each other in a circle: {nodes}.',
    hint: 'A computation graph has no loops: remove one of the edges.'
  },
  'graph.selfEdge': { message: 'A node cannot feed itself.', hint: 'Connect it to another node.' },
  'graph.objectiveMissing': {
    message: 'The objective "{id}" is not a node of the graph.',
    hint: 'Choose a node as objective.'
  },
  'graph.groupMember': {
    message: 'Group "{group}" names the node "{node}", which does not exist.',
    hint: 'Remove it from the group.'
  },
  'graph.duplicateGroup': {
    message: 'The id "{id}" is taken by a group.',
    hint: 'Nodes, notes and groups share one set of ids: give one of them another.'
  },
  'graph.groupTwice': {
    message: 'The node "{node}" is in the groups "{first}" and "{second}".',
    hint: 'A node is in one group at most: remove it from one of them.'
  },
  'graph.groupParent': {
    message: '"{id}" is said to be in the group "{parent}", which does not exist.',
    hint: 'Remove its field "parent", or add the group.'
  },
  'graph.groupCycle': {
    message: 'The group "{group}" is inside itself.',
    hint: 'Remove the field "parent" of one of the groups around it.'
  },
  'graph.groupLevel': {
    message: '"{id}" is in another group than the rest.',
    hint: 'Only what stands in one group, or in none, can be grouped together.'
  },
  'graph.linkDiffers': {
    message: 'The linked groups "{group}" and "{other}" are not the same inside.',
    hint: 'Linked groups have the same nodes, wires, groups and notes in the same order. Make the group, or the one around it, independent.'
  },
  'graph.bypass': {
    message: '{op} cannot be bypassed: no input has the shape of its output, {shape} (inputs: {inputs}).',
    hint: 'Switch bypass off, or mute the node.'
  },
  'graph.objectiveMuted': {
    message: 'The objective "{id}" is left out, because "{muted}" is muted.',
    hint: 'Unmute "{muted}", or choose another objective.'
  },
  'graph.empty': { severity: 'warning', message: 'The graph has no nodes.', hint: 'Drag one from the palette.' },
  'graph.noObjective': {
    severity: 'warning',
    message: 'No objective is chosen, so there are no gradients.',
    hint: 'Choose the node to differentiate: select it and press "Set as objective".'
  },
  'graph.noSuchThing': { message: 'There is no {what} "{id}".', hint: 'It may have been deleted.' },
  'graph.noParts': {
    message: '{op} has no parts to open it into.',
    hint: 'Layers, activations, losses and norms have; a Custom operator only where it finds its gradient itself, a batch normalisation only without running statistics.'
  },
  'graph.expandMode': {
    message: '"{node}" is switched off ({mode}): its parts would compute.',
    hint: 'Switch it on, then expand it.'
  },
  'graph.expandLinked': {
    message: '"{node}" is in the linked group "{group}": its parts would have to be those of every copy.',
    hint: 'Make the group independent, then expand the node.'
  },
  'graph.incompleteUpstream': {
    severity: 'warning',
    message: 'Its shape is not known yet, because "{upstream}" has a problem.',
    hint: 'Mend "{upstream}" first.'
  },

  // Shapes.
  'shape.broadcast': {
    message: '{op}: shapes {a} and {b} do not broadcast: dimension {axis} from the right is {da} and {db}.',
    hint: 'Sizes must be equal, or one of them 1.'
  },
  'shape.matmul': {
    message: '{op}: inner dimensions {k1} and {k2} differ (shapes {a} and {b}).',
    hint: 'The columns of the first must equal the rows of the second; a Transpose may help.'
  },
  'shape.rank': {
    message: '{op}: input "{input}" has shape {shape}; it must have {expected}.',
    hint: 'Put a Reshape, Flatten or Unsqueeze before it.'
  },
  'shape.axis': {
    message: '{op}: axis {axis} does not exist in shape {shape}.',
    hint: 'Axes go from {low} to {high}.'
  },
  'shape.axisTwice': { message: '{op}: axis {axis} is named twice.', hint: 'Name each axis once.' },
  'shape.reshape': {
    message: 'Reshape: shape {from} has {n} elements, {to} has {m}.',
    hint: 'Both must hold equally many; -1 stands for what is left over.'
  },
  'shape.mismatch': {
    message: '{op}: shapes {a} and {b} must be equal{except}.',
    hint: 'Look at the edges that lead here.'
  },
  'shape.values': {
    message: '{op}: numbers needed for shape {shape}: {expected}; given: {found}.',
    hint: 'Change the shape or the values.'
  },
  'shape.inner': {
    message: '{op}: the last dimensions {k1} and {k2} differ (shapes {a} and {b}).',
    hint: 'Both must end in the same size; a Transpose may help.'
  },
  'einsum.equation': {
    message: 'Einsum "{equation}": {detail}.',
    hint: 'Name each axis by a letter, inputs divided by commas, as in "ij,jk->ik".'
  },
  'shape.attribute': { message: '{op}: {attribute} {value} does not fit shape {shape}.', hint: '{detail}' },
  'shape.targets': {
    message: '{op}: prediction has shape {prediction}, target has shape {target}.',
    hint: 'The target is {expected}.'
  },
  'shape.symbolic': {
    message: '{op} needs a known size, but dimension {axis} of {shape} is the batch.',
    hint: 'Keep the batch dimension as it is.'
  },
  'shape.tooLarge': { message: '{op}: shape {shape} has more than {limit} elements.', hint: 'Use smaller sizes.' },
  'shape.rankLimit': {
    message: '{op}: shape {shape} has more than 6 dimensions.',
    hint: 'Chainrule computes with up to 6.'
  },

  // Expressions, and the operators that are made of them.
  'expression.empty': {
    message: 'There is no expression yet.',
    hint: 'Write one, such as (x + y) * z.'
  },
  'expression.ends': {
    message: 'The expression ends at column {column}, where a number, a name or "(" is expected.'
  },
  'expression.operand': {
    message: 'Column {column}: expected a number, a name or "(", found "{found}".'
  },
  'expression.operator': {
    message: 'Column {column}: expected an operator (+ - * / ^ @) or the end, found "{found}".',
    hint: 'Multiplication is written out: 2 * x.'
  },
  'expression.unclosed': {
    message: 'Column {column}: expected a ")" that closes this parenthesis.'
  },
  'expression.number': {
    message: 'Column {column}: expected a number such as 2, 0.5 or 1e-3, followed by an operator.',
    hint: 'Multiplication is written out: 2 * x.'
  },
  'expression.name': {
    message: 'Column {column}: "{name}" cannot be a name; expected letters from a to z, digits and _.'
  },
  'expression.function': {
    message: 'Column {column}: there is no function "{name}".',
    hint: 'A product is written {name} * (…). Functions: {known}.'
  },
  'expression.functionNear': {
    message: 'Column {column}: there is no function "{name}".',
    hint: 'Did you mean {suggestion}?'
  },
  'expression.option': {
    message: 'Column {column}: {name} has no option "{option}".',
    hint: 'Its options: {known}.'
  },
  'expression.optionValue': {
    message: 'Column {column}: {option} must be one of these: {expected}.',
    hint: 'Write it as in alpha=0.2 or reduction=sum.'
  },
  'expression.arguments': {
    message: 'Column {column}: {name} expects {expected} argument(s), found {found}.'
  },
  'expression.axis': {
    message: 'Column {column}: {name} expects an axis here, a whole number such as 0 or -1.'
  },
  'expression.assignment': {
    message: 'Column {column}: expected a name, "=" and an expression.'
  },
  'expression.twice': {
    message: '"{name}" is given twice.',
    hint: 'Remove one of the two.'
  },
  'expression.tooLong': {
    message: 'The expression is too long: at most {limit} characters can be read.'
  },
  'custom.inputs': {
    message: 'Custom: inputs must be different names parted by commas, such as "a, b", but are "{found}".',
    hint: 'Names are letters from a to z, digits and _; y and g are taken.'
  },
  'custom.name': {
    message: 'Custom: {attribute} uses "{name}", which is not there.',
    hint: 'It may use: {known}.'
  },
  'custom.backward': {
    message: 'Custom: backward gives a gradient of "{name}", which is no input.',
    hint: 'Inputs: {known}.'
  },
  'custom.backwardMissing': {
    message: 'Custom: backward gives no gradient of "{name}".',
    hint: 'Give one for each input (0 lets nothing through), or none to have them found.'
  },
  'custom.gradient': {
    severity: 'warning',
    message: 'The backward of "{input}" gives {given}, but differentiating forward gives {slope}, where {point}.',
    hint: 'Check the formula; where the difference is meant, ignore this.'
  },
  'custom.gradientShape': {
    message: 'The backward of "{input}" has shape {found}; the input has {expected}.',
    hint: 'Its gradient must have the shape of the input, or one that broadcasts to it.'
  },

  // Values.
  'value.index': {
    message: '{op}: index {index} at position {position} is outside 0…{last}.',
    hint: 'Check the labels or indices.'
  },
  'value.slice': {
    message: 'Element {last} was asked for; the tensor has {size}, counted from 0.',
    hint: 'Run again, and look at what is there now.'
  },
  'value.feedMissing': {
    message: 'Input "{name}" has no data.',
    hint: 'Feed it with --feed {name}=FILE.json, or give it values in the inspector.'
  },
  'value.feedUnknown': {
    message: 'There is no input "{name}" to feed.',
    hint: 'Inputs of this graph: {known}.'
  },
  'value.feedShape': {
    message: 'Input "{name}" takes shape {expected}, but the data has {found}.',
    hint: 'Reshape the data.'
  },
  'value.notFinite': {
    severity: 'warning',
    message: '{what} became {value} at step {step}.',
    hint: 'Lower the learning rate, or look for a division by zero or a log of zero.'
  },

  // Why no gradient is there.
  'gradient.noObjective': {
    severity: 'warning',
    message: 'No objective is chosen.',
    hint: 'Select the node to differentiate and press "Set as objective".'
  },
  'gradient.independent': { severity: 'warning', message: 'The objective does not depend on it.' },
  'gradient.notFloat': {
    severity: 'warning',
    message: 'It holds whole numbers, which cannot change by a little.'
  },
  'gradient.blocked': { severity: 'warning', message: 'No gradient comes through {op}: {reason}.' },

  // What the numbers of a run say.
  'finding.notFinite': {
    severity: 'warning',
    message: '{op} made {what} first: {broken} of {count} numbers, from inputs in {from}.',
    hint: 'A logarithm of 0, a division by 0, a root of a negative number or the exponential of a large one does this. Keep the inputs away from there, with Clip for example, or lower the learning rate.'
  },
  'finding.gradientNotFinite': {
    severity: 'warning',
    message: 'On the way back the gradient is no number from {op} on, whose inputs lie in {from}.',
    hint: 'Its slope is infinite there: the root and the logarithm at 0 are. Keep the inputs away from it, with Clip or a small number added.'
  },
  'finding.silent': {
    severity: 'warning',
    message: '{share} of what {op} gives is 0: no gradient comes back through those units.',
    hint: 'Lower the learning rate, draw the weights by heNormal, or take LeakyRelu.'
  },
  'finding.saturated': {
    severity: 'warning',
    message: '{op} is saturated: {share} of the gradient comes through.',
    hint: 'Draw smaller weights (glorotUniform), scale the inputs, or take Relu.'
  },
  'finding.zeroGradient': {
    severity: 'warning',
    message: 'The gradient of {name} is 0 everywhere: training leaves it as it is.',
    hint: 'Look for closed ReLUs and for weights that are all 0 between it and the loss.'
  },
  'finding.vanishing': {
    severity: 'warning',
    message: 'The gradient vanishes on the way to {name}: {size} in the mean, beside {most} at {other}.',
    hint: 'Take Relu in place of Sigmoid and Tanh, heNormal weights, BatchNorm, or fewer layers.'
  },
  'finding.exploding': {
    severity: 'warning',
    message: 'The gradient of {name} has a norm of {norm}, {times} times that of the weights.',
    hint: 'Clip the gradient (More settings), lower the learning rate, or draw smaller weights.'
  },
  'finding.unscaled': {
    severity: 'warning',
    message: 'Inputs from {range} go into a layer.',
    hint: 'Scale them to about -1 … 1: freshly drawn weights are made for that.'
  },

  'derivative.tooLarge': {
    message: '{what} would be a matrix of {rows} × {columns} numbers; {limit}.',
    hint: 'Choose smaller tensors, or fewer examples.'
  },

  // One example alone.
  'sample.noScores': {
    message: 'Nothing says which numbers are the scores: the objective is no loss that compares a prediction.',
    hint: 'Choose the node whose output you want to look at, or make a loss the objective.'
  },
  'sample.notFloat': {
    message: 'The output of {node} is not made of floating-point numbers: it has no gradient.',
    hint: 'Choose another node for the scores.'
  },
  'sample.noRow': {
    message: 'There is no example {row}: the split {split} has {count}, counted from 0.',
    hint: 'Choose a smaller number.'
  },

  // Plots.
  'plot.notFloat': {
    message: 'It holds whole numbers, which cannot change by a little.',
    hint: 'Choose an element of a parameter, a constant or an input of real numbers.'
  },
  'plot.element': {
    message: 'There is no element {index}: the tensor has {count}.',
    hint: 'Elements are counted from 0, row after row.'
  },
  'plot.sameAxis': {
    message: 'Both axes are the same.',
    hint: 'Choose two different elements, or two random directions with different seeds.'
  },
  'plot.optimizer': {
    message: 'The optimizer "{kind}" takes no steps along a gradient that could be drawn.',
    hint: 'Choose sgd, adagrad, rmsprop, adam or adamw.'
  },
  'plot.noPlane': {
    message: 'No input of the graph is a pair of numbers.',
    hint: 'A plane is drawn over a data set with two features (spiral, moons, circles, xor) or an Input of shape [B, 2].'
  },
  'plot.notOfPlane': {
    message: '"{node}" cannot be drawn over the plane of the two inputs.',
    hint: 'Choose a node that follows from the two inputs alone and has a number or several for each row.'
  },

  // Running and training.
  'run.nothing': {
    message: 'Nothing can be computed yet: every node has a problem.',
    hint: 'Look at the problem list.'
  },
  'run.stale': { message: 'These numbers belong to an earlier run.', hint: 'Run again.' },
  'train.metric': {
    message: 'The metric "{metric}" cannot be shown: the graph has no node of that id that is a single number.',
    hint: 'Choose another metric in the training settings.'
  },
  'train.metricLoss': {
    message: 'The metric "{metric}" is reported in any case.',
    hint: 'Take it out of the training settings.'
  },
  'train.metricAccuracy': {
    message: 'The metric "{metric}" cannot be read off the objective, {op}: that is no loss over classes.',
    hint: 'Put an Accuracy or BinaryAccuracy node into the graph, or take the metric out of the training settings.'
  },
  'train.noData': {
    message: 'Training needs a data set: no Dataset node leads to the objective.',
    hint: 'Add a Dataset node.'
  },
  'run.outOfMemory': {
    message: 'This run needs about {needed} of memory; {available} can be had.',
    hint: 'Make the batch smaller.'
  },
  'run.backendUnavailable': {
    message: 'The backend "{backend}" cannot run here: {reason}.',
    hint: 'Use --backend cpu, or choose another in the status bar.'
  },
  'run.backendLimit': {
    message: '{backend} cannot hold {what}: {size} is over its limit of {limit}.',
    hint: 'Make the batch smaller or use the CPU.'
  },
  // Why a backend was not taken.
  'backend.missing': { severity: 'warning', message: 'This browser or runtime has no {api}.' },
  'backend.noAdapter': { severity: 'warning', message: 'No graphics adapter answered.' },
  'backend.adapterFailed': { severity: 'warning', message: 'Asking for a graphics adapter failed: {detail}.' },
  'backend.software': {
    severity: 'warning',
    message: '{device} is software that runs on the CPU, slower than our own kernels.'
  },
  'backend.noContext': { severity: 'warning', message: 'The browser gives no WebGL2 context.' },
  'backend.noFloats': { severity: 'warning', message: 'The textures of {device} cannot hold floats.' },
  'backend.noSimd': { severity: 'warning', message: 'WebAssembly on this machine has no SIMD.' },
  'backend.readsBack': {
    severity: 'warning',
    message: 'To show every value, each would have to be read back from the device.'
  },
  'backend.shortTraining': {
    severity: 'warning',
    message: 'The whole training takes about {seconds} s on {backend}, so the GPU was not tried.'
  },
  'backend.hostSteps': {
    severity: 'warning',
    message: 'This optimizer solves for its steps on the CPU.'
  },
  'backend.slower': {
    severity: 'warning',
    message: 'Slower in the trial with this graph: {rate} steps/s, {other} did {best}.'
  },
  'run.deviceLost': {
    message: 'The graphics device was lost: {reason}.',
    hint: 'Run again; the weights of the last step on the screen are kept.'
  },
  'run.failed': { message: 'The engine stopped: {detail}', hint: 'Please report this with the graph file.' },
  'train.noTraining': {
    message: 'The graph has no training settings.',
    hint: 'Set the optimizer, batch size and epochs in the training panel.'
  },
  'train.noObjective': {
    message: 'Training needs an objective, the loss to be made small.',
    hint: 'Select the loss node and press "Set as objective".'
  },
  'train.noParameters': {
    message: 'Nothing in this graph can be trained: no Parameter or layer leads to the objective.',
    hint: 'Add a Parameter or a Dense layer.'
  },
  'train.notScalar': {
    message: 'The objective "{node}" has shape {shape}; training needs one number.',
    hint: 'Put a ReduceMean behind it.'
  },
  'train.batchSizes': {
    message: 'The data sets of this graph have different numbers of examples: {sizes}.',
    hint: 'Use data sets of the same length.'
  },
  'train.optimizer': {
    message: 'There is no optimizer "{kind}".',
    hint: 'Choose one of these: {known}.'
  },
  'train.optimizerOption': {
    message: 'The optimizer "{kind}" has no "{option}".',
    hint: 'It has {known}.'
  },
  'train.optimizerSwitch': {
    message: '"{option}" of the optimizer "{kind}" must be true or false, but is {found}.',
    hint: 'Change it in the training settings.'
  },
  'train.optimizerShare': {
    message: '"{option}" of the optimizer "{kind}" must be a number from 0 to below 1, but is {found}.',
    hint: 'Change it in the training settings.'
  },
  'train.optimizerNumber': {
    message: '"{option}" of the optimizer "{kind}" must be a number of at least 0, but is {found}.',
    hint: 'Change it in the training settings.'
  },
  'train.solverClip': {
    message: 'The optimizer "{kind}" solves for its step, and takes no gradient clipping.',
    hint: 'Switch clipping off, or choose sgd, rmsprop or adam.'
  },
  'train.solverSize': {
    message: 'The optimizer "{kind}" takes at most {limit} parameters, but the graph has {count}.',
    hint: 'Make the graph smaller, or choose sgd, rmsprop or adam.'
  },
  'train.solverObjective': {
    message: 'The optimizer "{kind}" needs a MeanSquaredError as objective, but it is {op}.',
    hint: 'Choose another objective, or newton, sgd, rmsprop or adam.'
  },
  'train.solverLinear': {
    message: 'The optimizer "{kind}" needs a prediction that is linear in its parameters.',
    hint: 'Take activations and further layers out of the graph, or choose newton, sgd, rmsprop or adam.'
  },
  'train.singular': {
    message:
      'The optimizer "{kind}" cannot solve for the parameters: its matrix is not positive definite (pivot {pivot} at {place}).',
    hint: 'Raise "{option}" a little, remove parameters that do the same, or choose sgd or adam.'
  },
  'train.rowsTogether': {
    message:
      'This batch fits only in parts of {rows} rows, and their gradients do not add up to those of the batch: its rows depend on each other, as in a batch normalisation.',
    hint: 'Take a batch of at most {rows} rows, or another backend.'
  },
  'train.diverged': {
    message: 'The loss became {loss} in epoch {epoch}, step {step}.',
    hint: 'Lower the learning rate; or look for the first NaN in the graph.'
  },

  // The first number of a training that was none.
  'broken.data': {
    message: 'In step {step} (epoch {epoch}) the data themselves held {what}: {broken} of {count} numbers.',
    hint: 'Mend the data set, or leave those rows out.'
  },
  'broken.log': {
    message:
      'In step {step} (epoch {epoch}) {op} made {what} first: {broken} of {count} numbers, from inputs in {from}.',
    hint: 'The logarithm of 0 is no number. Keep its input above 0, with Clip or a small number added; or take a loss that works on logits.'
  },
  'broken.division': {
    message:
      'In step {step} (epoch {epoch}) {op} made {what} first: {broken} of {count} numbers, from inputs in {from}.',
    hint: 'It divides by 0. Keep the divisor away from 0, with Clip or a small number added.'
  },
  'broken.root': {
    message:
      'In step {step} (epoch {epoch}) {op} made {what} first: {broken} of {count} numbers, from inputs in {from}.',
    hint: 'The root of a negative number is none. Keep its input at 0 or above, with Abs, Relu or Clip.'
  },
  'broken.exp': {
    message:
      'In step {step} (epoch {epoch}) {op} made {what} first: {broken} of {count} numbers, from inputs in {from}.',
    hint: 'The exponential of a number above 88 is too large to be written. Clip its input, subtract the maximum first, or lower the learning rate.'
  },
  'broken.grown': {
    message:
      'In step {step} (epoch {epoch}) {op} made {what} first: {broken} of {count} numbers, from inputs in {from}.',
    hint: 'The numbers have grown beyond all bounds: the steps are too long. Lower the learning rate, clip the gradient (More settings), or draw smaller weights.'
  },
  'broken.slope': {
    message:
      'In step {step} (epoch {epoch}) the gradient became {what} on the way back through {op}: {broken} of {count} numbers, from {from}.',
    hint: 'The slope is infinite there: the root and the logarithm at 0 are. Keep the inputs away from it, with Clip or a small number added.'
  },
  'broken.gradient': {
    message:
      'In step {step} (epoch {epoch}) the gradient became {what} on the way back through {op}: {broken} of {count} numbers, from {from}.',
    hint: 'The gradient has grown beyond all bounds. Clip it (More settings), lower the learning rate, or draw smaller weights.'
  },
  'broken.update': {
    message:
      'In step {step} (epoch {epoch}) the update of {op} became {what}: {broken} of {count} numbers, from {from}.',
    hint: 'Lower the learning rate, or clip the gradient (More settings).'
  },

  // Looking back at a training.
  'history.none': {
    message: 'There is no training to look back at.',
    hint: 'Train the network; what was kept goes away with new weights and another graph.'
  },
  'history.noStep': {
    message: 'There is no step {step} to look back at: {steps} were taken.',
    hint: 'Choose one of them.'
  },

  // Weights.
  'weights.missing': {
    message: 'The weights file has no tensor "{name}", which the graph needs.',
    hint: 'Use weights that were exported from this graph.'
  },
  'weights.unknown': {
    message: 'The weights file holds "{name}", which the graph does not have.',
    hint: 'Use weights that were exported from this graph.'
  },
  'weights.duplicate': {
    message: 'The weights file holds "{name}" twice.',
    hint: 'Remove one of the two from the file, or export the weights again.'
  },
  'weights.shape': {
    message: '"{name}" has shape {found} in the weights file and {expected} in the graph.',
    hint: 'Use weights that were exported from this graph.'
  },

  // Data sets.
  'data.unknown': { message: 'There is no data set "{name}".', hint: 'Known: {known}.' },
  'data.unavailable': {
    message: 'The data set source "{name}" is not available in this version.',
    hint: 'Use one of: {known}.'
  },
  'data.option': {
    message: 'Data set "{name}": {option} must be {expected}, but is {found}.',
    hint: 'Change it in the inspector.'
  },
  'data.filesMissing': {
    message: 'MNIST is not whole: missing {missing} (found {found}).',
    hint: 'Choose the folder with the four MNIST files, compressed or not, or download them.'
  },
  'data.gzip': { message: '{file} is damaged: {detail}.', hint: 'Copy or download the file again.' },
  'data.idxMagic': {
    message: '{file} is not an IDX file: it begins with {found}, not with two zero bytes.',
    hint: 'Choose a file such as train-images-idx3-ubyte, compressed with gzip or not at all.'
  },
  'data.idxType': {
    message: '{file}: element type {found} is not one of the IDX types 0x08, 0x09, 0x0b, 0x0c, 0x0d, 0x0e.',
    hint: 'The file is damaged or of another format: download it again.'
  },
  'data.idxLength': {
    message: '{file}: its header (shape {shape}) needs {expected} bytes, but the file has {found}.',
    hint: 'The file was cut off or damaged: copy or download it again.'
  },
  'data.idxShape': {
    message: '{file}: expected {expected}, found {found}.',
    hint: 'Check that the files were not mixed up.'
  },
  'data.count': {
    message: '{images} holds {imageCount} images, but {labels} holds {labelCount} labels.',
    hint: 'Use the two files of one pair.'
  },
  'data.label': {
    message: '{file}: label {value} at position {position} is outside 0…{last}.',
    hint: 'The file is damaged or not the labels of MNIST.'
  },
  'data.download': {
    message: 'No mirror delivered {file}. {attempts}',
    hint: 'Check the connection and try again, or choose a folder with your own copy.'
  },
  'data.batchSize': {
    message: 'The batch size must be a whole number of at least 1, but is {found}.',
    hint: 'Change it in the training panel.'
  },
  'data.split': {
    message: 'A validation share of {share} of {rows} examples leaves one part empty.',
    hint: 'Use a share between 0 and 1, such as 0.1.'
  }
} satisfies Record<string, Entry>

export type ProblemCode = keyof typeof table

export interface Place {
  readonly nodeId?: string
  readonly edgeId?: string
}

export interface Problem extends Place {
  readonly code: ProblemCode
  readonly severity: Severity
  /** English, filled in; screens in other languages fill their own template for `code` with `params`. */
  readonly message: string
  readonly hint?: string
  readonly params: ProblemParams
}

/** Replaces each `{name}` by its parameter; a name without a parameter stays as it is, so that a slip is seen. */
export const fill = (template: string, params: ProblemParams): string =>
  template.replace(/\{(\w+)\}/g, (whole, name: string) => (name in params ? String(params[name]) : whole))

export function problem(code: ProblemCode, params: ProblemParams = {}, place: Place = {}): Problem {
  const entry: Entry = table[code]
  return {
    code,
    severity: entry.severity ?? 'error',
    message: fill(entry.message, params),
    ...(entry.hint === undefined ? {} : { hint: fill(entry.hint, params) }),
    params,
    ...place
  }
}

/** Carries one or more problems through code that cannot go on. */
export class ProblemError extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: Problem | readonly Problem[]) {
    const list: readonly Problem[] = 'code' in problems ? [problems] : problems
    super(list.map(describe).join('\n'))
    this.name = 'ProblemError'
    this.problems = list
  }

  get problem(): Problem {
    return this.problems[0] as Problem
  }
}

/** Throws one problem. */
export function fail(code: ProblemCode, params: ProblemParams = {}, place: Place = {}): never {
  throw new ProblemError(problem(code, params, place))
}

/** One line: place, message, hint. */
export function describe(p: Problem): string {
  const place = p.nodeId ? `${p.nodeId}: ` : p.edgeId ? `edge ${p.edgeId}: ` : ''
  return `${place}${p.message}${p.hint ? ` ${p.hint}` : ''}`
}

export const isError = (p: Problem): boolean => p.severity === 'error'

/** The problems of anything thrown: a ProblemError's own, or `run.failed` for what nobody foresaw. */
export function problemsOf(error: unknown, place: Place = {}): readonly Problem[] {
  if (error instanceof ProblemError) return error.problems.map((p) => ({ ...place, ...p }))
  return [problem('run.failed', { detail: error instanceof Error ? error.message : String(error) }, place)]
}

/** All codes with their templates, for catalogues in other languages and the test that keeps them whole. */
export const problemTemplates: Readonly<Record<ProblemCode, Entry>> = table
