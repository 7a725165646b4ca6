import { useTranslation } from 'react-i18next'

/** Names of the metrics that the engine has; another name stays as it is. */
export function useMetricName(): (name: string) => string {
  const { t } = useTranslation()
  const known: Readonly<Record<string, string>> = {
    accuracy: t('metrics.accuracy'),
    binaryAccuracy: t('metrics.binaryAccuracy')
  }
  return (name) => known[name] ?? name
}
