/**
 * Which packet a tunnel carries.
 */
import { describe, expect, it } from 'vitest'
import { CUT_SHORT, IS_IPV6, NOT_IP, UNREAD_TUNNEL } from '../../../../tcpip/link/link-layer.ts'
import { innermostIpv4 } from '../../../../tcpip/link/tunnels.ts'

/** An IPv4 header of a packet of this protocol. */
const ip = (protocol: number, fragment = 0): number[] => [
  ...[0x45, 0, 0, 0, 0, 0, fragment >> 8, fragment & 255, 64, protocol],
  ...Array(10).fill(0),
]
const ETHERNET = [...Array(12).fill(2), 0x08, 0]
const TCP = ip(6)
const GRE = ip(47)
/** A UDP datagram to this port. */
const udp = (port: number): number[] => [...ip(17), 0x9c, 0x40, port >> 8, port & 255, 0, 0, 0, 0]
const VXLAN = [...udp(4789), 8, 0, 0, 0, 0, 0, 1, 0]
/** The eight bytes of Geneve, before so many words of options. */
const geneve = (words: number, type: number): number[] => [...udp(6081), words, 0, type >> 8, type & 255, 0, 0, 1, 0]

/** Where the innermost packet begins, from the beginning of the outermost. */
function innermost(...bytes: number[]): number {
  const place = innermostIpv4(new DataView(Uint8Array.from([0, ...bytes]).buffer), 1, 1 + bytes.length)
  return place < 0 ? place : place - 1
}

describe('innermostIpv4', () => {
  it.each([
    ['no tunnel', [], TCP, 0],
    ['IPv4 in IPv4', ip(4), TCP, 20],
    ['GRE', [...GRE, 0, 0, 8, 0], TCP, 24],
    ['GRE with checksum, key and sequence number', [...GRE, 0xb0, 0, 8, 0, ...Array(12).fill(9)], TCP, 36],
    ['Ethernet in GRE', [...GRE, 0, 0, 0x65, 0x58, ...ETHERNET], TCP, 38],
    ['MPLS in GRE', [...GRE, 0, 0, 0x88, 0x47, 0, 0, 1, 64], TCP, 28],
    ['VXLAN', [...VXLAN, ...ETHERNET], TCP, 50],
    ['VXLAN with a group policy', [...udp(8472), 0x88, 0, 0, 7, 0, 0, 1, 0, ...ETHERNET], TCP, 50],
    ['Geneve', [...geneve(0, 0x6558), ...ETHERNET], TCP, 50],
    ['IPv4 in Geneve with options', [...geneve(2, 0x0800), ...Array(8).fill(9)], TCP, 44],
    ['ERSPAN of the first type', [...GRE, 0, 0, 0x88, 0xbe, ...ETHERNET], TCP, 38],
    ['ERSPAN of the second', [...GRE, 0x10, 0, 0x88, 0xbe, ...Array(12).fill(0x10), ...ETHERNET], TCP, 50],
    ['ERSPAN of the third', [...GRE, 0x10, 0, 0x22, 0xeb, ...Array(16).fill(0x20), ...ETHERNET], TCP, 54],
    ['ERSPAN of the third with a subheader', [...GRE, 0x10, 0, 0x22, 0xeb, ...Array(24).fill(1), ...ETHERNET], TCP, 62],
    ['VXLAN in GRE in IPv4', [...ip(4), ...GRE, 0, 0, 8, 0, ...VXLAN, ...ETHERNET], TCP, 94],
    ['some datagram', udp(53), [], 0],
    ['a datagram to the port of VXLAN that is none', [...udp(4789), ...Array(8).fill(0)], [], 0],
    ['a fragment of a tunnel', ip(47, 0x2000), [0, 0, 8, 0], 0],
  ])('goes through %s', (_, outer, inner, place) => {
    expect(innermost(...outer, ...inner)).toBe(place)
  })

  it.each([
    ['PPTP', [...GRE, 0x30, 1, 0x88, 0x0b], UNREAD_TUNNEL],
    ['ESP', ip(50), UNREAD_TUNNEL],
    ['AH', ip(51), UNREAD_TUNNEL],
    ['GTP', udp(2152), UNREAD_TUNNEL],
    ['another protocol in Geneve', [...geneve(0, 0x1234), 1], UNREAD_TUNNEL],
    ['Geneve cut off', geneve(0, 0x6558).slice(0, -1), CUT_SHORT],
    ['ERSPAN cut off', [...GRE, 0x10, 0, 0x22, 0xeb, ...Array(15).fill(0)], CUT_SHORT],
    ['IPv6 in GRE', [...GRE, 0, 0, 0x86, 0xdd, 0x60], IS_IPV6],
    ['IPv6 in IPv4', ip(41), IS_IPV6],
    ['ARP in VXLAN', [...VXLAN, ...Array(12).fill(2), 8, 6, 0], NOT_IP],
    ['too many tunnels', Array.from({ length: 10 }, () => ip(4)).flat(), UNREAD_TUNNEL],
    ['GRE cut off', [...GRE, 0, 0], CUT_SHORT],
    ['VXLAN cut off', VXLAN.slice(0, -1), CUT_SHORT],
    ['IPv4 cut off in IPv4', ip(4), CUT_SHORT],
  ])('says what else there is: %s', (_, bytes, what) => {
    expect(innermost(...bytes)).toBe(what)
  })
})
