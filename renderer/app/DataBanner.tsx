import { Download, FolderOpen, PenLine, X } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNumbers } from '../i18n/useNumbers.ts'
import { useEditor } from '../store/editor.ts'
import { useRun } from '../store/run.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import './banner.css'
import { chooseMnistFolder, dataSetNodes, downloadMnist, switchToDigits, useDownload } from './data.ts'

/** Asks for MNIST where the graph reads it and it is not there. */
export function DataBanner() {
  const { t } = useTranslation()
  const numbers = useNumbers()
  const wanted = useEditor((s) => dataSetNodes(s.document, 'mnist').length > 0)
  const there = useRun((s) => s.dataSets.some((set) => set.name === 'mnist'))
  const [hidden, setHidden] = useState(false)
  const download = useDownload((s) => s.download)
  if (!wanted || there || hidden) return null
  const share = download?.total ? download.done / download.total : null
  return (
    <aside className="banner" aria-label={t('data.bannerTitle')}>
      <div className="banner-text" title={`${t('data.bannerTitle')}. ${t('data.bannerText')}`}>
        <b>{t('data.bannerTitle')}</b>
        <p className="muted">{t('data.bannerText')}</p>
      </div>
      <div className="banner-buttons">
        <Button icon={Download} look="primary" disabled={download !== null} onClick={() => void downloadMnist()}>
          <span className="numbers">
            {download === null
              ? t('data.download')
              : share === null
                ? t('data.downloading')
                : t('data.downloadingShare', { share: numbers.percent(share, 0) })}
          </span>
        </Button>
        <Button icon={FolderOpen} onClick={() => void chooseMnistFolder()}>
          {t('data.choose')}
        </Button>
        <Button icon={PenLine} onClick={switchToDigits}>
          {t('data.digits')}
        </Button>
      </div>
      <IconButton icon={X} label={t('app.dismiss')} onClick={() => setHidden(true)} />
    </aside>
  )
}
