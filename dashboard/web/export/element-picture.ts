/**
 * A part of the page as one SVG picture: boxes, text, canvases and the SVG pictures in it, as the browser has laid them out. What is
 * hidden or scrolled out of its box is left out.
 */
import { element, escapeText, text } from './svg.ts'

/** Properties that style sheets give to SVG elements and that a file of its own has to carry. */
const SVG_STYLES = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linejoin',
  'paint-order',
  'opacity',
  'font-size',
  'font-weight',
]

const TRANSPARENT = 'rgba(0, 0, 0, 0)'

/** Where the picture's corner is on the page, and what is seen of it. */
interface Frame {
  readonly x: number
  readonly y: number
  readonly top: number
  readonly bottom: number
}

export function drawElement(root: HTMLElement): string {
  const box = root.getBoundingClientRect()
  const width = Math.ceil(box.width)
  const height = Math.ceil(root.scrollHeight)
  const y = box.y - root.scrollTop
  const frame: Frame = { x: box.x, y, top: y, bottom: y + height }
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      'font-family': 'system-ui, sans-serif',
    },
    element('rect', { width, height, fill: getComputedStyle(document.body).backgroundColor }),
    ...[...root.children].flatMap((child) => [...draw(child, frame)]),
  )
}

function* draw(node: Element, frame: Frame): Generator<string> {
  const style = getComputedStyle(node)
  const box = node.getBoundingClientRect()
  if (style.visibility === 'hidden' || style.clipPath !== 'none') return
  // What has no box of its own is where its children are. What is folded away has boxes, and is not seen.
  const hasBox = style.display !== 'contents'
  if (hasBox && (!node.checkVisibility() || box.bottom < frame.top || box.top > frame.bottom)) return
  if (node instanceof SVGSVGElement) {
    yield drawSvg(node, box, frame)
    return
  }
  if (node instanceof HTMLCanvasElement) {
    yield* drawCanvas(node, box, frame)
    return
  }
  yield* drawBox(box, style, frame)
  if (node instanceof HTMLInputElement || node instanceof HTMLSelectElement) {
    const shown = node instanceof HTMLSelectElement ? (node.selectedOptions[0]?.textContent ?? '') : node.value
    if (node.type !== 'radio' && node.type !== 'file') yield drawLine(shown, box.x + 8, box, style, frame)
    return
  }
  const inner = style.overflowY === 'visible' ? frame : { ...frame, top: box.top, bottom: box.bottom }
  for (const child of node.childNodes) {
    if (child instanceof Text) yield* drawText(child, style, inner)
    else if (child instanceof Element) yield* draw(child, inner)
  }
}

/** As it was last painted. */
function* drawCanvas(node: HTMLCanvasElement, box: DOMRect, frame: Frame): Generator<string> {
  if (node.width === 0 || node.height === 0) return
  yield element('image', {
    x: box.x - frame.x,
    y: box.y - frame.y,
    width: box.width,
    height: box.height,
    href: node.toDataURL(),
  })
}

function* drawBox(box: DOMRect, style: CSSStyleDeclaration, frame: Frame): Generator<string> {
  const border = Number.parseFloat(style.borderTopWidth)
  const hasGround = style.backgroundColor !== TRANSPARENT
  const hasBorder = border > 0 && style.borderTopColor !== TRANSPARENT && style.borderLeftWidth !== '0px'
  if (!hasGround && !hasBorder) return
  yield element('rect', {
    x: box.x - frame.x,
    y: box.y - frame.y,
    width: box.width,
    height: box.height,
    rx: Number.parseFloat(style.borderTopLeftRadius) || 0,
    fill: hasGround ? style.backgroundColor : 'none',
    ...(hasBorder ? { stroke: style.borderTopColor, 'stroke-width': border } : {}),
  })
}

/** The lines of a text, as they were broken: words at one height are one line. */
function* drawText(node: Text, style: CSSStyleDeclaration, frame: Frame): Generator<string> {
  const range = document.createRange()
  let current: { words: string; box: DOMRect } | undefined
  for (const match of node.data.matchAll(/[\u2e80-\uffff]\s?|[^\s\u2e80-\uffff]+\s?/g)) {
    range.setStart(node, match.index)
    range.setEnd(node, match.index + match[0].length)
    const box = range.getBoundingClientRect()
    if (box.width === 0 || box.bottom < frame.top || box.top > frame.bottom) continue
    if (current !== undefined && Math.abs(current.box.top - box.top) < 2) {
      current.words += match[0]
      continue
    }
    if (current !== undefined) yield drawLine(current.words, current.box.x, current.box, style, frame)
    current = { words: match[0], box }
  }
  if (current !== undefined) yield drawLine(current.words, current.box.x, current.box, style, frame)
}

function drawLine(words: string, x: number, box: DOMRect, style: CSSStyleDeclaration, frame: Frame): string {
  const size = Number.parseFloat(style.fontSize)
  return text(x - frame.x, box.y - frame.y + box.height / 2 + size * 0.35, words.trimEnd(), {
    fill: style.color,
    'font-size': size,
    'font-weight': style.fontWeight,
    ...(style.fontFamily.includes('monospace') ? { 'font-family': 'monospace' } : {}),
  })
}

function drawSvg(node: SVGSVGElement, box: DOMRect, frame: Frame): string {
  const viewBox = node.getAttribute('viewBox') ?? `0 0 ${box.width} ${box.height}`
  const place = { x: box.x - frame.x, y: box.y - frame.y, width: box.width, height: box.height, viewBox }
  const ratio = node.getAttribute('preserveAspectRatio')
  return element(
    'svg',
    { ...place, ...(ratio === null ? {} : { preserveAspectRatio: ratio }) },
    ...[...node.children].map(copy),
  )
}

/** An SVG element with its computed style as attributes; `class` and what only a page can use are left out. */
function copy(node: Element): string {
  const style = getComputedStyle(node)
  const own = Object.fromEntries(
    [...node.attributes]
      .filter(({ name }) => !/^(class|role|tabindex|aria-|data-)/.test(name))
      .map(({ name, value }) => [name, value]),
  )
  const styled = Object.fromEntries(SVG_STYLES.map((name) => [name, style.getPropertyValue(name)]))
  const children = [...node.childNodes].map((child) => {
    if (child instanceof Element) return copy(child)
    return child instanceof Text ? escapeText(child.data) : ''
  })
  return element(node.tagName, { ...own, ...styled }, ...children)
}
