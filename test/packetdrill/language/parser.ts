/**
 * Reads a packetdrill script: option lines, a set-up command, timed events, a clean-up command. Packets and system calls
 * have parsers of their own.
 */
import type { Action, Script, ScriptCommand, ScriptEvent, ScriptOption, Time } from './ast.ts'
import { type Token, tokenize } from './lexer.ts'
import { parsePacket } from './parse-packet.ts'
import { parseSyscall } from './parse-syscall.ts'
import { ScriptError } from './script-error.ts'
import { TokenStream } from './token-stream.ts'

/** Parses `source`; throws a `ScriptError` of kind `syntax`, or `unsupported` for forms outside TCP over IPv4. */
export function parseScript(source: string): Script {
  const stream = new TokenStream(tokenize(source))
  const options: ScriptOption[] = []
  const definitions = new Map<string, Token>()
  while (stream.isKind('option')) {
    if (stream.peek().text === 'define') parseDefinition(stream, definitions)
    else options.push(parseOption(stream))
  }
  stream.define(definitions)
  const setup = parseCommands(stream)
  const events: ScriptEvent[] = []
  while (!stream.isKind('end') && !stream.isKind('shell')) events.push(parseEvent(stream))
  const cleanup = parseCommands(stream)
  if (!stream.isKind('end')) stream.fail('expected the end of the script after its clean-up command')
  const [first] = events
  if (first === undefined) stream.fail('a script has at least one event')
  if (first.time.kind === 'any' || startOf(first.time) !== 0) {
    throw new ScriptError('syntax', first.line, 'the first event is at time 0')
  }
  return { options, setup, events, cleanup }
}

/** The earliest moment of a time, in its own terms. */
function startOf(time: Exclude<Time, { kind: 'any' }>): number {
  return time.kind === 'between' ? time.from : time.usecs
}

function parseOption(stream: TokenStream): ScriptOption {
  const { text: name, line } = stream.next()
  const value = stream.skip('=') ? stream.next().text : undefined
  return { line, name, value }
}

/** `--define=NAME=value`: the value is a word, a number, a string in quotes or a command in back quotes. */
function parseDefinition(stream: TokenStream, definitions: Map<string, Token>): void {
  stream.next()
  stream.expect('=')
  const name = stream.take('word', 'a name to define').text
  stream.expect('=')
  definitions.set(name, stream.next())
}

function parseCommands(stream: TokenStream): ScriptCommand[] {
  const commands: ScriptCommand[] = []
  while (stream.isKind('shell')) {
    const { line, text } = stream.next()
    commands.push({ line, text })
  }
  return commands
}

function parseEvent(stream: TokenStream): ScriptEvent {
  const { line } = stream.peek()
  const time = parseTime(stream)
  const action = parseAction(stream)
  const expectsPacket = (action.kind === 'packet' || action.kind === 'icmp') && action.direction === 'outbound'
  if (!expectsPacket && (time.kind === 'any' || time.kind === 'between')) {
    throw new ScriptError('syntax', line, 'only an outbound packet can have the time * or a range')
  }
  return { line, time, action }
}

/** `0`, `1.5`, `+.1`, `*`, `1~2`, `+.1~+.2`. */
function parseTime(stream: TokenStream): Time {
  if (stream.skip('*')) return { kind: 'any' }
  const relative = stream.skip('+')
  const from = takeSeconds(stream)
  if (!stream.skip('~')) return relative ? { kind: 'after', usecs: from } : { kind: 'at', usecs: from }
  if (relative) stream.expect('+')
  const to = takeSeconds(stream)
  if (to < from) stream.fail('the time range ends before it starts')
  return { kind: 'between', from, to, relative }
}

/** A time in seconds as microseconds. */
function takeSeconds(stream: TokenStream): number {
  const token = stream.peek()
  if (token.kind !== 'integer' && token.kind !== 'float') stream.fail(`expected a time, found "${token.text}"`)
  if (token.value < 0) stream.fail('a time is not negative')
  stream.next()
  return Math.round(token.value * 1e6)
}

function parseAction(stream: TokenStream): Action {
  const token = stream.peek()
  if (token.kind === 'shell') return { kind: 'command', text: stream.next().text }
  if (token.kind === 'code') return { kind: 'code', text: stream.next().text }
  if (stream.isNext('<') || stream.isNext('>')) return parsePacket(stream)
  let endUsecs: number | undefined
  if (stream.skip('...')) endUsecs = takeSeconds(stream)
  return parseSyscall(stream, endUsecs)
}
