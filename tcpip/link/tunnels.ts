/**
 * Follows tunnels to the packet that they carry: IPv4 inside IPv4, GRE, ERSPAN, VXLAN, Geneve. A recording made between two routers or
 * beside a virtual switch holds the segments of its hosts there.
 */
import { headerLengthOf, IPV4_HEADER_BYTES, isFragment, protocolOf } from '../wire/ipv4.ts'
import { CUT_SHORT, IS_IPV6, ipv4AfterType, ipv4InEthernet, NOT_IP, UNREAD_TUNNEL } from './link-layer.ts'

/** IP protocols (IANA). */
const IPV4_IN_IPV4 = 4
const UDP = 17
const IPV6_IN_IPV4 = 41
const GRE = 47
/** Encrypted or authenticated (ESP, AH), compressed, or the Ethernet of EtherIP and L2TP. */
const UNREAD_PROTOCOLS: readonly number[] = [50, 51, 97, 108, 115]

/** GRE (RFC 2784 2, RFC 2890 2): flags for a checksum, a key and a sequence number, of four bytes each. */
const GRE_BYTES = 4
const GRE_OPTIONAL = [0x8000, 0x2000, 0x1000]
/** Routing (RFC 1701), or another version: PPTP has 1. */
const GRE_UNREAD = 0x4007
/** What GRE calls an Ethernet frame ("transparent Ethernet bridging"). */
const TRANSPARENT_ETHERNET = 0x6558
/**
 * A switch's copies of frames (ERSPAN, draft-foschiano-erspan 4): of the first type without a header, or of the second with
 * one, when GRE has a sequence number; the third has another number, and at its end says whether eight bytes more follow.
 */
const ERSPAN = 0x88be
const ERSPAN_3 = 0x22eb
const GRE_HAS_SEQUENCE = 0x1000
const ERSPAN_2_BYTES = 8
const ERSPAN_3_BYTES = 12
const ERSPAN_3_SUBHEADER_BYTES = 8
const ERSPAN_3_HAS_SUBHEADER = 1

const UDP_BYTES = 8
/** VXLAN (RFC 7348 5): its port, that of Linux before there was one, and the flag that says "a network id is here". */
const VXLAN_PORTS: readonly number[] = [4789, 8472]
const VXLAN_BYTES = 8
const VXLAN_HAS_ID = 0x08
/** Geneve (RFC 8926 3.4): its port, and the number of words of its options in the low six bits of the first byte. */
const GENEVE_PORT = 6081
const GENEVE_BYTES = 8
const GENEVE_OPTION_WORDS = 0x3f
/** GTP (user data of telephones), Teredo, L2TP: tunnels that are not read. */
const UNREAD_PORTS: readonly number[] = [2152, 3544, 1701]

/** Tunnels inside tunnels, at most. */
const DEPTH_MAX = 8

/**
 * Offset of the innermost IPv4 packet inside the one at `ip`, of which the capture holds `[ip, end)`: `ip` itself when it
 * is no tunnel. Less than 0: what is there instead, a value of link-layer.ts.
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
  const protocol = protocolOf(view, ip)
  switch (protocol) {
    case IPV4_IN_IPV4:
      if (content >= end) return CUT_SHORT
      return view.getUint8(content) >> 4 === 4 ? content : NOT_IP
    case IPV6_IN_IPV4:
      return IS_IPV6
    case GRE:
      return enterGre(view, content, end)
    case UDP:
      return enterUdp(view, content, end) ?? ip
    default:
      return UNREAD_PROTOCOLS.includes(protocol) ? UNREAD_TUNNEL : ip
  }
}

function enterGre(view: DataView, at: number, end: number): number {
  if (at + GRE_BYTES > end) return CUT_SHORT
  const flags = view.getUint16(at)
  if ((flags & GRE_UNREAD) !== 0) return UNREAD_TUNNEL
  const type = view.getUint16(at + 2)
  const content = at + GRE_BYTES + 4 * GRE_OPTIONAL.filter((flag) => (flags & flag) !== 0).length
  if (type === TRANSPARENT_ETHERNET) return ipv4InEthernet(view, content, end)
  if (type === ERSPAN) {
    return ipv4InEthernet(view, content + ((flags & GRE_HAS_SEQUENCE) === 0 ? 0 : ERSPAN_2_BYTES), end)
  }
  if (type === ERSPAN_3) {
    const frame = content + ERSPAN_3_BYTES
    if (frame > end) return CUT_SHORT
    const hasMore = (view.getUint8(frame - 1) & ERSPAN_3_HAS_SUBHEADER) !== 0
    return ipv4InEthernet(view, frame + (hasMore ? ERSPAN_3_SUBHEADER_BYTES : 0), end)
  }
  const inner = ipv4AfterType(view, type, content, end)
  return inner === NOT_IP ? UNREAD_TUNNEL : inner
}

/** Undefined: it is some other datagram. */
function enterUdp(view: DataView, at: number, end: number): number | undefined {
  if (at + 4 > end) return undefined
  const port = view.getUint16(at + 2)
  if (UNREAD_PORTS.includes(port)) return UNREAD_TUNNEL
  if (VXLAN_PORTS.includes(port)) return enterVxlan(view, at + UDP_BYTES, end)
  return port === GENEVE_PORT ? enterGeneve(view, at + UDP_BYTES, end) : undefined
}

function enterVxlan(view: DataView, at: number, end: number): number | undefined {
  const frame = at + VXLAN_BYTES
  if (frame > end) return CUT_SHORT
  return (view.getUint8(at) & VXLAN_HAS_ID) === 0 ? undefined : ipv4InEthernet(view, frame, end)
}

function enterGeneve(view: DataView, at: number, end: number): number {
  if (at + GENEVE_BYTES > end) return CUT_SHORT
  const content = at + GENEVE_BYTES + 4 * (view.getUint8(at) & GENEVE_OPTION_WORDS)
  const type = view.getUint16(at + 2)
  if (type === TRANSPARENT_ETHERNET) return ipv4InEthernet(view, content, end)
  const inner = ipv4AfterType(view, type, content, end)
  return inner === NOT_IP ? UNREAD_TUNNEL : inner
}
