/**
 * Who lives where in the lab. Nothing here is routed anywhere: the addresses exist only inside the lab's own packets.
 * Spoofed sources come from ranges that no real host has (RFC 2544 benchmarking, RFC 5737 documentation).
 */
import type { Prefix } from './wire/address.ts'

/** The server under attack: 10.9.0.5, port 80. */
export const SERVER_ADDRESS = 0x0a09_0005
export const SERVER_PORT = 80

/** Honest clients: 10.9.16.0/20. */
export const CLIENT_ADDRESSES: Prefix = { base: 0x0a09_1000, length: 20 }

/** Sources an attack may spoof: 198.18.0.0/15, 192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24. */
export const SPOOFABLE_ADDRESSES: readonly Prefix[] = [
  { base: 0xc612_0000 | 0, length: 15 },
  { base: 0xc000_0200 | 0, length: 24 },
  { base: 0xc633_6400 | 0, length: 24 },
  { base: 0xcb00_7100 | 0, length: 24 },
]
