/**
 * What each system call of a script does with the stack: a table from name to operation.
 */
import type { Expression, SyscallAction } from '../language/ast.ts'
import { ScriptError } from '../language/script-error.ts'
import { type Outcome, type StackUnderTest, Unsupported, WOULD_BLOCK } from '../stack.ts'
import { Arguments, flagNames, integerField, numberOf } from './arguments.ts'
import { OPEN_FLAGS } from './constants.ts'
import { firstWrongByte, patternBytes } from './pattern.ts'
import type { Settings } from './settings.ts'

/** A call under way: tried until it does not block any more. */
export interface Operation {
  attempt(): Outcome
  /** Called with a result >= 0: registers what the call made, or returns what is wrong besides the result. */
  finish?(result: number): string | undefined
  /** The result is a handle: any will do where the script expects a descriptor. */
  readonly returnsHandle?: boolean
}

/** What an operation knows of the run. */
export interface CallContext {
  readonly stack: StackUnderTest
  readonly settings: Settings
  readonly line: number
  /** The stack's handle for a descriptor of the script. */
  handle(descriptor: number): number
  /** Bytes read and written so far on a handle: positions in its two streams. */
  readonly positions: StreamPositions
  onSocket(handle: number): void
  onListen(handle: number): void
  /** A connection to `port` is about to be begun. */
  onConnect(port: number): void
  onClose(descriptor: number): void
}

export class StreamPositions {
  readonly read = new Map<number, number>()
  readonly written = new Map<number, number>()
}

type Starter = (args: Arguments, context: CallContext) => Operation

/** Starts the operation that `call` asks for. */
export function startOperation(call: SyscallAction, context: CallContext): Operation {
  const starter = STARTERS[call.name]
  if (starter === undefined) throw new Unsupported(`${call.name}(2) (known: ${Object.keys(STARTERS).join(', ')})`)
  return starter(new Arguments(call, context.line), context)
}

