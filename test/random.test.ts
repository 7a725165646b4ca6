import { describe, expect, test } from 'vitest'
import { portableLog, Random, splitmix64 } from '../engine/random.ts'

const draw = (random: Random, n: number) => Array.from({ length: n }, () => random.next())

describe('generator', () => {
  test('splitmix64 gives the published vector for seed 0', () => {
    let state = 0n
    const values: string[] = []
    for (let i = 0; i < 3; i++) {
      const step = splitmix64(state)
      state = step.state
      values.push(step.value.toString(16).padStart(16, '0'))
    }
    expect(values).toEqual(['e220a8397b1dcdaf', '6e789e6aa1b965f4', '06c45d188009454f'])
  })

  test('xoshiro128** gives the outputs of the reference program from state 1, 2, 3, 4', () => {
    const random = Random.restore({ key: '0000000000000000', words: [1, 2, 3, 4] })
    expect(Array.from({ length: 6 }, () => random.uint32())).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492
    ])
  })

  test('the state after 0 is the two outputs of splitmix64', () => {
    expect(new Random(0).state().words).toEqual([0x7b1dcdaf, 0xe220a839, 0xa1b965f4, 0x6e789e6a])
  })

  test('the same numbers for ever', () => {
    const random = new Random(42)
    expect(draw(random, 3)).toMatchInlineSnapshot(`
      [
        0.4137016681565887,
        0.003983993377814743,
        0.6500837027638867,
      ]
    `)
    expect([random.normal(), random.normal(), random.int(1000)]).toMatchInlineSnapshot(`
      [
        0.5139502722128898,
        0.6206454838240731,
        156,
      ]
    `)
    expect([...random.permutation(8)]).toMatchInlineSnapshot(`
      [
        1,
        2,
        0,
        7,
        4,
        3,
        6,
        5,
      ]
    `)
    expect(random.fork('weights').next()).toMatchInlineSnapshot(`0.23504334381291803`)
  })

  test('negative and large seeds are seeds of their own, fractions are refused', () => {
    const first = [0, 1, -1, 2 ** 32, Number.MAX_SAFE_INTEGER].map((seed) => new Random(seed).next())
    expect(new Set(first).size).toBe(5)
    expect(() => new Random(0.5)).toThrow('A seed must be a safe integer, but is 0.5.')
    expect(() => new Random(Number.NaN)).toThrow(RangeError)
  })
})

describe('distributions', () => {
  test('next lies in [0, 1) and has the moments of the uniform distribution', () => {
    const values = draw(new Random(1), 200_000)
    expect(Math.min(...values.slice(0, 1000))).toBeGreaterThanOrEqual(0)
    expect(values.every((x) => x >= 0 && x < 1)).toBe(true)
    const mean = values.reduce((a, b) => a + b) / values.length
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length
    expect(Math.abs(mean - 1 / 2)).toBeLessThan(0.003)
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.002)
  })

  test('next uses all 53 bits', () => {
    const values = draw(new Random(2), 4000)
    for (const bit of [1, 26, 27, 52, 53]) {
      const ones = values.filter((x) => Math.floor(x * 2 ** bit) % 2 === 1).length
      expect(Math.abs(ones - 2000), `bit ${bit}`).toBeLessThan(200)
    }
  })

  test('normal has moments 0, 1, 0, 3 and the tails it must have', () => {
    const random = new Random(3)
    const n = 300_000
    const sums = [0, 0, 0, 0]
    let beyondTwo = 0
    for (let i = 0; i < n; i++) {
      const x = random.normal()
      for (let k = 0; k < 4; k++) sums[k] = (sums[k] ?? 0) + x ** (k + 1)
      if (Math.abs(x) > 2) beyondTwo++
    }
    const [m1, m2, m3, m4] = sums.map((s) => s / n) as [number, number, number, number]
    expect(Math.abs(m1)).toBeLessThan(0.01)
    expect(Math.abs(m2 - 1)).toBeLessThan(0.015)
    expect(Math.abs(m3)).toBeLessThan(0.03)
    expect(Math.abs(m4 - 3)).toBeLessThan(0.1)
    expect(Math.abs(beyondTwo / n - 0.0455)).toBeLessThan(0.002)
  })

  test('normal and uniform take their numbers', () => {
    const [a, b] = [new Random(4), new Random(4)]
    expect(a.normal(10, 3)).toBeCloseTo(10 + 3 * b.normal(), 12)
    expect(a.uniform(-2, 6)).toBeCloseTo(-2 + 8 * b.next(), 12)
  })

  test('the logarithm agrees with Math.log', () => {
    const random = new Random(5)
    for (let i = 0; i < 20_000; i++) {
      const x = random.next() * 2 ** -random.int(60) + 2 ** -120
      const exact = Math.log(x)
      expect(Math.abs(portableLog(x) - exact)).toBeLessThanOrEqual(4e-16 * Math.max(1, Math.abs(exact)))
    }
    expect(portableLog(1)).toBe(0)
    expect(portableLog(2)).toBe(Math.LN2)
  })

  test('int is even over its range', () => {
    const random = new Random(6)
    const counts = new Array<number>(7).fill(0)
    for (let i = 0; i < 70_000; i++) {
      const k = random.int(7)
      counts[k] = (counts[k] ?? NaN) + 1
    }
    // Chi-square with 6 degrees of freedom: 22.5 has probability 0.001.
    expect(counts.reduce((sum, c) => sum + (c - 10_000) ** 2 / 10_000, 0)).toBeLessThan(22.5)
    // Taken modulo n without more, the first third of this range would come twice as often.
    const low = Array.from({ length: 3000 }, () => random.int(3 * 2 ** 30)).filter((k) => k < 2 ** 30).length
    expect(Math.abs(low - 1000)).toBeLessThan(120)
    expect(random.int(1)).toBe(0)
    for (const n of [0, -1, 1.5, 2 ** 32 + 1, Number.NaN]) expect(() => random.int(n)).toThrow(RangeError)
  })

  test('every order of four is as likely as another', () => {
    const random = new Random(7)
    const counts = new Map<string, number>()
    for (let i = 0; i < 24_000; i++) {
      const key = random.permutation(4).join('')
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    expect(counts.size).toBe(24)
    // Chi-square with 23 degrees of freedom: 49.7 has probability 0.001.
    expect([...counts.values()].reduce((sum, c) => sum + (c - 1000) ** 2 / 1000, 0)).toBeLessThan(49.7)
  })

  test('shuffle works in place on arrays of any kind', () => {
    const letters = ['a', 'b', 'c', 'd', 'e', 'f']
    expect(new Random(8).shuffle(letters)).toBe(letters)
    expect([...letters].sort().join('')).toBe('abcdef')
    expect([...new Random(8).shuffle(new Float32Array([1, 2, 3]))].sort()).toEqual([1, 2, 3])
    expect(new Random(8).shuffle([])).toEqual([])
  })
})

