/**
 * The hub of the UDP link as a state machine without socket or clock: datagrams and time go in, datagrams go out. It
 * answers hellos without remembering them, keeps a session per spoke that confirmed, and moves packets between the rings
 * of one link end and those sessions. Read the frame format in udp-frame.ts first.
 */
import { assert } from '../base/assert.ts'
import type { LinkEnd } from '../link/link.ts'
import type { Prefix } from '../wire/address.ts'
import { type DatagramOutput, sendControl } from './datagram-pool.ts'
import { type Asker, HubNonces, sameBytes } from './hub-nonces.ts'
import { KEEPALIVE_IS_DUE, Liveness, PEER_IS_SILENT } from './liveness.ts'
import type { MacKey } from './mac-key.ts'
import { type AllowedPrefix, PrefixClaims, ROUTE_SILENT } from './prefix-claims.ts'
import { Refusal } from './prefix-request.ts'
import { type PeerSnapshot, Session, SessionTable } from './session-table.ts'
import { StrangerBudget } from './stranger-budget.ts'
import { FrameOutcome, PacketIn, PacketOut, type UdpCounters } from './udp-counters.ts'
import { ArrivalTracker, countPackets, deliver, MIN_PACKET_BYTES, PacketPacker, viewOf } from './udp-data.ts'
import {
  ARGUMENT_AT,
  checkControl,
  DATA_HEADER_BYTES,
  FrameType,
  frameType,
  HUB_NONCE_AT,
  isWellFormed,
  NONCE_BYTES,
  PACKET_PREFIX_BYTES,
  readRequests,
  readWord,
  SESSION_AT,
  SESSION_ID_BYTES,
  type SessionId,
  SPOKE_NONCE_AT,
  writeChallenge,
  writeReady,
  writeRefused,
  writeSessionFrame,
} from './udp-frame.ts'

/** Offsets in an IPv4 header (RFC 791 3.1). */
const IP_SOURCE_AT = 12
const IP_DESTINATION_AT = 16

export type PeerChange = 'joined' | 'left' | 'lost'

export interface HubSessionsOptions {
  readonly key: MacKey
  /** A key of the hub's own, that no member of the lab has. */
  readonly nonceKey: MacKey
  readonly allowed: readonly AllowedPrefix[]
  /** 1 to MAX_SESSIONS (session-table.ts). */
  readonly maxSessions: number
  readonly maxDatagramBytes: number
  readonly end: LinkEnd
  readonly output: DatagramOutput
  readonly counters: UdpCounters
  /** Fills bytes with secret randomness; tests pass a seeded source. */
  readonly random: (bytes: Uint8Array) => void
  readonly onPeerChange?: ((change: PeerChange, peer: PeerSnapshot) => void) | undefined
}

/** Somebody who believes in a session, rightly or not. */
interface Believer {
  readonly id: SessionId
  readonly address: string
  readonly port: number
}

export class HubSessions {
  private readonly options: HubSessionsOptions
  private readonly claims: PrefixClaims
  private readonly sessions: SessionTable
  private readonly nonces: HubNonces
  private readonly strangers = new StrangerBudget()
  private lastTick: number

  /** `now`: microseconds. Throws a RangeError for options out of range. */
  constructor(options: HubSessionsOptions, now: number) {
    this.options = options
    this.claims = new PrefixClaims(options.allowed)
    this.sessions = new SessionTable(options.maxSessions)
    this.nonces = new HubNonces(options.nonceKey)
    this.lastTick = now
  }

  /** Takes a datagram that arrived from `address`:`port` and counts what became of it. */
  receive(bytes: Uint8Array, length: number, address: string, port: number): void {
    this.options.counters.datagramsIn[this.dispatch(bytes, length, address, port)]++
  }

  /**
   * Packs the transmit ring into datagrams, many packets each, and sends them. Returns false when the output ran out of
   * datagrams: the rest stays in the ring for the next call.
   */
  transmit(): boolean {
    const { tx } = this.options.end
    const { packetsOut } = this.options.counters
    let complete = true
    for (let at = tx.peek(); at >= 0; at = tx.peek()) {
      const length = tx.peekLength()
      if (length < MIN_PACKET_BYTES) {
        packetsOut[PacketOut.TOO_SHORT]++
        tx.release()
        continue
      }
      const route = this.claims.route(tx.view.getInt32(at + IP_DESTINATION_AT))
      const session = route < 0 ? undefined : this.sessions.at(route)
      if (session === undefined) {
        packetsOut[route === ROUTE_SILENT ? PacketOut.SILENT : PacketOut.NO_ROUTE]++
        tx.release()
        continue
      }
      if (!session.packer.append(tx, at, length)) {
        complete = false
        break
      }
      session.packetsOut++
      tx.release()
    }
    for (const session of this.sessions.live) session.packer.flush()
    return complete
  }

