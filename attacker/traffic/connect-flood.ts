/**
 * Connections that are opened properly and then left alone. They pass every cookie; what they use up is the accept queue
 * if the program is slow, or the connections that it can serve at a time.
 */
import type { Prng } from '../../tcpip/base/prng.ts'
import { NEVER, SECOND } from '../../tcpip/base/time.ts'
import type { AttackAction } from './attack-action.ts'
import type { AttackSpecOf } from './attack-spec.ts'
import { type BotBehaviour, BotConnections } from './bot-connections.ts'
import type { Botnet } from './botnet.ts'

const BEHAVIOUR: BotBehaviour = {
  onEstablished: () => {},
  onPause: (connection, now) => connection.close(now),
}

export function makeConnectFlood(
  { bots, hold }: AttackSpecOf<'connect-flood'>,
  botnet: Botnet,
  prng: Prng,
): AttackAction {
  const pause = hold === 0 ? NEVER : Math.round(hold * SECOND)
  return new BotConnections(botnet, bots, pause, BEHAVIOUR, prng)
}
