import { describe, expect, it } from 'vitest'
import { PrefixClaims, ROUTE_NONE, ROUTE_SILENT, SourceFilter } from '../../../../tcpip/udp-link/prefix-claims.ts'
import { anyBlock, exactly, Refusal } from '../../../../tcpip/udp-link/prefix-request.ts'
import { address, prefix, TEST_ALLOWED } from '../../../support/worlds/virtual-udp.ts'

describe('exclusive prefixes', () => {
  it('are routed to their one owner, and to nobody once it is gone', () => {
    const claims = new PrefixClaims(TEST_ALLOWED)
    expect(claims.claim(3, [exactly(prefix('10.9.16.0/24'))])).toEqual([prefix('10.9.16.0/24')])
    expect(claims.claim(5, [exactly(prefix('10.9.18.0/23'))])).toEqual([prefix('10.9.18.0/23')])
    for (const [text, owner] of [
      ['10.9.15.255', ROUTE_NONE],
      ['10.9.16.0', 3],
      ['10.9.16.255', 3],
      ['10.9.17.0', ROUTE_NONE],
      ['10.9.18.0', 5],
      ['10.9.19.255', 5],
      ['10.9.20.0', ROUTE_NONE],
    ] as const) {
      expect(claims.route(address(text)), text).toBe(owner)
    }
    claims.release(3)
    expect(claims.route(address('10.9.16.1'))).toBe(ROUTE_NONE)
    expect(claims.route(address('10.9.18.1'))).toBe(5)
  })

  it.each(['10.9.16.0/24', '10.9.16.0/20', '10.9.16.128/25', '10.9.16.7/32'])(
    'refuses %s while 10.9.16.0/24 has another owner',
    (text) => {
      const claims = new PrefixClaims(TEST_ALLOWED)
      claims.claim(1, [exactly(prefix('10.9.16.0/24'))])
      expect(claims.claim(2, [exactly(prefix(text))])).toEqual({ refusal: Refusal.PREFIX_IN_USE, index: 0 })
      claims.release(1)
      expect(claims.claim(2, [exactly(prefix(text))])).toEqual([prefix(text)])
    },
  )

  it('grants all requests or none', () => {
    const claims = new PrefixClaims(TEST_ALLOWED)
    const refused = claims.claim(1, [exactly(prefix('10.9.16.0/24')), exactly(prefix('10.10.0.0/24'))])
    expect(refused).toEqual({ refusal: Refusal.PREFIX_NOT_ALLOWED, index: 1 })
    expect(claims.claim(2, [exactly(prefix('10.9.16.0/24'))])).toEqual([prefix('10.9.16.0/24')])
  })
})

describe('pools', () => {
  it('give each asker another block, also twice to the same asker', () => {
    const claims = new PrefixClaims(TEST_ALLOWED)
    const request = anyBlock(prefix('10.9.16.0/20'), 24)
    expect(claims.claim(1, [request])).toEqual([prefix('10.9.16.0/24')])
    expect(claims.claim(2, [request, request])).toEqual([prefix('10.9.17.0/24'), prefix('10.9.18.0/24')])
    claims.release(1)
    expect(claims.claim(3, [request])).toEqual([prefix('10.9.16.0/24')])
  })

  it('give the preferred block when it is free', () => {
    const claims = new PrefixClaims(TEST_ALLOWED)
    expect(claims.claim(1, [{ preferred: prefix('10.9.25.0/24'), poolLength: 20 }])).toEqual([prefix('10.9.25.0/24')])
  })

  it('skip whatever overlaps a block in use, smaller or larger', () => {
    const claims = new PrefixClaims(TEST_ALLOWED)
    claims.claim(1, [exactly(prefix('10.9.16.77/32')), exactly(prefix('10.9.18.0/23'))])
    const request = anyBlock(prefix('10.9.16.0/20'), 24)
    expect(claims.claim(2, [request, request])).toEqual([prefix('10.9.17.0/24'), prefix('10.9.20.0/24')])
  })

  it('are exhausted when every block is in use', () => {
    const claims = new PrefixClaims(TEST_ALLOWED)
    const request = anyBlock(prefix('10.9.16.0/20'), 24)
    const granted = claims.claim(
      1,
      Array.from({ length: 16 }, () => request),
    )
    expect(granted).toHaveLength(16)
    expect(claims.claim(2, [request])).toEqual({ refusal: Refusal.PREFIX_IN_USE, index: 0 })
  })

  it('work at both ends of the address space', () => {
    const claims = new PrefixClaims([{ prefix: prefix('0.0.0.0/0'), sharing: 'exclusive' }])
    expect(claims.claim(1, [exactly(prefix('128.0.0.0/1')), exactly(prefix('0.0.0.0/2'))])).toHaveLength(2)
    expect(claims.claim(2, [anyBlock(prefix('0.0.0.0/0'), 2)])).toEqual([prefix('64.0.0.0/2')])
    expect(claims.claim(3, [anyBlock(prefix('0.0.0.0/0'), 32)])).toEqual({ refusal: Refusal.PREFIX_IN_USE, index: 0 })
    expect(claims.route(address('255.255.255.255'))).toBe(1)
    expect(claims.route(address('127.255.255.255'))).toBe(2)
    expect(claims.route(0)).toBe(1)
  })
})

describe('silent prefixes', () => {
  it('may be declared by everybody and lead nowhere, whether one or more declared them', () => {
    const claims = new PrefixClaims(TEST_ALLOWED)
    const silent = exactly(prefix('198.18.0.0/15'))
    expect(claims.claim(1, [silent])).toEqual([prefix('198.18.0.0/15')])
    expect(claims.claim(2, [silent, silent])).toHaveLength(2)
    expect(claims.route(address('198.19.255.255'))).toBe(ROUTE_SILENT)
    expect(claims.route(address('198.20.0.0'))).toBe(ROUTE_NONE)
    claims.release(1)
    claims.release(2)
    expect(claims.route(address('198.18.0.1'))).toBe(ROUTE_SILENT)
  })
})

describe('what a hub allows', () => {
  it('is nothing beyond its prefixes, nor a prefix larger than one of them', () => {
    const claims = new PrefixClaims(TEST_ALLOWED)
    for (const text of ['192.0.2.0/24', '10.9.0.0/16', '198.0.0.0/8', '0.0.0.0/0']) {
      const refused = { refusal: Refusal.PREFIX_NOT_ALLOWED, index: 0 }
      expect(claims.claim(1, [exactly(prefix(text))]), text).toEqual(refused)
    }
  })

  it('must be disjoint', () => {
    expect(
      () =>
        new PrefixClaims([
          { prefix: prefix('10.0.0.0/8'), sharing: 'exclusive' },
          { prefix: prefix('10.9.0.0/16'), sharing: 'silent' },
        ]),
    ).toThrow('allowed prefixes overlap: 10.0.0.0/8, 10.9.0.0/16')
  })
})

describe('SourceFilter', () => {
  it('allows the addresses of its prefixes and no others', () => {
    const filter = new SourceFilter([prefix('198.18.0.0/15'), prefix('10.9.16.4/32')])
    expect(filter.allows(address('198.19.3.4'))).toBe(true)
    expect(filter.allows(address('10.9.16.4'))).toBe(true)
    expect(filter.allows(address('10.9.16.5'))).toBe(false)
    expect(filter.allows(address('198.20.0.0'))).toBe(false)
  })
})
