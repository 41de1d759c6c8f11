/**
 * Lines of the C preprocessor, with which suites for several systems tell apart what is whose. One rule: what is for Linux is
 * read, what is for another system is left out. Lines of headers (`#include <...>`) hold nothing that happens and vanish.
 */
import { ScriptError } from './script-error.ts'

/** A directive, from its `#` to the end of the line. Any other `#` begins a comment. */
const DIRECTIVE = /#(ifdef|ifndef|if|elif|else|endif|include|define|undef)\b[ \t]*([^\n]*)/y

/** The names that are defined: Linux's. */
const DEFINED = new Set(['linux', '__linux', '__linux__', 'LINUX', '__LINUX__'])

export class Conditionals {
  private readonly source: string
  /** Lines of the `#ifdef`s and `#ifndef`s whose `#endif` has not come. */
  private readonly open: number[] = []

  constructor(source: string) {
    this.source = source
  }

  /** Where reading goes on, if a directive stands at `at`, on `line`; `at` itself if none does. */
  pass(at: number, line: number): number {
    if (this.source[at] !== '#' || !this.beginsLine(at)) return at
    const directive = this.directiveAt(at)
    if (directive === undefined) return at
    const { name, rest, end } = directive
    switch (name) {
      case 'ifdef':
      case 'ifndef': {
        this.open.push(line)
        const isRead = DEFINED.has(rest.replace(/\s.*$/, '')) === (name === 'ifdef')
        return isRead ? end : this.skipSection(end, line)
      }
      case 'else':
        this.requireOpen(name, line)
        return this.skipSection(end, line)
      case 'endif':
        this.requireOpen(name, line)
        this.open.pop()
        return end
      case 'include':
        if (rest.startsWith('<')) return end
    }
    throw new ScriptError(
      'unsupported',
      line,
      `#${name} ${rest} (known: #ifdef, #ifndef, #else, #endif, #include <...>)`,
    )
  }

  /** Called at the end of the script: every section has ended. */
  finish(): void {
    const line = this.open.at(-1)
    if (line !== undefined) throw new ScriptError('syntax', line, 'this section has no #endif')
  }

  /** From the line after a directive to what ends its section: its `#else`, which is read on from, or its `#endif`. */
  private skipSection(from: number, line: number): number {
    let depth = 0
    for (let at = this.nextLine(from); at < this.source.length; at = this.nextLine(at)) {
      const directive = this.directiveAt(this.firstOf(at))
      if (directive === undefined) continue
      const { name, end } = directive
      if (name === 'ifdef' || name === 'ifndef' || name === 'if') depth++
      else if (name === 'endif' && depth > 0) depth--
      else if (name === 'endif') {
        this.open.pop()
        return end
      } else if (name === 'else' && depth === 0) return end
    }
    throw new ScriptError('syntax', line, 'this section has no #endif')
  }

  private directiveAt(at: number): { name: string; rest: string; end: number } | undefined {
    DIRECTIVE.lastIndex = at
    const match = DIRECTIVE.exec(this.source)
    return match === null ? undefined : { name: match[1], rest: match[2].trim(), end: at + match[0].length }
  }

  private requireOpen(name: string, line: number): void {
    if (this.open.length === 0) throw new ScriptError('syntax', line, `#${name} without #ifdef`)
  }

  private beginsLine(at: number): boolean {
    return this.source.slice(this.source.lastIndexOf('\n', at - 1) + 1, at).trim() === ''
  }

  private nextLine(at: number): number {
    const end = this.source.indexOf('\n', at)
    return end < 0 ? this.source.length : end + 1
  }

  /** The first character of the line at `at` that is no blank. */
  private firstOf(at: number): number {
    let first = at
    while (this.source[first] === ' ' || this.source[first] === '\t') first++
    return first
  }
}
