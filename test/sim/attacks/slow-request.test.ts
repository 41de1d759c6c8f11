/**
 * slow-request: requests that never end. A server with W workers that gives a request T seconds holds, by Little's law,
 * rate x T of them at a time, but never more than W.
 */
import { describe, expect, it } from 'vitest'
import { AttackLab } from '../../support/worlds/attack-lab.ts'

const RATE = 10
const RTT = 0.02

function flood(
  config: { workers: number; requestTimeout: number; backlog?: number },
  more: Record<string, number> = {},
) {
  const lab = new AttackLab({ config, rttMs: RTT * 1000 })
  const id = lab.attack({ kind: 'slow-request', rate: RATE, duration: 120, ...more })
  return { lab, id }
}

/** Mean number of connections served at a time over `seconds`. */
function meanServed(lab: AttackLab, seconds: number): number {
  let sum = 0
  const samples = 200
  for (let sample = 0; sample < samples; sample++) {
    lab.run(seconds / samples)
    sum += lab.server.openConnections
  }
  return sum / samples
}

/** Share of honest clients served of those who come within 20 s from now. */
function honestShare(lab: AttackLab): number {
  const from = lab.seconds
  lab.clients({ rate: 10 })
  lab.run(20)
  lab.clients(undefined)
  lab.run(10)
  const { ok = 0, ...failed } = lab.outcomes(from)
  return ok / Object.values(failed).reduce((sum, count) => sum + count, ok)
}

describe('a server that waits for ever', () => {
  it('has no worker left after as many connections as it has workers', () => {
    const { lab, id } = flood({ workers: 20, requestTimeout: 0 })
    // Connection number 20 leaves at 1.9 s and is there one and a half round trips later.
    lab.runTo(1.9 + 1.5 * RTT - 0.001)
    expect(lab.server.openConnections).toBe(19)
    lab.runTo(1.9 + 1.5 * RTT)
    expect(lab.server.openConnections).toBe(20)
    lab.runTo(20)
    expect(lab.server.openConnections).toBe(20)
    expect(honestShare(lab)).toBe(0)
    expect(lab.gained('RequestTimeouts')).toBe(0)
    expect(lab.figure(id, 'reset')).toBe(0)
  })

  it('is kept waiting by a line every few seconds, of which it never has enough', () => {
    const { lab } = flood({ workers: 0, requestTimeout: 0 }, { interval: 2 })
    lab.runTo(30)
    // The first lines and one more every 2 s: no connection is idle for longer, and none is answered.
    const received: number[] = []
    lab.server.endpoint.tcbs.forEach((tcb) => {
      received.push((tcb.rcvNxt - tcb.irs - 1) | 0)
    })
    expect(received.length).toBe(lab.server.openConnections)
    const head = 'GET / HTTP/1.1\r\nHost: 10.9.0.5\r\n'.length
    expect(Math.max(...received)).toBe(head + 14 * 'X-Slow: 1\r\n'.length)
    expect(Math.min(...received)).toBe(head)
  })
})

describe('a server that gives a request T seconds', () => {
  it.each([
    [20, 1],
    [20, 2],
    [100, 5],
  ])('%i workers, T = %i s: rate x T are held, and honest clients find a free one', (workers, requestTimeout) => {
    const held = RATE * requestTimeout
    const { lab, id } = flood({ workers, requestTimeout })
    lab.run(10)
    if (held < workers) {
      expect(Math.abs(meanServed(lab, 10) - held)).toBeLessThan(1)
      expect(honestShare(lab)).toBe(1)
      expect(lab.synQueue.max).toBeLessThan(10)
    } else expect(Math.abs(meanServed(lab, 10) - workers)).toBeLessThan(1)
    // Each bot is shown out after T, in order.
    expect(lab.gained('RequestTimeouts')).toBeGreaterThan(RATE * 15)
    expect(lab.figure(id, 'closed')).toBeGreaterThan(RATE * 15)
  })

  it.each([
    [20, 5],
    [10, 3],
  ])('%i workers, T = %i s: too few, all workers are held', (workers, requestTimeout) => {
    expect(RATE * requestTimeout).toBeGreaterThan(workers)
    const { lab } = flood({ workers, requestTimeout })
    lab.run(60)
    lab.mark()
    expect(Math.abs(meanServed(lab, 20) - workers)).toBeLessThan(0.1)
    // Each worker is free once in T seconds.
    expect(Math.abs(lab.gained('RequestTimeouts') - (20 * workers) / requestTimeout)).toBeLessThanOrEqual(workers)
  })

  it('too few workers and a long queue: an honest client waits longer than he will, (B + 1) T / W', () => {
    // 129 x 5 s / 20 = 32 s until it is a client's turn, who gives up 5 s after he was connected.
    const { lab } = flood({ workers: 20, requestTimeout: 5, backlog: 128 })
    lab.run(60)
    expect(lab.server.listener.acceptQueue.length).toBe(129)
    expect(honestShare(lab)).toBe(0)
  })

  it('too few workers and a short queue: whoever gets in waits (B + 1) T / W at most, and is served', () => {
    // 4 x 5 s / 20 = 1 s.
    const { lab } = flood({ workers: 20, requestTimeout: 5, backlog: 3 })
    lab.run(60)
    const share = honestShare(lab)
    expect(share).toBeGreaterThan(0.2)
    expect(share).toBeLessThan(0.95)
    const served = lab.records.filter(({ outcome }) => outcome === 'ok')
    // Some took themselves for connected while their last ACK had found the queue full: they wait for its repeat as well.
    const waits = served.map(({ totalUs, connectUs = 0 }) => totalUs - connectUs).sort((a, b) => a - b)
    expect(waits[Math.floor(waits.length / 2)]).toBeLessThan(1.1e6)
  })
})
