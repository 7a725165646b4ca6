import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { Markdown, tokensOf } from '../../renderer/value/Markdown.tsx'

const html = (text: string): string => renderToStaticMarkup(createElement(Markdown, { text }))

describe('Markdown', () => {
  test.each([
    ['**bold** and *slanted*', '<p><strong>bold</strong> and <em>slanted</em></p>'],
    ['# Title', '<h3 data-depth="1">Title</h3>'],
    ['- one\n- two', '<ul><li>one</li><li>two</li></ul>'],
    ['2. two\n3. three', '<ol start="2"><li>two</li><li>three</li></ol>'],
    ['`a < b`', '<p><code>a &lt; b</code></p>'],
    ['first\nsecond', '<p>first<br/>second</p>'],
    ['> said', '<blockquote><p>said</p></blockquote>'],
    ['a & b "c"', '<p>a &amp; b &quot;c&quot;</p>'],
    ['손실 *함수*', '<p>손실 <em>함수</em></p>']
  ])('%j', (text, expected) => {
    expect(html(text)).toBe(`<div class="markdown">${expected}</div>`)
  })

  test('tables and tasks', () => {
    expect(html('| a | b |\n|---|--:|\n| 1 | 2 |')).toContain('<td style="text-align:right">2</td>')
    expect(html('- [x] done')).toContain('checked=""')
  })

  test('formulas keep their underscores and stars', () => {
    const [line] = tokensOf('the weights $W_1 * x_2 * y_3$ here') as readonly {
      tokens: { type: string; tex?: string }[]
    }[]
    expect(line?.tokens.map(({ type, tex }) => tex ?? type)).toEqual(['text', 'W_1 * x_2 * y_3', 'text'])
    expect(tokensOf('$$\n\\frac{a}{b}\n$$\n')[0]).toMatchObject({ type: 'math', tex: '\\frac{a}{b}', display: true })
    expect(html('a price of 5$')).toBe('<div class="markdown"><p>a price of 5$</p></div>')
  })

  test.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    'a <b onclick="alert(1)">b</b>',
    '[go](javascript:alert(1))',
    '[go](data:text/html,hello)',
    '![x](https://example.org/x.png)',
    '<https://example.org/"onmouseover=alert(1)>'
  ])('no HTML and no script comes of %j', (text) => {
    const made = html(text)
    expect(made.replace(/&lt;.*?&gt;/g, '')).not.toMatch(/<(script|img|b)\b|javascript:|data:| on\w+=/)
  })

  test('links open elsewhere', () => {
    expect(html('[book](https://example.org)')).toContain(
      '<a href="https://example.org" target="_blank" rel="noreferrer noopener" class="nodrag">book</a>'
    )
  })
})
