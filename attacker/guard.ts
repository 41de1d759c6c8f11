/**
 * THE ONE PLACE where it is decided what the attacker may speak to. A hub may be on this machine's loopback, or on the
 * lab's own private network if its owner has named that network; everything else is refused with the reason. What an
 * attack may pretend to be is bounded by tcpip/wire/address-plan.ts, how hard it may hit by traffic/caps.ts.
 *
 * A hub is checked twice: as it was typed, which catches what is plainly outside before anything starts, and by the
 * address that it turned out to have, each time before a packet is sent there (UdpSpoke `authorize`).
 */
import {
  formatPrefix,
  netmask,
  type Prefix,
  parseAddress,
  parsePrefix,
  prefixContains,
  prefixCovers,
} from '../tcpip/wire/address.ts'

/** Environment variable that names the lab's own network, for a lab of containers: an IPv4 prefix. */
export const LAB_NETWORK_VARIABLE = 'SYNLAB_LAB_NETWORK'

/** 127.0.0.0/8 (RFC 1122 3.2.1.3): never leaves the machine. */
const LOOPBACK: Prefix = { base: 0x7f00_0000, length: 8 }

/** Private networks (RFC 1918 3): the only ones that can be a lab's own. */
const PRIVATE_NETWORKS: readonly Prefix[] = [
  { base: 0x0a00_0000, length: 8 },
  { base: 0xac10_0000 | 0, length: 12 },
  { base: 0xc0a8_0000 | 0, length: 16 },
]

/** Shortest prefix of a lab network: what a container engine gives a network. A whole company's 10.0.0.0/8 is no lab. */
const LAB_NETWORK_LENGTH_MIN = 16

/** Longest host name, characters (RFC 1035 2.3.4). */
const NAME_LENGTH_MAX = 253

/** Labels of letters, digits, hyphens and (in container names) underscores, RFC 1123 2.1; no trailing dot. */
const NAME = /^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?)*$/i

/** A name whose last label is a number would be read as an address by some resolvers: 0177.1, 0x7f000001, 2130706433. */
const ENDS_IN_NUMBER = /(^|\.)(\d+|0x[0-9a-f]*)$/i

/** Where a hub is, as it was typed. */
export interface HubTarget {
  readonly host: string
  readonly port: number
}

/** The lab's own network from its text; a string is the reason why it cannot be one. */
export function parseLabNetwork(text: string): Prefix | string {
  const network = parsePrefix(text)
  if (network === undefined) {
    return `the lab network must be an IPv4 prefix without host bits, such as 172.28.0.0/24, got "${text}"`
  }
  if (!PRIVATE_NETWORKS.some((range) => prefixCovers(range, network))) {
    return `the lab network must be private (${PRIVATE_NETWORKS.map(formatPrefix).join(', ')}), got ${formatPrefix(network)}`
  }
  if (network.length < LAB_NETWORK_LENGTH_MIN) {
    return `the lab network must be a /${LAB_NETWORK_LENGTH_MIN} or smaller, got ${formatPrefix(network)}`
  }
  return network
}

/**
 * Why no packet may be sent to a hub at `address`, in one line; undefined when one may. `address` as a resolver returns
 * it; anything but plain dotted decimal is refused.
 */
export function hubAddressRefusal(address: string, labNetwork: Prefix | undefined): string | undefined {
  const parsed = parseAddress(address)
  if (parsed === undefined) return `hub ${address}: not an IPv4 address in dotted decimal`
  if (prefixContains(LOOPBACK, parsed)) return undefined
  if (labNetwork === undefined) {
    return `hub ${address}: outside loopback, and no lab network is named (${LAB_NETWORK_VARIABLE})`
  }
  if (!prefixContains(labNetwork, parsed)) {
    return `hub ${address}: outside loopback and the lab network ${formatPrefix(labNetwork)}`
  }
  const hostBits = ~netmask(labNetwork.length)
  const host = parsed & hostBits
  if (labNetwork.length < 31 && (host === 0 || host === hostBits)) {
    return `hub ${address}: that is the lab network itself or its broadcast address, not a host`
  }
  return undefined
}

/** A hub from `host:port`, the host a name or an IPv4 address; a string is the reason why it cannot be one. */
export function parseHub(text: string, labNetwork: Prefix | undefined): HubTarget | string {
  const at = text.lastIndexOf(':')
  const host = at < 0 ? '' : text.slice(0, at)
  const portText = text.slice(at + 1)
  const port = Number(portText)
  if (host === '' || !/^\d{1,5}$/.test(portText) || port < 1 || port > 65_535) {
    return `hub must be host:port with a port from 1 to 65535, got "${text}"`
  }
  if (host.includes(':')) return `hub ${host}: the link speaks IPv4 only`
  if (parseAddress(host) !== undefined) return hubAddressRefusal(host, labNetwork) ?? { host, port }
  if (host.length > NAME_LENGTH_MAX || !NAME.test(host)) return `hub "${host}": neither an IPv4 address nor a host name`
  if (ENDS_IN_NUMBER.test(host)) return `hub ${host}: write an address in plain dotted decimal, such as 127.0.0.1`
  return { host, port }
}
