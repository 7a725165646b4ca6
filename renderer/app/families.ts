/** How the screen tells the families of operators apart: by colour and by icon. */
import {
  Activity,
  Calculator,
  Database,
  Equal,
  Gauge,
  Grid3x3,
  Layers,
  type LucideIcon,
  Scaling,
  Shrink,
  Sigma,
  Split,
  Target
} from 'lucide-react'
import type { Family } from '../../engine/ir/op.ts'

export const familyIcons: Readonly<Record<Family, LucideIcon>> = {
  sources: Database,
  arithmetic: Calculator,
  logic: Equal,
  routing: Split,
  linear: Grid3x3,
  shape: Scaling,
  reduce: Sigma,
  activations: Activity,
  losses: Target,
  layers: Layers,
  pooling: Shrink,
  metrics: Gauge,
  internal: Calculator
}

export const familyColour = (family: Family): string => `var(--family-${family})`
