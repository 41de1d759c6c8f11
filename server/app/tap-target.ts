/**
 * Which connection a tap follows.
 */
import { parseAddress } from '../../tcpip/wire/address.ts'
import type { TapRequest } from './tap-event.ts'

/** The next connection of an honest client or of an attack, or that of a peer. */
export type TapTarget = 'honest' | 'hostile' | { readonly address: number; readonly port: number }

const PORT_MAX = 65_535

/** The target that a request names; undefined when its peer is not an address and a port. */
export function parseTapTarget(follow: TapRequest['follow']): TapTarget | undefined {
  if (typeof follow === 'string') return follow
  const [addressText = '', portText = '', ...rest] = follow.peer.split(':')
  const address = parseAddress(addressText)
  const port = Number(portText)
  if (rest.length > 0 || address === undefined || !/^\d{1,5}$/.test(portText) || port < 1 || port > PORT_MAX) {
    return undefined
  }
  return { address, port }
}
