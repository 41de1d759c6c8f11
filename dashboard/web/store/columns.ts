/** Which figures of the states are kept over time, by the names that the server and the attackers give them. */
import { CONNECTION_STATES, type SocketState } from '../../../server/app/socket-state.ts'
import { SOCKET_TRANSITIONS, type SocketTransition } from '../../../server/app/socket-transitions.ts'
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
  'serverCpu',
  'acceptLength',
  'acceptLimit',
  'synCookies',
  'synAckRetries',
  'acceptInterval',
  'workers',
] as const

/** Sockets in a state. */
export type StateColumn = `in.${SocketState}`

export const STATES: readonly StateColumn[] = CONNECTION_STATES.map(stateColumn)

export function stateColumn(state: SocketState): StateColumn {
  return `in.${state}`
}

/** Sockets that went from one state to another. */
export type TransitionColumn = `${SocketTransition['from']}>${SocketTransition['to']}`

export const TRANSITIONS: readonly TransitionColumn[] = SOCKET_TRANSITIONS.map(transitionColumn)

export function transitionColumn({ from, to }: SocketTransition): TransitionColumn {
  return `${from}>${to}`
}

/** All that is kept of the server. */
export const SERVER_COLUMNS: readonly ServerColumn[] = [...COUNTERS, ...GAUGES, ...STATES, ...TRANSITIONS]

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
  /** Processor time, seconds. */
  'attackersCpu',
] as const

export type ServerColumn = (typeof COUNTERS)[number] | (typeof GAUGES)[number] | StateColumn | TransitionColumn
export type ClientColumn = (typeof CLIENT_COLUMNS)[number]

export function serverRow(state: ServerState): Record<ServerColumn, number> {
  const { synQueue, acceptQueue, connections, config, counters, transitions } = state
  const counted = Object.fromEntries(COUNTERS.map((name) => [name, counters[name] ?? Number.NaN]))
  const inStates = Object.fromEntries(CONNECTION_STATES.map((name) => [stateColumn(name), connections[name] ?? 0]))
  const moved = Object.fromEntries(
    SOCKET_TRANSITIONS.map((way) => [transitionColumn(way), transitions[way.from]?.[way.to] ?? Number.NaN]),
  )
  return {
    ...(counted as Record<(typeof COUNTERS)[number], number>),
    ...(inStates as Record<StateColumn, number>),
    ...(moved as Record<TransitionColumn, number>),
    synLength: synQueue.length,
    synYoung: synQueue.young,
    synLimit: synQueue.limit,
    synBytes: synQueue.bytes,
    serverCpu: state.cpuSeconds ?? Number.NaN,
    acceptLength: acceptQueue.length,
    acceptLimit: acceptQueue.limit,
    synCookies: config.synCookies,
    synAckRetries: config.synAckRetries,
    acceptInterval: config.acceptInterval,
    workers: config.workers,
  }
}

/** The sum over all attackers. */
export function clientRow(attackers: Iterable<AttackerState>): Record<ClientColumn, number> {
  const sum = Object.fromEntries(CLIENT_COLUMNS.map((name) => [name, 0])) as Record<ClientColumn, number>
  for (const { clients, attacks, cpuSeconds } of attackers) {
    sum.attackersCpu += cpuSeconds ?? Number.NaN
    sum.attempted += clients.attempted
    sum.inFlight += clients.inFlight
    for (const [outcome, count] of Object.entries(clients.outcomes))
      sum[outcome as keyof typeof clients.outcomes] += count
    sum.clientRate += clients.rate ?? clients.concurrency ?? 0
    for (const { sent } of attacks) sum.attackSent += sent
  }
  return sum
}
