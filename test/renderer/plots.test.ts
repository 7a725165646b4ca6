/** What plots are drawn by: axes, level lines, the solid, regions of classes, and what can be chosen. */
import { describe, expect, test } from 'vitest'
import { build, typesOf } from '../../engine/document/build.ts'
import { planarOf } from '../../engine/document/planar.ts'
import { emptyDocument, type GraphDocument } from '../../engine/document/types.ts'
import type { CurveResult } from '../../engine/session/plots/types.ts'
import { secantOf } from '../../renderer/plots/curve/secant.ts'
import { aloneDocument, isFunction, resultsOf, sourcesOf } from '../../renderer/plots/places.ts'
import { readingOf, regionsOf } from '../../renderer/plots/plane/regions.ts'
import { lineOf, rangeAround, scaleOf, zoomed } from '../../renderer/plots/scale.ts'
import { contourLines, labelsOf, levelsOf, shareOf, usualRates } from '../../renderer/plots/surface/levels.ts'
import {
  farFirst,
  heightsOf,
  isSteep,
  projection,
  scaleIn,
  turned,
  usualView
} from '../../renderer/plots/surface/project.ts'
import { csvOf } from '../../renderer/plots/useOffer.ts'
import { checkDocument } from '../../renderer/store/checked.ts'
import { edge } from '../edge.ts'

const position = { x: 0, y: 0 }
const classifier: GraphDocument = {
  ...emptyDocument,
  nodes: [
    { id: 'data', op: 'Dataset', attributes: { source: 'moons' }, position },
    { id: 'hidden', op: 'Dense', attributes: { units: 4, activation: 'tanh' }, position },
    { id: 'scores', op: 'Dense', attributes: { units: 2 }, position },
    { id: 'gate', op: 'Relu', position },
    { id: 'scale', op: 'Constant', attributes: { shape: [2], values: [1, 2] }, position },
    { id: 'scaled', op: 'Mul', position },
    { id: 'mixed', op: 'Mul', position },
    { id: 'loss', op: 'SoftmaxCrossEntropyLoss', position }
  ],
  edges: [
    edge('e1', 'data', 'hidden', 'x', 'features'),
    edge('e2', 'hidden', 'scores'),
    edge('e3', 'hidden', 'gate'),
    edge('e4', 'scores', 'scaled', 'a'),
    edge('e5', 'scale', 'scaled', 'b'),
    edge('e6', 'scores', 'mixed', 'a'),
    edge('e7', 'data', 'mixed', 'b', 'labels'),
    edge('e8', 'scaled', 'loss', 'prediction'),
    edge('e9', 'data', 'loss', 'target', 'labels')
  ],
  objective: 'loss'
}
const typesIn = (document: GraphDocument) =>
  new Map([...build(document).outputs].map(([id, values]) => [id, typesOf(values)]))

describe('axes', () => {
  test('lead to pixels and back, with round numbers', () => {
    const scale = scaleOf([-1, 3], [200, 0])
    expect(scale(-1)).toBe(200)
    expect(scale(1)).toBe(100)
    expect(scale.invert(50)).toBe(2)
    expect(scale.ticks(50).map(({ text }) => text)).toEqual(['-1', '0', '1', '2', '3'])
  })

  test('are around all numbers, but not around what is far off', () => {
    expect(rangeAround([0, 1], 0)).toEqual([0, 1])
    const [from, to] = rangeAround([...Array.from({ length: 60 }, (_, i) => i / 60), 1e9, Number.NaN])
    expect(from).toBeLessThan(0.1)
    expect(to).toBeLessThan(2)
    const [low, high] = rangeAround([4, 4])
    expect(low).toBeLessThan(4)
    expect(high).toBeGreaterThan(4)
    expect(rangeAround([])).toEqual([-1, 1])
    expect(zoomed([-1, 3], 0.5)).toEqual([0, 2])
  })

  test('a line breaks where a number is missing', () => {
    expect(
      lineOf([
        [0, 1],
        [1, 2],
        [2, Number.NaN],
        [3, 4]
      ])
    ).toBe('M0.00,1.00L1.00,2.00M3.00,4.00')
  })
})

describe('the secant', () => {
  const square = (x: number) => x * x
  const secants = [1, 0.1, 1e-3].map((h) => ({ h, above: square(3 + h), below: square(3 - h) }))
  const none = new Float64Array()
  const curve: CurveResult = {
    range: [1, 5],
    here: { x: 3, y: 9, slope: 6 },
    xs: none,
    ys: none,
    slopes: none,
    secants,
    batch: null,
    why: null
  }

  test('forward is off by h, central of a square not at all', () => {
    const forward = secantOf(curve, { decades: Math.log10(2) + 1, method: 'forward' })
    expect(forward?.h).toBe(0.1)
    expect(forward?.slope).toBeCloseTo(6.1, 10)
    expect(forward?.error).toBeCloseTo(0.1, 10)
    expect(forward?.relative).toBeCloseTo(0.1 / 6.1, 10)
    const central = secantOf(curve, { decades: Math.log10(2), method: 'central' })
    expect(central?.h).toBe(1)
    expect(central?.from).toEqual([2, 4])
    expect(central?.error).toBeCloseTo(0, 12)
    expect(secantOf({ ...curve, secants: [] }, { decades: 0, method: 'central' })).toBeNull()
  })
})

