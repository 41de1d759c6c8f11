/** SVG as text, built from parts that are escaped: for files that are saved, not for the page. Pure. */

export type SvgAttributes = Readonly<Record<string, string | number>>

export function element(name: string, attributes: SvgAttributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes)
    .map(
      ([key, value]) =>
        ` ${key}="${escapeText(typeof value === 'number' ? String(Math.round(value * 100) / 100) : value)}"`,
    )
    .join('')
  return children.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${children.join('')}</${name}>`
}

export function text(x: number, y: number, content: string, attributes: SvgAttributes = {}): string {
  return element('text', { x, y, ...attributes }, escapeText(content))
}

/** `content` as it may stand in XML and HTML, in text and in attributes. */
export function escapeText(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