const STARTERS: Readonly<Record<string, Starter>> = {
  socket: (args, { stack, onSocket }) => {
    args.count(3)
    const family = args.isEllipsis(0) ? 'AF_INET' : args.word(0)
    if (family !== 'AF_INET') throw new Unsupported(`sockets of ${family} (known: ..., AF_INET)`)
    const type = args.flags(1)
    if (!type.has('SOCK_STREAM')) throw new Unsupported(`sockets of ${[...type].join('|')} (known: SOCK_STREAM)`)
    const [protocol] = args.flags(2)
    if (protocol !== undefined && protocol !== 'IPPROTO_TCP') {
      throw new Unsupported(`sockets of ${protocol} (known: IPPROTO_TCP)`)
    }
    const attempt = (): Outcome => stack.socket(type.has('SOCK_NONBLOCK'))
    return { attempt, returnsHandle: true, finish: (socket) => void onSocket(socket) }
  },

  bind: (args, { stack, settings, handle }) => {
    args.count(3)
    const target = handle(args.integer(0))
    const port = args.address(1)?.port ?? settings.bindPort
    return { attempt: () => stack.bind(target, settings.localAddress, port) }
  },

  listen: (args, { stack, handle, onListen }) => {
    args.count(2)
    const target = handle(args.integer(0))
    const backlog = args.integer(1)
    return { attempt: () => stack.listen(target, backlog), finish: () => void onListen(target) }
  },

  accept: (args, context) => accept(args, context, 3),
  accept4: (args, context) => accept(args, context, 4),

  connect: (args, { stack, settings, handle, onConnect }) => {
    args.count(3)
    const port = args.address(1)?.port ?? settings.connectPort
    const target = handle(args.integer(0))
    if (stack.tupleOf(target) === undefined) onConnect(port)
    return { attempt: () => stack.connect(target, settings.remoteAddress, port) }
  },

  read: (args, context) => read(args, context, buffer(args, 3)),
  recv: (args, context) => read(args, context, buffer(args, 4), args.flags(3)),
  recvfrom: (args, context) => read(args, context, buffer(args, 6), args.flags(3)),
  readv: (args, context) => read(args, context, vectors(args)),
  recvmsg: (args, context) => read(args, context, message(args), args.flags(2)),
  write: (args, context) => write(args, context, buffer(args, 3)),
  send: (args, context) => write(args, context, buffer(args, 4), args.flags(3)),
  sendto: (args, context) => write(args, context, buffer(args, 6), args.flags(3)),
  writev: (args, context) => write(args, context, vectors(args)),
  sendmsg: (args, context) => write(args, context, message(args), args.flags(2)),

  shutdown: (args, { stack, handle }) => {
    args.count(2)
    const target = handle(args.integer(0))
    const how = args.word(1)
    if (how !== 'SHUT_RD' && how !== 'SHUT_WR' && how !== 'SHUT_RDWR') throw new Unsupported(`shutdown(2) with ${how}`)
    return { attempt: () => stack.shutdown(target, how) }
  },

  close: (args, { stack, handle, onClose }) => {
    args.count(1)
    const descriptor = args.integer(0)
    const target = handle(descriptor)
    return { attempt: () => stack.close(target), finish: () => void onClose(descriptor) }
  },

  setsockopt: (args, { stack, handle }) => {
    args.count(5)
    const target = handle(args.integer(0))
    const [level, name, value] = [args.word(1), args.word(2), args.optionValue(3)]
    return { attempt: () => stack.setsockopt(target, level, name, value) }
  },

  getsockopt: (args, { stack, handle, line }) => {
    args.count(5)
    const target = handle(args.integer(0))
    const [level, name] = [args.word(1), args.word(2)]
    const fields = name === 'TCP_INFO' ? args.fields(3) : undefined
    if (fields !== undefined) return tcpInfo(stack, target, fields, line)
    const expected = args.optionValue(3)
    let value: unknown
    const attempt = (): Outcome => {
      const got = stack.getsockopt(target, level, name)
      if (typeof got === 'string' && typeof expected !== 'string') return got as Outcome
      value = got
      return 0
    }
    const finish = (): string | undefined =>
      JSON.stringify(value) === JSON.stringify(expected) ? undefined : `${name} is ${JSON.stringify(value)}`
    return { attempt, finish }
  },

  fcntl: (args, { stack, handle }) => {
    const count = args.count(2, 3)
    const target = handle(args.integer(0))
    const command = args.word(1)
    if (command === 'F_GETFL' && count === 2) {
      const nonBlocking = (): number => (stack.isNonBlocking(target) ? OPEN_FLAGS.O_NONBLOCK : 0)
      return { attempt: () => OPEN_FLAGS.O_RDWR | nonBlocking() }
    }
    if (command !== 'F_SETFL' || count !== 3) throw new Unsupported(`fcntl(2) with ${command}`)
    const flags = args.flags(2)
    const attempt = (): Outcome => {
      stack.setNonBlocking(target, flags.has('O_NONBLOCK'))
      return 0
    }
    return { attempt }
  },

  ioctl: (args, { stack, handle }) => {
    args.count(3)
    const target = handle(args.integer(0))
    const [request, expected] = [args.word(1), args.bracketed(2)]
    let value = 0
    const attempt = (): Outcome => {
      const got = stack.ioctl(target, request)
      if (typeof got === 'string') return got
      value = got
      return 0
    }
    return { attempt, finish: () => (value === expected ? undefined : `${request} is ${value}`) }
  },

  poll,
}

function accept(args: Arguments, { stack, handle }: CallContext, count: number): Operation {
  args.count(count)
  const expected = args.address(1)
  const target = handle(args.integer(0))
  const nonBlocking = count === 4 && args.flags(3).has('SOCK_NONBLOCK')
  const finish = (accepted: number): string | undefined => {
    const tuple = stack.tupleOf(accepted)
    const isRight = expected === undefined || tuple === undefined || tuple.remotePort === expected.port
    return isRight ? undefined : `the peer's port is ${tuple.remotePort}`
  }
  return { attempt: () => stack.accept(target, nonBlocking), returnsHandle: true, finish }
}

/** `{tcpi_state=TCP_ESTABLISHED, ...}`: the fields that are named. */
function tcpInfo(
  stack: StackUnderTest,
  target: number,
  fields: ReadonlyMap<string, Expression>,
  line: number,
): Operation {
  const named = [...fields].filter(([, value]) => value.kind !== 'ellipsis')
  const attempt = (): Outcome => 0
  const finish = (): string | undefined => {
    for (const [name, value] of named) {
      const is = stack.tcpInfo(target, name)
      if (is === undefined) throw new Unsupported(`${name} of struct tcp_info`)
      if (is !== numberOf(value, line)) return `${name} is ${is}`
    }
    return undefined
  }
  return { attempt, finish }
}

