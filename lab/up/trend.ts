/**
 * What the last minutes of the lab looked like, one value a second, and as a line of small bars: so that both the drowning
 * and the rescue are in sight. Pure.
 */
import { OUTCOMES } from '../../attacker/clients/client-counters.ts'
import type { Sample } from '../client/lab-client.ts'

/** Seconds that are kept: as many as fit on the widest terminal. */
const SECONDS_MAX = 400

/** One second; NaN for what nobody knows. */
export interface TrendSecond {
  /** Share of the honest attempts that ended well, of those that ended. */
  readonly success: number
  readonly synsPerSecond: number
  /** Length of the SYN queue as a share of what it holds. */
  readonly fullness: number
}

const UNKNOWN: TrendSecond = { success: Number.NaN, synsPerSecond: Number.NaN, fullness: Number.NaN }

export class Trend {
  private readonly kept: TrendSecond[] = []
  /** The sample that ended the last second. */
  private last: Sample | undefined

  /** Takes a sample, newer than all before it; `at` in milliseconds. */
  add(sample: Sample): void {
    const { last } = this
    if (last === undefined) {
      this.last = sample
      return
    }
    const seconds = Math.floor((sample.at - last.at) / 1000)
    if (seconds < 1) return
    this.last = sample
    const second = between(last, sample)
    // A lab that did not answer for a while was like this on the average of that while.
    for (let i = 0; i < seconds; i++) this.kept.push(second)
    if (this.kept.length > SECONDS_MAX) this.kept.splice(0, this.kept.length - SECONDS_MAX)
  }

  /** The last `count` seconds, oldest first; fewer when there have been fewer. */
  seconds(count: number): readonly TrendSecond[] {
    return this.kept.slice(-count)
  }
}

function between(from: Sample, to: Sample): TrendSecond {
  const elapsed = (to.at - from.at) / 1000
  const syns = synsOf(to) - synsOf(from)
  const ended = endedOf(to) - endedOf(from)
  // Counters that went back: a reset lies between.
  if (syns < 0 || ended < 0) return UNKNOWN
  const { length, limit } = to.server.synQueue
  return {
    success: ended === 0 ? Number.NaN : (to.attacker.clients.outcomes.ok - from.attacker.clients.outcomes.ok) / ended,
    synsPerSecond: syns / elapsed,
    fullness: length / (limit + 1),
  }
}

function synsOf({ server }: Sample): number {
  return server.counters.SynReceived ?? 0
}

function endedOf({ attacker }: Sample): number {
  return OUTCOMES.reduce((sum, outcome) => sum + attacker.clients.outcomes[outcome], 0)
}

const BARS = '▁▂▃▄▅▆▇█'

/** One character a value, its height the share of `max`; a blank for a value that nobody knows. */
export function sparkline(values: readonly number[], max: number): string {
  return values
    .map((value) => {
      if (Number.isNaN(value)) return ' '
      const height = max > 0 ? Math.round((Math.min(value, max) / max) * (BARS.length - 1)) : 0
      return BARS.charAt(height)
    })
    .join('')
}
