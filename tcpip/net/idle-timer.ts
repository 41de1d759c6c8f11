/**
 * Tells when a stream has been idle for a time. Activity only notes the time: the timer is moved when it fires, not for
 * every byte.
 */
import { MILLISECOND } from '../base/time.ts'
import type { StreamNet } from './stream-net.ts'

export class IdleTimer {
  private readonly net: StreamNet
  private readonly onIdle: () => void
  /** Microseconds; 0 for off. */
  private period = 0
  /** Microseconds. */
  private lastActivity = 0
  private timer: unknown

  constructor(net: StreamNet, onIdle: () => void) {
    this.net = net
    this.onIdle = onIdle
  }

  /** Calls `onIdle` once when there has been no activity for `milliseconds`, from now on; 0 for never. */
  set(milliseconds: number): void {
    if (this.period > 0) this.net.timers.clearTimeout(this.timer)
    this.period = milliseconds * MILLISECOND
    this.lastActivity = this.net.clock()
    if (milliseconds > 0) this.arm(this.period)
  }

  /** Something happened. */
  touch(): void {
    if (this.period === 0) return
    this.lastActivity = this.net.clock()
    if (this.timer === undefined) this.arm(this.period)
  }

  private arm(microseconds: number): void {
    this.timer = this.net.timers.setTimeout(this.fire, Math.ceil(microseconds / MILLISECOND))
  }

  private readonly fire = (): void => {
    this.timer = undefined
    const left = this.lastActivity + this.period - this.net.clock()
    if (left > 0) this.arm(left)
    else this.onIdle()
  }
}
