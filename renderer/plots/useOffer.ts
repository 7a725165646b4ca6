/** What the open plot has to copy, for the buttons in the head of the panel. */
import { useEffect, useRef } from 'react'
import { create } from 'zustand'

export interface Offer {
  readonly head: readonly string[]
  readonly rows: readonly (readonly (number | string)[])[]
}

export const useOffered = create<{ readonly make: (() => Offer) | null }>(() => ({ make: null }))

/** @param make tells the newest numbers when somebody asks for them; null while there are none */
export function useOffer(make: (() => Offer) | null): void {
  const newest = useRef(make)
  newest.current = make
  const there = make !== null
  useEffect(() => {
    useOffered.setState({ make: there ? () => newest.current?.() ?? { head: [], rows: [] } : null })
    return () => useOffered.setState({ make: null })
  }, [there])
}

const cell = (value: number | string): string =>
  typeof value === 'number' ? String(value) : /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value

/** Comma separated, numbers in full. */
export const csvOf = ({ head, rows }: Offer): string =>
  [head, ...rows].map((row) => `${row.map(cell).join(',')}\n`).join('')
