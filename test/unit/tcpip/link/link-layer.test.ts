/**
 * Where the IPv4 packet begins, under every kind of network.
 */
import { describe, expect, it } from 'vitest'
import {
  CUT_SHORT,
  IS_IPV6,
  ipv4Offset,
  NOT_IP,
  UNKNOWN_LINK_TYPE,
  UNREAD_TUNNEL,
} from '../../../../tcpip/link/link-layer.ts'
import { LINK_HEADERS } from '../../../support/readers/capture-files.ts'

function offsetIn(bytes: readonly number[], linkType: number): number {
  const file = Uint8Array.from([0x45, ...bytes, 0x45, 0x45])
  return ipv4Offset(new DataView(file.buffer), 1, bytes.length, linkType)
}

describe.each(LINK_HEADERS)('ipv4Offset under $name', ({ name, linkType, header }) => {
  it('points behind the header', () => {
    expect(offsetIn([...header, 0x45], linkType)).toBe(1 + header.length)
  })

  it('finds nothing in a packet that ends inside the header, or with it', () => {
    for (let length = 0; length <= header.length; length++) {
      expect(offsetIn(header.slice(0, length), linkType)).toBe(CUT_SHORT)
    }
  })

  it('knows IPv6, and what is neither', () => {
    expect(offsetIn([...header, 0x60], linkType)).toBe(IS_IPV6)
    expect(offsetIn([...header, 0x50], linkType)).toBe(name.startsWith('MPLS') ? UNREAD_TUNNEL : NOT_IP)
  })
})

describe('ipv4Offset', () => {
  it.each([
    ['ARP on Ethernet', 1, [...Array(12).fill(1), 0x08, 0x06, 0x45]],
    ['an 802.3 length on Ethernet', 1, [...Array(12).fill(1), 0x00, 0x2e, 0x45]],
    ['spanning tree on Ethernet', 1, [...Array(12).fill(1), 0x00, 0x26, 0x42, 0x42, 3, ...Array(35).fill(0)]],
    ['AppleTalk in SNAP', 1, [...Array(12).fill(1), 0, 60, 0xaa, 0xaa, 3, 8, 0, 7, 0x80, 0x9b, 0x45]],
    ['a length in SNAP', 1, [...Array(12).fill(1), 0, 60, 0xaa, 0xaa, 3, 0, 0, 0, 0, 60, 0x45]],
    ['another family', 0, [7, 0, 0, 0, 0x45]],
    ['LCP under PPP', 9, [0xff, 0x03, 0xc0, 0x21, 0x45]],
  ])('finds nothing in %s', (_, linkType, bytes) => {
    expect(offsetIn(bytes, linkType)).toBe(NOT_IP)
  })

  it.each([
    ['Linux cooked', 113, [...Array(14).fill(0), 0x86, 0xdd, 0x60]],
    ['the loopback of macOS', 0, [30, 0, 0, 0, 0x60]],
    ['PPP', 9, [0x00, 0x57, 0x60]],
  ])('knows IPv6 under %s', (_, linkType, bytes) => {
    expect(offsetIn(bytes, linkType)).toBe(IS_IPV6)
  })

  it.each([
    ['a pseudowire under MPLS', [0x88, 0x47, 0, 1, 1, 64, 0x05]],
    ['MACsec', [0x88, 0xe5, 0x45]],
    ['frames inside frames', [0x88, 0xe7, 0x45]],
  ])('does not look into %s', (_, bytes) => {
    expect(offsetIn([...Array(12).fill(1), ...bytes], 1)).toBe(UNREAD_TUNNEL)
  })

  it('goes through any number of tags', () => {
    const tags = Array.from({ length: 60_000 }, () => [0x81, 0, 0, 7]).flat()
    expect(offsetIn([...Array(12).fill(1), ...tags, 0x08, 0, 0x45], 1)).toBe(1 + 14 + tags.length)
  })

  it('says so when it does not know the link type', () => {
    expect(offsetIn([0x45, 0, 0, 0], 105)).toBe(UNKNOWN_LINK_TYPE)
  })
})
