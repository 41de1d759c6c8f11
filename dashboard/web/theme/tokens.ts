/** The colours of tokens.css for canvases, read once for each theme, which is that of the document (app/ui-state.ts). */
import type { Theme } from '../app/ui-state.ts'

const NAMES = ['bg', 'panel', 'line', 'ink', 'ink2', 'honest', 'hostile', 'cookie', 'free'] as const
type TokenName = (typeof NAMES)[number]

export type Tokens = Readonly<Record<TokenName, string>>

const read = new Map<Theme, Tokens>()

export function readTokens(theme: Theme): Tokens {
  const known = read.get(theme)
  if (known !== undefined) return known
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
