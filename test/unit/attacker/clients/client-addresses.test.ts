import { describe, expect, test } from 'vitest'
import { ClientAddresses, RETURNING_ADDRESSES } from '../../../../attacker/clients/client-addresses.ts'
import { type Prefix, parsePrefix, prefixContains } from '../../../../tcpip/wire/address.ts'

const BLOCK = parsePrefix('10.9.17.0/24') as Prefix

describe('addresses for new clients', () => {
  test('repeat only when the whole block but the kept ones has been used', () => {
    const addresses = new ClientAddresses(BLOCK)
    const round = 256 - RETURNING_ADDRESSES
    const taken = Array.from({ length: round }, () => addresses.takeFresh())
    expect(new Set(taken).size).toBe(round)
    expect(taken.every((address) => prefixContains(BLOCK, address))).toBe(true)
    expect(addresses.takeFresh()).toBe(taken[0])
  })

  test('are never those of returning clients', () => {
    const addresses = new ClientAddresses(BLOCK)
    const kept = Array.from({ length: addresses.kept }, (_, index) => addresses.keptAt(index))
    expect(kept).toHaveLength(RETURNING_ADDRESSES)
    for (let i = 0; i < 1000; i++) expect(kept).not.toContain(addresses.takeFresh())
  })

  test.each([
    [32, 0],
    [31, 1],
    [30, 2],
    [28, 8],
    [27, 16],
    [20, 16],
  ])('in a block of /%d leave %d for those who return', (length, kept) => {
    const block = { base: 0x0a09_1000, length }
    const addresses = new ClientAddresses(block)
    expect(addresses.kept).toBe(kept)
    expect(prefixContains(block, addresses.takeFresh())).toBe(true)
  })
})

describe('an address', () => {
  test('has been served once a client there was, if it is one that returns', () => {
    const addresses = new ClientAddresses(BLOCK)
    const [first, second] = [addresses.keptAt(0), addresses.keptAt(1)]
    const fresh = addresses.takeFresh()
    expect(addresses.hasBeenServed(first)).toBe(false)
    addresses.markServed(first)
    addresses.markServed(fresh)
    expect([first, second, fresh].map((address) => addresses.hasBeenServed(address))).toEqual([true, false, false])
  })
})
