/**
 * Finds the IP packet in what a capture holds, whatever kind of network it was taken from. Link types are those of the
 * tcpdump.org registry (LINKTYPE_ values, and the DLT_ values that some writers use in their place).
 */

/** Link types by what stands before the packet. */
const NULL = 0
const ETHERNET = 1
const PPP = 9
const DLT_RAW = 12
const DLT_RAW_OPENBSD = 14
const PPP_HDLC = 50
const PPP_ETHER = 51
const RAW = 101
const CISCO_HDLC = 104
const LOOP = 108
const LINUX_SLL = 113
const IPV4 = 228
const IPV6 = 229
const LINUX_SLL2 = 276

/** EtherTypes (IEEE 802). Tags of 802.1Q, 802.1ad and its predecessor have four bytes each, as has an MPLS label. */
const ETHERTYPE_IPV4 = 0x0800
const ETHERTYPE_IPV6 = 0x86dd
const ETHERTYPE_VLAN = 0x8100
const ETHERTYPE_PROVIDER_VLAN = 0x88a8
/** What switches used before there was a standard. */
const ETHERTYPES_OLD_PROVIDER_VLAN: readonly number[] = [0x9100, 0x9200, 0x9300]
const ETHERTYPE_PPPOE_SESSION = 0x8864
const ETHERTYPE_MPLS = 0x8847
const ETHERTYPE_MPLS_MULTICAST = 0x8848
/** Encrypted (802.1AE), and frames inside frames (802.1ah). */
const ETHERTYPE_MACSEC = 0x88e5
const ETHERTYPE_PROVIDER_BACKBONE = 0x88e7
const TAG_BYTES = 4

/** Offset of the two bytes that name the protocol, and of what follows the header. */
const ETHERNET_TYPE_AT = 12
const ETHERNET_BYTES = 14
const HDLC_TYPE_AT = 2
const HDLC_BYTES = 4
const SLL_TYPE_AT = 14
const SLL_BYTES = 16
const SLL2_TYPE_AT = 0
const SLL2_BYTES = 20
/** Less is no EtherType, but the length of a frame of 802.2, which may have the EtherType in a header of its own (SNAP). */
const ETHERTYPE_MIN = 0x0600
/** LLC AA-AA-03 and the organization 00-00-00, then the EtherType (RFC 1042). */
const SNAP_WORD = 0xaaaa0300
const SNAP_TYPE_AT = 6
const SNAP_BYTES = 8
/** Version, code, session and length (RFC 2516 4). */
const PPPOE_BYTES = 6

/** Address and control before a PPP frame in HDLC, often left out (RFC 1662 3.1). */
const PPP_ADDRESS_CONTROL = 0xff03
/** Numbers of PPP protocols (RFC 1661 2). One whose first byte is odd has no second byte. */
const PPP_IPV4 = 0x0021
const PPP_IPV6 = 0x0057
const PPP_MPLS = 0x0281

/** "Bottom of stack" in the third byte of an MPLS label (RFC 3032 2.1). */
const MPLS_BOTTOM = 1

/** Address families in the four bytes before a packet of the loopback interface: IPv4 is 2 on every system. */
const FAMILY_IPV4 = 2
/** IPv6 on BSD, macOS and Linux. */
const FAMILIES_IPV6 = [10, 24, 28, 30]
const FAMILY_BYTES = 4

/** What is there in place of an IPv4 packet; less than any offset. */
export const UNKNOWN_LINK_TYPE = -1
/** Neither IPv4 nor IPv6. */
export const NOT_IP = -2
export const IS_IPV6 = -3
/** The capture ends before one can tell. */
export const CUT_SHORT = -4
/** A tunnel that is not read: encrypted, of another sort, or one tunnel too many. */
export const UNREAD_TUNNEL = -5

/**
 * Offset of the IPv4 packet inside `[at, at + length)`, or one of the values above. Only the first four bits of the packet
 * are looked at: it may be cut off anywhere, and malformed.
 */
export function ipv4Offset(view: DataView, at: number, length: number, linkType: number): number {
  const end = at + length
  switch (linkType) {
    case RAW:
    case IPV4:
    case IPV6:
    case DLT_RAW:
    case DLT_RAW_OPENBSD:
      return byVersion(view, at, end)
    case ETHERNET:
      return ipv4InEthernet(view, at, end)
    case CISCO_HDLC:
      return afterHeader(view, at + HDLC_TYPE_AT, at + HDLC_BYTES, end)
    case LINUX_SLL:
      return afterHeader(view, at + SLL_TYPE_AT, at + SLL_BYTES, end)
    case LINUX_SLL2:
      return afterHeader(view, at + SLL2_TYPE_AT, at + SLL2_BYTES, end)
    case NULL:
    case LOOP:
      return afterFamily(view, at, end)
    case PPP:
    case PPP_HDLC:
      return ipv4InPpp(view, at, end)
    case PPP_ETHER:
      return ipv4InPpp(view, at + PPPOE_BYTES, end)
    default:
      return UNKNOWN_LINK_TYPE
  }
}

