import { useTranslation } from 'react-i18next'
import { version } from '../../../package.json'
import { DialogFrame } from './DialogFrame.tsx'

export function AboutDialog() {
  const { t } = useTranslation()
  return (
    <DialogFrame title="Chainrule" description={t('about.version', { version })}>
      <p>{t('about.text')}</p>
      <p className="muted">{t('about.license')}</p>
    </DialogFrame>
  )
}
