import { memo } from 'react'
import { Formula } from './Formula.tsx'

interface Piece {
  readonly at: number
  readonly text: string
  readonly math: boolean
}

/** "Weights $W_1$" in pieces; a lone dollar sign is a dollar sign. */
export function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = []
  let at = 0
  for (const match of text.matchAll(/\$([^$]+)\$/g)) {
    if (match.index > at) pieces.push({ at, text: text.slice(at, match.index), math: false })
    pieces.push({ at: match.index, text: match[1] as string, math: true })
    at = match.index + match[0].length
  }
  if (at < text.length) pieces.push({ at, text: text.slice(at), math: false })
  return pieces
}

/** A label: any text, LaTeX between dollar signs. */
export const RichText = memo(function RichText({ text }: { readonly text: string }) {
  if (!text.includes('$')) return text
  return piecesOf(text).map((piece) => (piece.math ? <Formula key={piece.at} tex={piece.text} /> : piece.text))
})
