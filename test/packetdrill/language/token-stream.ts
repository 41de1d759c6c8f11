/**
 * The parser's view of the tokens: look at the next, take it, insist on it.
 */
import type { Token, TokenKind } from './lexer.ts'
import { ScriptError } from './script-error.ts'

export class TokenStream {
  private tokens: readonly Token[]
  private at = 0

  /** `tokens` ends with an `end` token. */
  constructor(tokens: readonly Token[]) {
    this.tokens = tokens
  }

  /** The token `ahead` places after the next one. */
  peek(ahead = 0): Token {
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)]
  }

  next(): Token {
    const token = this.peek()
    this.at++
    return token
  }

  /** Whether the next token is this mark or word. */
  isNext(text: string): boolean {
    const token = this.peek()
    return (token.kind === 'mark' || token.kind === 'word') && token.text === text
  }

  isKind(kind: TokenKind): boolean {
    return this.peek().kind === kind
  }

  /** Takes the next token if it is this mark or word. */
  skip(text: string): boolean {
    if (!this.isNext(text)) return false
    this.at++
    return true
  }

  /** Takes this mark or word, or fails. */
  expect(text: string): Token {
    if (!this.isNext(text)) this.fail(`expected ${text}, found ${this.describeNext()}`)
    return this.next()
  }

  /** Takes a token of this kind, or fails; `what` names it in the message. */
  take(kind: TokenKind, what: string): Token {
    if (!this.isKind(kind)) this.fail(`expected ${what}, found ${this.describeNext()}`)
    return this.next()
  }

  /** Takes an integer in `[min, max]`, or fails. */
  takeInteger(what: string, min: number, max: number): number {
    const { value } = this.take('integer', what)
    if (value < min || value > max) this.fail(`${what} ${value} is not between ${min} and ${max}`)
    return value
  }

  /** From here on each of these words stands for a token of another script line (`--define`). */
  define(definitions: ReadonlyMap<string, Token>): void {
    this.tokens = this.tokens.map((token, index) => {
      const meant = index < this.at || token.kind !== 'word' ? undefined : definitions.get(token.text)
      return meant === undefined ? token : { ...meant, line: token.line }
    })
  }

  fail(message: string): never {
    throw new ScriptError('syntax', this.peek().line, message)
  }

  refuse(what: string): never {
    throw new ScriptError('unsupported', this.peek().line, what)
  }

  /** Refuses a name; `known` are those that would do. */
  refuseName(what: string, name: string, known: Iterable<string>): never {
    this.refuse(`${what} ${name} (known: ${[...known].join(', ')})`)
  }

  private describeNext(): string {
    const token = this.peek()
    return token.kind === 'end' ? token.text : JSON.stringify(token.text)
  }
}
