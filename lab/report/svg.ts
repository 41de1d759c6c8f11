/**
 * Text of SVG: escaping, numbers, boxes of text. What is drawn is decided by the charts; how it looks, by chart-style.ts.
 */

/** Characters that XML 1.0 does not allow, not even as references. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** `text` for content and quoted attributes of HTML and XML. What XML cannot hold becomes U+FFFD. */
export function escapeMarkup(text: string): string {
  return text.replaceAll(FORBIDDEN, '\ufffd').replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}

/** A coordinate, to a tenth of a pixel. */
export function coordinate(value: number): string {
  return String(Math.round(value * 10) / 10 + 0)
}

export type Attributes = Readonly<Record<string, string | number>>

/** An element; `content` is markup. Numbers are coordinates. */
export function element(name: string, attributes: Attributes, content = ''): string {
  const list = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? coordinate(value) : escapeMarkup(value)}"`)
    .join('')
  return content === '' ? `<${name}${list}/>` : `<${name}${list}>${content}</${name}>`
}

/** A line of text whose baseline is at `y`. */
export function label(x: number, y: number, text: string, classes = '', attributes: Attributes = {}): string {
  const named = classes === '' ? {} : { class: classes }
  return element('text', { ...named, x, y, ...attributes }, escapeMarkup(text))
}

/** A straight line. */
export function rule(x1: number, y1: number, x2: number, y2: number, classes: string): string {
  return element('line', { class: classes, x1, y1, x2, y2 })
}

/** Mean width of a character over the size of its font; a little too wide on purpose. */
const CHARACTER_WIDTH = 0.54
const MONOSPACE_WIDTH = 0.61

/** About how wide a text is, pixels: fonts differ, and there is nobody to ask. */
export function textWidth(text: string, fontSize: number, monospace = false): number {
  return [...text].length * fontSize * (monospace ? MONOSPACE_WIDTH : CHARACTER_WIDTH)
}

/** The lines that `text` takes when none may be wider than `width` pixels (a single word may). */
export function wrapText(text: string, width: number, fontSize: number): string[] {
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
    const longer = `${lines.at(-1) ?? ''} ${word}`
    if (lines.length > 0 && textWidth(longer, fontSize) <= width) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines
}
