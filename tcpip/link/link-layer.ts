/**
 * Finds the IPv4 packet in what a capture holds, whatever kind of network it was taken from. Link types are those of the
 * tcpdump.org registry (LINKTYPE_ values, and the DLT_ values that some writers use in their place).
 */

/** Link types by what stands before the packet. */
const NULL = 0
const ETHERNET = 1
const DLT_RAW = 12
const DLT_RAW_OPENBSD = 14
const RAW = 101
const LOOP = 108
const LINUX_SLL = 113
const IPV4 = 228
const LINUX_SLL2 = 276

/** EtherTypes (IEEE 802): IPv4, and the tags of 802.1Q, 802.1ad and its predecessor, of four bytes each. */
const ETHERTYPE_IPV4 = 0x0800
const ETHERTYPE_VLAN = 0x8100
const ETHERTYPE_PROVIDER_VLAN = 0x88a8
const ETHERTYPE_OLD_PROVIDER_VLAN = 0x9100
const VLAN_TAG_BYTES = 4

/** Offset of the two bytes that name the protocol, and of what follows the header. */
const ETHERNET_TYPE_AT = 12
const ETHERNET_BYTES = 14
const SLL_TYPE_AT = 14
const SLL_BYTES = 16
const SLL2_TYPE_AT = 0
const SLL2_BYTES = 20

/** Address family of IPv4, the same on every system, in the four bytes before a packet of the loopback interface. */
const FAMILY_IPV4 = 2
const FAMILY_BYTES = 4

/** `ipv4Offset`: the link type is not known; the packet is something else than IPv4, or too short to tell. */
export const UNKNOWN_LINK_TYPE = -1
export const NOT_IPV4 = -2

/**
 * Offset of the IPv4 packet inside `[at, at + length)`, or one of the two values above. Only the first four bits of the
 * packet are looked at: it may be cut off anywhere, and malformed.
 */
export function ipv4Offset(view: DataView, at: number, length: number, linkType: number): number {
  switch (linkType) {
    case RAW:
    case IPV4:
    case DLT_RAW:
    case DLT_RAW_OPENBSD:
      return ifIpv4(view, at, at + length)
    case ETHERNET:
      return afterEtherType(view, at + ETHERNET_TYPE_AT, at + ETHERNET_BYTES, at + length)
    case LINUX_SLL:
      return afterEtherType(view, at + SLL_TYPE_AT, at + SLL_BYTES, at + length)
    case LINUX_SLL2:
      return afterEtherType(view, at + SLL2_TYPE_AT, at + SLL2_BYTES, at + length)
    case NULL:
    case LOOP:
      return afterFamily(view, at, at + length)
    default:
      return UNKNOWN_LINK_TYPE
  }
}

/** `typeAt`: where the EtherType stands; `start`: end of the header, where the packet or a VLAN tag's content begins. */
function afterEtherType(view: DataView, typeAt: number, start: number, end: number): number {
  if (start > end) return NOT_IPV4
  let type = view.getUint16(typeAt)
  let at = start
  while (type === ETHERTYPE_VLAN || type === ETHERTYPE_PROVIDER_VLAN || type === ETHERTYPE_OLD_PROVIDER_VLAN) {
    if (at + VLAN_TAG_BYTES > end) return NOT_IPV4
    // What is left of the tag: two bytes of priority and network, then the EtherType of what it carries.
    type = view.getUint16(at + 2)
    at += VLAN_TAG_BYTES
  }
  return type === ETHERTYPE_IPV4 ? ifIpv4(view, at, end) : NOT_IPV4
}

/** The family is in the byte order of the machine that captured (NULL), or in network order (LOOP): either will do. */
function afterFamily(view: DataView, at: number, end: number): number {
  if (at + FAMILY_BYTES > end) return NOT_IPV4
  const isIpv4 = view.getUint32(at, true) === FAMILY_IPV4 || view.getUint32(at) === FAMILY_IPV4
  return isIpv4 ? ifIpv4(view, at + FAMILY_BYTES, end) : NOT_IPV4
}

function ifIpv4(view: DataView, at: number, end: number): number {
  return at < end && view.getUint8(at) >> 4 === 4 ? at : NOT_IPV4
}
