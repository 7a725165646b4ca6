import { useTranslation } from 'react-i18next'
import { indexOf } from '../../engine/document/lookup.ts'
import type { GraphDocument } from '../../engine/document/types.ts'
import type { KernelReport } from '../../engine/session/protocol.ts'
import { nameOf } from '../canvas/geometry.ts'
import { useNumbers } from '../i18n/useNumbers.ts'
import { useEditor } from '../store/editor.ts'
import { formatShape } from '../value/format.ts'
import { light } from './state.ts'
import { bytesText, kernelText, rateOf, timeText } from './text.ts'

/** Height of a row in pixels, also in plan.css. */
export const ROW = 28

interface Props {
  readonly kernel: KernelReport
  readonly index: number
  /** Whether Tab comes to it. */
  readonly stop: boolean
  readonly milliseconds: number | null
  /** Of the time of all kernels, and of that of the slowest one. */
  readonly share: { readonly ofAll: number; readonly ofMost: number } | null
  readonly onPick: () => void
}

function namesOf(document: GraphDocument, ids: readonly string[]): string {
  const { nodes } = indexOf(document)
  return ids
    .map((id) => {
      const node = nodes.get(id)
      return node ? nameOf(node).replaceAll('$', '') : id
    })
    .join(', ')
}

/** One kernel. A click selects its nodes. */
export function KernelRow({ kernel, index, stop, milliseconds, share, onPick }: Props) {
  const { t } = useTranslation()
  const numbers = useNumbers()
  const names = useEditor((s) => namesOf(s.document, kernel.nodes))
  const what = kernelText(kernel)
  const details = [
    t('plan.operations', { count: kernel.operations, number: numbers.count(kernel.operations) }),
    ...(milliseconds ? [`${numbers.value(rateOf(kernel, milliseconds), 3)} GFLOP/s`] : [])
  ]
  return (
    <tr
      className="kernel"
      data-kernel={index}
      tabIndex={stop ? 0 : -1}
      aria-rowindex={index + 2}
      title={[what, ...details].join('\n')}
      onPointerEnter={() => light(kernel.nodes)}
      onFocus={() => light(kernel.nodes)}
      onClick={onPick}
    >
      <td data-column="what">
        <i className="phase" data-phase={kernel.phase}>
          {t(`plan.phases.${kernel.phase}`)}
        </i>
        <span className="kernel-what">{what}</span>
      </td>
      <td data-column="nodes">{names || t('plan.noNode')}</td>
      <td data-column="shape" className="numbers">
        {formatShape(kernel.shape)}
      </td>
      <td data-column="read" className="numbers">
        {bytesText(numbers, kernel.read)}
      </td>
      <td data-column="written" className="numbers">
        {bytesText(numbers, kernel.written)}
      </td>
      <td data-column="time" className="numbers">
        {milliseconds === null || !share ? (
          <span className="muted">–</span>
        ) : (
          <>
            <i className="share" style={{ width: `${100 * share.ofMost}%` }} aria-hidden="true" />
            <span>{timeText(numbers, milliseconds)}</span>
            <b>{numbers.percent(share.ofAll, 1)}</b>
          </>
        )}
      </td>
    </tr>
  )
}
