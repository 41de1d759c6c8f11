/**
 * A host on a link: takes packets, finds what each belongs to (connection, listener, nobody), lets time pass, sends.
 * Read first: RFC 9293 3.10.7, Linux tcp_v4_rcv(). Owns no clock, no secret of its own and no policy of a listener.
 */
import { assert } from '../base/assert.ts'
import { type Counters, Mib } from '../base/counters.ts'
import { DropReason } from '../base/drop-reason.ts'
import { FlowHash } from '../base/flow-hash.ts'
import { State } from '../base/states.ts'
import { isAckDueAfterRead } from '../connection/acknowledge.ts'
import {
  abortConnection,
  closeConnection,
  finishConnection,
  isForsaken,
  shutdownSend,
  TIME_WAIT_LENGTH,
} from '../connection/close.ts'
import { IsnGenerator } from '../connection/isn.ts'
import { startKeepalive, stopKeepalive } from '../connection/keepalive.ts'
import type { KeepaliveOptions } from '../connection/keepalive-options.ts'
import { type Handshake, startActiveOpen, startPassiveChild, synSentArrives } from '../connection/open.ts'
import { segmentArrives } from '../connection/receive.ts'
import { RecordEnds } from '../connection/record-ends.ts'
import { sendReset } from '../connection/reset.ts'
import { DEFAULT_OFFER, NO_WINDOW_SCALE, type SynOffer } from '../connection/segment-size.ts'
import { output, sendAck } from '../connection/send.ts'
import { SYN_SCHEDULES } from '../connection/syn-schedule.ts'
import type { ConnectionOwner, Tcb } from '../connection/tcb.ts'
import { TcbTable } from '../connection/tcb-table.ts'
import { forsakenArrives, reopenIsn, timeWaitArrives } from '../connection/time-wait.ts'
import { onConnectionTimer } from '../connection/timers.ts'
import type { LinkEnd } from '../link/link.ts'
import { isImpossibleSource, type Prefix, prefixContains } from '../wire/address.ts'
import { parsePacket, writePacket } from '../wire/codec.ts'
import { IcmpError, parseIcmpError } from '../wire/icmp.ts'
import { Segment, SYN } from '../wire/segment.ts'
import { seqAdd, seqDiff } from '../wire/seq.ts'
import type { ActiveOpenOptions, EndpointOptions } from './endpoint-options.ts'
import { ListenerTable } from './listener-table.ts'
import type { PassiveOpen, PassiveOpenHost } from './passive-open.ts'

/** Local copies: constants of this module cost nothing, those of an imported object a load and a check each. */
const { InCsumErrors, InErrs, InSegs, OutOfWindowIcmps, OutSegs, PacketsIn, PacketsOut, TransmitRingFull } = Mib
const { ACCEPTED, ICMP_IGNORED, IP_BAD_SOURCE, IP_NOT_LOCAL, IP_NOT_TCP, NO_SOCKET, TCP_BAD_CHECKSUM, TCP_TRUNCATED } =
  DropReason

/** Packets taken from the link, and timers fired, per turn at most: other work gets its turn under any flood. */
export const BATCH = 256

/** Secret bytes an endpoint needs: 16 for sequence numbers, 8 for its flow table. */
export const SECRET_BYTES = 24

/** Why an active open could not even start; named after the errors that Node's net module gives. */
export type ConnectError = 'EADDRNOTAVAIL' | 'ENOBUFS'

export class Endpoint implements PassiveOpenHost {
  readonly counters: Counters
  readonly offer: SynOffer
  readonly timestamps: boolean
  readonly sack: boolean
  /** Whether there is an option that this host does not speak. */
  private readonly refusesOptions: boolean
  readonly timeWaitLength: number
  readonly maxTimeWait: number
  readonly rfc1337: boolean
  readonly tcbs: TcbTable
  readonly isn: IsnGenerator
  readonly out = new Segment()
  private readonly inbound = new Segment()
  private readonly icmpError = new IcmpError()
  private readonly link: LinkEnd
  private readonly addresses: Prefix
  private readonly flowHash: FlowHash
  private readonly listeners = new ListenerTable()

