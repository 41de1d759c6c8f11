import { describe, expect, it } from 'vitest'
import { MIB_NAMES } from '../../../../tcpip/base/counters.ts'
import { DROP_REASON_NAMES } from '../../../../tcpip/base/drop-reason.ts'
import { SERVER_ADDRESS, SERVER_PORT } from '../../../../tcpip/wire/address-plan.ts'
import { packetBytes, parsePacket } from '../../../../tcpip/wire/codec.ts'
import { ACK, makeSegment, Segment, SYN } from '../../../../tcpip/wire/segment.ts'
import { LocalEngine } from '../../../support/worlds/local-engine.ts'

const CLIENT = { source: 0x0a09_1007, sourcePort: 41_000, destination: SERVER_ADDRESS, destinationPort: SERVER_PORT }
const ISN = 77

/** A server that answers everything with cookies, and one client that has been sent one. */
class CookieLab extends LocalEngine {
  readonly sent: number

  constructor(syn: Partial<Segment> = {}) {
    super({ synCookies: 2 })
    this.send({ flags: SYN, seq: ISN, mss: 1460, ...syn })
    const { rx } = this.wire
    const heard = new Segment()
    parsePacket(rx.bytes, rx.view, rx.peek(), rx.peekLength(), heard)
    this.sent = heard.seq >>> 0
  }

  /** The client acknowledges `cookie`; returns the names of all that was counted for it. */
  acknowledge(cookie: number): string[] {
    const before = this.counts()
    this.send({ flags: ACK, seq: ISN + 1, ack: (cookie + 1) | 0 })
    const after = this.counts()
    return Object.keys(after).filter((name) => after[name] > before[name])
  }

  private send(fields: Partial<Segment>): void {
    const packet = packetBytes(makeSegment({ ...CLIENT, window: 64_240, ...fields }))
    this.wire.tx.push(packet, 0, packet.length)
    this.core.wake()
    this.scheduler.settle()
  }

  counts(): Record<string, number> {
    const { mib, outcomes } = this.engine.stats().counters
    const named = (names: readonly string[], values: Float64Array) => names.map((name, i) => [name, values[i]] as const)
    return Object.fromEntries([...named(MIB_NAMES, mib), ...named(DROP_REASON_NAMES, outcomes)])
  }
}

describe('the anatomy of a cookie', () => {
  it('is of one that was sent, and adds up to it', () => {
    const lab = new CookieLab()
    const { real, cookie, hash1, hash2, clientIsn, count, mssIndex, ...rest } = lab.core.cookie(undefined)
    expect(real).toBe(lab.sent)
    expect(cookie).toBe(real)
    expect((hash1 + clientIsn + count * 2 ** 24 + ((hash2 + mssIndex) % 2 ** 24)) % 2 ** 32).toBe(real)
    expect(rest).toMatchObject({
      wasSent: true,
      client: '10.9.16.7:41000',
      server: '10.9.0.5:80',
      mssTable: [536, 1300, 1440, 1460],
      verdict: { isValid: true, reason: 'valid', counter: 'SyncookiesRecv', mss: 1460 },
    })
    expect(rest).not.toHaveProperty('timestamp')
    expect(clientIsn).toBe(ISN)
  })

  it('shows the options in the low bits of the timestamp', () => {
    const lab = new CookieLab({ hasTimestamps: true, tsVal: 1, windowScale: 9, sackPermitted: true })
    const { timestamp } = lab.core.cookie(undefined)
    expect(timestamp).toMatchObject({ windowScale: 9, sack: true })
    expect((timestamp?.value ?? 0) & 0x3f).toBe(0x10 | 9)
  })

  it.each(Array.from({ length: 33 }, (_, bit) => bit))(
    'says of the cookie with bit %i flipped (32: of itself) what the listener then counts',
    (bit) => {
      const lab = new CookieLab()
      const flipped = bit === 32 ? lab.sent : (lab.sent ^ (1 << bit)) >>> 0
      const before = lab.counts()
      const { verdict, cookie } = lab.core.cookie(flipped)
      expect(lab.counts()).toEqual(before)
      expect(cookie).toBe(flipped)
      if (bit >= 25 && bit < 32) expect(verdict.reason).toBe('count')
      const counted = lab.acknowledge(flipped)
      expect(counted).toContain(verdict.counter)
      expect(counted.includes('SyncookiesRecv')).toBe(verdict.isValid)
    },
  )

  it('knows when it ends, at the next step of the clock but one or with the gate, and that the gate is shut then', () => {
    const lab = new CookieLab()
    const { at, expiresAt } = lab.core.cookie(undefined)
    const left = (expiresAt ?? 0) - at
    expect(left).toBeGreaterThan(60_000)
    lab.scheduler.pass(left - 1)
    expect(lab.core.cookie(undefined).verdict.reason).toBe('valid')
    lab.scheduler.pass(121_000)
    const { verdict } = lab.core.cookie(undefined)
    expect(verdict).toEqual({ isValid: false, reason: 'gate', counter: 'listen_stray_ack' })
    expect(lab.acknowledge(lab.sent)).toContain('listen_stray_ack')
  })

  it('is an example, which opens nothing, before any was sent', () => {
    const { core } = new LocalEngine({ synCookies: 1 })
    expect(core.cookie(undefined)).toMatchObject({
      wasSent: false,
      client: '10.9.16.1:40000',
      expiresAt: null,
      timestamp: { windowScale: 7, sack: true },
      verdict: { isValid: false, reason: 'gate' },
    })
  })
})
