/**
 * A SYN cookie taken apart, as the API shows it: text for addresses, moments for times.
 */

import { formatAddress } from '../../tcpip/wire/address.ts'
import type { CookieAnatomy } from '../contract.ts'
import type { CookieParts, CookieVerdict } from '../listener/cookie-anatomy.ts'

/** What an ACK with such a cookie is counted under: names of Mib, or of DropReason where no counter of the MIB moves. */
const COUNTERS: Readonly<Record<CookieVerdict['reason'], string>> = {
  valid: 'SyncookiesRecv',
  count: 'SyncookiesFailed',
  hash: 'SyncookiesFailed',
  gate: 'listen_stray_ack',
}

/** `momentOf`: milliseconds since the epoch at a time of the engine. `now` in microseconds. */
export function viewCookie(
  { specimen, timestamp, expiresAt, verdict, ...numbers }: CookieParts,
  momentOf: (now: number) => number,
  now: number,
): CookieAnatomy {
  const { client, clientPort, server, serverPort, clientIsn, options, sentAt } = specimen
  return {
    at: momentOf(now),
    wasSent: specimen.wasSent,
    sentAt: momentOf(sentAt),
    client: `${formatAddress(client)}:${clientPort}`,
    server: `${formatAddress(server)}:${serverPort}`,
    clientIsn: clientIsn >>> 0,
    ...numbers,
    ...(timestamp === undefined || options === undefined
      ? {}
      : { timestamp: { value: timestamp, windowScale: options.windowScale, sack: options.sackPermitted } }),
    expiresAt: expiresAt === Number.NEGATIVE_INFINITY ? null : momentOf(expiresAt),
    verdict: { ...verdict, counter: COUNTERS[verdict.reason] },
  }
}
