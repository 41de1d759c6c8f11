/**
 * Follows one connection of a server host: every segment either way as it passes the host's link, and after each what the
 * host thinks. While there is a tap it takes the host's turns in its place, packet by packet; without one nothing is slower.
 */

import { DROP_REASON_COUNT, DROP_REASON_NAMES, DropReason } from '../../tcpip/base/drop-reason.ts'
import { NEVER, SECOND } from '../../tcpip/base/time.ts'
import { isSameEnd, viewEnd } from '../../tcpip/host/end-view.ts'
import { BATCH } from '../../tcpip/host/endpoint.ts'
import type { LinkEnd } from '../../tcpip/link/link.ts'
import { formatAddress } from '../../tcpip/wire/address.ts'
import { isHonest, SERVER_ADDRESS, SERVER_PORT } from '../../tcpip/wire/address-plan.ts'
import { parsePacket } from '../../tcpip/wire/codec.ts'
import { ACK, Segment, SYN } from '../../tcpip/wire/segment.ts'
import type { ServerHost } from './server-host.ts'
import type { TapEnd, TapEvent, TapSegment } from './tap-event.ts'
import { describeTapSegment } from './tap-segment.ts'
import type { TapTarget } from './tap-target.ts'

/** A connection of which nothing is kept and nothing is heard for so long is over, microseconds: a SYN waits 32 s for its last repeat. */
const IDLE_MAX = 40 * SECOND

/** Segments told of one connection: a lesson, not a capture. */
export const SEGMENTS_MAX = 1000

const LISTENING: TapEnd = { state: 'LISTEN' }

export interface ConnectionTapOptions {
  readonly host: ServerHost
  /** The host's end of its link. */
  readonly link: LinkEnd
  /** Its number, in every event. */
  readonly id: number
  readonly target: TapTarget
  /** The moment that is told for a time of the host, milliseconds for microseconds. */
  readonly momentOf: (now: number) => number
  readonly tell: (event: TapEvent) => void
}

export class ConnectionTap {
  /** It has told that it is over. */
  isOver = false
  private readonly options: ConnectionTapOptions
  private readonly segment = new Segment()
  private readonly outcomes = new Float64Array(DROP_REASON_COUNT)
  /** Segments told so far, for telling which came before. */
  private readonly seen = new Set<string>()
  /** The client that is followed; undefined as long as none has come. */
  private client: { readonly address: number; readonly port: number; readonly flowHash: number } | undefined
  /** Packets of the transmit ring that have been looked at. */
  private lookedAt: number
  private segments = 0
  private lastHeard: number
  /** The server's end as last told. */
  private server: TapEnd = LISTENING
  /** The server has kept something of the connection. */
  private hadState = false

  constructor(options: ConnectionTapOptions, now: number) {
    this.options = options
    this.lookedAt = options.link.tx.committed
    this.lastHeard = now
    const { target } = options
    if (typeof target === 'string') return
    this.choose(target.address, target.port)
    // One that exists is shown as it is; one that does not is waited for.
    if (this.serverEnd().state !== LISTENING.state) this.begin(now)
    else this.client = undefined
  }

  /** One turn of the host, as `ServerHost.poll`. */
  poll(now: number): void {
    const { host } = this.options
    this.lookAtSent(now)
    host.advance(now)
    this.lookAtSent(now)
    for (let taken = 0; taken < BATCH; taken++) if (!this.step(now)) break
    this.lookAtEnd(now)
  }

  /** When `poll` has something to do that the host knows nothing of, microseconds. */
  nextDeadline(): number {
    // What the server keeps has timers of its own.
    if (this.client === undefined || this.isOver || this.server.state !== LISTENING.state) return NEVER
    return this.lastHeard + IDLE_MAX
  }

  /** Nothing is told after this. */
  end(reason: 'closed' | 'idle' | 'replaced' | 'stopped' | 'limit', now: number): void {
    if (this.isOver) return
    this.isOver = true
    const { id, momentOf, tell } = this.options
    tell({ at: momentOf(now), tap: id, kind: 'ended', reason })
  }

  /** Takes one packet; false when there is none. */
  private step(now: number): boolean {
    const { host, link } = this.options
    const at = link.rx.peek()
    if (at < 0) return false
    const length = link.rx.peekLength()
    const isParsed = parsePacket(link.rx.bytes, link.rx.view, at, length, this.segment) === DropReason.ACCEPTED
    if (!isParsed || !this.isOfClient(now)) {
      host.step(now)
      this.lookAtSent(now)
      return true
    }
    const told = describeTapSegment(this.segment, 'to-server')
    this.outcomes.set(host.counters.outcomes)
    host.step(now)
    const dropped = this.outcomeName()
    this.tellSegment(dropped === undefined ? told : { ...told, dropped }, now)
    this.lookAtSent(now)
    return true
  }

  /** Whether the packet at hand belongs to the connection, or begins the one that is waited for. */
  private isOfClient(now: number): boolean {
    const { source, sourcePort, destinationPort, destination } = this.segment
    if (this.isOver || destination !== SERVER_ADDRESS || destinationPort !== SERVER_PORT) return false
    if (this.client === undefined) {
      if (!this.isWanted(source, sourcePort)) return false
      this.choose(source, sourcePort)
      this.begin(now)
    }
    return source === this.client?.address && sourcePort === this.client.port
  }