/** `ipv4Offset` of the Ethernet frame `[at, end)`. */
export function ipv4InEthernet(view: DataView, at: number, end: number): number {
  return afterHeader(view, at + ETHERNET_TYPE_AT, at + ETHERNET_BYTES, end)
}

/** `ipv4Offset` of what an EtherType announces: `[start, end)`, which may begin with tags, labels or a session. */
export function ipv4AfterType(view: DataView, announced: number, start: number, end: number): number {
  let type = announced
  let at = start
  while (isTag(type)) {
    if (at + TAG_BYTES > end) return CUT_SHORT
    // What is left of the tag: two bytes of priority and network, then the EtherType of what it carries.
    type = view.getUint16(at + 2)
    at += TAG_BYTES
  }
  if (type < ETHERTYPE_MIN) return afterLength(view, at, end)
  switch (type) {
    case ETHERTYPE_IPV4:
    case ETHERTYPE_IPV6:
      return byVersion(view, at, end)
    case ETHERTYPE_PPPOE_SESSION:
      return ipv4InPpp(view, at + PPPOE_BYTES, end)
    case ETHERTYPE_MPLS:
    case ETHERTYPE_MPLS_MULTICAST:
      return afterLabels(view, at, end)
    case ETHERTYPE_MACSEC:
    case ETHERTYPE_PROVIDER_BACKBONE:
      return UNREAD_TUNNEL
    default:
      return NOT_IP
  }
}

function isTag(type: number): boolean {
  return type === ETHERTYPE_VLAN || type === ETHERTYPE_PROVIDER_VLAN || ETHERTYPES_OLD_PROVIDER_VLAN.includes(type)
}

/** A frame that tells its length in place of its type. */
function afterLength(view: DataView, at: number, end: number): number {
  if (at + SNAP_BYTES > end) return NOT_IP
  const isSnap = view.getUint32(at) === SNAP_WORD && view.getUint16(at + 4) === 0
  const type = view.getUint16(at + SNAP_TYPE_AT)
  return isSnap && type >= ETHERTYPE_MIN ? ipv4AfterType(view, type, at + SNAP_BYTES, end) : NOT_IP
}

/** `typeAt`: where the EtherType stands; `start`: end of the header. */
function afterHeader(view: DataView, typeAt: number, start: number, end: number): number {
  return start > end ? CUT_SHORT : ipv4AfterType(view, view.getUint16(typeAt), start, end)
}

function afterLabels(view: DataView, start: number, end: number): number {
  for (let at = start; at + TAG_BYTES <= end; at += TAG_BYTES) {
    if ((view.getUint8(at + 2) & MPLS_BOTTOM) === 0) continue
    // The labels do not say what follows them; IP tells by its version, and anything else is a pseudowire (RFC 4385 2).
    const ip = byVersion(view, at + TAG_BYTES, end)
    return ip === NOT_IP ? UNREAD_TUNNEL : ip
  }
  return CUT_SHORT
}

function ipv4InPpp(view: DataView, start: number, end: number): number {
  let at = start
  if (at + 2 <= end && view.getUint16(at) === PPP_ADDRESS_CONTROL) at += 2
  if (at + 2 > end) return CUT_SHORT
  const isShort = (view.getUint8(at) & 1) !== 0
  const protocol = isShort ? view.getUint8(at) : view.getUint16(at)
  const content = at + (isShort ? 1 : 2)
  if (protocol === PPP_MPLS) return afterLabels(view, content, end)
  return protocol === PPP_IPV4 || protocol === PPP_IPV6 ? byVersion(view, content, end) : NOT_IP
}

/** The family is in the byte order of the machine that captured (NULL), or in network order (LOOP): either will do. */
function afterFamily(view: DataView, at: number, end: number): number {
  if (at + FAMILY_BYTES > end) return CUT_SHORT
  const families = [view.getUint32(at, true), view.getUint32(at)]
  const isIp = families.some((family) => family === FAMILY_IPV4 || FAMILIES_IPV6.includes(family))
  return isIp ? byVersion(view, at + FAMILY_BYTES, end) : NOT_IP
}

function byVersion(view: DataView, at: number, end: number): number {
  if (at >= end) return CUT_SHORT
  const version = view.getUint8(at) >> 4
  if (version === 4) return at
  return version === 6 ? IS_IPV6 : NOT_IP
}
