/**
 * Follows tunnels to the packet that they carry: IPv4 inside IPv4, GRE, VXLAN. A recording made between two routers or
 * beside a virtual switch holds the segments of its hosts there.
 */
import { headerLengthOf, IPV4_HEADER_BYTES, isFragment, protocolOf } from '../wire/ipv4.ts'
import { CUT_SHORT, IS_IPV6, ipv4AfterType, ipv4InEthernet, NOT_IP } from './link-layer.ts'

/** IP protocols (IANA). */
const IPV4_IN_IPV4 = 4
const UDP = 17
const IPV6_IN_IPV4 = 41
const GRE = 47

/** GRE (RFC 2784 2, RFC 2890 2): flags for a checksum, a key and a sequence number, of four bytes each. */
const GRE_BYTES = 4
const GRE_OPTIONAL = [0x8000, 0x2000, 0x1000]
/** Routing (RFC 1701), or another version: PPTP has 1. */
const GRE_UNREAD = 0x4007
/** What GRE calls an Ethernet frame ("transparent Ethernet bridging"). */
const TRANSPARENT_ETHERNET = 0x6558

/** VXLAN (RFC 7348 5): its port, that of Linux before there was one, and the flag that says "a network id is here". */
const VXLAN_PORTS = [4789, 8472]
const UDP_BYTES = 8
const VXLAN_BYTES = 8
const VXLAN_HAS_ID = 0x08

/** Tunnels inside tunnels, at most. */
const DEPTH_MAX = 8

/** A tunnel that is not read: another sort of GRE, or one tunnel too many. */
export const UNREAD_TUNNEL = -5

/**
 * Offset of the innermost IPv4 packet inside the one at `ip`, of which the capture holds `[ip, end)`: `ip` itself when it
 * is no tunnel. Less than 0: what is there instead, UNREAD_TUNNEL or a value of link-layer.ts.
 */
export function innermostIpv4(view: DataView, ip: number, end: number): number {
  let at = ip
  for (let depth = 0; depth <= DEPTH_MAX; depth++) {
    const inner = enter(view, at, end)
    if (inner === at || inner < 0) return inner
    at = inner
  }
  return UNREAD_TUNNEL
}

/** One tunnel further in; `ip` when there is none. */
function enter(view: DataView, ip: number, end: number): number {
  if (ip + IPV4_HEADER_BYTES > end || isFragment(view, ip)) return ip
  const content = ip + headerLengthOf(view, ip)
  switch (protocolOf(view, ip)) {
    case IPV4_IN_IPV4:
      if (content >= end) return CUT_SHORT
      return view.getUint8(content) >> 4 === 4 ? content : NOT_IP
    case IPV6_IN_IPV4:
      return IS_IPV6
    case GRE:
      return enterGre(view, content, end)
    case UDP:
      return enterVxlan(view, content, end) ?? ip
    default:
      return ip
  }
}

function enterGre(view: DataView, at: number, end: number): number {
  if (at + GRE_BYTES > end) return CUT_SHORT
  const flags = view.getUint16(at)
  if ((flags & GRE_UNREAD) !== 0) return UNREAD_TUNNEL
  const type = view.getUint16(at + 2)
  const content = at + GRE_BYTES + 4 * GRE_OPTIONAL.filter((flag) => (flags & flag) !== 0).length
  if (type === TRANSPARENT_ETHERNET) return ipv4InEthernet(view, content, end)
  const inner = ipv4AfterType(view, type, content, end)
  return inner === NOT_IP ? UNREAD_TUNNEL : inner
}

/** Undefined: it is some other datagram. */
function enterVxlan(view: DataView, at: number, end: number): number | undefined {
  const frame = at + UDP_BYTES + VXLAN_BYTES
  if (at + 4 > end || !VXLAN_PORTS.includes(view.getUint16(at + 2))) return undefined
  if (frame > end) return CUT_SHORT
  return view.getUint8(at + UDP_BYTES) === VXLAN_HAS_ID ? ipv4InEthernet(view, frame, end) : undefined
}