/** The length of the one buffer of a call with `count` arguments. */
function buffer(args: Arguments, count: number): number {
  args.count(count)
  args.buffer(1)
  return args.integer(2)
}

function vectors(args: Arguments): number {
  args.count(3)
  return args.vectors(1, 2)
}

function message(args: Arguments): number {
  args.count(3)
  return args.message(1)
}

const NO_FLAGS: ReadonlySet<string> = new Set()

/** Refuses flags that are not `known`. */
function requireFlags(args: Arguments, flags: ReadonlySet<string>, known: readonly string[]): void {
  for (const flag of flags) {
    if (!known.includes(flag)) throw new Unsupported(`${args.name}(2) with ${flag} (known: ${known.join(', ')})`)
  }
}

/** read(2) and its relatives: up to `length` bytes. */
function read(args: Arguments, { stack, handle, positions }: CallContext, length: number, flags = NO_FLAGS): Operation {
  const target = handle(args.integer(0))
  requireFlags(args, flags, ['MSG_PEEK', 'MSG_DONTWAIT'])
  const peek = flags.has('MSG_PEEK')
  const buffer = new Uint8Array(length)
  const attempt = (): Outcome => {
    const outcome = stack.read(target, buffer, peek)
    return outcome === WOULD_BLOCK && flags.has('MSG_DONTWAIT') ? 'EAGAIN' : outcome
  }
  const finish = (result: number): string | undefined => {
    const position = positions.read.get(target) ?? 0
    const wrong = firstWrongByte(buffer.subarray(0, result), position)
    if (!peek) positions.read.set(target, position + result)
    return wrong < 0 ? undefined : `byte ${wrong} read is not the byte at position ${position + wrong} of the stream`
  }
  return { attempt, finish }
}

/** write(2) and its relatives. On a blocking socket the call goes on until every byte was taken. */
function write(
  args: Arguments,
  { stack, handle, positions }: CallContext,
  length: number,
  flags = NO_FLAGS,
): Operation {
  const target = handle(args.integer(0))
  requireFlags(args, flags, ['MSG_DONTWAIT', 'MSG_NOSIGNAL', 'MSG_EOR'])
  const position = positions.written.get(target) ?? 0
  const bytes = patternBytes(position, length)
  let written = 0
  const attempt = (): Outcome => {
    const outcome = stack.write(target, bytes.subarray(written), flags.has('MSG_EOR'))
    if (typeof outcome === 'number') written += outcome
    positions.written.set(target, position + written)
    const waits = !stack.isNonBlocking(target) && !flags.has('MSG_DONTWAIT')
    if (typeof outcome === 'number') return written === length || !waits ? written : WOULD_BLOCK
    if (outcome === WOULD_BLOCK && !waits) return written > 0 ? written : 'EAGAIN'
    return written > 0 && outcome !== WOULD_BLOCK ? written : outcome
  }
  return { attempt }
}

/** `poll([{fd=4, events=POLLIN, revents=POLLIN}], 1, 0) = 1`; a timeout of 0 does not wait, another one does. */
function poll(args: Arguments, { stack, handle, line }: CallContext): Operation {
  args.count(3)
  const entries = args.structs(0).map((struct) => ({
    target: handle(integerField(struct, 'fd', line)),
    events: flagNames(struct.fields.get('events'), line),
    expected: [...flagNames(struct.fields.get('revents'), line)].sort().join('|'),
  }))
  if (args.integer(1) !== entries.length) throw new ScriptError('syntax', line, 'nfds is not the number of structures')
  const waits = args.integer(2) !== 0
  const always = ['POLLERR', 'POLLHUP']
  const ready = ({ target, events }: (typeof entries)[number]): string =>
    [...stack.poll(target)]
      .filter((event) => events.has(event) || always.includes(event))
      .sort()
      .join('|')
  const attempt = (): Outcome => {
    const count = entries.filter((entry) => ready(entry) !== '').length
    return count === 0 && waits ? WOULD_BLOCK : count
  }
  const finish = (): string | undefined => {
    const wrong = entries.find((entry) => ready(entry) !== entry.expected)
    return wrong === undefined ? undefined : `revents is ${ready(wrong) || '0'}`
  }
  return { attempt, finish }
}
