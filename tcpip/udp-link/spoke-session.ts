/**
 * A spoke of the UDP link as a state machine without socket or clock. Until the hub has proven that it holds the lab's
 * key, nothing leaves but hellos, at a bounded rate; packets leave only in a session. When the hub falls silent the spoke
 * starts again, for as long as it is open. Read the frame format in udp-frame.ts first.
 */
import type { LinkEnd } from '../link/link.ts'
import { formatPrefix, type Prefix } from '../wire/address.ts'
import { type DatagramOutput, sendControl } from './datagram-pool.ts'
import { HelloSchedule } from './hello-schedule.ts'
import { KEEPALIVE_IS_DUE, Liveness, PEER_IS_SILENT } from './liveness.ts'
import type { MacKey } from './mac-key.ts'
import { areAnswersTo, describeRefusal, type PrefixRequest } from './prefix-request.ts'
import { FrameOutcome, PacketOut, type UdpCounters } from './udp-counters.ts'
import { ArrivalTracker, countPackets, deliver, MIN_PACKET_BYTES, PacketPacker, viewOf } from './udp-data.ts'
import {
  ARGUMENT_AT,
  checkControl,
  DATA_HEADER_BYTES,
  FrameType,
  frameType,
  HUB_NONCE_AT,
  MAX_PREFIXES,
  NONCE_BYTES,
  PACKET_PREFIX_BYTES,
  READY_SESSION_AT,
  readGrants,
  readRefusal,
  readRefusedIndex,
  readWord,
  SESSION_AT,
  type SessionId,
  SPOKE_NONCE_AT,
  writeConfirm,
  writeHello,
  writeSessionFrame,
} from './udp-frame.ts'

/** The output of a spoke has one peer and needs no address. */
const NO_ADDRESS = ''

/** Hellos without an answer after which a refusal of long ago is no longer the news. */
const SILENT_HELLOS = 3

/**
 * `refused`: the hub, or this process's own target check, said no; asked again once a second, because a prefix
 * in use becomes free when its owner leaves. `closed` is final.
 */
export type SpokeState = 'connecting' | 'ready' | 'refused' | 'closed'

export interface SpokeSessionOptions {
  readonly key: MacKey
  /** 1 to MAX_PREFIXES. */
  readonly requests: readonly PrefixRequest[]
  readonly maxDatagramBytes: number
  readonly end: LinkEnd
  readonly output: DatagramOutput
  readonly counters: UdpCounters
  /** Fills bytes with secret randomness; tests pass a seeded source. */
  readonly random: (bytes: Uint8Array) => void
  /** It is time for a hello: find the hub, then call `sayHello`. */
  readonly onHelloDue: () => void
  /** The state changed, or what is the matter in it. `detail`: one line for people. */
  readonly onStateChange?: ((state: SpokeState, detail: string) => void) | undefined
}

export class SpokeSession {
  private readonly options: SpokeSessionOptions
  private currentState: SpokeState = 'connecting'
  private currentDetail = 'not connected yet'
  private requests: readonly PrefixRequest[]
  private granted: readonly Prefix[] = []

  private readonly nonce = new Uint8Array(NONCE_BYTES)
  private readonly hellos = new HelloSchedule()
  private silentHellos = 0

  private session: SessionId | undefined
  private packer: PacketPacker | undefined
  private arrivals: ArrivalTracker | undefined
  private liveness: Liveness
  private lastTick: number

  /** `now`: microseconds. Throws a RangeError for a wrong number of requests. */
  constructor(options: SpokeSessionOptions, now: number) {
    const count = options.requests.length
    if (count < 1 || count > MAX_PREFIXES) throw new RangeError(`a spoke asks for 1 to ${MAX_PREFIXES} prefixes`)
    this.options = options
    this.requests = options.requests
    this.session = undefined
    this.packer = undefined
    this.arrivals = undefined
    this.liveness = new Liveness(now)
    this.lastTick = now
    options.random(this.nonce)
  }

  get state(): SpokeState {
    return this.currentState
  }

  /** What is the matter, in one line for people. */
  get detail(): string {
    return this.currentDetail
  }

  /** The prefixes granted in the current or latest session, one per request and in their order. */
  get prefixes(): readonly Prefix[] {
    return this.granted
  }

  /** Packets that the hub sent in this session and that never arrived. */
  get packetsMissing(): number {
    return this.arrivals?.missing ?? 0
  }

