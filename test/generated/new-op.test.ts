/**
 * What a new operator needs: one object in the file of its family. Here such an object is put into a family, and
 * everything that shows, checks, stores or computes operators is asked for it; and every real operator is asked for what
 * a new one would have to have.
 */
import { readFileSync } from 'node:fs'
import Ajv2020 from 'ajv/dist/2020.js'
import katex from 'katex'
import { describe, expect, test, vi } from 'vitest'
import { opsCommand } from '../../cli/commands/ops.ts'
import { compile } from '../../engine/compile/compile.ts'
import { check } from '../../engine/document/check.ts'
import { costsOf } from '../../engine/document/cost.ts'
import { readGraph, writeGraph } from '../../engine/document/file.ts'
import { formulaOf } from '../../engine/document/formula.ts'
import type { GraphDocument } from '../../engine/document/types.ts'
import { Builder } from '../../engine/ir/builder.ts'
import { FAMILIES, type Op } from '../../engine/ir/op.ts'
import { documentOps, opOf, ops } from '../../engine/ops/registry.ts'
import { CpuExecutor } from '../../engine/runtime/cpu.ts'
import { callsOf } from '../../engine/runtime/gpu/calls.ts'
import { ReferenceExecutor } from '../../engine/runtime/reference.ts'
import { WasmExecutor } from '../../engine/runtime/wasm/index.ts'
import { Session } from '../../engine/session/session.ts'
import { parseAttribute } from '../../renderer/inspector/parse.ts'
import { findOps, paletteOps } from '../../renderer/palette/search.ts'
import { operatorsPage } from '../../scripts/operators-doc.ts'
import { graphSchema } from '../../scripts/schema.ts'
import { documentOf } from './documents.ts'
import { cases, difference, probe, run } from './harness.ts'
import { thresholdedRelu } from './made-up-op.ts'
import { usableKinds } from './random-graphs.ts'

vi.mock('../../engine/ops/rectifiers.ts', async (original) => {
  const { rectifiers } = await original<typeof import('../../engine/ops/rectifiers.ts')>()
  const { thresholdedRelu } = await import('./made-up-op.ts')
  return { rectifiers: [...rectifiers, thresholdedRelu] }
})

const KIND = thresholdedRelu.kind
const own = cases.filter(({ op }) => op.kind === KIND)
const matrix = own.find(({ sample }) => sample.shapes[0]?.length === 2) as (typeof own)[number]

/** A made-up graph: Σ w ∘ ThresholdedRelu(in0), with node "it". */
const withAlpha = (alpha: unknown): GraphDocument => {
  const document = documentOf(matrix)
  const attributes = { alpha: alpha as number }
  return { ...document, nodes: document.nodes.map((n) => (n.id === 'it' ? { ...n, attributes } : n)) }
}

