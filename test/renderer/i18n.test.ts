import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readGraph, writeGraph } from '../../engine/document/file.ts'
import { defaultTraining, emptyDocument, OPTIMIZERS, SCHEDULES } from '../../engine/document/types.ts'
import { documentOps } from '../../engine/ops/registry.ts'
import { problemTemplates } from '../../engine/problem.ts'
import { optimizers } from '../../engine/train/optimizers.ts'
import { SCHEDULE_PRESETS } from '../../engine/train/schedules.ts'
import { takesAll } from '../../engine/train/second-order.ts'
import en from '../../renderer/i18n/en.json'
import examples from '../../renderer/i18n/examples.ko.json'
import { josa } from '../../renderer/i18n/josa.ts'
import ko from '../../renderer/i18n/ko.json'
import operatorTexts from '../../renderer/i18n/operator-texts.ko.json'
import operators from '../../renderer/i18n/operators.ko.json'
import problems from '../../renderer/i18n/problems.ko.json'
import { optimizerForms } from '../../renderer/training/optimizers.ts'
import { newSchedule, scheduleForms } from '../../renderer/training/schedules.ts'

type Catalogue = { readonly [key: string]: string | Catalogue }

const flat = (catalogue: Catalogue, at = ''): [string, string][] =>
  Object.entries(catalogue).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${at}${key}`, value] as [string, string]] : flat(value, `${at}${key}.`)
  )

/** Korean has one form for all counts. */
const single = (key: string) => key.replace(/_(one|other)$/, '')

const english = new Map(flat(en))
const korean = new Map(flat(ko))

const root = join(import.meta.dirname, '../../renderer')
const textOf = (folder: string): string =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n')
const sources = textOf(root)
const found = (pattern: RegExp, text = sources): string[] => [...text.matchAll(pattern)].map(([, match]) => match ?? '')

const literals = new Set(found(/['"`]([a-z]\w*(?:\.[\w-]+)+)['"`]/gi))
/** Sections that are read whole, by a name that only data has. */
const sections = new Set(found(/\bt\('([\w.]+)', \{ returnObjects/g))

/** Words that a variable may stand for: strings and names of properties, of the engine too, and names of examples. */
const words = new Set([
  ...found(/['"]([\w -]+)['"]/g, sources + textOf(join(root, '../engine'))),
  ...found(/\b(\w+)\??:/g, sources + textOf(join(root, '../engine'))),
  ...Object.keys(examples)
])

/** `a.${b}.c` in a template stands for the keys of that form whose b is a word of the program. */
const patterns = found(/`([a-z]\w*(?:\.\w+)*\.\$\{[^`]+)`/g).map((text) => {
  const free = text.replaceAll('.', '\\.').replace(/\$\{([^}]*)\}/g, (_, inside: string) => {
    // either of two is written out
    const [, a, b] = inside.match(/\? '(\w+)' : '(\w+)'/) ?? []
    return b ? `(${a}|${b})` : '([\\w -]+)'
  })
  return new RegExp(`^${free}$`)
})
const byPattern = (key: string): boolean =>
  patterns.some((pattern) => {
    const parts = key.match(pattern)?.slice(1)
    return parts?.every((part) => words.has(part))
  })
const inSection = (key: string): boolean => [...sections].some((section) => key.startsWith(`${section}.`))

const placeholders = (text: string) => [...new Set(text.match(/\{+\w+\}+/g) ?? [])].sort()

describe('catalogues', () => {
  it('have the same keys', () => {
    expect([...new Set([...korean.keys()].map(single))].sort()).toEqual(
      [...new Set([...english.keys()].map(single))].sort()
    )
  })

  it('have no empty text, and the same placeholders in both languages', () => {
    for (const [key, text] of english) {
      const other = korean.get(key) ?? korean.get(`${single(key)}_other`)
      expect(text, key).not.toBe('')
      expect(other, key).toBeTruthy()
      // "1" may be a word in English; the count may be shown by another placeholder
      const [a, b] = [text, other as string].map((t) => placeholders(t).filter((p) => p !== '{{count}}'))
      expect(b, key).toEqual(a)
    }
  })

  it('hold no text that nothing shows', () => {
    const shown = (key: string) => literals.has(key) || byPattern(key) || inSection(key)
    expect([...english.keys()].map(single).filter((key) => !shown(key))).toEqual([])
  })

  it('hold every text that the program asks for', () => {
    const keys = new Set([...english.keys()].map(single))
    const asked = found(/\bt\(\s*'([^']+)'/g).filter((key) => !sections.has(key))
    expect(asked.length).toBeGreaterThan(400)
    expect(asked.filter((key) => !keys.has(key))).toEqual([])
  })
})

describe('problems', () => {
  it('have a Korean text with the same placeholders for every code', () => {
    const texts: Readonly<Record<string, { message: string; hint?: string }>> = problems
    expect(Object.keys(texts).sort()).toEqual(Object.keys(problemTemplates).sort())
    for (const [code, template] of Object.entries(problemTemplates)) {
      const text = texts[code]
      expect(placeholders(text?.message ?? ''), code).toEqual(placeholders(template.message))
      expect(placeholders(text?.hint ?? ''), code).toEqual(placeholders(template.hint ?? ''))
      expect(text?.hint === undefined, code).toBe(template.hint === undefined)
    }
  })
})

describe('particles', () => {
  it('follow the sound before them', () => {
    expect(josa('"무게"은(는) "값"은(는) W은(는) kernel이(가) 3을(를) 12을(를) 서울(으)로 책(으)로')).toBe(
      '"무게"는 "값"은 W는 kernel이 3을 12를 서울로 책으로'
    )
  })

  it('stay open where nobody knows the sound', () => {
    expect(josa('Concat은(는) …을(를)')).toBe('Concat은(는) …을(를)')
  })
})

describe('examples', () => {
  it('are described in Korean', () => {
    const ids = readdirSync(join(root, '../examples')).filter((name) => name.endsWith('.chainrule.json'))
    expect(Object.keys(examples).sort()).toEqual(ids.map((name) => name.replace('.chainrule.json', '')).sort())
  })
})

describe('operators', () => {
  it('have Korean names', () => {
    expect(documentOps.map((op) => op.kind).filter((kind) => !(kind in operators))).toEqual([])
  })
})

describe('schedules', () => {
  it('are offered with the presets of the engine', () => {
    const presets: Readonly<Record<string, number | string>> = SCHEDULE_PRESETS
    expect(Object.keys(scheduleForms)).toEqual([...SCHEDULES])
    for (const fields of Object.values(scheduleForms)) {
      for (const [name, { preset }] of Object.entries(fields)) {
        if (name in presets) expect(preset, name).toBe(presets[name])
      }
    }
  })

  it('begin as files that can be read', () => {
    for (const kind of SCHEDULES) {
      const schedule = newSchedule(kind, 0.01)
      const training = { ...defaultTraining, ...(schedule ? { schedule } : {}), clip: { norm: 1 } }
      const text = writeGraph({ ...emptyDocument, training })
      expect(readGraph(new TextEncoder().encode(text)).document.training, kind).toEqual(training)
    }
  })
})

describe('optimizers', () => {
  it('are offered with the hyperparameters and defaults of the engine', () => {
    for (const kind of OPTIMIZERS) {
      const definition = optimizers[kind]
      const form = optimizerForms[kind]
      expect(form?.title, kind).toBe(definition?.title)
      if (!definition || !form) continue
      expect(form.learningRate, kind).toBe(definition.learningRate)
      expect(form.takesAll ?? false, kind).toBe(takesAll(kind))
      expect(form.hyperparameters, kind).toEqual(
        Object.fromEntries(Object.entries(definition.hyperparameters).map(([name, h]) => [name, h.default]))
      )
    }
  })
})

describe('what operators say of themselves', () => {
  const sentences = new Set(
    documentOps.flatMap((op) => [
      op.doc,
      ...Object.values(op.attributes).map((field) => field.doc),
      ...(op.notDifferentiable ? [op.notDifferentiable] : [])
    ])
  )

  it('is said in Korean too: each sentence, and no other', () => {
    expect(Object.keys(operatorTexts).sort()).toEqual([...sentences].sort())
  })

  it('is Korean, and keeps formulas, attributes and code as they are', () => {
    for (const [sentence, text] of Object.entries(operatorTexts)) {
      expect(text, sentence).toMatch(/[가-힣]/)
      const marked = (of: string) => [...(of.match(/`[^`]+`|\$[^$]+\$/g) ?? [])].sort()
      expect(marked(text), sentence).toEqual(marked(sentence))
    }
  })
})
