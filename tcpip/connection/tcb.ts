/**
 * The transmission control block: everything a host remembers of one connection (RFC 9293 3.3.1). Variables carry the
 * RFC's names. TCBs are pooled by the TCB table and refilled, never allocated per connection in steady state.
 */

import { State } from '../base/states.ts'
import { SECOND } from '../base/time.ts'
import { ByteQueue } from './byte-queue.ts'
import { Flight } from './flight.ts'
import type { KeepaliveOptions } from './keepalive-options.ts'
import type { RecordEnds } from './record-ends.ts'
import { SackReport } from './sack-report.ts'
import { DEFAULT_OFFER, type SynOffer } from './segment-size.ts'
import { SequenceRanges } from './sequence-ranges.ts'
import { SYN_SCHEDULES, type SynSchedule } from './syn-schedule.ts'

/** Why a connection ended, as the application is told it (RFC 9293 3.6 MUST-12: normal and abort are told apart). */
export type CloseReason = 'closed' | 'reset' | 'refused' | 'timeout'

/** The application's side of a connection. Callbacks run inside the host's turn and may write, read, close or abort. */
export interface ConnectionOwner {
  /** An active open reached ESTABLISHED. */
  onEstablished(tcb: Tcb, now: number): void
  /** Bytes arrived in the receive queue, or the peer closed its side (`tcb.finReceived`). */
  onReadable(tcb: Tcb, now: number): void
  /** Acknowledged bytes left the send queue: there is room to write again. */
  onWritable(tcb: Tcb, now: number): void
  /** The connection is over. The TCB will be reused: it must not be touched after this call. */
  onClosed(tcb: Tcb, reason: CloseReason, now: number): void
}

/** Degrees of `Tcb.ackOwed`. */
export const ACK_NONE = 0
/** With the next segment, or when the delayed-ACK timer fires. */
export const ACK_LATER = 1
/** At the end of the turn. */
export const ACK_NOW = 2
export type AckOwed = typeof ACK_NONE | typeof ACK_LATER | typeof ACK_NOW

/** Kinds of `Tcb.recovery`. */
export const RECOVERY_NONE = 0
/** Duplicate ACKs or SACK blocks told of a loss (RFC 6582, RFC 6675). */
export const RECOVERY_FAST = 1
/** The retransmission timer did: all that was in flight counts as lost. */
export const RECOVERY_TIMEOUT = 2
export type Recovery = typeof RECOVERY_NONE | typeof RECOVERY_FAST | typeof RECOVERY_TIMEOUT

/** How long FIN-WAIT-2 without an application waits for the peer's FIN, microseconds (Linux tcp_fin_timeout). */
export const FIN_WAIT_2_TIMEOUT = 60 * SECOND

/** Bytes of the send queue, at most, and of the receive queue that are offered as window. */
export const QUEUE_BYTES = 65_536

/**
 * Bytes of the receive queue, at most: what is offered, and room for what rounding the window up to its scale has offered
 * beyond that (see receive-window.ts). A power of two, as a ByteQueue wants it.
 */
const RECEIVE_QUEUE_BYTES = 2 * QUEUE_BYTES

export class Tcb {
  /** Place in the TCB table. */
  readonly index: number
  /** Goes up each time the TCB returns to the pool: tells whether a connection is still the one it was before a callback. */
  generation = 0
  state: State = State.CLOSED
  owner: ConnectionOwner | undefined = undefined
  /** Opened by a listener (RFC 9293 MUST-11 asks to remember it). */
  passive = false

  localAddress = 0
  localPort = 0
  remoteAddress = 0
  remotePort = 0
  /** Keyed hash of the 4-tuple, the connection's place in the flow table. */
  flowHash = 0

  iss = 0
  sndUna = 0
  sndNxt = 0
  /** Peer's window, scaled to bytes, and the number of the segment that last updated it. */
  sndWnd = 0
  sndWl1 = 0
  /** Largest window the peer ever offered: how far back an ACK may be and still be believed (RFC 5961 5.2). */
  maxSndWnd = 0
  /** Sequence numbers the peer has acknowledged since the handshake. */
  bytesAcked = 0
  /** What we announce. */
  offer: SynOffer = DEFAULT_OFFER
  /** Payload bytes per segment that both sides agreed on, options already taken off. */
  agreedMss = 0
  /** Payload bytes per segment that we send: no more than half of the largest window that the peer ever offered. */
  sndMss = 0
  sndWindowShift = 0

  irs = 0
  rcvNxt = 0
  rcvWindowShift = 0
  /** Window last advertised, in bytes: what is left of it, and what it was. */
  rcvWnd = 0
  offeredWnd = 0

  timestamps = false
  sackPermitted = false
  /** TS.Recent, when it was taken, and the offset of our own timestamp clock. */
  tsRecent = 0
  tsRecentAt = 0
  tsOffset = 0

