/**
 * Evaluates the assertions of code blocks. Booleans are 1 and 0, as in Python.
 */
import type { Assertion, AssertionNode } from './assertion.ts'
import { ScriptError } from './script-error.ts'

/** What names and functions stand for; undefined for one that is not known. */
export interface Environment {
  name(name: string): number | undefined
  call(name: string, args: readonly number[]): number | undefined
}

/** Throws a failure with the values of all names in it when the assertion does not hold. */
export function checkAssertion(assertion: Assertion, environment: Environment): void {
  const { line } = assertion
  const seen = new Map<string, number>()
  const known = (name: string, value: number | undefined): number => {
    if (value === undefined) throw new ScriptError('unsupported', line, `the name ${name}`)
    seen.set(name, value)
    return value
  }
  const strict: StrictEnvironment = {
    line,
    name: (name) => known(name, environment.name(name)),
    call: (name, args) => known(`${name}(${args.join(', ')})`, builtIn(name, args) ?? environment.call(name, args)),
  }
  if (evaluate(assertion.condition, strict) !== 0) return
  const values = [...seen].map(([name, value]) => `${name} is ${value}`).join(', ')
  throw new ScriptError('failure', assertion.line, `assertion failed: ${assertion.text}${values && ` (${values})`}`)
}

/** An environment in which every name has a value, or the assertion ends. */
interface StrictEnvironment {
  readonly line: number
  name(name: string): number
  call(name: string, args: readonly number[]): number
}

function evaluate(node: AssertionNode, environment: StrictEnvironment): number {
  const value = (inner: AssertionNode): number => evaluate(inner, environment)
  switch (node.kind) {
    case 'number':
      return node.value
    case 'name':
      if (node.name === 'True' || node.name === 'False') return Number(node.name === 'True')
      return environment.name(node.name)
    case 'call':
      return environment.call(node.name, node.args.map(value))
    case 'unary':
      return unary(node.operator, value(node.operand))
    case 'binary':
      if (node.operator === 'and') return value(node.left) && value(node.right)
      if (node.operator === 'or') return value(node.left) || value(node.right)
      return binary(node.operator, value(node.left), value(node.right), environment.line)
    case 'compare': {
      const operands = node.operands.map(value)
      return Number(node.operators.every((operator, i) => compare(operator, operands[i], operands[i + 1])))
    }
  }
}

function unary(operator: string, operand: number): number {
  if (operator === 'not') return Number(operand === 0)
  if (operator === '-') return -operand
  return operator === '~' ? -operand - 1 : operand
}

function binary(operator: string, left: number, right: number, line: number): number {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '//':
    case '%':
      if (right === 0) throw new ScriptError('failure', line, 'division by zero')
      return operator === '//' ? Math.floor(left / right) : left - right * Math.floor(left / right)
    case '<<':
      return left * 2 ** right
    case '>>':
      return Math.floor(left / 2 ** right)
    case '&':
      return Number(BigInt(left) & BigInt(right))
    case '^':
      return Number(BigInt(left) ^ BigInt(right))
    default:
      return Number(BigInt(left) | BigInt(right))
  }
}

function compare(operator: string, left: number, right: number): boolean {
  switch (operator) {
    case '==':
      return left === right
    case '!=':
      return left !== right
    case '<':
      return left < right
    case '<=':
      return left <= right
    case '>':
      return left > right
    default:
      return left >= right
  }
}

/** Python's functions that scripts use. */
function builtIn(name: string, args: readonly number[]): number | undefined {
  if (name === 'abs' && args.length === 1) return Math.abs(args[0])
  if (name === 'min') return Math.min(...args)
  return name === 'max' ? Math.max(...args) : undefined
}
