/**
 * Where the IPv4 packet begins, under every kind of network.
 */
import { describe, expect, it } from 'vitest'
import { ipv4Offset, NOT_IPV4, UNKNOWN_LINK_TYPE } from '../../../../tcpip/link/link-layer.ts'
import { LINK_HEADERS } from '../../../support/readers/capture-files.ts'

function offsetIn(bytes: readonly number[], linkType: number): number {
  const file = Uint8Array.from([0x45, ...bytes, 0x45, 0x45])
  return ipv4Offset(new DataView(file.buffer), 1, bytes.length, linkType)
}

describe.each(LINK_HEADERS)('ipv4Offset under $name', ({ linkType, header }) => {
  it('points behind the header', () => {
    expect(offsetIn([...header, 0x45], linkType)).toBe(1 + header.length)
  })

  it('finds nothing in a packet that ends inside the header, or with it', () => {
    for (let length = 0; length <= header.length; length++) {
      expect(offsetIn(header.slice(0, length), linkType)).toBe(NOT_IPV4)
    }
  })

  it('finds nothing in IPv6', () => {
    expect(offsetIn([...header, 0x60], linkType)).toBe(NOT_IPV4)
  })
})

describe('ipv4Offset', () => {
  it.each([
    ['ARP on Ethernet', 1, [...Array(12).fill(1), 0x08, 0x06, 0x45]],
    ['an 802.3 length on Ethernet', 1, [...Array(12).fill(1), 0x00, 0x2e, 0x45]],
    ['IPv6 under Linux cooked', 113, [...Array(14).fill(0), 0x86, 0xdd, 0x45]],
    ['another family', 0, [30, 0, 0, 0, 0x45]],
  ])('finds nothing in %s', (_, linkType, bytes) => {
    expect(offsetIn(bytes, linkType)).toBe(NOT_IPV4)
  })

  it('says so when it does not know the link type', () => {
    expect(offsetIn([0x45, 0, 0, 0], 105)).toBe(UNKNOWN_LINK_TYPE)
  })
})
