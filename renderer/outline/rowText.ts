/** What a line of the outline says, on the screen and to a screen reader. */
import i18next from 'i18next'
import { indexOf } from '../../engine/document/lookup.ts'
import { opOf } from '../../engine/ops/registry.ts'
import type { Summary } from '../../engine/session/protocol.ts'
import { nameOf, titleOf } from '../canvas/geometry.ts'
import { language } from '../i18n/index.ts'
import { problemText } from '../i18n/useProblemText.ts'
import { koreanName } from '../palette/search.ts'
import { useEditor } from '../store/editor.ts'
import { useRun } from '../store/run.ts'
import { formatNumber, formatShape } from '../value/format.ts'
import type { Row } from './rows.ts'

const t = i18next.t.bind(i18next)

/** A single number, or how long the tensor is. */
const figure = (summary: Summary): string => {
  const only = summary.values?.length === 1 ? summary.values[0] : undefined
  return only === undefined ? `‖·‖ ${formatNumber(summary.statistics.norm, 3)}` : formatNumber(only)
}

export const kindOf = (op: string): string => (i18next.language === 'ko' && koreanName(op)) || opOf(op)?.title || op

const nodeName = (id: string): string => {
  const node = indexOf(useEditor.getState().document).nodes.get(id)
  return node ? titleOf(node) : id
}

const shapeText = (shape: readonly (number | string)[] | undefined): string =>
  shape === undefined ? t('outline.noShape') : shape.length === 0 ? t('inspector.scalar') : formatShape(shape)

/** "x ← Dense" and the shape that arrives. */
export function inputText(id: string, port: string): { readonly text: string; readonly shape: string } {
  const { document, checked } = useEditor.getState()
  const edge = indexOf(document).into(id, port)
  if (!edge) return { text: t('outline.free', { port }), shape: '' }
  return {
    text: t('outline.takes', { port, from: nodeName(edge.source) }),
    shape: shapeText(checked.edgeTypes.get(edge.id)?.shape)
  }
}

/** The output's shape, value and gradient. */
export function outputText(id: string, port: string): string {
  const { checked } = useEditor.getState()
  const shape = shapeText(checked.types.get(id)?.[port]?.shape)
  const cell = useRun.getState().result?.nodes[id]?.[port]
  const parts = [
    shape,
    cell && t('canvas.valueIs', { text: figure(cell.value) }),
    cell?.gradient && t('canvas.gradientIs', { text: figure(cell.gradient) })
  ]
  return parts.filter(Boolean).join(', ')
}

/** A whole line as a sentence. */
export function rowSentence({ kind, id, port = '' }: Row): string {
  const { document, checked } = useEditor.getState()
  const index = indexOf(document)
  if (kind === 'input') {
    const { text, shape } = inputText(id, port)
    return [text, shape].filter(Boolean).join(', ')
  }
  if (kind === 'output') return t('outline.gives', { port, what: outputText(id, port) })
  if (kind === 'group') {
    const group = index.groups.get(id)
    return t('outline.group', { name: group?.label || id })
  }
  const node = index.nodes.get(id)
  if (!node) return id
  const op = opOf(node.op)
  const inputs = index.incoming(id).map((edge) => inputText(id, edge.targetHandle))
  const outputs = Object.keys(checked.types.get(id) ?? {})
  const problems = (checked.byNode.get(id) ?? []).map((problem) => problemText(problem, language()).message)
  const parts = [
    [nameOf(node, op), kindOf(node.op)].filter((part, i, all) => all.indexOf(part) === i).join(', '),
    document.objective === id && t('status.objective'),
    ...inputs.map(({ text, shape }) => [text, shape].filter(Boolean).join(', ')),
    ...outputs.map((name) => t('outline.gives', { port: name, what: outputText(id, name) })),
    ...problems
  ]
  return parts.filter(Boolean).join('. ')
}
