/**
 * Which connection a tap follows.
 */
import { parseEndpoint } from '../../tcpip/wire/address.ts'
import type { TapRequest } from './tap-event.ts'

/** The next connection of an honest client or of an attack, or that of a peer. */
export type TapTarget = 'honest' | 'hostile' | { readonly address: number; readonly port: number }

/** The target that a request names; undefined when its peer is not an address and a port. */
export function parseTapTarget(follow: TapRequest['follow']): TapTarget | undefined {
  if (typeof follow === 'string') return follow
  return parseEndpoint(follow.peer)
}