  /** Time passes: call every LINK_TICK. */
  tick(now: number): void {
    const elapsed = now - this.lastTick
    this.lastTick = now
    if (this.currentState === 'closed') return
    if (this.session === undefined) {
      if (this.hellos.take(now)) this.options.onHelloDue()
      return
    }
    const verdict = this.liveness.tick(now, elapsed)
    if (verdict === PEER_IS_SILENT) {
      this.lose('nothing was heard from the hub for too long')
    } else if (verdict === KEEPALIVE_IS_DUE) {
      this.sendSessionFrame(FrameType.KEEPALIVE, this.session, this.liveness.nextKeepalive())
    }
  }

  /** Sends a hello to where the output is connected, unless there is a session. */
  sayHello(): void {
    if (this.session !== undefined || this.currentState === 'closed') return
    this.silentHellos++
    if (this.silentHellos > SILENT_HELLOS) {
      this.enter('connecting', 'no answer: no hub there, or one with another lab key')
    }
    this.sendControl((bytes) => writeHello(bytes, this.options.key, this.nonce))
  }

  /** The hub cannot be reached, as far as the caller can tell (no such name, nothing listens on its port). */
  unreachable(detail: string): void {
    if (this.currentState === 'closed') return
    this.silentHellos = 0
    if (this.session !== undefined) this.lose(detail)
    else this.enter('connecting', detail)
  }

  /** The caller forbids the address where the hub was found, and has sent nothing there. It is asked again later. */
  forbid(detail: string): void {
    if (this.session === undefined && this.currentState !== 'closed') this.refused(detail)
  }

  /** Takes a datagram that arrived from the hub's address and counts what became of it. */
  receive(bytes: Uint8Array, length: number): void {
    this.options.counters.datagramsIn[this.dispatch(bytes, length)]++
  }

  /**
   * Packs the transmit ring into datagrams and sends them. Returns false when the output ran out of datagrams: the rest
   * stays in the ring for the next call. Without a session the packets are dropped and counted.
   */
  transmit(): boolean {
    const { tx } = this.options.end
    const { packetsOut } = this.options.counters
    const packer = this.packer
    let complete = true
    for (let at = tx.peek(); at >= 0; at = tx.peek()) {
      const length = tx.peekLength()
      if (packer === undefined) {
        packetsOut[PacketOut.NOT_READY]++
      } else if (length < MIN_PACKET_BYTES) {
        packetsOut[PacketOut.TOO_SHORT]++
      } else if (!packer.append(tx, at, length)) {
        complete = false
        break
      }
      tx.release()
    }
    packer?.flush()
    return complete
  }

  /** Says goodbye if there is a session. Final. */
  close(): void {
    if (this.currentState === 'closed') return
    if (this.session !== undefined) this.sendSessionFrame(FrameType.BYE, this.session, 0)
    this.forgetSession()
    this.enter('closed', 'closed')
  }

  private dispatch(bytes: Uint8Array, length: number): FrameOutcome {
    const type = frameType(bytes, length)
    switch (type) {
      case FrameType.HUB_DATA:
        return this.onData(bytes, length)
      case FrameType.CHALLENGE:
      case FrameType.READY:
      case FrameType.REFUSED: {
        const outcome = checkControl(this.options.key, type, bytes, length)
        if (outcome !== FrameOutcome.ACCEPTED) return outcome
        return this.onHandshake(type, bytes)
      }
      case FrameType.HUB_KEEPALIVE:
      case FrameType.HUB_BYE: {
        const outcome = checkControl(this.options.key, type, bytes, length)
        if (outcome !== FrameOutcome.ACCEPTED) return outcome
        return this.onSessionFrame(type, bytes)
      }
      default:
        return type < 0 ? (-type as FrameOutcome) : FrameOutcome.UNKNOWN_TYPE
    }
  }

  private onData(bytes: Uint8Array, length: number): FrameOutcome {
    if (length < DATA_HEADER_BYTES) return FrameOutcome.BAD_PACKET_LIST
    if (this.arrivals === undefined || !this.isOurSession(bytes)) return FrameOutcome.UNKNOWN_SESSION
    const packets = countPackets(bytes, length)
    if (packets < 0) return FrameOutcome.BAD_PACKET_LIST
    this.liveness.hear()
    this.arrivals.arrived(readWord(bytes, ARGUMENT_AT), packets)
    const { counters, end } = this.options
    const view = viewOf(bytes)
    let at = DATA_HEADER_BYTES
    for (let i = 0; i < packets; i++) {
      const packetLength = view.getUint16(at)
      at += PACKET_PREFIX_BYTES
      counters.packetsIn[deliver(end.rx, bytes, view, at, packetLength)]++
      at += packetLength
    }
    return FrameOutcome.ACCEPTED
  }

