/**
 * The application's side of a run: descriptors, results, errors, and the one call that may be blocked.
 */
import type { SyscallAction } from '../language/ast.ts'
import { ScriptError } from '../language/script-error.ts'
import { type Outcome, WOULD_BLOCK } from '../stack.ts'
import { resultValue } from './arguments.ts'
import { formatTime } from './notation.ts'
import { type CallContext, type Operation, StreamPositions, startOperation } from './operations.ts'
import type { Session } from './session.ts'
import type { WireSide } from './wire-side.ts'
import { withLine } from './with-line.ts'

/** Second names of errors (include/uapi/asm-generic/errno.h). */
const ALIASES: Readonly<Record<string, string>> = { EWOULDBLOCK: 'EAGAIN' }

/** A blocking call that has not returned, or has and was not looked at yet. */
interface Blocked {
  readonly call: SyscallAction
  readonly line: number
  readonly operation: Operation
  readonly began: number
  /** When it is expected to return, script time. */
  readonly end: number
  returned: { readonly at: number; readonly outcome: Outcome } | undefined
}

export class SystemCalls {
  private readonly session: Session
  private readonly wire: WireSide
  private readonly handles = new Map<number, number>()
  private readonly positions = new StreamPositions()
  private blocked: Blocked | undefined
  private latest: number | undefined

  constructor(session: Session, wire: WireSide) {
    this.session = session
    this.wire = wire
    session.watchers.push(() => this.retry())
  }

  /** The handle of the descriptor that was made last and is still open: the socket that code blocks are about. */
  get latestHandle(): number | undefined {
    return this.latest
  }

  /** The handle of a descriptor that is open. */
  handleOf(descriptor: number): number | undefined {
    return this.handles.get(descriptor)
  }

  /** Looks at the result of the blocked call if it has returned. */
  takeReturned(line: number): void {
    if (this.blocked?.returned !== undefined) this.awaitBlocked(line)
  }

  /** Makes a call that has to return at once, or starts one that blocks until `end`. */
  make(call: SyscallAction, line: number, end: number | undefined): void {
    this.awaitBlocked(line)
    const operation = withLine(line, () => startOperation(call, this.context(line)))
    const outcome = withLine(line, () => operation.attempt())
    this.session.settle()
    if (end === undefined) {
      if (outcome === WOULD_BLOCK) throw new ScriptError('failure', line, `${call.name}() blocks`)
      this.check(call, line, operation, outcome)
      return
    }
    const returned = outcome === WOULD_BLOCK ? undefined : { at: this.session.now, outcome }
    this.blocked = { call, line, operation, began: this.session.now, end, returned }
  }

  /** Lets time pass until the blocked call has returned, if there is one. `line` is where the script goes on. */
  awaitBlocked(line: number): void {
    const { blocked, session } = this
    if (blocked === undefined) return
    const { latenessUsecs, toleranceUsecs, tolerancePercent } = session.settings
    const slack = latenessUsecs > 0 ? ((blocked.end - blocked.began) * tolerancePercent) / 100 : 0
    const latest = blocked.end + session.lag + toleranceUsecs + slack
    session.advanceUntil(() => blocked.returned !== undefined, latest)
    this.blocked = undefined
    const { returned, call } = blocked
    if (returned === undefined) {
      const text = `${call.name}() still blocks at ${formatTime(session.now)} (line ${line})`
      throw new ScriptError('failure', blocked.line, `${text}, expected it to return at ${formatTime(blocked.end)}`)
    }
    if (blocked.end - returned.at > session.settings.toleranceUsecs || returned.at > latest) {
      const text = `${call.name}() returned at ${formatTime(returned.at)}`
      throw new ScriptError('failure', blocked.line, `${text}, expected at ${formatTime(blocked.end)}`)
    }
    this.check(call, blocked.line, blocked.operation, returned.outcome)
  }

  private retry(): void {
    const { blocked } = this
    if (blocked === undefined || blocked.returned !== undefined) return
    const outcome = withLine(blocked.line, () => blocked.operation.attempt())
    if (outcome === WOULD_BLOCK) return
    blocked.returned = { at: this.session.now, outcome }
    // A call that returns can make the stack send: an ACK that opens the window, for one.
    this.session.settle()
  }

  private check(call: SyscallAction, line: number, operation: Operation, outcome: Outcome): void {
    const expected = resultValue(call.result, line)
    const fail = (problem: string): never => {
      const wanted = expected < 0 ? `${expected}${call.errno ? ` ${call.errno}` : ''}` : String(expected)
      throw new ScriptError('failure', line, `${call.name}() ${problem}, expected ${wanted}`)
    }
    if (typeof outcome === 'string') {
      if (expected !== -1) fail(`failed with ${outcome}`)
      if (call.errno !== undefined && (ALIASES[call.errno] ?? call.errno) !== outcome) fail(`failed with ${outcome}`)
      return
    }
    const result = outcome as number
    if (operation.returnsHandle && expected >= 0) this.register(expected, result, line)
    else if (result !== expected) fail(`returned ${result}`)
    const problem = withLine(line, () => operation.finish?.(result))
    if (problem !== undefined) throw new ScriptError('failure', line, `${call.name}(): ${problem}`)
  }

  private register(descriptor: number, handle: number, line: number): void {
    if (this.handles.has(descriptor)) throw new ScriptError('syntax', line, `descriptor ${descriptor} is in use`)
    this.handles.set(descriptor, handle)
    this.latest = handle
  }

  private context(line: number): CallContext {
    const { session, wire, handles, positions } = this
    return {
      stack: session.stack,
      settings: session.settings,
      line,
      positions,
      handle: (descriptor) => {
        const handle = handles.get(descriptor)
        if (handle === undefined) throw new ScriptError('syntax', line, `no descriptor ${descriptor} is open`)
        return handle
      },
      onSocket: (handle) => wire.onSocket(handle),
      onListen: (handle) => wire.onListen(handle),
      onConnect: (port) => wire.onConnect(port),
      onClose: (descriptor) => {
        if (this.latest === handles.get(descriptor)) this.latest = undefined
        handles.delete(descriptor)
      },
    }
  }
}
