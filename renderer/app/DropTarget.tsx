import { FileDown } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import './banner.css'
import { openDropped } from './files.ts'

const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false

/** A graph file that is dropped anywhere on the window is opened. */
export function DropTarget() {
  const { t } = useTranslation()
  const [over, setOver] = useState(false)
  useEffect(() => {
    const controller = new AbortController()
    const on = <K extends 'dragenter' | 'dragover' | 'dragleave' | 'drop'>(type: K, fn: (event: DragEvent) => void) =>
      window.addEventListener(type, (event) => hasFiles(event) && fn(event), { signal: controller.signal })
    on('dragenter', () => setOver(true))
    on('dragover', (event) => event.preventDefault())
    on('dragleave', (event) => event.relatedTarget === null && setOver(false))
    on('drop', (event) => {
      event.preventDefault()
      setOver(false)
      const file = event.dataTransfer?.files[0]
      if (file) void openDropped(file)
    })
    return () => controller.abort()
  }, [])
  if (!over) return null
  return (
    <div className="drop-target">
      <FileDown size={28} aria-hidden="true" />
      {t('files.drop')}
    </div>
  )
}