  /** Time passes: call every LINK_TICK. Says keepalives, and gives up sessions that have been silent for too long. */
  tick(now: number): void {
    this.strangers.refill()
    const elapsed = now - this.lastTick
    this.lastTick = now
    for (const session of this.sessions.live) {
      const verdict = session.liveness.tick(now, elapsed)
      if (verdict === PEER_IS_SILENT) {
        this.expel(session, 'lost')
      } else if (verdict === KEEPALIVE_IS_DUE) {
        this.sendSessionFrame(FrameType.HUB_KEEPALIVE, session, session.liveness.nextKeepalive())
      }
    }
  }

  peers(): PeerSnapshot[] {
    return this.sessions.live.map((session) => session.snapshot())
  }

  /** Says goodbye to every spoke. */
  close(): void {
    for (const session of this.sessions.live) {
      this.expel(session, 'left')
    }
  }

  /** For tests: that the tables agree with each other. */
  assertInvariants(): void {
    this.sessions.assertInvariants()
    for (const session of this.sessions.live) {
      for (const prefix of session.prefixes) {
        const route = this.claims.route(prefix.base)
        assert(route === session.slot || route === ROUTE_SILENT, 'what is granted is routed to its owner, or silent')
      }
    }
  }

  private dispatch(bytes: Uint8Array, length: number, address: string, port: number): FrameOutcome {
    const type = frameType(bytes, length)
    switch (type) {
      case FrameType.DATA:
        return this.onData(bytes, length, address, port)
      case FrameType.HELLO:
      case FrameType.CONFIRM: {
        const outcome = this.checkStranger(type, bytes, length, address, port)
        if (outcome !== FrameOutcome.ACCEPTED) return outcome
        const asker = { address, port, nonce: bytes.slice(SPOKE_NONCE_AT, HUB_NONCE_AT) }
        return type === FrameType.HELLO ? this.onHello(asker) : this.onConfirm(asker, bytes)
      }
      case FrameType.KEEPALIVE:
      case FrameType.BYE: {
        const outcome = this.isFromPeer(bytes, length, address, port)
          ? checkControl(this.options.key, type, bytes, length)
          : this.checkStranger(type, bytes, length, address, port)
        if (outcome !== FrameOutcome.ACCEPTED) return outcome
        return this.onSessionFrame(type, bytes, address, port)
      }
      default:
        return type < 0 ? (-type as FrameOutcome) : FrameOutcome.UNKNOWN_TYPE
    }
  }

  /** `checkControl` of a frame that anybody may have sent. */
  private checkStranger(
    type: FrameType,
    bytes: Uint8Array,
    length: number,
    address: string,
    port: number,
  ): FrameOutcome {
    if (!isWellFormed(type, bytes, length)) return FrameOutcome.MALFORMED
    if (!this.strangers.take(address, port)) return FrameOutcome.OVER_BUDGET
    return checkControl(this.options.key, type, bytes, length)
  }

  /** Whether a frame names a live session and comes from where its spoke is. */
  private isFromPeer(bytes: Uint8Array, length: number, address: string, port: number): boolean {
    if (length < SESSION_AT + SESSION_ID_BYTES) return false
    return (
      this.sessions.find(readWord(bytes, SESSION_AT), readWord(bytes, SESSION_AT + 4))?.isAt(address, port) === true
    )
  }

  private onData(bytes: Uint8Array, length: number, address: string, port: number): FrameOutcome {
    if (length < DATA_HEADER_BYTES) return FrameOutcome.BAD_PACKET_LIST
    const session = this.sessions.find(readWord(bytes, SESSION_AT), readWord(bytes, SESSION_AT + 4))
    if (session === undefined) return FrameOutcome.UNKNOWN_SESSION
    if (!session.isAt(address, port)) return FrameOutcome.WRONG_PEER
    const packets = countPackets(bytes, length)
    if (packets < 0) return FrameOutcome.BAD_PACKET_LIST
    session.liveness.hear()
    session.arrivals.arrived(readWord(bytes, ARGUMENT_AT), packets)
    const { packetsIn } = this.options.counters
    const view = viewOf(bytes)
    let at = DATA_HEADER_BYTES
    for (let i = 0; i < packets; i++) {
      const packetLength = view.getUint16(at)
      at += PACKET_PREFIX_BYTES
      packetsIn[this.takePacket(session, bytes, view, at, packetLength)]++
      at += packetLength
    }
    return FrameOutcome.ACCEPTED
  }