  private onHandshake(type: FrameType, bytes: Uint8Array): FrameOutcome {
    const { nonce } = this
    if (this.session !== undefined || this.currentState === 'closed') return FrameOutcome.STALE
    if (!nonce.every((byte, i) => byte === bytes[SPOKE_NONCE_AT + i])) return FrameOutcome.STALE
    this.silentHellos = 0
    if (type === FrameType.READY) return this.onReady(bytes)
    if (type === FrameType.REFUSED) return this.onRefused(bytes)
    const hubNonce = bytes.subarray(HUB_NONCE_AT, HUB_NONCE_AT + NONCE_BYTES)
    this.sendControl((bytes) => writeConfirm(bytes, this.options.key, nonce, hubNonce, this.requests))
    return FrameOutcome.ACCEPTED
  }

  private onReady(bytes: Uint8Array): FrameOutcome {
    const grants = readGrants(bytes)
    if (grants === undefined || !areAnswersTo(this.requests, grants)) return FrameOutcome.MALFORMED
    const { output, maxDatagramBytes, counters } = this.options
    this.session = { high: readWord(bytes, READY_SESSION_AT), low: readWord(bytes, READY_SESSION_AT + 4) }
    this.packer = new PacketPacker(output, FrameType.DATA, this.session, maxDatagramBytes, NO_ADDRESS, 0)
    this.arrivals = new ArrivalTracker(counters)
    this.granted = grants
    // After a restart of the hub the same blocks are asked for first: hosts keep their addresses.
    this.requests = this.requests.map((request, i) => ({ ...request, preferred: grants[i] }))
    this.liveness = new Liveness(this.lastTick)
    this.enter('ready', `speaking for ${grants.map(formatPrefix).join(', ')}`)
    return FrameOutcome.ACCEPTED
  }

  private onRefused(bytes: Uint8Array): FrameOutcome {
    const refusal = readRefusal(bytes)
    const request = this.requests[readRefusedIndex(bytes)]
    if (refusal === undefined || request === undefined) return FrameOutcome.MALFORMED
    this.refused(describeRefusal(refusal, request))
    return FrameOutcome.ACCEPTED
  }

  private onSessionFrame(type: FrameType, bytes: Uint8Array): FrameOutcome {
    if (!this.isOurSession(bytes)) return FrameOutcome.UNKNOWN_SESSION
    if (type === FrameType.HUB_BYE) {
      this.lose('the hub said goodbye')
      return FrameOutcome.ACCEPTED
    }
    return this.liveness.hearKeepalive(readWord(bytes, ARGUMENT_AT)) ? FrameOutcome.ACCEPTED : FrameOutcome.STALE
  }

  private isOurSession(bytes: Uint8Array): boolean {
    const session = this.session
    return (
      session !== undefined &&
      readWord(bytes, SESSION_AT) === session.high &&
      readWord(bytes, SESSION_AT + 4) === session.low
    )
  }

  private refused(detail: string): void {
    this.hellos.putOff(this.lastTick)
    this.enter('refused', detail)
  }

  /** Back to hellos, with a nonce that no earlier answer fits. */
  private lose(detail: string): void {
    this.forgetSession()
    this.options.random(this.nonce)
    this.hellos.restart()
    this.silentHellos = 0
    this.enter('connecting', detail)
  }

  private forgetSession(): void {
    this.session = undefined
    this.packer = undefined
    this.arrivals = undefined
  }

  private enter(state: SpokeState, detail: string): void {
    if (state === this.currentState && detail === this.currentDetail) return
    this.currentState = state
    this.currentDetail = detail
    this.options.onStateChange?.(state, detail)
  }

  private sendSessionFrame(type: FrameType, session: SessionId, argument: number): void {
    this.sendControl((bytes) => writeSessionFrame(bytes, this.options.key, type, session, argument))
  }

  /** Sends one control frame; when no datagram is left it is lost, and the next tick repeats what matters. */
  private sendControl(write: (bytes: Uint8Array) => number): void {
    sendControl(this.options.output, NO_ADDRESS, 0, write)
  }
}
