/**
 * The attacker's end of the UDP link, opened under the guard's eyes: every address the hub's name resolves to is checked
 * before a packet is sent there.
 */
import { CLIENT_ADDRESSES, SPOOFABLE_ADDRESSES } from '../../tcpip/address-plan.ts'
import { anyBlock, exactly } from '../../tcpip/io/prefix-request.ts'
import { UdpSpoke, type UdpSpokeOptions } from '../../tcpip/io/udp-spoke.ts'
import type { Prefix } from '../../tcpip/wire/address.ts'
import { type HubTarget, hubAddressRefusal } from '../guard.ts'

/** Each attacker process has a sixteenth of the client addresses for itself, so that several can share a hub. */
const CLIENT_BLOCK_LENGTH = 24

/** `code` of the error for a hub that the guard refuses. */
export const TARGET_REFUSED = 'TARGET_REFUSED'

export interface GuardedSpokeOptions extends Omit<UdpSpokeOptions, 'requests' | 'authorize' | 'host' | 'port'> {
  readonly hub: HubTarget
  /** The lab's own network, if it has one beside loopback. */
  readonly labNetwork: Prefix | undefined
}

/**
 * Opens a spoke that asks for a block of client addresses and for all spoofable ones. Rejects with code TARGET_REFUSED, and
 * has sent nothing, when the hub is at an address where nothing may be sent. Should the name resolve to such an address
 * later, the spoke's state becomes `refused`.
 */
export async function openGuardedSpoke({ hub, labNetwork, ...options }: GuardedSpokeOptions): Promise<UdpSpoke> {
  let refusal: string | undefined
  const spoke = await UdpSpoke.open({
    ...options,
    requests: [anyBlock(CLIENT_ADDRESSES, CLIENT_BLOCK_LENGTH), ...SPOOFABLE_ADDRESSES.map(exactly)],
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
