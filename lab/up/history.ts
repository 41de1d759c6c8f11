/**
 * The last seconds of the lab, and what can be said about them: rates from the difference of two counters, the success of
 * honest clients from those that came to their end meanwhile. Pure.
 */
import { OUTCOMES } from '../../attacker/clients/client-counters.ts'
import type { Sample } from '../client/lab-client.ts'

/** Span of rates, and of what is said about honest clients, milliseconds. */
const RATE_WINDOW_MS = 1_000
const LEGIT_WINDOW_MS = 3_000

export interface Figures {
  readonly sample: Sample
  /** Per second, over the last second. */
  readonly synsIn: number
  readonly synAcksOut: number
  readonly cookiesSent: number
  readonly synsDropped: number
  readonly floodSent: number
  /** SYN per second that running floods are told to send; 0 when there is none. */
  readonly floodRate: number
  /** Seconds that the figures of honest clients span: about 3, more when the lab was slow to answer. */
  readonly legitSeconds: number
  /** Honest clients whose attempt ended within these seconds, and those among them that got their response. */
  readonly legitEnded: number
  readonly legitSucceeded: number
  /** Seconds within which half of the successful ones of these seconds were connected; undefined when there are none. */
  readonly connectP50: number | undefined
}

export class History {
  private samples: Sample[] = []

  /** Takes a sample, newer than all before it. Counters that went back (a reset) begin a new history. */
  add(sample: Sample): void {
    const previous = this.samples.at(-1)
    if (previous !== undefined && isBefore(sample, previous)) this.samples = []
    this.samples.push(sample)
    const oldest = sample.at - LEGIT_WINDOW_MS
    // The newest sample that is old enough is where the window begins.
    while (this.samples[1] !== undefined && this.samples[1].at <= oldest) this.samples.shift()
  }

  /** What the samples say; undefined before the first one. */
  figures(): Figures | undefined {
    const sample = this.samples.at(-1)
    if (sample === undefined) return undefined
    const recent = this.samples.findLast(({ at }) => at <= sample.at - RATE_WINDOW_MS) ?? this.samples[0] ?? sample
    const begin = this.samples[0] ?? sample
    const seconds = Math.max(sample.at - recent.at, 1) / 1000
    const rate = (read: (of: Sample) => number): number => (read(sample) - read(recent)) / seconds
    return {
      sample,
      synsIn: rate(counter('SynReceived')),
      synAcksOut: rate(counter('SynAckSent')),
      cookiesSent: rate(counter('SyncookiesSent')),
      synsDropped: rate(counter('ListenDrops')),
      floodSent: rate(floodSent),
      floodRate: floodRate(sample),
      legitSeconds: (sample.at - begin.at) / 1000,
      legitEnded: ended(sample) - ended(begin),
      legitSucceeded: succeeded(sample) - succeeded(begin),
      connectP50: medianConnect(sample, begin),
    }
  }
}

function counter(name: string): (sample: Sample) => number {
  return ({ server }) => server.counters[name] ?? 0
}

function floodSent({ attacker }: Sample): number {
  return attacker.attacks.reduce((sum, attack) => sum + attack.sent, 0)
}

function floodRate({ attacker }: Sample): number {
  return attacker.attacks.reduce((sum, attack) => sum + (attack.state === 'running' ? attack.rate : 0), 0)
}

function succeeded({ attacker }: Sample): number {
  return attacker.clients.outcomes.ok
}

function ended({ attacker }: Sample): number {
  return OUTCOMES.reduce((sum, outcome) => sum + attacker.clients.outcomes[outcome], 0)
}

function isBefore(sample: Sample, previous: Sample): boolean {
  return counter('PacketsIn')(sample) < counter('PacketsIn')(previous) || ended(sample) < ended(previous)
}

/** The bound of the bucket that holds the median of the connect times between two samples, seconds. */
function medianConnect(sample: Sample, begin: Sample): number | undefined {
  const before = begin.attacker.clients.connects
  const gained = sample.attacker.clients.connects.map(({ le, count }, index) => ({
    le: le ?? Number.POSITIVE_INFINITY,
    count: count - (before[index]?.count ?? 0),
  }))
  const total = gained.at(-1)?.count ?? 0
  return total === 0 ? undefined : gained.find(({ count }) => count >= total / 2)?.le
}
