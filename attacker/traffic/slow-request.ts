/**
 * Requests that never end: a line of the head now and then, so that the server takes the client for a slow one and waits.
 * A server that serves a limited number of connections at a time is full with as many of these. Known as slowloris.
 */

import { bytesOf } from '../../tcpip/base/bytes.ts'
import type { Prng } from '../../tcpip/base/prng.ts'
import { SECOND } from '../../tcpip/base/time.ts'
import { formatAddress } from '../../tcpip/wire/address.ts'
import { SERVER_ADDRESS } from '../../tcpip/wire/address-plan.ts'
import type { AttackAction } from './attack-action.ts'
import type { AttackSpecOf } from './attack-spec.ts'
import { type BotBehaviour, BotConnections } from './bot-connections.ts'
import type { Botnet } from './botnet.ts'

const FIRST_LINES = bytesOf(`GET / HTTP/1.1\r\nHost: ${formatAddress(SERVER_ADDRESS)}\r\n`)
const NEXT_LINE = bytesOf('X-Slow: 1\r\n')

const BEHAVIOUR: BotBehaviour = {
  onEstablished: (connection, now) => connection.send(FIRST_LINES, now),
  onPause: (connection, now) => connection.send(NEXT_LINE, now),
}

export function makeSlowRequest(
  { bots, interval }: AttackSpecOf<'slow-request'>,
  botnet: Botnet,
  prng: Prng,
): AttackAction {
  return new BotConnections(botnet, bots, Math.round(interval * SECOND), BEHAVIOUR, prng)
}
