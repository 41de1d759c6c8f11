/**
 * The arguments of a system call as values: numbers, names, structures. What does not fit is a syntax error of the line.
 */
import type { Expression, SyscallAction } from '../language/ast.ts'
import { ScriptError } from '../language/script-error.ts'
import type { OptionValue } from '../stack.ts'
import { Unsupported } from '../stack.ts'
import { argumentNumber, OPEN_FLAGS } from './constants.ts'

export interface StructExpression {
  readonly kind: 'struct'
  readonly fields: ReadonlyMap<string, Expression>
}

/** A socket address as far as a line says one; undefined stands for `...`. */
export interface SocketAddress {
  readonly port: number
  readonly address: string | undefined
}

export class Arguments {
  readonly name: string
  private readonly args: readonly Expression[]
  private readonly line: number

  constructor(call: SyscallAction, line: number) {
    this.name = call.name
    this.args = call.args
    this.line = line
  }

  /** Fails unless the call has between `min` and `max` arguments. */
  count(min: number, max = min): number {
    const { length } = this.args
    if (length < min || length > max) this.fail(`${this.name}() has ${length} arguments, expected ${min}`)
    return length
  }

  integer(index: number): number {
    const arg = this.at(index)
    if (arg.kind !== 'integer') this.fail(`argument ${index + 1} of ${this.name}() is no number`)
    return arg.value
  }

  word(index: number): string {
    const arg = this.at(index)
    if (arg.kind !== 'word') this.fail(`argument ${index + 1} of ${this.name}() is no name`)
    return arg.name
  }

  ellipsis(index: number): void {
    if (this.at(index).kind === 'ellipsis') return
    throw new Unsupported(`argument ${index + 1} of ${this.name}() other than ...`)
  }

  isEllipsis(index: number): boolean {
    return this.at(index).kind === 'ellipsis'
  }

  /** A buffer: `...`. The stack is given real ones only, with bytes that tell their place in the stream. */
  buffer(index: number): void {
    requireBuffer(this.at(index))
  }

  /** The bytes of a list of buffers, `[{..., 1000}, {..., 500}]`, whose length is argument `count`. */
  vectors(index: number, count: number): number {
    const structs = this.structs(index)
    if (this.integer(count) !== structs.length) this.fail(`argument ${count + 1} of ${this.name}() is not their number`)
    return structs.reduce((sum, struct) => sum + vectorBytes(struct, this.line), 0)
  }

  /** The bytes of the buffers of `{msg_name(...)=..., msg_iov(1)=[{..., 1000}], msg_flags=0}`; no more is taken of a message. */
  message(index: number): number {
    const arg = this.at(index)
    const buffers = arg.kind === 'struct' ? arg.fields.get('msg_iov') : undefined
    if (arg.kind !== 'struct' || buffers?.kind !== 'list') {
      return this.fail(`argument ${index + 1} of ${this.name}() is no message`)
    }
    if (arg.fields.has('msg_control')) throw new Unsupported(`${this.name}(2) with control messages`)
    return buffers.items.reduce((sum, item) => sum + vectorBytes(item, this.line), 0)
  }

  /** The fields of a structure other than struct linger, undefined for anything else. */
  fields(index: number): ReadonlyMap<string, Expression> | undefined {
    const arg = this.at(index)
    return arg.kind === 'struct' ? arg.fields : undefined
  }

  /** Names joined by `|`; none for 0. */
  flags(index: number): ReadonlySet<string> {
    return flagNames(this.at(index), this.line)
  }

  /** The value of an option: `[1]`, `{onoff=1, linger=0}` or a string. */
  optionValue(index: number): OptionValue {
    const arg = this.at(index)
    if (arg.kind === 'string') return arg.text
    if (arg.kind === 'list' && arg.items.length === 1) return numberOf(arg.items[0], this.line)
    if (arg.kind === 'struct' && arg.fields.has('onoff')) {
      return { onoff: integerField(arg, 'onoff', this.line), linger: integerField(arg, 'linger', this.line) }
    }
    throw new Unsupported(
      `argument ${index + 1} of ${this.name}(): an option value (known: [number], "text", {onoff=, linger=})`,
    )
  }

