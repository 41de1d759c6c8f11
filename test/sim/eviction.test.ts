/**
 * What a listener without cookies gains by letting new SYNs take the places of others, against theory. A handshake needs
 * one round trip; it survives if its entry is not the victim of any SYN of that time.
 *
 * Oldest (RFC 4987 3.4): all survive while rate x round trip < places, and none beyond. Random: each SYN spares it with
 * probability 1 - 1/places. Both were told on the NANOG list in September 1996 (V. Schryver, B. Wolff), with 383 places,
 * 1200 SYN/s and 250 ms: 0.456 by chance, and a cliff at 1528 SYN/s. Bucket: it survives fewer SYNs of its own bucket
 * than a bucket holds.
 */
import { describe, expect, it } from 'vitest'
import { AttackLab } from '../support/worlds/attack-lab.ts'

/** Seconds. */
const RTT = 0.25
/** Honest connections per second, few beside the flood. */
const HONEST = 10

type Eviction = 'none' | 'oldest' | 'random' | 'bucket'

interface Measured {
  readonly attempts: number
  readonly success: number
  readonly lab: AttackLab
}

/** Honest clients under a flood of `rate` SYN/s, honest ones included, once the queue is full. */
function survive(eviction: Eviction, places: number, rate: number, seconds = 60): Measured {
  const lab = new AttackLab({ config: { synCookies: 0, backlog: places - 1, eviction }, rttMs: RTT * 1000 })
  lab.attack({ kind: 'syn-flood', rate: rate - HONEST, duration: seconds + 5 })
  lab.run(2)
  lab.mark()
  lab.clients({ rate: HONEST, arrivals: 'constant' })
  lab.run(seconds)
  lab.clients(undefined)
  lab.run(20)
  const ok = lab.outcomes().ok ?? 0
  return { attempts: lab.records.length, success: ok / lab.records.length, lab }
}

describe('the oldest makes room', () => {
  // 383 places at a round trip of 0.25 s: the cliff is at 1532 SYN/s.
  it.each([
    [1200, 1],
    [1500, 1],
    [1560, 0],
    [3000, 0],
  ])('383 places, %i SYN/s: a share of %i survives', (rate, share) => {
    const { attempts, success } = survive('oldest', 383, rate, 20)
    expect(attempts).toBeGreaterThanOrEqual(20 * HONEST)
    expect(success).toBe(share)
  })

  it('and refuses nobody: what is evicted is what arrived, less the few that finish', () => {
    const { lab } = survive('oldest', 383, 1200, 20)
    const { HalfOpenEvicted, HalfOpenCreated, TCPReqQFullDrop } = lab.allGained(
      'HalfOpenEvicted',
      'HalfOpenCreated',
      'TCPReqQFullDrop',
    )
    expect(TCPReqQFullDrop).toBe(0)
    expect(HalfOpenCreated).toBeGreaterThan(1190 * 20)
    // From full to full: every place taken is one that was made, or one that a finished handshake left. After the flood
    // the last 383 live on.
    expect(HalfOpenCreated - HalfOpenEvicted).toBeLessThanOrEqual(lab.records.length)
    expect(lab.synQueue.max).toBe(383)
  })
})

describe('a random entry makes room', () => {
  it.each([
    [383, 1200],
    [382, 100],
    [383, 2700],
  ])('%i places, %i SYN/s: (1 - 1/places)^(rate x round trip) survive', (places, rate) => {
    const { attempts, success } = survive('random', places, rate)
    const expected = (1 - 1 / places) ** (rate * RTT)
    // Three standard deviations of the share.
    expect(Math.abs(success - expected)).toBeLessThan(3 * Math.sqrt((expected * (1 - expected)) / attempts))
  })
})

describe('the oldest of a bucket makes room', () => {
  /** P(X < k) of a binomial variable: fewer than `k` of `n` SYNs fall into the bucket, one of eight. */
  const fewerThan = (k: number, n: number): number => {
    let term = (7 / 8) ** n
    let sum = 0
    for (let i = 0; i < k; i++) {
      sum += term
      term *= (n - i) / (i + 1) / 7
    }
    return sum
  }

  // Eight buckets of 30. With the oldest of all the cliff would be at 960 SYN/s: buckets round it off.
  it.each([
    [600, 1],
    [800, 1],
    [960, 0],
    [1100, 0],
  ])('240 places, %i SYN/s: survives who meets fewer than 30 in its bucket', (rate, shareOfOldest) => {
    const { attempts, success } = survive('bucket', 240, rate)
    const expected = fewerThan(30, rate * RTT)
    expect(Math.abs(success - expected)).toBeLessThan(
      Math.max(0.01, 3 * Math.sqrt((expected * (1 - expected)) / attempts)),
    )
    if (rate !== 960) expect(survive('oldest', 240, rate, 10).success).toBe(shareOfOldest)
  })
})

it('without eviction the same flood keeps nearly everybody out', () => {
  const { success } = survive('none', 383, 1200, 30)
  expect(success).toBeLessThan(0.2)
})
