/**
 * Text of SVG: what is escaped, how numbers are written, where lines break.
 */
import { describe, expect, it } from 'vitest'
import { coordinate, element, escapeMarkup, textWidth, wrapText } from '../../../../lab/report/svg.ts'

describe('text in markup', () => {
  it('cannot end its element or its attribute', () => {
    expect(escapeMarkup(`<script>alert("1" & '2')</script>`)).toBe(
      '&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;',
    )
    expect(element('text', { title: '"><script>' }, escapeMarkup('</text>'))).toBe(
      '<text title="&quot;&gt;&lt;script&gt;">&lt;/text&gt;</text>',
    )
  })

  it('has no character that XML forbids', () => {
    expect(escapeMarkup('a\u0000b\u001bc\ud800d\uffffe\tf\ng')).toBe('a\ufffdb\ufffdc\ufffdd\ufffde\tf\ng')
  })

  it('keeps characters outside the basic plane', () => {
    expect(escapeMarkup('\u{1f600}')).toBe('\u{1f600}')
  })
})

describe('a coordinate', () => {
  it.each([
    [0, '0'],
    [-0.04, '0'],
    [12.34, '12.3'],
    [12.96, '13'],
    [1234.5, '1234.5'],
    [-3.25, '-3.2'],
  ])('%f is written %s', (value, text) => {
    expect(coordinate(value)).toBe(text)
  })
})

describe('lines of text', () => {
  it('are no wider than asked for and lose no word', () => {
    const text = 'Each mark is one honest connection: to the right, when the client meant to start.'
    const lines = wrapText(text, 200, 12)
    expect(lines.length).toBeGreaterThan(1)
    expect(lines.join(' ')).toBe(text)
    for (const line of lines) expect(textWidth(line, 12)).toBeLessThanOrEqual(200)
  })

  it('hold a word that is too wide by itself', () => {
    expect(wrapText('a incomprehensibilities b', 30, 12)).toEqual(['a', 'incomprehensibilities', 'b'])
  })
})
