/**
 * Whether a program would call accept() now: it takes its time between two calls, and it has only so many workers. Counts
 * the connections being served. Owns no clock and accepts nothing itself.
 */
import { MILLISECOND, NEVER, SECOND } from '../../tcpip/base/time.ts'
import { APPLICATION_DEFAULTS, type ApplicationConfig } from './application-config.ts'

/** A turn that is later than this, microseconds, was not late: the machine slept. */
const LATENESS_MAX = SECOND

export class AcceptGate {
  private config: ApplicationConfig = APPLICATION_DEFAULTS
  private served = 0
  /** When the last connection was accepted, or should have been if this turn is late, microseconds. */
  private lastAccept = Number.NEGATIVE_INFINITY
  /** Somebody has been waiting since before the next accept is or was due. */
  private isAwaited = false

  /** Connections accepted and not yet released. */
  get open(): number {
    return this.served
  }

  configure(config: ApplicationConfig): void {
    this.config = config
    // Nothing was due by this configuration yet, and so nothing is late.
    this.isAwaited = false
  }

  /**
   * Whether one of the `waiting` connections may be accepted at `now`, microseconds. Has to be asked after each accept, also
   * when nobody waits any more (`now` does not matter then): what nobody waited for is not made up for.
   */
  mayAccept(waiting: number, now: number): boolean {
    if (waiting === 0 || !this.hasWorker) {
      this.isAwaited = false
      return false
    }
    if (now >= this.due) return true
    this.isAwaited = true
    return false
  }

  /**
   * A connection was accepted at `now`. The next one is due an interval later; one that had to wait counts from when it
   * was due, so that turns that come late do not lower the rate.
   */
  accepted(now: number): void {
    const { due } = this
    this.served++
    this.isAwaited &&= now - due < LATENESS_MAX
    this.lastAccept = this.isAwaited ? due : now
  }

  /** A connection that was accepted is done with. */
  released(): void {
    this.served--
  }

  /** When one of the `waiting` connections may be accepted, microseconds; NEVER before something else happens. */
  nextDeadline(waiting: number): number {
    return waiting > 0 && this.hasWorker ? this.due : NEVER
  }

  private get hasWorker(): boolean {
    const { workers } = this.config
    return workers === 0 || this.served < workers
  }

  private get interval(): number {
    return this.config.acceptInterval * MILLISECOND
  }

  private get due(): number {
    return this.lastAccept + this.interval
  }
}
