import { LoaderCircle } from 'lucide-react'
import { useEffect, useId, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ParameterInfo } from '../../engine/document/check.ts'
import { outputsOf } from '../../engine/document/connect.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import type { GraphDocument, GraphNode } from '../../engine/document/types.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { type Problem, problemsOf } from '../../engine/problem.ts'
import type { JacobianResult, Target } from '../../engine/session/protocol.ts'
import { DialogFrame } from '../app/dialogs/DialogFrame.tsx'
import { nameOf, titleOf } from '../canvas/geometry.ts'
import { useProblemText } from '../i18n/useProblemText.ts'
import { ProblemRow } from '../problems/ProblemRow.tsx'
import { client } from '../session/session.ts'
import { useEditor } from '../store/editor.ts'
import { feedsOf } from '../store/run.ts'
import { Choice } from '../ui/Choice.tsx'
import { Formula } from '../value/Formula.tsx'
import { formatShape } from '../value/format.ts'
import { MatrixView } from './MatrixView.tsx'
import { patternOf } from './pattern.ts'
import './jacobian.css'

const plain = (text: string): string => text.replaceAll('$', '')

/** What the node may be differentiated by: what comes in along each wire, then the parameters of the graph. */
function sources(document: GraphDocument, node: GraphNode, parameters: readonly ParameterInfo[]) {
  const { nodes, incoming } = indexOf(document)
  const edges = incoming(node.id).map((edge) => {
    const from = nodes.get(edge.source)
    return {
      value: `edge ${edge.id}`,
      text: `${edge.targetHandle} ← ${from ? plain(nameOf(from)) : edge.source}`,
      target: { kind: 'edge', id: edge.id } as Target
    }
  })
  const owned = parameters.map(({ name }) => ({
    value: `parameter ${name}`,
    text: name,
    target: { kind: 'parameter', name } as Target
  }))
  return [...edges, ...owned]
}

/** How each number that a node gives changes with each number that it is given. */
export function JacobianDialog({ node: id }: { readonly node: string }) {
  const { t } = useTranslation()
  const label = useId()
  const textOf = useProblemText()
  const document = useEditor((s) => s.document)
  const parameters = useEditor((s) => s.checked.parameters)
  const node = indexOf(document).nodes.get(id) as GraphNode
  const choices = useMemo(() => sources(document, node, parameters), [document, node, parameters])
  const [chosen, setChosen] = useState(choices[0]?.value ?? '')
  const target = choices.find(({ value }) => value === chosen)?.target
  const { result, problems } = useJacobian(document, node, target)
  const op = opOf(node.op)
  const pattern = result && patternOf(node.op, result)
  const size = result ? `${result.data.length / Math.max(1, columnsOf(result))} × ${columnsOf(result)}` : ''
  return (
    <DialogFrame title={t('jacobian.title', { node: plain(titleOf(node, op)) })} description={t('jacobian.about')} wide>
      <div className="jacobian-head">
        <Formula tex={String.raw`J_{ij} = \frac{\partial\, \text{out}_i}{\partial\, \text{in}_j}`} />
        <span id={label} className="muted">
          {t('jacobian.by')}
        </span>
        <Choice label={t('jacobian.by')} value={chosen} options={choices} onChange={setChosen} />
        {result && (
          <span className="muted numbers">
            {formatShape(result.of)} ← {formatShape(result.wrt)} · {size}
            {result.batch !== null && ` · ${t('jacobian.firstRow')}`}
          </span>
        )}
      </div>
      {problems.map((problem) => (
        <ProblemRow key={problem.code} problem={problem} />
      ))}
      {!result && problems.length === 0 && (
        <p className="muted jacobian-wait">
          <LoaderCircle size={15} className="spin" aria-hidden="true" />
          {t('jacobian.busy')}
        </p>
      )}
      {result?.why && <p className="muted">{textOf(result.why).message}</p>}
      {result && (
        <MatrixView
          data={result.data}
          columns={columnsOf(result)}
          of={result.of}
          wrt={result.wrt}
          marks={pattern?.diagonal ?? false}
        />
      )}
      {pattern && (
        <p className="jacobian-pattern">
          {pattern.tex && <Formula tex={pattern.tex} />}
          <span>{t(`jacobian.patterns.${pattern.kind}`)}</span>
        </p>
      )}
    </DialogFrame>
  )
}

const columnsOf = ({ wrt }: JacobianResult): number => wrt.reduce((product, n) => product * n, 1)

function useJacobian(document: GraphDocument, node: GraphNode, wrt: Target | undefined) {
  const [found, setFound] = useState<{ result: JacobianResult | null; problems: readonly Problem[] }>({
    result: null,
    problems: []
  })
  const op = opOf(node.op)
  const output = (op && outputsOf(op, node.attributes)[0]?.name) ?? 'out'
  useEffect(() => {
    if (!wrt) return
    const controller = new AbortController()
    const of = { kind: 'node', id: node.id, output } as const
    setFound({ result: null, problems: [] })
    client()
      .jacobian({ document, of, wrt, feeds: feedsOf(document) }, controller.signal)
      .then((result) => !controller.signal.aborted && setFound({ result, problems: [] }))
      .catch((error) => !controller.signal.aborted && setFound({ result: null, problems: problemsOf(error) }))
    return () => controller.abort()
  }, [document, node.id, output, wrt])
  return found
}
