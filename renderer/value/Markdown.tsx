/** Markdown with LaTeX between dollar signs, as elements: HTML in the text stays text, and links lead nowhere by script. */
import { Lexer, Marked, type Token, type Tokens } from 'marked'
import { Fragment, memo, type ReactNode } from 'react'
import { Formula } from './Formula.tsx'

/** A formula, in a line of text or on lines of its own. */
interface Math {
  readonly type: 'math'
  readonly raw: string
  readonly tex: string
  readonly display: boolean
}

const math = (raw: string, tex: string, display: boolean): Math => ({ type: 'math', raw, tex: tex.trim(), display })

const marked = new Marked({
  gfm: true,
  breaks: true,
  extensions: [
    {
      name: 'math',
      level: 'block',
      start: (text) => text.indexOf('$$'),
      tokenizer(text) {
        const found = /^\$\$([^$]+)\$\$(?:\n|$)/.exec(text)
        return found?.[1] === undefined ? undefined : math(found[0], found[1], true)
      }
    },
    {
      name: 'math',
      level: 'inline',
      start: (text) => text.indexOf('$'),
      tokenizer(text) {
        const found = /^\$\$([^$]+)\$\$/.exec(text) ?? /^\$([^$\n]+)\$/.exec(text)
        return found?.[1] === undefined ? undefined : math(found[0], found[1], found[0].startsWith('$$'))
      }
    }
  ]
})

export const tokensOf = (text: string): readonly Token[] => new Lexer(marked.defaults).lex(text)

const SAFE = /^(https?:|mailto:)/i

type Known = Tokens.Generic & { readonly tokens?: Token[] }

function inside(token: Known): ReactNode {
  return token.tokens ? <Elements tokens={token.tokens} /> : (token.text as string)
}

/** Places of tokens in their list never change while the text is the same. */
const Elements = ({ tokens }: { readonly tokens: readonly Token[] }): ReactNode =>
  // biome-ignore lint/suspicious/noArrayIndexKey: a token is nothing but its place in the text
  tokens.map((token, i) => <Fragment key={i}>{element(token as Known)}</Fragment>)

function element(token: Known): ReactNode {
  switch (token.type) {
    case 'math':
      return <Formula tex={token.tex as string} display={token.display as boolean} />
    case 'space':
      return null
    case 'heading': {
      const Heading = `h${Math.min(6, (token.depth as number) + 2)}` as 'h3'
      return <Heading data-depth={token.depth}>{inside(token)}</Heading>
    }
    case 'paragraph':
      return <p>{inside(token)}</p>
    case 'blockquote':
      return <blockquote>{inside(token)}</blockquote>
    case 'code':
      return (
        <pre>
          <code>{token.text as string}</code>
        </pre>
      )
    case 'hr':
      return <hr />
    case 'list':
      return <List list={token as Tokens.List} />
    case 'table':
      return <Table table={token as Tokens.Table} />
    case 'strong':
      return <strong>{inside(token)}</strong>
    case 'em':
      return <em>{inside(token)}</em>
    case 'del':
      return <del>{inside(token)}</del>
    case 'codespan':
      return <code>{token.text as string}</code>
    case 'br':
      return <br />
    case 'link':
      return SAFE.test(token.href as string) ? (
        <a href={token.href as string} target="_blank" rel="noreferrer noopener" className="nodrag">
          {inside(token)}
        </a>
      ) : (
        inside(token)
      )
    case 'image':
      return token.text as string
    case 'text':
    case 'escape':
      return inside(token)
    default:
      // HTML, and what no one knows: shown as it was typed
      return token.raw
  }
}

function List({ list }: { readonly list: Tokens.List }) {
  const items = list.items.map((item, i) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: an item is nothing but its place in the list
    <li key={i} data-task={item.task || undefined}>
      {item.task && <input type="checkbox" checked={item.checked ?? false} readOnly tabIndex={-1} disabled />}
      <Elements tokens={item.tokens.filter((token) => (token.type as string) !== 'checkbox')} />
    </li>
  ))
  return list.ordered ? <ol start={list.start === '' ? 1 : list.start}>{items}</ol> : <ul>{items}</ul>
}

function Table({ table }: { readonly table: Tokens.Table }) {
  const cells = (row: readonly Tokens.TableCell[], Cell: 'th' | 'td') => (
    <tr>
      {row.map((cell, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a cell is nothing but its place in the row
        <Cell key={i} style={{ textAlign: table.align[i] ?? 'left' }}>
          <Elements tokens={cell.tokens} />
        </Cell>
      ))}
    </tr>
  )
  return (
    <table>
      <thead>{cells(table.header, 'th')}</thead>
      <tbody>
        {table.rows.map((row, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is nothing but its place in the table
          <Fragment key={i}>{cells(row, 'td')}</Fragment>
        ))}
      </tbody>
    </table>
  )
}

export const Markdown = memo(function Markdown({ text }: { readonly text: string }) {
  return (
    <div className="markdown">
      <Elements tokens={tokensOf(text)} />
    </div>
  )
})