  private takePacket(session: Session, bytes: Uint8Array, view: DataView, at: number, length: number): PacketIn {
    if (length < MIN_PACKET_BYTES) return PacketIn.TOO_SHORT
    if (!session.sources.allows(view.getInt32(at + IP_SOURCE_AT))) return PacketIn.UNDECLARED_SOURCE
    const outcome = deliver(this.options.end.rx, bytes, view, at, length)
    if (outcome === PacketIn.DELIVERED) session.packetsIn++
    return outcome
  }

  private onHello(asker: Asker): FrameOutcome {
    const hubNonce = this.nonces.make(asker, this.lastTick)
    this.answer(asker, (to) => writeChallenge(to, this.options.key, asker.nonce, hubNonce))
    return FrameOutcome.ACCEPTED
  }

  private onConfirm(asker: Asker, bytes: Uint8Array): FrameOutcome {
    const hubNonce = bytes.subarray(HUB_NONCE_AT, HUB_NONCE_AT + NONCE_BYTES)
    if (!this.nonces.isRecent(hubNonce, asker, this.lastTick)) return FrameOutcome.STALE
    const requests = readRequests(bytes)
    if (requests === undefined) return FrameOutcome.MALFORMED

    const before = this.sessions.findByPeer(asker.address, asker.port)
    if (before !== undefined && sameBytes(before.nonce, asker.nonce)) {
      // The READY was lost, or the CONFIRM came twice: the same session, not a second one.
      before.liveness.hear()
      this.sendReady(before)
      return FrameOutcome.ACCEPTED
    }
    // The same socket asks anew: it has given its old session up.
    if (before !== undefined) this.remove(before, 'left')

    const slot = this.sessions.freeSlot()
    if (slot < 0) return this.refuse(asker, Refusal.TOO_MANY_PEERS, 0)
    const claimed = this.claims.claim(slot, requests)
    if ('refusal' in claimed) return this.refuse(asker, claimed.refusal, claimed.index)
    const session = this.makeSession(slot, asker, claimed)
    this.sessions.add(session)
    this.sendReady(session)
    this.options.onPeerChange?.('joined', session.snapshot())
    return FrameOutcome.ACCEPTED
  }

  private onSessionFrame(type: FrameType, bytes: Uint8Array, address: string, port: number): FrameOutcome {
    const id = { high: readWord(bytes, SESSION_AT), low: readWord(bytes, SESSION_AT + 4) }
    const session = this.sessions.find(id.high, id.low)
    if (session === undefined) {
      // A member of the lab believes in a session that is no more (this hub was restarted): tell it at once.
      if (type === FrameType.KEEPALIVE) this.sendSessionFrame(FrameType.HUB_BYE, { id, address, port }, 0)
      return FrameOutcome.UNKNOWN_SESSION
    }
    if (!session.isAt(address, port)) return FrameOutcome.WRONG_PEER
    if (type === FrameType.BYE) {
      this.remove(session, 'left')
      return FrameOutcome.ACCEPTED
    }
    return session.liveness.hearKeepalive(readWord(bytes, ARGUMENT_AT)) ? FrameOutcome.ACCEPTED : FrameOutcome.STALE
  }

  private makeSession(slot: number, asker: Asker, prefixes: readonly Prefix[]): Session {
    const { output, maxDatagramBytes, counters, random } = this.options
    const bytes = new Uint8Array(8)
    random(bytes)
    const id = SessionTable.nameSlot({ high: readWord(bytes, 0), low: readWord(bytes, 4) }, slot)
    const packer = new PacketPacker(output, FrameType.HUB_DATA, id, maxDatagramBytes, asker.address, asker.port)
    const liveness = new Liveness(this.lastTick)
    return new Session(slot, id, asker, prefixes, packer, new ArrivalTracker(counters), liveness)
  }

  /** Removes a session, and tells the spoke in case it can still hear. */
  private expel(session: Session, change: PeerChange): void {
    this.sendSessionFrame(FrameType.HUB_BYE, session, 0)
    this.remove(session, change)
  }

  private remove(session: Session, change: PeerChange): void {
    this.sessions.remove(session)
    this.claims.release(session.slot)
    this.options.onPeerChange?.(change, session.snapshot())
  }

  private refuse(asker: Asker, refusal: Refusal, index: number): FrameOutcome {
    this.answer(asker, (to) => writeRefused(to, this.options.key, asker.nonce, refusal, index))
    return FrameOutcome.ACCEPTED
  }

  private sendReady(session: Session): void {
    const { key } = this.options
    this.answer(session, (to) => writeReady(to, key, session.nonce, session.id, session.prefixes))
  }

  private sendSessionFrame(type: FrameType, to: Believer, argument: number): void {
    const { key } = this.options
    this.answer(to, (bytes) => writeSessionFrame(bytes, key, type, to.id, argument))
  }

  private answer(to: { address: string; port: number }, write: (bytes: Uint8Array) => number): void {
    sendControl(this.options.output, to.address, to.port, write)
  }
}
