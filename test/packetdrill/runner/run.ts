/**
 * Runs a script against a stack in virtual time: each event at its moment, in the order of the script.
 */
import { conjuncts, namesIn, parseAssertions } from '../language/assertion.ts'
import type { Script, ScriptEvent, Time } from '../language/ast.ts'
import { checkAssertion, type Environment } from '../language/evaluate.ts'
import { ScriptError } from '../language/script-error.ts'
import type { StackUnderTest } from '../stack.ts'
import { runCommands } from './commands.ts'
import { CODE_CONSTANTS } from './constants.ts'
import { formatTime } from './notation.ts'
import { Session } from './session.ts'
import type { Settings } from './settings.ts'
import { applyOptions } from './settings.ts'
import { SystemCalls } from './system-calls.ts'
import { type TimeWindow, WireSide } from './wire-side.ts'
import { withLine } from './with-line.ts'

/** Makes a stack whose own addresses include `localAddress`. */
export type StackFactory = (localAddress: number) => StackUnderTest

/** Runs `script`; throws a `ScriptError` at the first thing that is not as the script says, or cannot be run. */
export function runScript(script: Script, makeStack: StackFactory, base: Readonly<Settings>): void {
  const settings = applyOptions(base, script.options)
  const stack = makeStack(settings.localAddress)
  const session = new Session(stack, settings)
  for (const { text, line } of script.setup) runCommands(text, line, stack)
  const runner = new Runner(session)
  for (const event of script.events) runner.run(event)
  runner.finish()
  for (const { text, line } of script.cleanup) runCommands(text, line, stack)
}

class Runner {
  private readonly session: Session
  private readonly wire: WireSide
  private readonly calls: SystemCalls
  /** Scheduled time of the event before, for the tolerance. */
  private lastTime = 0
  /** When the event before happened: where relative times count from. Where time is real, the clock has gone on since. */
  private reached = 0
  private lastLine = 0

  constructor(session: Session) {
    this.session = session
    this.wire = new WireSide(session)
    this.calls = new SystemCalls(session, this.wire)
  }

  private get isRealTime(): boolean {
    return this.session.settings.latenessUsecs > 0
  }

  run(event: ScriptEvent): void {
    const { session } = this
    const { action, line } = event
    const offset = this.reached
    const window = this.windowOf(event.time, offset)
    this.lastLine = line
    if (action.kind === 'icmp' && action.direction === 'outbound') {
      throw new ScriptError('unsupported', line, 'outbound ICMP')
    }
    if (action.kind === 'packet' && action.direction === 'outbound') {
      this.reached = withLine(line, () => this.wire.expect(event, action, window))
      if (window.scheduled !== undefined) this.lastTime = window.scheduled
      return
    }
    const at = window.scheduled ?? offset
    if (session.now - at > session.settings.latenessUsecs) {
      throw new ScriptError('failure', line, `it is ${formatTime(session.now)} already`)
    }
    if (at > session.now) session.advanceTo(at)
    else session.settle()
    session.lag = session.now - at
    this.reached = session.now
    if (session.settings.strictPackets) this.wire.requireNothingUnclaimed(line)
    session.line = line
    this.lastTime = at
    switch (action.kind) {
      case 'packet':
        withLine(line, () => this.wire.inject(action))
        break
      case 'icmp':
        withLine(line, () => this.wire.injectIcmp(action))
        break
      case 'syscall': {
        const base = event.time.kind === 'after' ? offset : 0
        this.calls.make(action, line, action.endUsecs === undefined ? undefined : action.endUsecs + base)
        break
      }
      case 'command':
        runCommands(action.text, line, session.stack)
        break
      case 'code':
        this.runCode(action.text, line)
    }
    // In virtual time a call that blocked, or was awaited, has let time pass.
    if (!this.isRealTime) this.reached = session.now
  }

  /** After the last event: a blocked call has to return, and nothing may have been sent unmentioned. */
  finish(): void {
    this.calls.awaitBlocked(this.lastLine)
    if (this.session.settings.strictPackets) this.wire.requireNothingUnclaimed(this.lastLine)
  }

  private runCode(text: string, line: number): void {
    const { stack } = this.session
    this.calls.takeReturned(line)
    const handle = this.calls.latestHandle
    const environment: Environment = {
      name: (name) => {
        if (name in CODE_CONSTANTS) return CODE_CONSTANTS[name]
        const info = handle === undefined ? undefined : stack.tcpInfo(handle, name)
        return info ?? stack.inspect(name)
      },
      call: (name, [descriptor]) => {
        const target = this.calls.handleOf(descriptor)
        const tuple = target === undefined ? undefined : stack.tupleOf(target)
        return name === 'peer' && tuple !== undefined ? this.wire.peerOf(tuple) : undefined
      },
    }
    for (const assertion of parseAssertions(text, line)) {
      for (const part of conjuncts(assertion)) {
        if (!namesIn(part.condition).some((name) => stack.hides(name))) checkAssertion(part, environment)
      }
    }
  }

  /** The window of an event in script time; relative times count from `offset`. */
  private windowOf(time: Time, offset: number): TimeWindow & { readonly scheduled: number | undefined } {
    if (time.kind === 'any') {
      return { earliest: 0, latest: Number.POSITIVE_INFINITY, text: 'any time', scheduled: undefined }
    }
    const base = time.kind === 'after' || (time.kind === 'between' && time.relative) ? offset : 0
    const from = base + (time.kind === 'between' ? time.from : time.usecs)
    const to = base + (time.kind === 'between' ? time.to : time.usecs)
    const { toleranceUsecs, tolerancePercent } = this.session.settings
    const percent = this.isRealTime ? 0 : tolerancePercent
    const tolerance = Math.max(toleranceUsecs, ((from - this.lastTime) * percent) / 100)
    const text = from === to ? formatTime(from) : `${formatTime(from)} to ${formatTime(to)}`
    // Where time is real, the answer to what was done a moment ago may come from now on.
    const late = base === 0 ? this.session.lag : Math.max(0, this.session.now - offset)
    return { earliest: from - tolerance, latest: to + tolerance + late, text, scheduled: from }
  }
}
