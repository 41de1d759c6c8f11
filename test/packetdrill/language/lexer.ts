/**
 * Cuts a packetdrill script into tokens. Comments (`//`, `/* *\/`, `#`) and white space separate tokens and vanish; shell
 * commands in back quotes and code in `%{ }%` come as one token each, unread. What is for other systems: see conditional.ts.
 */
import { Conditionals } from './conditional.ts'
import { ScriptError } from './script-error.ts'

export type TokenKind =
  | 'integer'
  | 'float'
  | 'word'
  | 'string'
  | 'shell'
  | 'code'
  | 'option'
  | 'address'
  | 'mark'
  | 'end'

export interface Token {
  readonly kind: TokenKind
  /** The token as written; without its delimiters for strings, shell commands, code and options. */
  readonly text: string
  /** The value of a number. */
  readonly value: number
  /** Line on which the token starts, from 1. */
  readonly line: number
}

interface Rule {
  readonly kind: TokenKind | 'nothing'
  readonly pattern: RegExp
}

/** In order of preference; the first that matches wins, so longer forms stand before their beginnings. */
const RULES: readonly Rule[] = [
  { kind: 'nothing', pattern: /[ \t\r\n]+/y },
  { kind: 'nothing', pattern: /\/\/[^\n]*/y },
  { kind: 'nothing', pattern: /\/\*[\s\S]*?\*\//y },
  { kind: 'nothing', pattern: /#[^\n]*/y },
  { kind: 'code', pattern: /%\{([\s\S]*?)\}%/y },
  { kind: 'shell', pattern: /`((?:\\[\s\S]|[^`\\])*)`/y },
  { kind: 'string', pattern: /"((?:\\[\s\S]|[^"\\])*)"/y },
  { kind: 'option', pattern: /--([A-Za-z0-9_]+)/y },
  { kind: 'address', pattern: /\d+\.\d+\.\d+\.\d+/y },
  // An IPv6 address has two colons at least; sequence numbers have one.
  { kind: 'address', pattern: /[0-9a-fA-F]{0,4}:[0-9a-fA-F]{0,4}:[0-9a-fA-F:.]*/y },
  { kind: 'float', pattern: /-?\d*\.\d+/y },
  { kind: 'integer', pattern: /0x[0-9a-fA-F]+(?![A-Za-z0-9_])/y },
  { kind: 'integer', pattern: /-?\d+(?![A-Za-z0-9_])/y },
  { kind: 'word', pattern: /[A-Za-z0-9_]+/y },
  { kind: 'mark', pattern: /\.\.\./y },
  { kind: 'mark', pattern: /[-+*~<>.,:;=|()[\]{}]/y },
]

/** The tokens of `source`, an `end` token last. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  let line = 1
  const conditionals = new Conditionals(source)
  while (at < source.length) {
    const passed = conditionals.pass(at, line)
    line += source.slice(at, passed).split('\n').length - 1
    at = passed
    if (at === source.length) break
    const found = matchAt(source, at)
    if (found === undefined) throw new ScriptError('syntax', line, `cannot read ${JSON.stringify(source[at])}`)
    const { rule, match } = found
    const text = match[1] ?? match[0]
    if (rule.kind !== 'nothing') {
      const isNumber = rule.kind === 'integer' || rule.kind === 'float'
      tokens.push({ kind: rule.kind, text, value: isNumber ? Number(text) : 0, line })
    }
    at += match[0].length
    line += match[0].split('\n').length - 1
  }
  conditionals.finish()
  tokens.push({ kind: 'end', text: 'end of script', value: 0, line })
  return tokens
}

function matchAt(source: string, at: number): { rule: Rule; match: RegExpExecArray } | undefined {
  for (const rule of RULES) {
    rule.pattern.lastIndex = at
    const match = rule.pattern.exec(source)
    if (match !== null) return { rule, match }
  }
  return undefined
}