  constructor(options: EndpointOptions) {
    assert(options.secret.length === SECRET_BYTES, `an endpoint takes ${SECRET_BYTES} secret bytes`)
    this.link = options.link
    this.addresses = options.addresses
    this.counters = options.counters
    this.offer = { ...DEFAULT_OFFER, ...options.offer }
    this.timestamps = options.timestamps ?? true
    this.sack = options.sack ?? true
    this.refusesOptions = !this.timestamps || !this.sack || this.offer.windowScale === NO_WINDOW_SCALE
    this.maxTimeWait = options.maxTimeWait ?? options.maxConnections
    this.rfc1337 = options.rfc1337 ?? false
    this.timeWaitLength = options.timeWaitLength ?? TIME_WAIT_LENGTH
    this.tcbs = new TcbTable(options.maxConnections, options.counters)
    this.isn = new IsnGenerator(options.secret.subarray(0, 16))
    this.flowHash = new FlowHash(options.secret.subarray(16, 24))
  }

  /** Gives a port to a listener. A second listener on one port is the caller's error: see `isListening`. */
  listen(port: number, listener: PassiveOpen): void {
    this.listeners.add(port, listener)
  }

  /** Takes a port back: whatever comes for it from now on meets nobody. */
  unlisten(port: number): void {
    this.listeners.remove(port)
  }

  isListening(port: number): boolean {
    return this.listeners.has(port)
  }

  /** Whether the address is one of the host's own. */
  isLocal(address: number): boolean {
    return prefixContains(this.addresses, address)
  }

  /** The keyed hash under which connections and half-open entries of a 4-tuple are found. */
  flowHashOf(local: number, localPort: number, remote: number, remotePort: number): number {
    return this.flowHash.hash(remote, local, (remotePort << 16) | localPort)
  }

  /** The connection between a local and a remote end, or undefined. */
  connectionOf(local: number, localPort: number, remote: number, remotePort: number): Tcb | undefined {
    const hash = this.flowHashOf(local, localPort, remote, remotePort)
    return this.tcbs.find(hash, local, localPort, remote, remotePort)
  }

  /** One turn: timers that are due, then at most `BATCH` packets. Call again while `link.rx` holds packets. */
  poll(now: number): void {
    this.advance(now)
    const { rx } = this.link
    for (let taken = 0; taken < BATCH; taken++) {
      const at = rx.peek()
      if (at < 0) return
      this.receive(rx.bytes, rx.view, at, rx.peekLength(), now)
      rx.release()
    }
  }

  /** Fires the timers that are due, at most `BATCH` of connections and of each listener. */
  advance(now: number): void {
    this.tcbs.advance(now, this, BATCH)
    this.listeners.advance(now, BATCH)
  }

  /** The time of the next timer, microseconds; NEVER when none is armed. */
  nextDeadline(): number {
    return Math.min(this.tcbs.nextDeadline(), this.listeners.nextDeadline())
  }

  /** Takes one packet, `bytes[at .. at + length)`. Whatever it holds, it ends in exactly one outcome, counted here. */
  receive(bytes: Uint8Array, view: DataView, at: number, length: number, now: number): void {
    const { counters, inbound } = this
    counters.add(PacketsIn)
    const malformed = parsePacket(bytes, view, at, length, inbound)
    if (malformed === ACCEPTED) counters.outcome(this.demultiplex(inbound, now))
    else if (malformed === IP_NOT_TCP) counters.outcome(this.onOtherProtocol(view, at, length))
    else counters.outcome(this.refuse(malformed))
  }

  /** Of all that is not TCP, only ICMP errors about our own segments matter (Linux tcp_v4_err). */
  private onOtherProtocol(view: DataView, at: number, length: number): DropReason {
    const { icmpError } = this
    if (!parseIcmpError(view, at, length, icmpError)) return IP_NOT_TCP
    if (!this.isLocal(icmpError.source)) return IP_NOT_LOCAL
    const ports = (icmpError.destinationPort << 16) | icmpError.sourcePort
    const hash = this.flowHash.hash(icmpError.destination, icmpError.source, ports)
    const { source, sourcePort, destination, destinationPort, seq } = icmpError
    const tcb = this.tcbs.find(hash, source, sourcePort, destination, destinationPort)
    if (tcb === undefined) return this.listeners.at(sourcePort)?.onIcmpError(icmpError, hash) ?? ICMP_IGNORED
    // A connection lives through what may be forged (RFC 5927), and counts what was.
    const isInFlight = seqDiff(seq, tcb.sndUna) >= 0 && seqDiff(seq, tcb.sndNxt) <= 0
    if (tcb.state !== State.TIME_WAIT && !isForsaken(tcb) && !isInFlight) this.counters.add(OutOfWindowIcmps)
    return ICMP_IGNORED
  }

