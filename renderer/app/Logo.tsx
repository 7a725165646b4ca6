/** Two gates and the wire between them: a value goes forth, a gradient comes back. */
export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 24 24" role="img" aria-label="Chainrule">
      <path d="M7 9 C 12 3, 12 3, 17 9" fill="none" stroke="var(--value)" strokeWidth="2" strokeLinecap="round" />
      <path
        d="M17 15 C 12 21, 12 21, 7 15"
        fill="none"
        stroke="var(--gradient)"
        strokeWidth="2"
        strokeLinecap="round"
      />
      <circle cx="5.5" cy="12" r="3.2" fill="none" stroke="currentColor" strokeWidth="2" />
      <circle cx="18.5" cy="12" r="3.2" fill="currentColor" stroke="currentColor" strokeWidth="2" />
    </svg>
  )
}
