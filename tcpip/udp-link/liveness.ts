/**
 * How each side of the UDP link learns that the other is gone: both say KEEPALIVE, unasked, and whoever hears nothing
 * genuine for LIVENESS_LIMIT gives the session up. They do not wait for each other's: under a flood that overflows the
 * hub's socket buffer most keepalives of a spoke are lost, and the hub's must reach it all the same.
 */
import { MILLISECOND } from '../base/time.ts'

/** How often both sides must be ticked, microseconds. */
export const LINK_TICK = 50 * MILLISECOND

/** Between two keepalives of one side, microseconds. */
export const KEEPALIVE_INTERVAL = 400 * MILLISECOND

/** Silence after which a session is given up, microseconds. With ticks and keepalives, less than 2 s after the last word. */
export const LIVENESS_LIMIT = 1_500 * MILLISECOND

/** What the passing of time means for a session. */
export const SESSION_GOES_ON = 0
export const KEEPALIVE_IS_DUE = 1
export const PEER_IS_SILENT = 2

/** The liveness of one session, as one side sees it. */
export class Liveness {
  private silence = 0
  private keepaliveAt: number
  private sent = 0
  private heard = 0

  /** `now`: microseconds, when the session began. */
  constructor(now: number) {
    this.keepaliveAt = now + KEEPALIVE_INTERVAL
  }

  /** Something genuine arrived. */
  hear(): void {
    this.silence = 0
  }

  /** A keepalive with this counter (int32) arrived; false when it is not later than all before it, and proves nothing. */
  hearKeepalive(counter: number): boolean {
    if (counter <= this.heard) return false
    this.heard = counter
    this.silence = 0
    return true
  }

  /** Time passes: `now` is `elapsed` microseconds after the last tick. */
  tick(now: number, elapsed: number): number {
    // A process that was suspended or busy has not listened, so a late tick counts as two at most: what the socket has
    // buffered meanwhile is read first.
    this.silence += Math.min(elapsed, 2 * LINK_TICK)
    if (this.silence > LIVENESS_LIMIT) return PEER_IS_SILENT
    if (now < this.keepaliveAt) return SESSION_GOES_ON
    this.keepaliveAt = now + KEEPALIVE_INTERVAL
    return KEEPALIVE_IS_DUE
  }

  /** The counter of the keepalive that is due now. */
  nextKeepalive(): number {
    this.sent++
    return this.sent
  }
}