describe('level lines', () => {
  const size = 41
  const at = (i: number) => -2 + (4 * i) / (size - 1)
  const cone = Float64Array.from({ length: size * size }, (_, k) => Math.hypot(at(k % size), at(Math.floor(k / size))))
  const [x, y] = [scaleOf([-2, 2], [0, 400]), scaleOf([-2, 2], [400, 0])]

  test('of a cone are circles of the level', () => {
    const [line] = contourLines(cone, size, [1], x, y)
    expect(line?.value).toBe(1)
    const inside = line?.line.filter(([px, py]) => px > 0 && px < 400 && py > 0 && py < 400) ?? []
    expect(inside.length).toBeGreaterThan(40)
    for (const [px, py] of inside) expect(Math.hypot(x.invert(px), y.invert(py))).toBeCloseTo(1, 1)
  })

  test('stand between equal shares of the numbers, rounded and in order', () => {
    const levels = levelsOf(cone)
    expect(levels.length).toBeGreaterThan(6)
    expect([...levels].sort((a, b) => a - b)).toEqual(levels)
    for (const level of levels) expect(Number(level.toPrecision(2))).toBe(level)
    expect(shareOf(0, levels)).toBe(0)
    expect(shareOf(9, levels)).toBe(1)
    expect(levelsOf([3, 3, 3, 3])).toEqual([])
    expect(levelsOf([])).toEqual([])
    // steps in the fourth digit
    expect(levelsOf(Float64Array.from({ length: 100 }, (_, i) => 1000 + i / 1000)).length).toBeGreaterThan(4)
  })

  test('numbers on them keep apart and inside', () => {
    const labels = labelsOf(contourLines(cone, size, levelsOf(cone), x, y), 400, 400)
    expect(labels.length).toBeGreaterThan(3)
    for (const [i, a] of labels.entries()) {
      expect(a.x).toBeGreaterThan(20)
      expect(a.x).toBeLessThan(380)
      for (const b of labels.slice(i + 1)) expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(20)
    }
  })

  test('rates suit the curvature', () => {
    const bowl = Float64Array.from(
      { length: size * size },
      (_, k) => 2 * at(k % size) ** 2 + at(Math.floor(k / size)) ** 2
    )
    // the steepest curvature is 4: plain descent diverges from 2 / 4 on
    expect(usualRates(bowl, size, [4, 4]).sgd).toBeGreaterThanOrEqual(0.1)
    expect(usualRates(bowl, size, [4, 4]).sgd).toBeLessThan(0.5)
    expect(usualRates([], 0, [1, 1]).sgd).toBe(0.1)
  })
})

describe('the solid', () => {
  test('is drawn from the far side, from wherever it is seen', () => {
    for (const turn of [-3, -1, 0.4, 2]) {
      const view = { turn, tilt: 0.6 }
      const project = projection(view, 100)
      const order = farFirst(5, view)
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, i) => i))
      const depth = (cell: number): number => project((cell % 4) / 4, Math.floor(cell / 4) / 4, 0)[2]
      // a cell never comes before the neighbour behind it
      for (const [i, cell] of order.entries())
        for (const later of order.slice(i + 1))
          if (
            [1, 4].includes(Math.abs(later - cell)) &&
            (Math.floor(later / 4) - Math.floor(cell / 4) !== 0) === (Math.abs(later - cell) === 4)
          )
            expect(depth(later)).toBeLessThanOrEqual(depth(cell) + 1e-12)
    }
  })

  test('stays inside its room however it is turned, and fills it', () => {
    const [width, height] = [400, 240]
    let most = 0
    for (const tilt of [0.08, 0.62, 1.5]) {
      for (let turn = 0; turn < 7; turn += 0.1) {
        const view = { turn, tilt }
        const project = projection(view, scaleIn(width, height, view))
        for (const x of [-0.5, 0.5])
          for (const y of [-0.5, 0.5])
            for (const z of [-0.5, 0.5]) {
              const [right, down] = project(x, y, z)
              most = Math.max(most, Math.abs(right) / (width / 2), Math.abs(down) / (height / 2))
            }
      }
    }
    expect(most).toBeLessThan(1)
    expect(most).toBeGreaterThan(0.9)
  })

  test('stands upright and turns within limits', () => {
    const [, low] = projection(usualView, 100)(0, 0, -0.5)
    const [, high] = projection(usualView, 100)(0, 0, 0.5)
    expect(high).toBeLessThan(low)
    expect(turned(usualView, 0, 9).tilt).toBeLessThan(Math.PI / 2)
    expect(turned(usualView, 0, -9).tilt).toBeGreaterThan(0)
  })

  test('is as high as its numbers, or as their orders of magnitude', () => {
    const data = [0, 1, 10, 1000]
    const linear = heightsOf(data, false)
    expect([linear(0), linear(500), linear(1000)]).toEqual([-0.5, 0, 0.5])
    const logarithmic = heightsOf(data, true)
    expect(logarithmic(10)).toBeGreaterThan(linear(10) + 0.2)
    expect(logarithmic(1000)).toBe(0.5)
    expect(heightsOf([2, 2], false)(2)).toBe(0)
    expect(isSteep(data)).toBe(true)
    expect(isSteep([0, 1, 2, 3])).toBe(false)
  })
})