describe('one object more in the file of a family', () => {
  test('is what the guide shows', () => {
    const guide = readFileSync(new URL('../../docs/architecture.md', import.meta.url), 'utf8')
    const [, shown = ''] =
      /```ts\n\/\/ engine\/ops\/rectifiers\.ts\n[^`]*?(define\(\{\n[\s\S]*?\n\}\))\n```/.exec(guide) ?? []
    const written = readFileSync(new URL('./made-up-op.ts', import.meta.url), 'utf8')
    expect(shown).not.toBe('')
    expect(written).toContain(shown)
  })

  test('is in the registry', () => {
    expect(opOf(KIND)).toBe(thresholdedRelu)
    expect(documentOps).toContain(thresholdedRelu)
  })

  test('is in the palette and its search: by title, by keyword, by Korean keyword', () => {
    expect(paletteOps).toContain(thresholdedRelu)
    expect(findOps('thresholded')[0]).toBe(thresholdedRelu)
    expect(findOps('활성화')).toContain(thresholdedRelu)
  })

  test('is in the docs, with formulas and attributes', () => {
    const page = operatorsPage()
    expect(page).toContain(`### ${KIND}`)
    for (const text of [thresholdedRelu.doc, thresholdedRelu.formula.forward, 'Where it opens.'])
      expect(page).toContain(text)
  })

  test('is in the JSON Schema, with its attributes', () => {
    const valid = new Ajv2020({ strict: false }).compile(graphSchema)
    expect(valid(JSON.parse(writeGraph(withAlpha(0.5))))).toBe(true)
    expect(valid({ ...JSON.parse(writeGraph(withAlpha(0.5))), objective: 7 })).toBe(false)
    expect(valid(JSON.parse(writeGraph(withAlpha('high'))))).toBe(false)
  })

  test('is listed by `chainrule ops`', () => {
    let printed = ''
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += text
      return true
    })
    try {
      expect(opsCommand(['--json'])).toBe(0)
    } finally {
      write.mockRestore()
    }
    const row = (JSON.parse(printed) as { name: string }[]).find(({ name }) => name === KIND)
    expect(row).toMatchObject({
      title: 'Thresholded ReLU',
      family: 'activations',
      inputs: ['x'],
      outputs: ['out'],
      attributes: { alpha: { kind: 'number', default: 1 } },
      pattern: 'gates',
      differentiable: true
    })
  })

  test('is read from a file and written, and its attributes are checked', () => {
    const document = withAlpha(0.5)
    const back = readGraph(new TextEncoder().encode(writeGraph(document)))
    expect(writeGraph(back.document)).toBe(writeGraph(document))
    expect(check(document).problems).toEqual([])
    expect(check(document).types.get('it')?.out?.shape).toEqual(matrix.sample.shapes[0])
    expect(check(withAlpha('high')).problems[0]).toMatchObject({ nodeId: 'it' })
  })

  test('has a form in the inspector', () => {
    const field = thresholdedRelu.attributes.alpha as NonNullable<Op['attributes'][string]>
    expect(parseAttribute(field, '0.25')).toMatchObject({ value: 0.25 })
  })

  test('has a formula in the inspector', () => {
    const document = withAlpha(0.5)
    const formula = formulaOf(document, check(document).types, 'it')
    expect(JSON.stringify(formula)).toContain(KIND)
  })

  test('has a cost', () => {
    expect(costsOf(check(withAlpha(0.5)).inferred).byNode.get('it')).toMatchObject({ flops: 6, values: 24 })
  })

  test('is drawn by the random graphs', () => {
    expect(usableKinds.has(KIND)).toBe(true)
  })

  test('has a case of the generated tests for each sample, of several ranks, one of them empty', () => {
    expect(own.length).toBe(thresholdedRelu.samples.length)
    expect(new Set(own.map(({ sample }) => sample.shapes[0]?.length)).size).toBeGreaterThan(3)
  })

  test.each(own)('$name: runs on every executor that needs no GPU, and has kernels for GPUs', async (one) => {
    const p = probe(one)
    const exact = await run(new ReferenceExecutor(), p)
    for (const executor of [new CpuExecutor(), new WasmExecutor('simd'), new WasmExecutor('relaxed')]) {
      const found = await run(executor, p)
      expect(difference(found.output, exact.output)).toBeLessThanOrEqual(1e-5)
      expect(difference(found.gradients[0] ?? [], exact.gradients[0] ?? [])).toBeLessThanOrEqual(1e-5)
    }
    for (const step of p.compiled.plan.steps)
      for (const mode of ['webgl2', 'webgpu'] as const)
        expect(callsOf(step, { mode, serial: false })[0]?.text).toContain('function')
  })

  test('is fused with its neighbours into one kernel', () => {
    const b = new Builder(opOf)
    const y = b.mul(b.emit(KIND, [b.add(b.feed('x', [8]), 1)], { alpha: 1 }), 3)
    const { plan } = compile(b.graph(), { batch: 1, wanted: [y.id] })
    expect(plan.steps.map((s) => s.nodes.map((n) => n.op))).toEqual([['Add', KIND, 'Mul']])
  })

  test('runs in a session, with values and gradients on its wires, and passes the gradient check', async () => {
    const session = new Session({ breathe: async () => undefined })
    const document = withAlpha(0.5)
    const result = await session.run({ document, revision: 0, backend: 'cpu' })
    expect(result.nodes.it?.out?.value.values).toHaveLength(6)
    expect(result.edges.i0?.gradient).not.toBe(null)
    const report = await session.gradcheck(document)
    expect(report.parameters.every((p) => p.relativeError < 1e-6)).toBe(true)
  })
})

