/** The colours of tokens.css for canvases, read anew for each theme. */
import type { Theme } from '../app/ui-state.ts'

const NAMES = ['bg', 'panel', 'line', 'ink', 'ink2', 'honest', 'hostile', 'cookie', 'free'] as const
type TokenName = (typeof NAMES)[number]

export type Tokens = Readonly<Record<TokenName, string>>

const read = new Map<Theme, Tokens>()

export function readTokens(theme: Theme): Tokens {
  const known = read.get(theme)
  // Before the attribute has reached the document the colours would be those of the other theme.
  if (known !== undefined || document.documentElement.dataset.theme !== theme) return known ?? readNow()
  const tokens = readNow()
  read.set(theme, tokens)
  return tokens
}

function readNow(): Tokens {
  const style = getComputedStyle(document.documentElement)
  return Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) as Record<
    TokenName,
    string
  >
}

/** Red, green and blue of `#rrggbb` or `#rgb`, which a minifier makes of it; 0 to 255. */
export function rgbOf(colour: string): readonly [number, number, number] {
  const digits = colour.slice(1)
  const value = Number.parseInt(digits.length === 3 ? digits.replace(/./g, '$&$&') : digits, 16)
  return [value >>> 16, (value >>> 8) & 0xff, value & 0xff]
}
