/** LaTeX of labels as plain text, where no formula can be set: in pictures. What it does not know it leaves readable. */

const NAMES: Readonly<Record<string, string>> = {
  alpha: 'α',
  beta: 'β',
  gamma: 'γ',
  Gamma: 'Γ',
  delta: 'δ',
  Delta: 'Δ',
  epsilon: 'ε',
  varepsilon: 'ε',
  zeta: 'ζ',
  eta: 'η',
  theta: 'θ',
  Theta: 'Θ',
  kappa: 'κ',
  lambda: 'λ',
  Lambda: 'Λ',
  mu: 'μ',
  nu: 'ν',
  xi: 'ξ',
  pi: 'π',
  Pi: 'Π',
  rho: 'ρ',
  sigma: 'σ',
  Sigma: 'Σ',
  tau: 'τ',
  phi: 'φ',
  varphi: 'φ',
  Phi: 'Φ',
  chi: 'χ',
  psi: 'ψ',
  Psi: 'Ψ',
  omega: 'ω',
  Omega: 'Ω',
  nabla: '∇',
  partial: '∂',
  sum: 'Σ',
  prod: 'Π',
  cdot: '·',
  times: '×',
  odot: '⊙',
  otimes: '⊗',
  top: 'ᵀ',
  to: '→',
  rightarrow: '→',
  leftarrow: '←',
  infty: '∞',
  sqrt: '√',
  le: '≤',
  leq: '≤',
  ge: '≥',
  geq: '≥',
  ne: '≠',
  neq: '≠',
  approx: '≈',
  pm: '±',
  in: '∈',
  ell: 'ℓ',
  dots: '…',
  ldots: '…',
  cdots: '⋯',
  quad: ' '
}

const ACCENTS: Readonly<Record<string, string>> = {
  hat: '\u0302',
  bar: '\u0304',
  tilde: '\u0303',
  vec: '\u20d7',
  dot: '\u0307'
}

const from = 'aehijklmnoprstuvx0123456789+-=()βγρφχ'
const SUBSCRIPTS = new Map([...from].map((c, i) => [c, [...'ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ᵦᵧᵨᵩᵪ'][i] as string]))
const above = 'abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW0123456789+-=()βγδθφχ'
const SUPERSCRIPTS = new Map(
  [...above].map((c, i) => [c, [...'ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵝᵞᵟᶿᵠᵡ'][i] as string])
)

/** All letters small, or none: half of an index raised would say something else. */
function script(text: string, map: ReadonlyMap<string, string>, mark: string): string {
  const small = [...text].map((c) => map.get(c) ?? (c === ' ' ? '' : undefined))
  if (small.every((c) => c !== undefined)) return small.join('')
  return text.length === 1 ? `${mark}${text}` : `${mark}(${text})`
}

/** `W_1^{\mathsf T}` is W₁ᵀ. */
export function plainTex(tex: string): string {
  let text = tex.trim()
  for (let before = ''; before !== text; ) {
    before = text
    text = text
      .replace(
        /\\(?:mathbf|mathrm|mathsf|mathit|mathcal|mathbb|boldsymbol|text|operatorname|textbf|left|right)\s*\{([^{}]*)\}/g,
        '$1'
      )
      .replace(
        /\\(hat|bar|tilde|vec|dot)\s*(?:\{([^{}]*)\}|(\w))/g,
        (_, a: string, b = '', c = '') => `${b}${c}${ACCENTS[a]}`
      )
      .replace(/\\d?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}/g, '$1/$2')
      .replace(/\\sqrt\s*\{([^{}]*)\}/g, '√($1)')
      .replace(/\\(?:mathbf|mathrm|mathsf|mathit|mathcal|mathbb|boldsymbol)\s+(\w)/g, '$1')
      .replace(
        /\\([A-Za-z]+)\s?/g,
        (whole, name: string) =>
          NAMES[name] ?? (name in ACCENTS ? whole : name === 'frac' ? whole : KEPT.has(name) ? whole : name)
      )
      .replace(/_(?:\{([^{}]*)\}|(.))/gu, (_, a?: string, b = '') => script(a ?? b, SUBSCRIPTS, '_'))
      .replace(/\^(?:\{([^{}]*)\}|(.))/gu, (_, a?: string, b = '') => script(a ?? b, SUPERSCRIPTS, '^'))
  }
  return text
    .replace(/\\[,;!: ]|[{}]/g, '')
    .replace(/\s+/g, ' ')
    .trim()
}

/** Commands that take an argument: they wait until what is in their braces is plain. */
const KEPT = new Set([
  'mathbf',
  'mathrm',
  'mathsf',
  'mathit',
  'mathcal',
  'mathbb',
  'boldsymbol',
  'text',
  'operatorname',
  'textbf',
  'left',
  'right',
  'dfrac'
])

/** A label: any text, LaTeX between dollar signs. */
export const plainText = (text: string): string => text.replace(/\$([^$]+)\$/g, (_, tex: string) => plainTex(tex))