/** What every operator must say of itself; null or a complaint. */
const NEEDS: Readonly<Record<string, (op: Op) => string | null>> = {
  'a kind that is a name': ({ kind }) => (/^[A-Z][A-Za-z0-9]*$/.test(kind) ? null : kind),
  'a kind of its own': ({ kind }) => (ops.filter((o) => o.kind === kind).length === 1 ? null : 'it is there twice'),
  'a family': ({ family }) => (FAMILIES.includes(family) ? null : family),
  'a title': ({ title }) => (title.trim() === title && title.length > 1 ? null : 'empty'),
  'a doc in whole sentences': ({ doc }) => (/^.{12,}\.$/s.test(doc) ? null : doc),
  'a formula that KaTeX reads': ({ formula }) => {
    const all = [formula.forward, ...Object.values(formula.backward ?? {})]
    for (const tex of all) katex.renderToString(tex, { displayMode: true, throwOnError: true, strict: 'error' })
    return formula.forward === '' ? 'none' : null
  },
  'a formula for the gradient of each input that one may pass to, or the reason why none does': (op) => {
    if (op.family === 'internal' || op.pattern === 'source' || op.compose) return null
    if (op.notDifferentiable !== undefined) return op.notDifferentiable.length > 10 ? null : 'no reason'
    return Object.keys(op.formula.backward ?? {}).length > 0 ? null : 'no formula'
  },
  'docs of each attribute, and a default that passes its own check': ({ attributes }) => {
    for (const [name, field] of Object.entries(attributes)) {
      if (field.doc.length < 5) return `${name} has no doc`
      if (field.default !== undefined && field.check(field.default) !== null) return `the default of ${name}`
    }
    return null
  },
  'a shape rule, unless it is made of others': (op) => (op.infer || op.compose || op.build ? null : 'no infer'),
  'a gradient, or the reason why it has none': (op) => {
    if (op.vjp && op.notDifferentiable !== undefined && op.family !== 'internal') return 'both'
    return op.vjp || op.notDifferentiable !== undefined || op.compose || op.build ? null : 'neither'
  },
  'one way to be computed': (op) => {
    const ways = [op.scalar, op.loop, op.lower, op.view, op.compose].filter((way) => way !== undefined)
    if (ways.length === 0) return op.build || op.kind === 'BatchMatMul' ? null : 'no way'
    return ways.length === 1 ? null : `${ways.length} ways`
  },
  'a definition in float64 beside its kernel': (op) => {
    if (op.scalar && !op.scalarReference) return 'no scalarReference'
    return op.loop && !op.reference ? 'no reference' : null
  },
  'samples to test with': (op) =>
    op.samples.length > 0 || op.pattern === 'source' || op.kind === 'Branch' ? null : '0',
  'a reason in its doc where it is less exact than 1e-5': ({ tolerance = 1e-5, doc }) =>
    tolerance <= 1e-5 || /1e-\d|digits|float32/.test(doc) ? null : `${tolerance}`
}

describe.each(Object.entries(NEEDS))('every operator has %s', (_, need) => {
  test('all of them', () => {
    const complaints = ops.flatMap((op) => {
      const complaint = need(op)
      return complaint === null ? [] : [`${op.kind}: ${complaint}`]
    })
    expect(complaints).toEqual([])
  })
})
