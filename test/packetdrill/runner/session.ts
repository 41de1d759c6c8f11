/**
 * The clock of one run: script time is the stack's clock since the run began. Time only passes here, deadline by
 * deadline, and after every step those who are interested look at what the stack has done.
 */
import type { StackUnderTest } from '../stack.ts'
import type { Settings } from './settings.ts'

export class Session {
  readonly stack: StackUnderTest
  readonly settings: Settings
  /** Line of the event that is running, for packets and messages. */
  line = 0
  /** How late the last event began, microseconds: 0 in virtual time. */
  lag = 0
  /** Called after every step of the stack, in order. */
  readonly watchers: (() => void)[] = []
  private readonly began: number

  constructor(stack: StackUnderTest, settings: Settings) {
    this.stack = stack
    this.settings = settings
    this.began = stack.now
  }

  /** Script time, microseconds. */
  get now(): number {
    return this.stack.now - this.began
  }

  /** The stack's clock in script time. */
  toScriptTime(stackTime: number): number {
    return stackTime - this.began
  }

  /** Lets the watchers look at what happened. */
  settle(): void {
    for (const watch of this.watchers) watch()
  }

  /** Lets time pass until `time`; the timers due at `time` itself fire. */
  advanceTo(time: number): void {
    this.advanceUntil(() => false, time)
    if (this.now < time) {
      this.stack.advance(time + this.began)
      this.settle()
    }
  }

  /** Lets time pass until `done()`, from one thing that happens to the next, not beyond `limit`; returns whether it came true. */
  advanceUntil(done: () => boolean, limit: number): boolean {
    this.settle()
    while (!done()) {
      if (!this.stack.advanceToNext(limit + this.began)) {
        this.settle()
        return done()
      }
      this.settle()
    }
    return true
  }
}
