/**
 * A text with parts that mean honest, hostile or cookie, which are shown in the colour of that meaning. Written as a
 * template: phrase`Nobody gets in: ${honest('0 of 97')}`.
 */
export type Role = 'honest' | 'hostile' | 'cookie'
export type Part = string | { readonly role: Role; readonly text: string }
export type Phrase = readonly Part[]

export function phrase(texts: TemplateStringsArray, ...parts: readonly Part[]): Phrase {
  return texts.flatMap((text, i) => {
    const part = parts[i]
    return part === undefined ? [text] : [text, part]
  })
}

export const honest = (text: string): Part => ({ role: 'honest', text })
export const hostile = (text: string): Part => ({ role: 'hostile', text })
export const cookie = (text: string): Part => ({ role: 'cookie', text })

/** The text without its colours. */
export function plainText(parts: Phrase): string {
  return parts.map((part) => (typeof part === 'string' ? part : part.text)).join('')
}
