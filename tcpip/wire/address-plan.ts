/**
 * Who lives where in the lab. Nothing here is routed anywhere: the addresses exist only inside the lab's own packets.
 * What a spoofed packet provokes reaches nobody outside: its source is in a range that no real host has (RFC 2544
 * benchmarking, RFC 5737 documentation).
 */
import { type Prefix, prefixContains } from './address.ts'

/** The server under attack: 10.9.0.5, port 80. */
export const SERVER_ADDRESS = 0x0a09_0005
export const SERVER_PORT = 80

/** Honest clients: 10.9.16.0/20. */
export const CLIENT_ADDRESSES: Prefix = { base: 0x0a09_1000, length: 20 }

/** Where real clients seem to be that come through a gateway: 10.9.32.0/20. */
export const GATEWAY_ADDRESSES: Prefix = { base: 0x0a09_2000, length: 20 }

/** The machines of a botnet, under addresses of their own: 10.9.64.0/18. */
export const BOT_ADDRESSES: Prefix = { base: 0x0a09_4000, length: 18 }

/** Sources an attack may spoof and that nobody has: 198.18.0.0/15, 192.0.2.0/24, 198.51.100.0/24. */
export const SPOOFABLE_ADDRESSES: readonly Prefix[] = [
  { base: 0xc612_0000 | 0, length: 15 },
  { base: 0xc000_0200 | 0, length: 24 },
  { base: 0xc633_6400 | 0, length: 24 },
]

/** Sources an attack may spoof and that hosts of the lab have, which know nothing of it: 203.0.113.0/24. */
export const BYSTANDER_ADDRESSES: Prefix = { base: 0xcb00_7100 | 0, length: 24 }

/** Whether an address is that of an honest client, or of a real one behind a gateway. All others are an attack's. */
export function isHonest(address: number): boolean {
  return prefixContains(CLIENT_ADDRESSES, address) || prefixContains(GATEWAY_ADDRESSES, address)
}
