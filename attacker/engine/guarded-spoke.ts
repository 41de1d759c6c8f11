/**
 * The attacker's end of the UDP link, opened under the guard's eyes: every address the hub's name resolves to is checked
 * before a packet is sent there.
 */

import { UdpSpoke, type UdpSpokeOptions } from '../../tcpip/io/udp-spoke.ts'
import { anyBlock, exactly } from '../../tcpip/udp-link/prefix-request.ts'
import type { Prefix } from '../../tcpip/wire/address.ts'
import {
  BOT_ADDRESSES,
  BYSTANDER_ADDRESSES,
  CLIENT_ADDRESSES,
  GATEWAY_ADDRESSES,
  SPOOFABLE_ADDRESSES,
} from '../../tcpip/wire/address-plan.ts'
import { type HubTarget, hubAddressRefusal } from '../guard.ts'

/**
 * Each attacker process has a sixteenth of the addresses of clients, bots, bystanders and gateway for itself, so that several can
 * share a hub.
 */
const BLOCK_BITS = 4

/** What an attacker process asks the hub for: blocks of its own, and all silent addresses. */
const REQUESTS = [
  ...[CLIENT_ADDRESSES, BOT_ADDRESSES, BYSTANDER_ADDRESSES, GATEWAY_ADDRESSES].map((pool) =>
    anyBlock(pool, pool.length + BLOCK_BITS),
  ),
  ...SPOOFABLE_ADDRESSES.map(exactly),
]

/** `code` of the error for a hub that the guard refuses. */
export const TARGET_REFUSED = 'TARGET_REFUSED'

export interface GuardedSpokeOptions extends Omit<UdpSpokeOptions, 'requests' | 'authorize' | 'host' | 'port'> {
  readonly hub: HubTarget
  /** The lab's own network, if it has one beside loopback. */
  readonly labNetwork: Prefix | undefined
}

/**
 * Opens a spoke that asks for the addresses of one attacker process. Rejects with code TARGET_REFUSED, and
 * has sent nothing, when the hub is at an address where nothing may be sent. Should the name resolve to such an address
 * later, the spoke's state becomes `refused`.
 */
export async function openGuardedSpoke({ hub, labNetwork, ...options }: GuardedSpokeOptions): Promise<UdpSpoke> {
  let refusal: string | undefined
  const spoke = await UdpSpoke.open({
    ...options,
    requests: REQUESTS,
    host: hub.host,
    port: hub.port,
    authorize: (address) => {
      refusal = hubAddressRefusal(address, labNetwork)
      return refusal
    },
  })
  if (refusal === undefined) return spoke
  await spoke.close()
  throw Object.assign(new Error(refusal), { code: TARGET_REFUSED })
}
