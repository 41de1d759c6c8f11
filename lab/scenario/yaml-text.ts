/**
 * Reads YAML that people wrote: what it holds, or all that is wrong with it, in words for those who wrote it.
 */
import { type Document, type LineCounter, parseDocument, visit, type YAMLError } from 'yaml'

/** What is wrong with characters `[begin, end)` of a text. */
export interface YamlProblem {
  readonly begin: number
  readonly end: number
  readonly what: string
}

/** The library's words for these are for programmers. */
const WORDS: Readonly<Partial<Record<YAMLError['code'], string>>> = {
  MULTIPLE_DOCS: 'another document begins here; only one is allowed',
  RESOURCE_EXHAUSTION: 'nested too deeply',
}

/** `lineCounter` is told where the lines of the text begin. */
export function readYaml(
  text: string,
  lineCounter?: LineCounter,
): { readonly document: Document; readonly value: unknown } | readonly YamlProblem[] {
  const options = lineCounter === undefined ? {} : { lineCounter }
  const document = parseDocument(text, { ...options, prettyErrors: false, logLevel: 'error' })
  const broken = [...document.errors, ...document.warnings, ...danglingAliases(document)]
  if (broken.length > 0) {
    return broken.map(({ pos: [begin, end], code, message }) => {
      return { begin, end, what: `not valid YAML: ${WORDS[code] ?? message.split('\n', 1)[0]}` }
    })
  }
  try {
    return { document, value: document.toJS() as unknown }
  } catch {
    // Aliases that multiply, the only thing that can go wrong here.
    return [{ begin: 0, end: 1, what: 'too many aliases' }]
  }
}

export function areYamlProblems(read: ReturnType<typeof readYaml>): read is readonly YamlProblem[] {
  return Array.isArray(read)
}

/** Aliases of what has no anchor, as errors like the others. */
function danglingAliases(document: Document.Parsed): Pick<YAMLError, 'pos' | 'code' | 'message'>[] {
  const dangling: Pick<YAMLError, 'pos' | 'code' | 'message'>[] = []
  if (document.errors.length > 0) return dangling
  visit(document, {
    Alias: (_key, alias) => {
      if (alias.resolve(document) !== undefined) return
      const [begin, end] = alias.range ?? [0, 1]
      const message = `*${alias.source} has no anchor &${alias.source} before it`
      dangling.push({ pos: [begin, end], code: 'BAD_ALIAS', message })
    },
  })
  return dangling
}
