/** Numbers as the chosen language writes them. */
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { formatNumber } from '../value/format.ts'

export interface Numbers {
  /** Whole numbers with separators: 669,706. */
  count(value: number): string
  /** A value with at most `digits` significant digits, as on the edges. */
  value(value: number, digits?: number): string
  percent(share: number, digits?: number): string
  /** "1 min 20 s" in short. */
  duration(seconds: number): string
}

const formats = new Map<string, Numbers>()

export function numbersOf(language: string): Numbers {
  const known = formats.get(language)
  if (known) return known
  const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 })
  const cached = new Map<string, Intl.NumberFormat>()
  const format = (key: string, options: Intl.NumberFormatOptions) => {
    let made = cached.get(key)
    if (!made) {
      made = new Intl.NumberFormat(language, options)
      cached.set(key, made)
    }
    return made
  }
  const unit = (name: string) =>
    format(name, { style: 'unit', unit: name, unitDisplay: 'short', maximumFractionDigits: 0 })
  const tenths = format('tenths', { style: 'unit', unit: 'second', unitDisplay: 'short', maximumFractionDigits: 1 })
  const made: Numbers = {
    count: (value) => whole.format(value),
    value: formatNumber,
    percent: (share, digits = 2) =>
      format(`p${digits}`, { style: 'percent', maximumFractionDigits: digits }).format(share),
    duration(seconds) {
      if (seconds < 10) return tenths.format(Math.max(0, seconds))
      const s = Math.round(seconds)
      if (s < 60) return unit('second').format(s)
      if (s < 3600) return `${unit('minute').format(Math.floor(s / 60))} ${unit('second').format(s % 60)}`
      return `${unit('hour').format(Math.floor(s / 3600))} ${unit('minute').format(Math.floor((s % 3600) / 60))}`
    }
  }
  formats.set(language, made)
  return made
}

export function useNumbers(): Numbers {
  const { i18n } = useTranslation()
  return useMemo(() => numbersOf(i18n.language), [i18n.language])
}
