import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createDataSet } from '../../engine/data/dataset.ts'
import { drawDigits } from '../../engine/data/digits.ts'
import { glyphs } from '../../engine/data/glyphs.ts'
import { Random } from '../../engine/random.ts'

const draw = (count: number, seed = 0) => drawDigits(count, new Random(seed))

test('the first hundred images are the same on every machine', () => {
  const { images, labels } = draw(100)
  expect(createHash('sha256').update(images).update(labels).digest('hex')).toMatchInlineSnapshot(
    `"21b286f761769a076656379f093a26ceff2d3568ce5ba3827a4e8d3b49e207bc"`
  )
})

describe('drawDigits', () => {
  test('image i is the same for every size, and differs by seed', () => {
    const [few, many, other] = [draw(15), draw(40), draw(15, 1)]
    expect(few.images).toEqual(many.images.subarray(0, few.images.length))
    expect(few.labels).toEqual(many.labels.subarray(0, 15))
    expect(other.images).not.toEqual(few.images)
  })

  test('ten in a row hold every digit once', () => {
    const { labels } = draw(100)
    for (let i = 0; i < 100; i += 10) {
      expect([...labels.subarray(i, i + 10)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    }
  })

  test('no image is like another', () => {
    const { images } = draw(500)
    const seen = new Set(Array.from({ length: 500 }, (_, i) => images.subarray(784 * i, 784 * (i + 1)).join()))
    expect(seen.size).toBe(500)
  })

  test('looks like MNIST in numbers: amount of ink, black border, centred by mass, whole within the image', () => {
    const { images } = draw(1000)
    let total = 0
    for (let i = 0; i < 1000; i++) {
      const image = images.subarray(784 * i, 784 * (i + 1))
      let [mass, x, y, peak] = [0, 0, 0, 0]
      image.forEach((ink, p) => {
        mass += ink
        x += ink * (p % 28)
        y += ink * Math.floor(p / 28)
        peak = Math.max(peak, ink)
        if (p % 28 === 0 || p % 28 === 27 || p < 28 || p >= 756) expect(ink, `border of image ${i}`).toBe(0)
      })
      expect(Math.abs(x / mass - 13.5), `centre of image ${i}`).toBeLessThan(3)
      expect(Math.abs(y / mass - 13.5), `centre of image ${i}`).toBeLessThan(3)
      expect(peak, `image ${i}`).toBeGreaterThan(150)
      expect(mass / 255, `ink of image ${i}`).toBeGreaterThan(15)
      total += mass
    }
    // MNIST: 0.1307.
    expect(total / 1000 / 784 / 255).toBeGreaterThan(0.09)
    expect(total / 1000 / 784 / 255).toBeLessThan(0.16)
  })

  test('a class is told from the others by the nearest mean, mostly but not always', () => {
    const [train, held] = [draw(2000, 3), draw(500, 4)]
    const means = Array.from({ length: 10 }, () => new Float64Array(784))
    for (let i = 0; i < 2000; i++) {
      const mean = means[train.labels[i] as number] as Float64Array
      for (let p = 0; p < 784; p++) mean[p]! += (train.images[784 * i + p] as number) / 200
    }
    let right = 0
    for (let i = 0; i < 500; i++) {
      const distances = means.map((mean) =>
        mean.reduce((sum, m, p) => sum + (m - (held.images[784 * i + p] as number)) ** 2, 0)
      )
      if (distances.indexOf(Math.min(...distances)) === held.labels[i]) right++
    }
    // On MNIST this rule is right for 82 of 100.
    expect(right / 500).toBeGreaterThan(0.65)
    expect(right / 500).toBeLessThan(0.95)
  })
})

test('every digit has several ways to be written, each stroke within its box', () => {
  expect(glyphs.length).toBe(10)
  for (const ways of glyphs) {
    expect(ways.length).toBeGreaterThanOrEqual(3)
    for (const stroke of ways.flatMap((way) => way.strokes)) {
      expect(stroke.length % 2).toBe(0)
      expect(stroke.length).toBeGreaterThanOrEqual(4)
      expect(stroke.every((v) => v >= 0 && v <= 1)).toBe(true)
    }
  }
})

test('the default set: 8,000 and 2,000 in well under three seconds, and not called MNIST', () => {
  const start = performance.now()
  const set = createDataSet('digits')
  expect(performance.now() - start).toBeLessThan(3000)
  expect([set.train.rows, set.test.rows]).toEqual([8000, 2000])
  expect(set.title).toBe('Digits (drawn by Chainrule)')
  expect(set.note).toContain('not MNIST')
})

test('train and test share no image', () => {
  const set = createDataSet('digits', { size: 200, oneHot: false })
  const read = (table: typeof set.train) => {
    const [x, y] = [new Float32Array(784), new Float32Array(1)]
    return Array.from({ length: table.rows }, (_, row) => {
      table.gather([row], x, y)
      return x.join()
    })
  }
  expect(new Set([...read(set.train), ...read(set.test)]).size).toBe(250)
})
