import type { Op } from '../../engine/ir/op.ts'
import { familyColour, familyIcons } from './families.ts'
import { glyphOf } from './glyphs.ts'

/** The sign of an operator in the colour of its family. */
export function OpGlyph({ op }: { readonly op: Op }) {
  const Icon = familyIcons[op.family]
  const glyph = glyphOf(op.kind)
  return (
    <span className="op-glyph" style={{ color: familyColour(op.family) }} aria-hidden="true">
      {glyph ?? <Icon size={14} />}
    </span>
  )
}
