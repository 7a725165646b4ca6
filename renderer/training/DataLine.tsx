import { Database } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { opOf } from '../../engine/ops/registry.ts'
import { useAction } from '../app/useAction.ts'
import { useNumbers } from '../i18n/useNumbers.ts'
import { useEditor } from '../store/editor.ts'
import { useRun } from '../store/run.ts'

const preset = String(opOf('Dataset')?.attributes.source?.default ?? 'digits')

/** Which data the graph reads, and where they come from. */
export function DataLine() {
  const { t } = useTranslation()
  const aboutOf: Readonly<Record<string, string>> = t('data.about', { returnObjects: true })
  const numbers = useNumbers()
  const folder = useAction('data.mnistFolder')
  const sources = useEditor((s) =>
    [
      ...new Set(s.document.nodes.filter((n) => n.op === 'Dataset').map((n) => String(n.attributes?.source ?? preset)))
    ].join()
  )
  const sets = useRun((s) => s.dataSets)
  if (sources === '') return <p className="data-line muted">{t('data.none')}</p>
  return (
    <>
      {sources.split(',').map((name) => {
        const set = sets.find((one) => one.name === name)
        const about = aboutOf[name] ?? set?.note ?? name
        return (
          <p key={name} className="data-line muted">
            <Database size={13} aria-hidden="true" />
            <span className="data-about" title={about}>
              {about}
              {set && ` · ${t('data.counts', { train: numbers.count(set.train), test: numbers.count(set.test) })}`}
            </span>
            {name === 'mnist' && !set && (
              <button type="button" className="link" onClick={folder.perform}>
                {t('data.missing')}
              </button>
            )}
          </p>
        )
      })}
    </>
  )
}