  readonly sendQueue = new ByteQueue(QUEUE_BYTES)
  readonly receiveQueue = new ByteQueue(RECEIVE_QUEUE_BYTES)
  /** Ends of records in the send queue; undefined as long as the program has ended none. */
  recordEnds: RecordEnds | undefined = undefined
  /** The application has closed: FIN goes out after the last queued byte. */
  finQueued = false
  finSent = false
  finReceived = false
  /** How long the peer's FIN is waited for when no application is left, microseconds (TCP_LINGER2); below 0: a RST comes instead. */
  finWait2Timeout = FIN_WAIT_2_TIMEOUT
  /** In FIN-WAIT-2: no program holds it any more, and all that is left of it is a record that waits for the peer's FIN. */
  isRecord = false
  /** The application wants no more to read (SHUT_RD): reads end at once, arriving bytes are still acknowledged. */
  readShut = false

  /** Bytes beyond RCV.NXT that have arrived; the number of the peer's FIN among them, and where its segment begins. */
  readonly reassembly = new SequenceRanges()
  /** What ACKs tell of them. */
  readonly sackReport = new SackReport()
  peerFinSeen = false
  peerFinSeq = 0
  /** Where the segment that brought that FIN begins. */
  peerFinFrom = 0

  /** Whether an ACK is owed, and how urgently. */
  ackOwed: AckOwed = ACK_NONE
  /** RCV.NXT as last acknowledged. */
  lastAckSent = 0
  /** Delayed-ACK state (Linux icsk_ack): the delay, microseconds; ACKs still sent at once; replying in turns. */
  ackDelay = 0
  quickAcks = 0
  pingPong = false
  /** The peer's segment size as it shows, whether one has shown it, the last size below it, and small ends of writes since the last ACK, at most 2. */
  rcvMss = 0
  isRcvMssMeasured = false
  lastSmallReceived = 0
  ackPushed = 0
  /** When data last came, the handshake counting as data (Linux lrcvtime). */
  lastDataAt = 0

  /** When the SYN of an active open is repeated. */
  synSchedule: SynSchedule = SYN_SCHEDULES.linux
  /** Consecutive timeouts of the oldest unacknowledged segment, and when it was sent again for the first time. */
  retransmits = 0
  repeatingSince = 0
  /** How long an unanswered peer is waited for, microseconds; 0 for as long as the host does (TCP_USER_TIMEOUT, RFC 5482). */
  userTimeout = 0
  /** Retransmission timeout, microseconds (RFC 6298). */
  rto = 0
  /** Smoothed round-trip time and its mean deviation, microseconds; 0 while there is no sample. */
  srtt = 0
  rttDeviation = 0
  /**
   * What the timeout adds to SRTT: four deviations, the most of late, microseconds; the most in the present round trip, and where
   * that ends (Linux rttvar_us, mdev_max_us, rtt_seq).
   */
  rttMargin = 0
  rttMarginNow = 0
  rttRoundEnd = 0
  /** The least sample, microseconds (Linux rtt_min), and when anything was sent last. */
  leastRoundTrip = Number.POSITIVE_INFINITY
  lastSentAt = Number.NEGATIVE_INFINITY
  /** When the SYN of an active open was sent, or the SYN-ACK of crossing ones; -1 once it was sent twice. */
  timedAt = -1
  /** Congestion window and slow-start threshold, segments (RFC 5681). */
  cwnd = 0
  ssthresh = 0
  /** Segments acknowledged towards the next step of congestion avoidance. */
  cwndAcked = 0
  /** Whether the congestion window held data back in this flight, most segments in flight, and where the flight ends. */
  cwndLimited = false
  mostInFlight = 0
  flightEnd = 0
  duplicateAcks = 0
  /** Loss recovery goes on until everything before this number is acknowledged (RFC 6582 recover, RFC 6675 RecoveryPoint). */
  recover = 0
  recovery: Recovery = RECOVERY_NONE
  /** With SACK: bytes in flight that the peer has, and the number up to which holes were repeated in this recovery. */
  readonly sacked = new SequenceRanges()
  highRxt = 0
  /** SND.NXT when the oldest hole was repeated: what lies beyond was sent after that. */
  repeatMark = 0
  /** RETRANSMIT is armed for a loss probe, before the retransmission timeout (RFC 8985 7). */
  probeTimer = false
  /** A loss probe is unanswered, SND.NXT when it was sent, and whether it repeated a segment (Linux tlp_high_seq). */
  lossProbe = false
  lossProbeEnd = 0
  lossProbeRepeats = false
  /** Small segments wait for an acknowledgment of another unless this is set (Nagle, RFC 9293 3.7.4; TCP_NODELAY). */
  noDelay = false
  /** End of the last segment sent that was less than full. */
  lastSmallEnd = 0
  readonly flight = new Flight()
  /** Zero-window probes sent since the peer last answered, and how often their interval has doubled. */
  probes = 0
  probeBackoff = 0
  /** When the first of these probes was due, -1 for none; answers that leave the window shut change nothing (Linux icsk_probes_tstamp). */
  probingSince = -1

  /** When the last rate-limited ACK was sent, -1 for never (RFC 5961 7, Linux tcp_invalid_ratelimit). */
  lastChallengeAt = -1
  /** Keepalive, if a program asked for it, the probes sent since the peer was last heard, and when that was. */
  keepalive: KeepaliveOptions | undefined = undefined
  keepaliveProbes = 0
  lastReceivedAt = 0
  /** When the connection entered its present state. */
  stateSince = 0

  constructor(index: number) {
    this.index = index
  }
}
