/**
 * The arguments of a system call as values: numbers, names, structures. What does not fit is a syntax error of the line.
 */
import type { Expression, SyscallAction } from '../language/ast.ts'
import { ScriptError } from '../language/script-error.ts'
import type { OptionValue } from '../stack.ts'
import { Unsupported } from '../stack.ts'
import { OPEN_FLAGS } from './constants.ts'

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
    if (this.at(index).kind !== 'ellipsis') this.fail(`argument ${index + 1} of ${this.name}() has to be ...`)
  }

  /** A buffer: `...`. The stack is given real ones only. */
  buffer(index: number): void {
    const arg = this.at(index)
    const isNull = (arg.kind === 'word' && arg.name === 'NULL') || (arg.kind === 'integer' && arg.value === 0)
    if (isNull) throw new Unsupported('a NULL buffer')
    this.ellipsis(index)
  }

  /** Names joined by `|`; none for 0. */
  flags(index: number): ReadonlySet<string> {
    return flagNames(this.at(index), this.line)
  }

  /** The value of an option: `[1]`, `{onoff=1, linger=0}` or a string. */
  optionValue(index: number): OptionValue {
    const arg = this.at(index)
    if (arg.kind === 'string') return arg.text
    if (arg.kind === 'list' && arg.items.length === 1 && arg.items[0].kind === 'integer') return arg.items[0].value
    if (arg.kind === 'struct') {
      return { onoff: integerField(arg, 'onoff', this.line), linger: integerField(arg, 'linger', this.line) }
    }
    return this.fail(`argument ${index + 1} of ${this.name}() is no option value`)
  }

  /** The one number in brackets: `[1000]`. */
  bracketed(index: number): number {
    const value = this.optionValue(index)
    if (typeof value !== 'number') this.fail(`argument ${index + 1} of ${this.name}() is no [number]`)
    return value
  }

  /** The port of a socket address: of `...` the given default, of a structure its sin_port. */
  port(index: number, defaultPort: number): number {
    const arg = this.at(index)
    if (arg.kind === 'ellipsis') return defaultPort
    const port = arg.kind === 'struct' ? arg.fields.get('sin_port') : undefined
    if (port?.kind !== 'call' || port.name !== 'htons' || port.argument.kind !== 'integer') {
      this.fail(`argument ${index + 1} of ${this.name}() is no address`)
    }
    return port.argument.value
  }

  /** The structures in a list: `[{...}, {...}]`. */
  structs(index: number): { readonly kind: 'struct'; readonly fields: ReadonlyMap<string, Expression> }[] {
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
