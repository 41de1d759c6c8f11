/**
 * The counters of a host: one slot each in a Float64Array (exact to 2^53), incremented where the decision is made and
 * nowhere else. Names are Linux's MIB names (net/ipv4/proc.c) wherever Linux counts the same event; the few others are
 * ours and are documented one by one. One writer per host; another thread may read through a SharedArrayBuffer.
 */

import { DROP_REASON_COUNT, type DropReason } from './drop-reason.ts'
import { STATE_COUNT, type State } from './states.ts'

export const Mib = {
  // Tcp (/proc/net/snmp)
  ActiveOpens: 0,
  PassiveOpens: 1,
  AttemptFails: 2,
  EstabResets: 3,
  InSegs: 4,
  OutSegs: 5,
  RetransSegs: 6,
  InErrs: 7,
  OutRsts: 8,
  InCsumErrors: 9,

  // TcpExt (/proc/net/netstat)
  SyncookiesSent: 10,
  SyncookiesRecv: 11,
  SyncookiesFailed: 12,
  EmbryonicRsts: 13,
  ListenOverflows: 14,
  ListenDrops: 15,
  TCPReqQFullDoCookies: 16,
  TCPReqQFullDrop: 17,
  TCPSynRetrans: 18,
  TCPTimeouts: 19,
  TCPACKSkippedSynRecv: 20,
  TCPDeferAcceptDrop: 21,
  TCPChallengeACK: 22,
  TCPACKSkippedChallenge: 23,
  TCPSYNChallenge: 24,
  TCPAbortOnClose: 25,
  TCPAbortOnData: 26,
  TCPAbortOnTimeout: 27,
  TCPTimeWaitOverflow: 28,
  /** Connections that entered TIME-WAIT, or FIN-WAIT-2 without a program. */
  TW: 29,
  PAWSEstab: 30,

  // Ours: events Linux has no counter for.
  /** Packets taken from the link, whatever became of them. */
  PacketsIn: 31,
  /** Packets handed to the link. */
  PacketsOut: 32,
  /** Packets that found the link's transmit ring full and were lost there. */
  TransmitRingFull: 33,
  /** SYN segments that reached a listener, duplicates included. */
  SynReceived: 34,
  /** SYN-ACK segments that listeners sent: first copies, retransmissions and cookies. */
  SynAckSent: 35,
  /** Half-open entries removed because nobody answered the SYN-ACK. */
  HalfOpenExpired: 36,
  /** Half-open entries created. */
  HalfOpenCreated: 37,
  /** Connections handed to the application by accept(). */
  Accepted: 38,

  // TcpExt again.
  /** SYN-RECEIVED: echoed timestamps that no SYN-ACK of ours carried. */
  TSEcrRejected: 39,
  PAWSTimewait: 40,
  TCPACKSkippedTimeWait: 41,
  TCPACKSkippedSeq: 42,
  BeyondWindow: 43,
  /** ICMP errors that quote a sequence number we did not send. */
  OutOfWindowIcmps: 44,
  TCPFastRetrans: 45,
  DelayedACKs: 46,
  TCPOFOQueue: 47,
  /** Zero-window probes sent (Linux TCPWinProbe counts losses repaired by them; ours counts the probes). */
  WindowProbes: 48,
  TCPKeepAlive: 49,
  /** Tail loss probes sent, and those that repaired a loss. */
  TCPLossProbes: 50,
  TCPLossProbeRecovery: 51,
  /** Recoveries that SACK blocks, and duplicate ACKs without them, have begun. */
  TCPSackRecovery: 52,
  TCPRenoRecovery: 53,
  /** Peers that threw away what they had SACKed. */
  TCPSACKReneging: 54,
  /** D-SACKs sent for old data, and for data that lay beyond a hole; D-SACKs received. */
  TCPDSACKOldSent: 55,
  TCPDSACKOfoSent: 56,
  TCPDSACKRecv: 57,

  // Ours.
  /** Connections that the application closed because no whole HTTP request had come in time. */
  RequestTimeouts: 58,

  // TcpExt again.
  /** Bare ACKs with outdated timestamps, which nobody answers. */
  PAWSOldAck: 59,
  TCPACKSkippedPAWS: 60,
  TCPACKSkippedFinWait2: 61,

  // Ours.
  /** Half-open entries removed to make room for a new SYN (knob `eviction`). */
  HalfOpenEvicted: 62,

  // TcpExt again.
  TCPAbortOnLinger: 63,
  /** Answers in SYN-SENT whose echoed timestamp no SYN of the attempt carried. */
  PAWSActive: 64,
  /** Connections that wait in FIN-WAIT-2 without a program for 4 s at most. */
  TWKilled: 65,
} as const

export type Mib = (typeof Mib)[keyof typeof Mib]

/** Counter names by index. */
export const MIB_NAMES: readonly (keyof typeof Mib)[] = Object.keys(Mib) as (keyof typeof Mib)[]

const BYTES_PER_COUNTER = Float64Array.BYTES_PER_ELEMENT

/** One for each pair of states: from * STATE_COUNT + to. */
const TRANSITION_SLOTS = STATE_COUNT * STATE_COUNT

export class Counters {
  /** Bytes of the buffer that a set of counters needs. */
  static readonly BYTES = (MIB_NAMES.length + DROP_REASON_COUNT + TRANSITION_SLOTS) * BYTES_PER_COUNTER

  /** Counters by `Mib` index. */
  readonly mib: Float64Array
  /** Packets by `DropReason`; index 0 holds the accepted ones. */
  readonly outcomes: Float64Array
  /** All transitions of connections and half-open entries; `transitionsOf` reads one. */
  readonly transitions: Float64Array

  /** `buffer` may be a SharedArrayBuffer, so that another thread can read while this one counts. */
  constructor(buffer: ArrayBufferLike = new ArrayBuffer(Counters.BYTES), byteOffset = 0) {
    this.mib = new Float64Array(buffer, byteOffset, MIB_NAMES.length)
    this.outcomes = new Float64Array(buffer, byteOffset + this.mib.byteLength, DROP_REASON_COUNT)
    const transitionsAt = byteOffset + this.mib.byteLength + this.outcomes.byteLength
    this.transitions = new Float64Array(buffer, transitionsAt, TRANSITION_SLOTS)
  }

  add(counter: Mib): void {
    this.mib[counter]++
  }

  outcome(reason: DropReason): void {
    this.outcomes[reason]++
  }

  /** A connection, or a half-open entry, went from one state to another. */
  transition(from: State, to: State): void {
    this.transitions[from * STATE_COUNT + to]++
  }

  /** How many went from one state to another. */
  transitionsOf(from: number, to: number): number {
    return this.transitions[from * STATE_COUNT + to] ?? 0
  }

  reset(): void {
    this.mib.fill(0)
    this.outcomes.fill(0)
    this.transitions.fill(0)
  }
}