  private refuse(reason: DropReason): DropReason {
    if (reason >= TCP_TRUNCATED) {
      this.counters.add(InSegs)
      this.counters.add(InErrs)
      if (reason === TCP_BAD_CHECKSUM) this.counters.add(InCsumErrors)
    }
    return reason
  }

  /** Connection first, then listener, then nobody: the order of Linux tcp_v4_rcv(). */
  private demultiplex(segment: Segment, now: number): DropReason {
    if (!this.isLocal(segment.destination)) return IP_NOT_LOCAL
    if (isImpossibleSource(segment.source)) return IP_BAD_SOURCE
    this.counters.add(InSegs)
    const ports = (segment.sourcePort << 16) | segment.destinationPort
    const hash = this.flowHash.hash(segment.source, segment.destination, ports)
    const tcb = this.tcbs.find(hash, segment.destination, segment.destinationPort, segment.source, segment.sourcePort)
    if (this.refusesOptions && (segment.flags & SYN) !== 0) this.overlookOptions(segment)
    if (tcb !== undefined) return this.toConnection(tcb, segment, hash, now)
    const listener = this.listeners.at(segment.destinationPort)
    if (listener !== undefined) return listener.onSegment(segment, hash, now)
    sendReset(this, segment)
    return NO_SOCKET
  }

  /** Of a SYN the host reads the options that it speaks, as though there were no others (Linux tcp_parse_options). */
  private overlookOptions(syn: Segment): void {
    if (!this.timestamps) {
      syn.hasTimestamps = false
      syn.tsVal = 0
      syn.tsEcr = 0
    }
    if (!this.sack) syn.sackPermitted = false
    if (this.offer.windowScale === NO_WINDOW_SCALE) syn.windowScale = NO_WINDOW_SCALE
  }

  private toConnection(tcb: Tcb, segment: Segment, hash: number, now: number): DropReason {
    if (tcb.state === State.SYN_SENT) return synSentArrives(this, tcb, segment, now)
    if (isForsaken(tcb)) return forsakenArrives(this, tcb, segment, now)
    if (tcb.state !== State.TIME_WAIT) return segmentArrives(this, tcb, segment, now)
    const listener = this.listeners.at(segment.destinationPort)
    const isn = listener === undefined ? 0 : reopenIsn(tcb, segment)
    if (listener === undefined || isn === 0) return timeWaitArrives(this, tcb, segment, now)
    finishConnection(this, tcb, 'closed', now)
    return listener.onTimeWaitSyn(segment, hash, isn, now)
  }

  transmit(): boolean {
    if (!this.retransmit()) return false
    this.counters.add(OutSegs)
    return true
  }

  retransmit(): boolean {
    const at = this.reserve()
    if (at < 0) return false
    const { tx } = this.link
    tx.commit(writePacket(tx.bytes, tx.view, at, this.out))
    this.counters.add(PacketsOut)
    return true
  }

  get txView(): DataView {
    return this.link.tx.view
  }

  reserve(): number {
    const at = this.link.tx.reserve()
    if (at < 0) this.counters.add(TransmitRingFull)
    return at
  }

  transmitWritten(length: number): void {
    this.link.tx.commit(length)
    this.counters.add(OutSegs)
    this.counters.add(PacketsOut)
  }

