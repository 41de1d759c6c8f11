import { describe, expect, it } from 'vitest'
import { connectionsIn, Gauge } from '../../../../server/engine/gauges.ts'
import { Mib } from '../../../../tcpip/base/counters.ts'
import { State } from '../../../../tcpip/base/states.ts'
import { LocalEngine } from '../../../support/worlds/local-engine.ts'

function gauge(lab: LocalEngine, slot: Gauge): number {
  return lab.engine.stats().gauges[slot]
}

describe('the engine', () => {
  it('publishes its limits before the first packet', () => {
    const lab = new LocalEngine({ backlog: 16, synCookies: 2 })
    expect(gauge(lab, Gauge.SYN_QUEUE_LIMIT)).toBe(16)
    expect(gauge(lab, Gauge.ACCEPT_QUEUE_LIMIT)).toBe(16)
    expect(gauge(lab, Gauge.SYNCOOKIES_MODE)).toBe(2)
    expect(gauge(lab, Gauge.SYN_QUEUE_BYTES)).toBeGreaterThan(0)
  })

  it('publishes what came in, and what became of it, after the turn', () => {
    const lab = new LocalEngine({ backlog: 4, synCookies: 0 })
    lab.flood(20)
    const { counters, gauges } = lab.engine.stats()
    expect(gauge(lab, Gauge.SYN_QUEUE_LENGTH)).toBe(5)
    expect(connectionsIn(gauges, State.SYN_RECEIVED)).toBe(5)
    expect(counters.mib[Mib.TCPReqQFullDrop]).toBe(15)
    expect(counters.mib[Mib.PacketsIn]).toBe(20)
    expect(counters.outcomes.reduce((sum, n) => sum + n, 0)).toBe(20)
  })

  it('takes a thousand packets in several turns', () => {
    const lab = new LocalEngine()
    lab.flood(1000)
    expect(lab.engine.stats().counters.mib[Mib.SynReceived]).toBe(1000)
  })

  it('lets time pass by itself: a request expires 63 s after its SYN', () => {
    const lab = new LocalEngine()
    lab.flood(1)
    lab.scheduler.pass(62_900)
    expect(gauge(lab, Gauge.SYN_QUEUE_LENGTH)).toBe(1)
    lab.scheduler.pass(200)
    expect(gauge(lab, Gauge.SYN_QUEUE_LENGTH)).toBe(0)
    expect(lab.engine.stats().counters.mib[Mib.HalfOpenExpired]).toBe(1)
  })
})

describe('the line that the kernel would log', () => {
  it.each([
    [1, 'TCP: request_sock_TCP: Possible SYN flooding on port 10.9.0.5:80. Sending cookies.'],
    [0, 'TCP: request_sock_TCP: Possible SYN flooding on port 10.9.0.5:80. Dropping request.'],
  ])('with syncookies %i is told once in a listener’s life', (synCookies, line) => {
    const lab = new LocalEngine({ backlog: 4, synCookies })
    lab.flood(5)
    expect(lab.told.map(({ event }) => event)).not.toContain('flood')
    lab.flood(50, 5)
    lab.core.configure({ backlog: 8 })
    lab.flood(50, 100)
    const floods = lab.told.filter(({ event }) => event === 'flood')
    expect(floods).toEqual([{ event: 'flood', data: { sendingCookies: synCookies === 1, line } }])
    lab.core.reset()
    lab.flood(50)
    expect(lab.told.filter(({ event }) => event === 'flood')).toHaveLength(2)
  })

  it('is never told when every SYN gets a cookie', () => {
    const lab = new LocalEngine({ backlog: 4, synCookies: 2 })
    lab.flood(50)
    expect(lab.told).toEqual([])
  })
})

describe('a full SYN queue', () => {
  it('is told when it fills up and when it is over, each once', () => {
    const lab = new LocalEngine({ backlog: 4, synCookies: 0 })
    lab.flood(10)
    lab.flood(10, 10)
    const full = { queue: 'syn_queue', isFull: true, length: 5, limit: 4 }
    const thresholds = () => lab.told.filter(({ event }) => event === 'threshold').map(({ data }) => data)
    expect(thresholds()).toEqual([full])
    // Nothing more arrives: the last request expires after 63 s, and a second later the queue counts as relieved.
    lab.scheduler.pass(70_000)
    expect(thresholds()).toEqual([full, { queue: 'syn_queue', isFull: false, length: 0, limit: 4 }])
  })
})

describe('configure', () => {
  it('changes what is asked for, keeps the rest, and tells the difference', () => {
    const lab = new LocalEngine({ backlog: 4, synCookies: 0 })
    lab.flood(10)
    const before = lab.core.config
    const config = lab.core.configure({ synCookies: 1, backlog: 4 })
    expect(config).toMatchObject({ synCookies: 1, backlog: 4, synAckRetries: 5 })
    expect(lab.told.at(-1)).toEqual({ event: 'config', data: { config, before, changed: ['synCookies'] } })
    expect(gauge(lab, Gauge.SYNCOOKIES_MODE)).toBe(1)
    expect(gauge(lab, Gauge.SYN_QUEUE_LENGTH)).toBe(5)
    lab.flood(3, 100)
    expect(lab.engine.stats().counters.mib[Mib.SyncookiesSent]).toBe(3)
  })

  it('that changes nothing is told to nobody', () => {
    const lab = new LocalEngine({ backlog: 4 })
    expect(lab.core.configure({ backlog: 4 })).toBe(lab.core.config)
    expect(lab.told).toEqual([])
  })

  it('keeps half-open entries and their timers when the queue is resized', () => {
    const lab = new LocalEngine({ backlog: 64 })
    lab.flood(40)
    lab.core.configure({ backlog: 8 })
    expect(gauge(lab, Gauge.SYN_QUEUE_LENGTH)).toBe(40)
    lab.core.configure({ backlog: 1024 })
    lab.scheduler.pass(63_100)
    expect(gauge(lab, Gauge.SYN_QUEUE_LENGTH)).toBe(0)
    expect(lab.engine.stats().counters.mib[Mib.HalfOpenExpired]).toBe(40)
  })
})

describe('reset', () => {
  it('leaves what a fresh start leaves: no request, no count, no timer, the same configuration', () => {
    const lab = new LocalEngine({ backlog: 4 })
    lab.core.configure({ synAckRetries: 2 })
    lab.flood(300)
    lab.wire.tx.push(new Uint8Array(40), 0, 40)
    lab.core.reset()
    const fresh = new LocalEngine({ backlog: 4, synAckRetries: 2 })
    expect(lab.engine.stats().words).toEqual(fresh.engine.stats().words)
    expect(lab.core.config).toEqual(fresh.core.config)
    lab.scheduler.pass(100_000)
    expect(lab.engine.stats().words).toEqual(fresh.engine.stats().words)
  })

  it('does not forget who is on the link', () => {
    const lab = new LocalEngine()
    lab.core.setPeerCount(2)
    lab.core.reset()
    expect(gauge(lab, Gauge.LINK_PEERS)).toBe(2)
  })
})
