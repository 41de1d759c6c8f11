/**
 * The code blocks of scripts: `%{ assert tcpi_snd_mss == 1000, tcpi_snd_mss }%`. A small part of Python: assert and print
 * statements over integer expressions. Names stand for values that the stack is asked for.
 */
import { ScriptError } from './script-error.ts'

export type AssertionNode =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly AssertionNode[] }
  | { readonly kind: 'unary'; readonly operator: string; readonly operand: AssertionNode }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: AssertionNode; readonly right: AssertionNode }
  /** `a < b <= c`: every neighbouring pair has to hold. */
  | { readonly kind: 'compare'; readonly operators: readonly string[]; readonly operands: readonly AssertionNode[] }

export interface Assertion {
  readonly line: number
  /** The condition as written, for messages. */
  readonly text: string
  readonly condition: AssertionNode
}

interface Lexeme {
  readonly text: string
  readonly line: number
  readonly at: number
}

/** Operators from loosest to tightest; `not` and comparisons lie between `and` and `|`. */
const BINARY_LEVELS: readonly (readonly string[])[] = [['|'], ['^'], ['&'], ['<<', '>>'], ['+', '-'], ['*', '//', '%']]
const COMPARISONS = new Set(['==', '!=', '<', '<=', '>', '>='])
const LEXEME =
  /[ \t\r]+|\\\r?\n|#[^\n]*|(\n|;|==|!=|<=|>=|<<|>>|\/\/|[-+*%&|^~<>(),]|0x[0-9a-fA-F]+|\d+|\w+|"[^"]*"|'[^']*')/y

/** The parts of `a and b and c`, each an assertion of its own. */
export function conjuncts(assertion: Assertion): Assertion[] {
  const { condition } = assertion
  if (condition.kind !== 'binary' || condition.operator !== 'and') return [assertion]
  return [condition.left, condition.right].flatMap((part) => conjuncts({ ...assertion, condition: part }))
}

/** Every name in an expression. */
export function namesIn(node: AssertionNode): string[] {
  switch (node.kind) {
    case 'number':
      return []
    case 'name':
      return [node.name]
    case 'call':
      return node.args.flatMap(namesIn)
    case 'unary':
      return namesIn(node.operand)
    case 'binary':
      return [...namesIn(node.left), ...namesIn(node.right)]
    case 'compare':
      return node.operands.flatMap(namesIn)
  }
}

/** Parses the assertions of a code block that starts on `line`; print statements are understood and left out. */
export function parseAssertions(code: string, line: number): Assertion[] {
  return new AssertionParser(code, line).statements()
}

class AssertionParser {
  private readonly code: string
  private readonly lexemes: Lexeme[] = []
  private at = 0

  constructor(code: string, firstLine: number) {
    this.code = code
    let line = firstLine
    for (let at = 0; at < code.length; ) {
      LEXEME.lastIndex = at
      const match = LEXEME.exec(code)
      if (match === null) throw new ScriptError('unsupported', line, `code: ${JSON.stringify(code[at])}`)
      if (match[1] !== undefined) this.lexemes.push({ text: match[1], line, at })
      line += match[0].split('\n').length - 1
      at += match[0].length
    }
    this.lexemes.push({ text: '', line, at: code.length })
  }

  statements(): Assertion[] {
    const assertions: Assertion[] = []
    while (this.peek().text !== '') {
      if (this.skip('\n') || this.skip(';')) continue
      const { line, text } = this.next()
      if (text === 'assert') assertions.push(this.assertion(line))
      else if (text === 'print') this.skipStatement()
      else throw new ScriptError('unsupported', line, `code: the statement "${text}"`)
    }
    return assertions
  }

  private assertion(line: number): Assertion {
    const start = this.peek().at
    const condition = this.or()
    const text = this.code.slice(start, this.peek().at).trim()
    // What follows the comma is Python's message for a failure: we say more ourselves.
    if (this.skip(',')) this.skipStatement()
    if (!['', '\n', ';'].includes(this.peek().text)) this.fail()
    return { line, text, condition }
  }

  private skipStatement(): void {
    while (!['', '\n', ';'].includes(this.peek().text)) this.at++
  }

  private or(): AssertionNode {
    let left = this.and()
    while (this.skip('or')) left = { kind: 'binary', operator: 'or', left, right: this.and() }
    return left
  }

  private and(): AssertionNode {
    let left = this.not()
    while (this.skip('and')) left = { kind: 'binary', operator: 'and', left, right: this.not() }
    return left
  }

  private not(): AssertionNode {
    if (this.skip('not')) return { kind: 'unary', operator: 'not', operand: this.not() }
    return this.comparison()
  }

  private comparison(): AssertionNode {
    const operands = [this.binary(0)]
    const operators: string[] = []
    while (COMPARISONS.has(this.peek().text)) {
      operators.push(this.next().text)
      operands.push(this.binary(0))
    }
    return operators.length === 0 ? operands[0] : { kind: 'compare', operators, operands }
  }

  private binary(level: number): AssertionNode {
    const operators = BINARY_LEVELS[level]
    if (operators === undefined) return this.unary()
    let left = this.binary(level + 1)
    while (operators.includes(this.peek().text)) {
      const operator = this.next().text
      left = { kind: 'binary', operator, left, right: this.binary(level + 1) }
    }
    return left
  }

  private unary(): AssertionNode {
    for (const operator of ['-', '+', '~'])
      if (this.skip(operator)) return { kind: 'unary', operator, operand: this.unary() }
    return this.primary()
  }

  private primary(): AssertionNode {
    if (this.skip('(')) {
      const inner = this.or()
      this.expect(')')
      return inner
    }
    const { text } = this.peek()
    if (/^(0x[0-9a-fA-F]+|\d+)$/.test(text)) {
      this.at++
      return { kind: 'number', value: Number(text) }
    }
    if (!/^[A-Za-z_]\w*$/.test(text)) this.fail()
    this.at++
    if (!this.skip('(')) return { kind: 'name', name: text }
    const args: AssertionNode[] = []
    do args.push(this.or())
    while (this.skip(','))
    this.expect(')')
    return { kind: 'call', name: text, args }
  }

  private peek(): Lexeme {
    return this.lexemes[Math.min(this.at, this.lexemes.length - 1)]
  }

  private next(): Lexeme {
    const lexeme = this.peek()
    this.at++
    return lexeme
  }

  private skip(text: string): boolean {
    if (this.peek().text !== text) return false
    this.at++
    return true
  }

  private expect(text: string): void {
    if (!this.skip(text)) this.fail()
  }

  private fail(): never {
    const { text, line } = this.peek()
    throw new ScriptError('syntax', line, `code: unexpected ${text === '' ? 'end' : JSON.stringify(text)}`)
  }
}
