import { formatNumber } from '../value/format.ts'

interface Props {
  readonly caption: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly (number | string)[])[]
}

/** A plot in numbers: what it says to those who do not see it. */
export function NumberTable({ caption, head, rows }: Props) {
  return (
    <section
      className="plot-table"
      aria-label={caption}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by the arrow keys
      tabIndex={0}
    >
      <table className="numbers">
        <caption>{caption}</caption>
        <thead>
          <tr>
            {head.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.join(' ')}>
              {row.map((value, i) =>
                i === 0 ? (
                  <th key={head[i]} scope="row">
                    {typeof value === 'string' ? value : formatNumber(value)}
                  </th>
                ) : (
                  <td key={head[i]}>{typeof value === 'string' ? value : formatNumber(value, 6)}</td>
                )
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
