/** Which figures of the states are kept over time, by the names that the server and the attackers give them. */
import type { AttackerState } from '../../contract/attacker.ts'
import type { ServerState } from '../../contract/server.ts'

/** Linux's MIB counters and the lab's own, as GET /metrics has them in `counters`. */
export const COUNTERS = [
  'SynReceived',
  'HalfOpenCreated',
  'SyncookiesSent',
  'SyncookiesRecv',
  'SyncookiesFailed',
  'TCPReqQFullDrop',
  'TCPReqQFullDoCookies',
  'ListenOverflows',
  'ListenDrops',
  'HalfOpenExpired',
  'HalfOpenEvicted',
  'Accepted',
  'OutRsts',
  'EmbryonicRsts',
  'TCPChallengeACK',
  'SynAckSent',
  'PacketsIn',
  'PacketsOut',
] as const

export const GAUGES = [
  'synLength',
  'synYoung',
  'synLimit',
  'synBytes',
  'acceptLength',
  'acceptLimit',
  'established',
  'closeWait',
  'timeWait',
  'synCookies',
  'synAckRetries',
  'acceptInterval',
  'workers',
] as const

export const CLIENT_COLUMNS = [
  'attempted',
  'inFlight',
  'ok',
  'timeout',
  'refused',
  'reset',
  'local',
  /** What clients were told: connections per second; of a closed load its users. */
  'clientRate',
  /** Packets and connections that attacks have begun. */
  'attackSent',
] as const

export type ServerColumn = (typeof COUNTERS)[number] | (typeof GAUGES)[number]
export type ClientColumn = (typeof CLIENT_COLUMNS)[number]

export function serverRow(state: ServerState): Record<ServerColumn, number> {
  const { synQueue, acceptQueue, connections, config, counters } = state
  const counted = Object.fromEntries(COUNTERS.map((name) => [name, counters[name] ?? Number.NaN]))
  return {
    ...(counted as Record<(typeof COUNTERS)[number], number>),
    synLength: synQueue.length,
    synYoung: synQueue.young,
    synLimit: synQueue.limit,
    synBytes: synQueue.bytes,
    acceptLength: acceptQueue.length,
    acceptLimit: acceptQueue.limit,
    established: connections.established ?? 0,
    closeWait: connections.close_wait ?? 0,
    timeWait: connections.time_wait ?? 0,
    synCookies: config.synCookies,
    synAckRetries: config.synAckRetries,
    acceptInterval: config.acceptInterval,
    workers: config.workers,
  }
}

/** The sum over all attackers. */
export function clientRow(attackers: Iterable<AttackerState>): Record<ClientColumn, number> {
  const sum = Object.fromEntries(CLIENT_COLUMNS.map((name) => [name, 0])) as Record<ClientColumn, number>
  for (const { clients, attacks } of attackers) {
    sum.attempted += clients.attempted
    sum.inFlight += clients.inFlight
    for (const [outcome, count] of Object.entries(clients.outcomes))
      sum[outcome as keyof typeof clients.outcomes] += count
    sum.clientRate += clients.rate ?? clients.concurrency ?? 0
    for (const { sent } of attacks) sum.attackSent += sent
  }
  return sum
}
