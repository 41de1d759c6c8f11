/**
 * Reads a system call: `accept(3, ..., ...) = 4`, `read(4, ..., 1000) = -1 ECONNRESET (Connection reset by peer)`.
 */
import type { Expression, SyscallAction } from './ast.ts'
import type { TokenStream } from './token-stream.ts'

export function parseSyscall(stream: TokenStream, endUsecs: number | undefined): SyscallAction {
  const name = stream.take('word', 'a packet, a system call, a command or code').text
  stream.expect('(')
  const args = parseExpressions(stream, ')')
  stream.expect('=')
  const result = parseExpression(stream)
  let errno: string | undefined
  // A word after the result is an errno; after it, or alone, stands a remark in parentheses.
  if (stream.isKind('word')) errno = stream.next().text
  if (stream.skip('(')) while (!stream.skip(')')) skipRemark(stream)
  return { kind: 'syscall', name, args, result, errno, endUsecs }
}

function skipRemark(stream: TokenStream): void {
  if (stream.isKind('end')) stream.fail('a remark is not closed')
  stream.next()
}

/** Expressions separated by commas up to `close`, which is taken. */
function parseExpressions(stream: TokenStream, close: string): Expression[] {
  const items: Expression[] = []
  if (stream.skip(close)) return items
  do items.push(parseExpression(stream))
  while (stream.skip(','))
  stream.expect(close)
  return items
}

function parseExpression(stream: TokenStream): Expression {
  const first = parseTerm(stream)
  if (!stream.isNext('|')) return first
  const terms = [first]
  while (stream.skip('|')) terms.push(parseTerm(stream))
  return { kind: 'or', terms }
}

function parseTerm(stream: TokenStream): Expression {
  const token = stream.peek()
  switch (token.kind) {
    case 'integer':
      stream.next()
      return { kind: 'integer', value: token.value }
    case 'string':
      return parseString(stream)
    case 'word':
      return parseWord(stream)
    default:
  }
  if (stream.skip('...')) return { kind: 'ellipsis' }
  if (stream.skip('[')) return { kind: 'list', items: parseExpressions(stream, ']') }
  if (stream.skip('{')) return parseStruct(stream)
  return stream.fail(`expected an argument, found "${token.text}"`)
}

/** Adjacent strings are one. */
function parseString(stream: TokenStream): Expression {
  let text = ''
  while (stream.isKind('string')) text += stream.next().text
  stream.skip('...')
  return { kind: 'string', text }
}

function parseWord(stream: TokenStream): Expression {
  const name = stream.next().text
  if (!stream.skip('(')) return { kind: 'word', name }
  const argument = parseExpression(stream)
  stream.expect(')')
  return { kind: 'call', name, argument }
}

/** `{fd=3, events=POLLIN}`, `{msg_iov(1)=[{..., 2000}]}`, `{..., 1000}`. */
function parseStruct(stream: TokenStream): Expression {
  const fields = new Map<string, Expression>()
  if (stream.skip('}')) return { kind: 'struct', fields }
  do {
    const item = parseExpression(stream)
    const isField = (item.kind === 'word' || item.kind === 'call') && stream.skip('=')
    fields.set(isField ? item.name : String(fields.size), isField ? parseExpression(stream) : item)
  } while (stream.skip(','))
  stream.expect('}')
  return { kind: 'struct', fields }
}