describe('regions', () => {
  test('are those of the largest number; the border is where two are equal', () => {
    const { classes, sure, margins } = regionsOf(Float32Array.of(3, 0, 1, 1, 2, 1, 0, 0, 9), 3, 'scores')
    expect([...classes]).toEqual([0, 1, 2])
    expect(margins.map((m) => m.map(Math.sign).indexOf(1))).toEqual([0, 1, 2])
    expect(sure[2]).toBeGreaterThan(sure[1] as number)
    expect(margins[0]?.[0]).toBe(2)
    expect(margins[1]?.[0]).toBe(-2)
  })

  test('of one number lie above and below its border', () => {
    expect([...regionsOf(Float32Array.of(-1, 2), 2, 'scores').classes]).toEqual([0, 1])
    expect([...regionsOf(Float32Array.of(0.4, 0.6), 2, 'probabilities').classes]).toEqual([0, 1])
    expect(readingOf('BinaryCrossEntropy')).toBe('probabilities')
    expect(readingOf('BinaryCrossEntropyWithLogits')).toBe('scores')
    expect(readingOf(undefined)).toBe('value')
  })
})

describe('what can be chosen', () => {
  test('nodes over the plane follow from the two inputs alone', () => {
    const planar = planarOf(classifier, typesIn(classifier))
    expect(planar?.input).toEqual({ id: 'data', output: 'features' })
    expect(planar?.outputs.map(({ id, units }) => `${id} ${units}`).sort()).toEqual([
      'gate 4',
      'hidden 4',
      'scaled 2',
      'scores 2'
    ])
    expect(planar?.prediction).toEqual({ id: 'scaled', output: 'out' })
    const linear = {
      ...classifier,
      nodes: classifier.nodes.map((n) => (n.id === 'data' ? { ...n, attributes: { source: 'linear' } } : n))
    }
    expect(planarOf(linear, typesIn(linear))).toBeNull()
    expect(planarOf(emptyDocument, new Map())).toBeNull()
  })

  test('sources are parameters, constants and inputs; results what follows from them', () => {
    const checked = checkDocument(classifier)
    const sources = sourcesOf(classifier, checked, 10)
    expect(sources.map(({ key }) => key)).toEqual([
      'parameter hidden.kernel',
      'parameter hidden.bias',
      'parameter scores.kernel',
      'parameter scores.bias',
      'node scale'
    ])
    expect(sources[0]?.shape).toEqual([2, 4])
    expect(resultsOf(classifier, checked, 'scale', 10).map(({ key }) => key)).toEqual(['node scaled', 'node loss'])
    expect(resultsOf(classifier, checked, 'scores', 10)[0]?.shape).toEqual([10, 2])
  })

  test('a function of one number stands alone, with the attributes of its node', () => {
    const leaky = { id: 'leaky', op: 'LeakyRelu', attributes: { alpha: 0.25 }, position }
    expect(isFunction(leaky)).toBe(true)
    for (const op of ['Mul', 'Softmax', 'Dense', 'Sum', 'Reshape', 'Parameter'])
      expect(isFunction({ id: 'n', op, position }), op).toBe(false)
    expect(isFunction({ ...leaky, mode: 'mute' })).toBe(false)
    const alone = aloneDocument(leaky, -2)
    expect(checkDocument(alone).problems).toEqual([])
    // no parameter of it could be taken for one of the graph
    expect(checkDocument(alone).parameters).toEqual([])
    expect(alone.nodes[1]?.attributes).toEqual({ alpha: 0.25 })
  })

  test('numbers are copied in full, names in quotation marks where they need them', () => {
    expect(
      csvOf({
        head: ['w[0]', 'a, b'],
        rows: [
          [0.1, 'x "y"'],
          [1e-9, '']
        ]
      })
    ).toBe('w[0],"a, b"\n0.1,"x ""y"""\n1e-9,\n')
  })
})