describe('streams', () => {
  test('a fork depends on seed and label, not on the position', () => {
    const random = new Random(9)
    const before = draw(random.fork('data'), 4)
    draw(random, 100)
    expect(draw(random.fork('data'), 4)).toEqual(before)
    expect(draw(new Random(9).fork('data'), 4)).toEqual(before)
    expect(draw(new Random(10).fork('data'), 4)).not.toEqual(before)
  })

  test('forks differ from each other, from their parent and by order', () => {
    const random = new Random(11)
    const streams = [
      random,
      ...['', 'a', 'b', 'ab', 'ba', '한', 'epoch 1', 'epoch 2'].map((label) => random.fork(label))
    ]
    streams.push(random.fork('a').fork('b'), random.fork('b').fork('a'))
    expect(new Set(streams.map((s) => s.next())).size).toBe(streams.length)
  })

  test('neighbouring forks and neighbouring seeds are uncorrelated', () => {
    const correlation = (a: number[], b: number[]) => {
      let sum = 0
      for (let i = 0; i < a.length; i++) sum += ((a[i] ?? NaN) - 0.5) * ((b[i] ?? NaN) - 0.5)
      return (sum / a.length) * 12
    }
    const random = new Random(12)
    for (let e = 0; e < 10; e++) {
      const [a, b] = [draw(random.fork(`epoch ${e}`), 20_000), draw(random.fork(`epoch ${e + 1}`), 20_000)]
      expect(Math.abs(correlation(a, b))).toBeLessThan(0.03)
      expect(Math.abs(correlation(draw(new Random(e), 20_000), draw(new Random(e + 1), 20_000)))).toBeLessThan(0.03)
    }
  })

  test('a restored stream goes on as the first, through JSON, forks too', () => {
    const random = new Random(13).fork('x')
    random.normal()
    const copy = Random.restore(JSON.parse(JSON.stringify(random.state())))
    expect(copy.fork('y').next()).toBe(random.fork('y').next())
    expect(draw(copy, 10)).toEqual(draw(random, 10))
    expect([copy.normal(), copy.int(99)]).toEqual([random.normal(), random.int(99)])
  })

  test('a state that cannot be is refused', () => {
    const good = new Random(1).state()
    expect(() => Random.restore({ ...good, words: [0, 0, 0, 0] })).toThrow(RangeError)
    expect(() => Random.restore({ ...good, words: [1, 2, 3, -4] })).toThrow(RangeError)
    expect(() => Random.restore({ ...good, key: 'nonsense' })).toThrow(RangeError)
  })
})