  private isWanted(address: number, port: number): boolean {
    const { target } = this.options
    if (typeof target !== 'string') return address === target.address && port === target.port
    if (isHonest(address) !== (target === 'honest')) return false
    // A connection begins with a SYN; an attack may begin one in the middle, and only one that is not under way already.
    if ((this.segment.flags & (SYN | ACK)) === SYN) return true
    return target === 'hostile' && !this.isKnown(address, port)
  }

  private isKnown(address: number, port: number): boolean {
    const flowHash = this.options.host.endpoint.flowHashOf(SERVER_ADDRESS, SERVER_PORT, address, port)
    return this.endOf(address, port, flowHash) !== LISTENING
  }

  private choose(address: number, port: number): void {
    const flowHash = this.options.host.endpoint.flowHashOf(SERVER_ADDRESS, SERVER_PORT, address, port)
    this.client = { address, port, flowHash }
  }

  private begin(now: number): void {
    const { id, momentOf, tell } = this.options
    const { client } = this
    if (client === undefined) return
    this.lastHeard = now
    tell({
      at: momentOf(now),
      tap: id,
      kind: 'started',
      client: `${formatAddress(client.address)}:${client.port}`,
      server: `${formatAddress(SERVER_ADDRESS)}:${SERVER_PORT}`,
      isHonest: isHonest(client.address),
    })
    this.lookAtEnd(now)
  }

  /** Tells what has been written to the client since the last look. */
  private lookAtSent(now: number): void {
    const { tx } = this.options.link
    const first = Math.max(this.lookedAt, tx.released)
    this.lookedAt = tx.committed
    if (this.client === undefined) return
    for (let number = first; number < tx.committed && !this.isOver; number++) {
      const { segment } = this
      const parsed = parsePacket(tx.bytes, tx.view, tx.offsetOf(number), tx.lengthOf(number), segment)
      if (parsed !== DropReason.ACCEPTED || segment.destination !== this.client.address) continue
      if (segment.destinationPort !== this.client.port) continue
      const told = describeTapSegment(segment, 'to-client')
      const isSynAck = (segment.flags & (SYN | ACK)) === (SYN | ACK)
      const isCookie = isSynAck && this.serverEnd().state === LISTENING.state
      this.tellSegment(isCookie ? { ...told, isCookie } : told, now)
    }
  }

  private tellSegment(told: TapSegment, now: number): void {
    const { id, momentOf, tell } = this.options
    if (this.isOver) return
    const isRepeat = this.notice(told)
    this.lastHeard = now
    this.server = this.serverEnd()
    const segment = isRepeat ? { ...told, isRepeat } : told
    tell({ at: momentOf(now), tap: id, kind: 'segment', segment, ends: { server: this.server } })
    this.segments++
    if (this.segments === SEGMENTS_MAX) this.end('limit', now)
  }

  /** Whether the same stretch of sequence numbers was seen before. What takes none, a bare ACK, repeats nothing. */
  private notice({ direction, seq, payloadBytes, flags }: TapSegment): boolean {
    if (payloadBytes === 0 && !flags.includes('SYN') && !flags.includes('FIN')) return false
    const key = `${direction} ${seq} ${payloadBytes}`
    const isRepeat = this.seen.has(key)
    this.seen.add(key)
    return isRepeat
  }

  /** Tells a change that no segment has told of, and whether the connection is over. */
  private lookAtEnd(now: number): void {
    const { id, momentOf, tell } = this.options
    if (this.client === undefined || this.isOver) return
    const end = this.serverEnd()
    const isGone = end.state === LISTENING.state && this.hadState
    if (!isSameEnd(end, this.server)) {
      this.server = end
      tell({ at: momentOf(now), tap: id, kind: 'ends', ends: { server: end } })
    }
    this.hadState ||= end.state !== LISTENING.state
    if (isGone) this.end('closed', now)
    else if (now >= this.lastHeard + IDLE_MAX && end.state === LISTENING.state) this.end('idle', now)
  }

  private serverEnd(): TapEnd {
    const { client } = this
    return client === undefined ? LISTENING : this.endOf(client.address, client.port, client.flowHash)
  }

  private endOf(address: number, port: number, flowHash: number): TapEnd {
    const { endpoint, listener } = this.options.host
    const tcb = endpoint.tcbs.find(flowHash, SERVER_ADDRESS, SERVER_PORT, address, port)
    if (tcb !== undefined) return viewEnd(endpoint.tcbs, tcb, this.options.momentOf)
    const { synQueue } = listener
    const entry = synQueue.find(flowHash, address, SERVER_ADDRESS, (port << 16) | SERVER_PORT)
    if (entry < 0) return LISTENING
    const firesAt = this.options.momentOf(synQueue.timers.deadlineOf(entry))
    return { state: 'SYN-RECEIVED', timer: { kind: 'on', firesAt, retries: synQueue.timeouts(entry) } }
  }

  /** Why the packet at hand was dropped; undefined when it was not. */
  private outcomeName(): string | undefined {
    const { outcomes } = this.options.host.counters
    const reason = outcomes.findIndex((count, index) => count > this.outcomes[index])
    return reason <= DropReason.ACCEPTED ? undefined : DROP_REASON_NAMES[reason]
  }
}