  /** The one number in brackets: `[1000]`. */
  bracketed(index: number): number {
    const value = this.optionValue(index)
    if (typeof value !== 'number') this.fail(`argument ${index + 1} of ${this.name}() is no [number]`)
    return value
  }

  /** A socket address: `...`, or `{sa_family = AF_INET, sin_port = htons(8080), sin_addr = inet_addr("192.168.0.1")}`. */
  address(index: number): SocketAddress | undefined {
    const arg = this.at(index)
    if (arg.kind === 'ellipsis') return undefined
    const [family, port, address] = ['sa_family', 'sin_port', 'sin_addr'].map((name) =>
      arg.kind === 'struct' ? arg.fields.get(name) : undefined,
    )
    if (family?.kind === 'word' && family.name !== 'AF_INET') throw new Unsupported(`addresses of ${family.name}`)
    if (port?.kind !== 'call' || port.name !== 'htons' || port.argument.kind !== 'integer') {
      this.fail(`argument ${index + 1} of ${this.name}() is no address`)
    }
    const text = address?.kind === 'call' && address.argument.kind === 'string' ? address.argument.text : undefined
    return { port: port.argument.value, address: text }
  }

  /** The structures in a list: `[{...}, {...}]`. */
  structs(index: number): StructExpression[] {
    const arg = this.at(index)
    if (arg.kind !== 'list') this.fail(`argument ${index + 1} of ${this.name}() is no list`)
    return arg.items.map((item) => {
      if (item.kind !== 'struct') this.fail(`argument ${index + 1} of ${this.name}() is no list of structures`)
      return item
    })
  }

  private at(index: number): Expression {
    return this.args[index] ?? this.fail(`${this.name}() has no argument ${index + 1}`)
  }

  private fail(message: string): never {
    throw new ScriptError('syntax', this.line, message)
  }
}

/** A number, or a name that stands for one. */
export function numberOf(expression: Expression, line: number): number {
  if (expression.kind === 'integer') return expression.value
  if (expression.kind === 'or') return expression.terms.reduce((sum, term) => sum | numberOf(term, line), 0)
  const value = expression.kind === 'word' ? argumentNumber(expression.name) : undefined
  if (value === undefined && expression.kind === 'word') throw new Unsupported(`the number ${expression.name}`)
  if (value === undefined) throw new ScriptError('syntax', line, 'expected a number')
  return value
}

function requireBuffer(expression: Expression | undefined): void {
  if (expression?.kind === 'ellipsis') return
  const isNull = expression?.kind === 'integer' || (expression?.kind === 'word' && expression.name === 'NULL')
  throw new Unsupported(isNull ? 'a NULL buffer' : 'a buffer with bytes of its own (known: ...)')
}

/** The length in `{..., 1000}`. */
function vectorBytes(expression: Expression, line: number): number {
  const fields = expression.kind === 'struct' ? expression.fields : undefined
  if (fields?.size !== 2) throw new ScriptError('syntax', line, 'expected a buffer, {..., length}')
  requireBuffer(fields.get('0'))
  return numberOf(fields.get('1') as Expression, line)
}

/** The names in `A|B`, none for 0. */
export function flagNames(expression: Expression | undefined, line: number): ReadonlySet<string> {
  const terms = expression?.kind === 'or' ? expression.terms : expression === undefined ? [] : [expression]
  const names = new Set<string>()
  for (const term of terms) {
    if (term.kind === 'word') names.add(term.name)
    else if (term.kind !== 'integer' || term.value !== 0)
      throw new ScriptError('syntax', line, 'expected names of flags')
  }
  return names
}

/** A number field of a structure. */
export function integerField(
  struct: { readonly fields: ReadonlyMap<string, Expression> },
  name: string,
  line: number,
): number {
  const value = struct.fields.get(name)
  if (value?.kind !== 'integer') throw new ScriptError('syntax', line, `the structure has no number ${name}`)
  return value.value
}

/** The expected result of a call: a number, or open flags joined by `|`. */
export function resultValue(expression: Expression, line: number): number {
  if (expression.kind === 'integer') return expression.value
  let value = 0
  for (const name of flagNames(expression, line)) {
    const flag = OPEN_FLAGS[name]
    if (flag === undefined) throw new ScriptError('unsupported', line, `the result ${name}`)
    value |= flag
  }
  return value
}
