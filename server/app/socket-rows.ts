/**
 * The sockets of a server as `ss -tano` lists them: the listener, half-open entries, connections, each with its queues
 * and its timer. Reads only; bounded by a limit, because a SYN queue may hold a million.
 */

import { MILLISECOND, NEVER } from '../../tcpip/base/time.ts'
import type { Tcb } from '../../tcpip/connection/tcb.ts'
import { RETRANSMIT } from '../../tcpip/connection/tcb-table.ts'
import { type TimerKind, timerKind } from '../../tcpip/host/end-view.ts'
import { formatAddress } from '../../tcpip/wire/address.ts'
import { SERVER_ADDRESS, SERVER_PORT } from '../../tcpip/wire/address-plan.ts'
import type { Listener } from '../listener/listener.ts'
import type { ServerHost } from './server-host.ts'
import { SOCKET_STATE_NAMES, type SocketState } from './socket-state.ts'

export interface SocketTimer {
  readonly kind: TimerKind
  readonly remainingMs: number
  /** Retransmissions or probes so far. */
  readonly retries: number
}

export interface SocketRow {
  readonly state: SocketState
  /** Received bytes that the application has not read; for the listener, connections waiting to be accepted. */
  readonly recvQ: number
  /** Sent bytes that the peer has not acknowledged, and bytes to be sent; for the listener, its backlog. */
  readonly sendQ: number
  readonly local: string
  readonly peer: string
  readonly timer: SocketTimer | null
  /** How long the socket has been in this state, milliseconds; null for the listener. */
  readonly ageMs: number | null
}

/** All sockets of one state together. */
export interface StateSummary {
  readonly state: SocketState
  readonly count: number
  /**
   * Age of the one that has been in the state longest, milliseconds; null for the listener, and for entries, which are
   * too many to look at.
   */
  readonly oldestMs: number | null
}

export interface SocketList {
  /** At most as many as asked for: listener first, then entries, then connections. */
  readonly sockets: readonly SocketRow[]
  /** How many there are. */
  readonly total: number
  /** The states that have sockets, whatever was asked for. */
  readonly summary: readonly StateSummary[]
}

/** Lists the sockets in `state`, or all of them, at most `limit`; `now` in microseconds. */
export function listSockets(host: ServerHost, state: SocketState | undefined, limit: number, now: number): SocketList {
  const { listener } = host
  const { tcbs } = host.endpoint
  const sockets: SocketRow[] = []
  let total = 0
  if (state === undefined || state === 'listen') {
    total++
    if (sockets.length < limit) sockets.push(listenerRow(listener))
  }
  if (state === undefined || state === 'syn_recv') {
    total += listener.synQueue.length
    pushHalfOpen(listener, sockets, limit, now)
  }
  SOCKET_STATE_NAMES.forEach((name, number) => {
    if (state === undefined || state === name) total += tcbs.counts[number]
  })
  tcbs.forEach((tcb) => {
    const isWanted = state === undefined || state === SOCKET_STATE_NAMES[tcb.state]
    if (isWanted && sockets.length < limit) sockets.push(connectionRow(host, tcb, now))
  })
  return { sockets, total, summary: summarize(host, now) }
}

function summarize(host: ServerHost, now: number): StateSummary[] {
  const { tcbs } = host.endpoint
  const oldest = new Map<SocketState, number>()
  tcbs.forEach((tcb) => {
    const state = SOCKET_STATE_NAMES[tcb.state]
    oldest.set(state, Math.max(oldest.get(state) ?? 0, age(tcb.stateSince, now)))
  })
  const ofListener: StateSummary = { state: 'listen', count: 1, oldestMs: null }
  const entries = host.listener.synQueue.length
  const ofHalfOpen: StateSummary[] = entries > 0 ? [{ state: 'syn_recv', count: entries, oldestMs: null }] : []
  const ofConnections = SOCKET_STATE_NAMES.flatMap((state, number) =>
    tcbs.counts[number] > 0 ? [{ state, count: tcbs.counts[number], oldestMs: oldest.get(state) ?? null }] : [],
  )
  return [ofListener, ...ofHalfOpen, ...ofConnections]
}

/** Whole milliseconds since `since`, both in microseconds. */
function age(since: number, now: number): number {
  return Math.floor((now - since) / MILLISECOND)
}

function listenerRow(listener: Listener): SocketRow {
  const local = endpointName(SERVER_ADDRESS, SERVER_PORT)
  const recvQ = listener.acceptQueue.length
  return { state: 'listen', recvQ, sendQ: listener.limit, local, peer: '0.0.0.0:*', timer: null, ageMs: null }
}

function pushHalfOpen({ synQueue }: Listener, sockets: SocketRow[], limit: number, now: number): void {
  let unseen = synQueue.length
  // A stored entry always has its timer armed, and a free record never.
  for (let entry = 0; unseen > 0 && sockets.length < limit; entry++) {
    if (!synQueue.timers.isArmed(entry)) continue
    unseen--
    sockets.push({
      state: 'syn_recv',
      recvQ: 0,
      sendQ: 0,
      local: endpointName(synQueue.localAddress(entry), synQueue.localPort(entry)),
      peer: endpointName(synQueue.remoteAddress(entry), synQueue.remotePort(entry)),
      timer: {
        kind: 'on',
        remainingMs: remaining(synQueue.timers.deadlineOf(entry), now),
        retries: synQueue.timeouts(entry),
      },
      ageMs: age(synQueue.sentAt(entry, now), now),
    })
  }
}

function connectionRow(host: ServerHost, tcb: Tcb, now: number): SocketRow {
  const deadline = host.endpoint.tcbs.deadlineOf(tcb, RETRANSMIT)
  const timer: SocketTimer = {
    kind: timerKind(tcb),
    remainingMs: remaining(deadline, now),
    retries: tcb.retransmits,
  }
  return {
    state: SOCKET_STATE_NAMES[tcb.state],
    recvQ: tcb.receiveQueue.length,
    sendQ: tcb.sendQueue.length,
    local: endpointName(tcb.localAddress, tcb.localPort),
    peer: endpointName(tcb.remoteAddress, tcb.remotePort),
    timer: deadline === NEVER ? null : timer,
    ageMs: age(tcb.stateSince, now),
  }
}

/** Milliseconds until `deadline`, 0 when it has passed. */
function remaining(deadline: number, now: number): number {
  return Math.max(0, Math.ceil((deadline - now) / MILLISECOND))
}

function endpointName(address: number, port: number): string {
  return `${formatAddress(address)}:${port}`
}