  /**
   * Opens a connection from one of the host's own addresses. Returns an error, and does nothing, when the local address
   * is not the host's or the 4-tuple is in use, be it in TIME-WAIT (EADDRNOTAVAIL, Linux __inet_check_established), or the
   * connection table is full (ENOBUFS).
   */
  connect(
    local: number,
    localPort: number,
    remote: number,
    remotePort: number,
    owner: ConnectionOwner,
    now: number,
    { synSchedule = SYN_SCHEDULES.linux, offer = this.offer }: ActiveOpenOptions = {},
  ): Tcb | ConnectError {
    if (!this.isLocal(local)) return 'EADDRNOTAVAIL'
    const ports = (remotePort << 16) | localPort
    const hash = this.flowHash.hash(remote, local, ports)
    if (this.tcbs.find(hash, local, localPort, remote, remotePort) !== undefined) return 'EADDRNOTAVAIL'
    const tcb = this.tcbs.open(hash, local, localPort, remote, remotePort, State.CLOSED, State.SYN_SENT, now)
    if (tcb === undefined) return 'ENOBUFS'
    tcb.owner = owner
    tcb.synSchedule = synSchedule
    tcb.offer = offer
    const iss = this.isn.next(local, remote, ports, now)
    startActiveOpen(this, tcb, iss, this.isn.tsOffset, now)
    return tcb
  }

  openChild(handshake: Handshake, completing: Segment, now: number): Tcb | undefined {
    const { localAddress, localPort, remoteAddress, remotePort, flowHash } = handshake
    const from = handshake.isFromCookie ? State.LISTEN : State.SYN_RECEIVED
    const to = State.ESTABLISHED
    const tcb = this.tcbs.open(flowHash, localAddress, localPort, remoteAddress, remotePort, from, to, now)
    if (tcb !== undefined) startPassiveChild(this, tcb, handshake, completing)
    return tcb
  }

  deliver(tcb: Tcb, segment: Segment, now: number): DropReason {
    return segmentArrives(this, tcb, segment, now)
  }

  onProvenPeer(tcb: Tcb, now: number): void {
    if (tcb.passive) this.listeners.at(tcb.localPort)?.onProvenPeer(tcb.remoteAddress, now)
  }

  /** Queues bytes and sends what may go; how many were taken, 0 if the queue is full. `endsRecord`: with MSG_EOR, if all are. */
  write(tcb: Tcb, bytes: Uint8Array, at: number, length: number, now: number, endsRecord = false): number {
    assert(!tcb.finQueued && (tcb.state === State.ESTABLISHED || tcb.state === State.CLOSE_WAIT), 'writable state')
    const taken = tcb.sendQueue.write(bytes, at, length)
    if (endsRecord && taken === length && length > 0) {
      tcb.recordEnds ??= new RecordEnds()
      tcb.recordEnds.add(seqAdd(tcb.sndUna, tcb.sendQueue.length))
    }
    output(this, tcb, now, true)
    return taken
  }

  /** Moves up to `length` received bytes into `target`; returns how many. Reopens the peer's window if it was small. */
  read(tcb: Tcb, target: Uint8Array, at: number, length: number, now: number): number {
    const count = tcb.receiveQueue.peek(0, target, at, length)
    tcb.receiveQueue.discard(count)
    if (isAckDueAfterRead(tcb, count)) sendAck(this, tcb, now)
    return count
  }

  /** Closes in an orderly way; the owner hears no more of the connection. */
  close(tcb: Tcb, now: number): void {
    closeConnection(this, tcb, now)
  }

  /** Ends the connection at once, with a RST to a synchronized peer; the owner hears no more of it. */
  abort(tcb: Tcb, now: number): void {
    abortConnection(this, tcb, now)
  }

  /**
   * Probes a silent peer from now on (SO_KEEPALIVE), or no longer when `options` is undefined; see `KEEPALIVE_DEFAULTS`.
   * The connection has to be synchronized.
   */
  keepAlive(tcb: Tcb, options: KeepaliveOptions | undefined, now: number): void {
    if (options === undefined) stopKeepalive(this, tcb)
    else startKeepalive(this, tcb, options, now)
  }

  /** Closes the sending half: the owner goes on reading until the peer closes too. */
  shutdown(tcb: Tcb, now: number): void {
    shutdownSend(this, tcb, now)
  }

  /** A connection's timer fired (called by the timer wheel). */
  fire(id: number, now: number): void {
    onConnectionTimer(this, this.tcbs.ownerOf(id), this.tcbs.kindOf(id), now)
  }
}
