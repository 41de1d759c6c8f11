/**
 * The languages that lessons, worksheets and their reasons speak.
 */
export const LANGUAGES = ['en', 'zh-CN'] as const
export type Language = (typeof LANGUAGES)[number]

/** The same sentence in every language; `{name}` stands for a value. */
export type Words = Readonly<Record<Language, string>>

/** The sentence in one language, each `{name}` replaced by its value. A name without a value stays as it is. */
export function fill(words: Words, values: Readonly<Record<string, string | number>>, language: Language): string {
  return words[language].replaceAll(/\{([\w.-]+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}
