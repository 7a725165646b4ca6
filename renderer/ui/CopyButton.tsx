import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { IconButton } from './Button.tsx'

interface Props {
  readonly label: string
  /** Said for a moment after it was copied. */
  readonly copiedLabel: string
  /** Made when it is asked for; null where there is nothing to copy. */
  readonly text: (() => string) | null
}

export function CopyButton({ label, copiedLabel, text }: Props) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 1500)
    return () => clearTimeout(timer)
  }, [copied])
  return (
    <IconButton
      icon={copied ? Check : Copy}
      label={copied ? copiedLabel : label}
      disabled={text === null}
      onClick={() => text && void navigator.clipboard.writeText(text()).then(() => setCopied(true))}
    />
  )
}
