/**
 * The half-open entries of one listener: a fixed number of fixed-size records, found by flow hash and watched by a
 * timer each. One record is one run of eleven words in a single Int32Array, so that a SYN touches as few cache lines as
 * possible however many entries there are. Linux counterpart: struct request_sock and struct request_sock_queue.
 */
import { assert } from '../../tcpip/base/assert.ts'
import { FlowTable } from '../../tcpip/base/flow-table.ts'
import { TimerWheel } from '../../tcpip/base/timer-wheel.ts'
import type { EvictionOrder } from './eviction/eviction-order.ts'
import { makeEvictionOrder } from './eviction/orders.ts'
import type { ListenerConfig } from './listener-config.ts'

/** Words of a record. */
const REMOTE_ADDRESS = 0
const LOCAL_ADDRESS = 1
/** Remote port in the high half, local port in the low half. */
const PORTS = 2
const IRS = 3
const ISS = 4
const TS_RECENT = 5
const TS_OFFSET = 6
/**
 * Peer's MSS in the low 15 bits, then window scale + 1 (0: none), repeated, repeated again, SACK, timestamps, acked; timeouts on top.
 */
const OPTIONS = 7
/** Milliseconds at which a duplicate SYN or bad segment was last answered; NOT_YET before the first. */
const LAST_ANSWER_MS = 8
/** When the first SYN-ACK went out, in units of `SENT_UNIT` modulo 2^32. */
const SENT_AT = 9
const FLOW_HASH = 10
const RECORD_WORDS = 11

/** Larger ones mean the same: none of our own is, either (Linux MAX_TCP_WINDOW bounds TCP_MAXSEG). */
const MSS_MASK = 0x7fff
const SCALE_SHIFT = 15
const SCALE_MASK = 0xf
const REPEATED_BIT = 1 << 19
const REPEATED_AGAIN_BIT = 1 << 20
const SACK_BIT = 1 << 21
const TIMESTAMPS_BIT = 1 << 22
const ACKED_BIT = 1 << 23
const TIMEOUTS_SHIFT = 24

const NOT_YET = -0x8000_0000

/** The grain of `sentAt`, microseconds. 2^32 of them are 9.5 h, and no entry lives longer: 255 retries, 120 s each, are 8.5 h. */
export const SENT_UNIT = 8

/** Records beyond limit + 1: a SYN that takes over from TIME-WAIT enters although the queue is full. */
const SPARE_RECORDS = 8

/** Records of a queue for a listener with this limit. */
export function capacityFor(limit: number): number {
  return limit + 1 + SPARE_RECORDS
}

export class SynQueue {
  readonly timers: TimerWheel
  /** Who makes room when there is none; undefined where nobody does, as on Linux. */
  readonly eviction: EvictionOrder | undefined
  /** Most entries that can be stored. */
  readonly capacity: number
  /** Entries stored, and those among them that never timed out. */
  length = 0
  young = 0
  private readonly records: Int32Array
  private readonly flows: FlowTable
  /** First free record, chained through word 0; -1 when none is free. */
  private firstFree = 0

  /** Room for a queue whose limit is `limit`: it holds limit + 1 (Linux inet_csk_reqsk_queue_is_full). */
  constructor(limit: number, eviction: ListenerConfig['eviction']) {
    this.capacity = capacityFor(limit)
    this.eviction = makeEvictionOrder(eviction, limit + 1, this.capacity)
    this.records = new Int32Array(this.capacity * RECORD_WORDS)
    this.flows = new FlowTable(this.capacity)
    this.timers = new TimerWheel(this.capacity)
    for (let i = 0; i < this.capacity; i++) this.records[i * RECORD_WORDS] = i + 1
    this.records[(this.capacity - 1) * RECORD_WORDS] = -1
  }

  /** Memory of everything an entry needs: records, hash table and timers, and its place in the eviction order. */
  get bytes(): number {
    return this.records.byteLength + this.flows.bytes + this.timers.bytes + (this.eviction?.bytes ?? 0)
  }

  /** The entry of a 4-tuple, or -1. `ports` is the remote port << 16 | the local port. */
  find(flowHash: number, remote: number, local: number, ports: number): number {
    for (let at = this.flows.find(flowHash); at >= 0; at = this.flows.findNext(at)) {
      const entry = this.flows.handleAt(at)
      const base = entry * RECORD_WORDS
      if (
        this.records[base + REMOTE_ADDRESS] === remote &&
        this.records[base + PORTS] === ports &&
        this.records[base + LOCAL_ADDRESS] === local
      ) {
        return entry
      }
    }
    return -1
  }

  /** A new entry, answered at `now`, young and without a timer; -1 when every record is taken. */
  add(flowHash: number, remote: number, local: number, ports: number, now: number): number {
    const entry = this.firstFree
    if (entry < 0) return -1
    const base = entry * RECORD_WORDS
    this.firstFree = this.records[base]
    this.records[base + REMOTE_ADDRESS] = remote
    this.records[base + LOCAL_ADDRESS] = local
    this.records[base + PORTS] = ports
    this.records[base + FLOW_HASH] = flowHash
    this.records[base + LAST_ANSWER_MS] = NOT_YET
    this.records[base + SENT_AT] = Math.floor(now / SENT_UNIT)
    this.records[base + OPTIONS] = 0
    this.flows.insert(flowHash, entry)
    if (this.eviction !== undefined) this.eviction.added(entry, flowHash)
    this.length++
    this.young++
    return entry
  }

  remove(entry: number): void {
    const base = entry * RECORD_WORDS
    const flowHash = this.records[base + FLOW_HASH]
    this.flows.remove(flowHash, entry)
    if (this.eviction !== undefined) this.eviction.removed(entry, flowHash)
    this.timers.disarm(entry)
    if (this.timeouts(entry) === 0) this.young--
    this.length--
    this.records[base] = this.firstFree
    this.firstFree = entry
  }

  setNumbers(entry: number, irs: number, iss: number): void {
    const base = entry * RECORD_WORDS
    this.records[base + IRS] = irs
    this.records[base + ISS] = iss
  }

  setTimestamps(entry: number, tsRecent: number, tsOffset: number): void {
    const base = entry * RECORD_WORDS
    this.records[base + TS_RECENT] = tsRecent
    this.records[base + TS_OFFSET] = tsOffset
  }

  /** `windowScale` is -1 for none. Sets the number of timeouts to 0. */
  setOptions(entry: number, mss: number, windowScale: number, sack: boolean, timestamps: boolean): void {
    this.records[entry * RECORD_WORDS + OPTIONS] =
      Math.min(mss, MSS_MASK) |
      ((windowScale + 1) << SCALE_SHIFT) |
      (sack ? SACK_BIT : 0) |
      (timestamps ? TIMESTAMPS_BIT : 0)
  }

  remoteAddress(entry: number): number {
    return this.records[entry * RECORD_WORDS + REMOTE_ADDRESS]
  }

  localAddress(entry: number): number {
    return this.records[entry * RECORD_WORDS + LOCAL_ADDRESS]
  }

  remotePort(entry: number): number {
    return this.records[entry * RECORD_WORDS + PORTS] >>> 16
  }

  localPort(entry: number): number {
    return this.records[entry * RECORD_WORDS + PORTS] & 0xffff
  }

  irs(entry: number): number {
    return this.records[entry * RECORD_WORDS + IRS]
  }

  iss(entry: number): number {
    return this.records[entry * RECORD_WORDS + ISS]
  }

  tsRecent(entry: number): number {
    return this.records[entry * RECORD_WORDS + TS_RECENT]
  }

  tsOffset(entry: number): number {
    return this.records[entry * RECORD_WORDS + TS_OFFSET]
  }

  flowHash(entry: number): number {
    return this.records[entry * RECORD_WORDS + FLOW_HASH]
  }

  mss(entry: number): number {
    return this.records[entry * RECORD_WORDS + OPTIONS] & MSS_MASK
  }

  windowScale(entry: number): number {
    return ((this.records[entry * RECORD_WORDS + OPTIONS] >>> SCALE_SHIFT) & SCALE_MASK) - 1
  }

  sackPermitted(entry: number): boolean {
    return (this.records[entry * RECORD_WORDS + OPTIONS] & SACK_BIT) !== 0
  }

  timestamps(entry: number): boolean {
    return (this.records[entry * RECORD_WORDS + OPTIONS] & TIMESTAMPS_BIT) !== 0
  }

  /** A final ACK came but could not be used yet: accept queue full, or data awaited (Linux `acked`). */
  isAcked(entry: number): boolean {
    return (this.records[entry * RECORD_WORDS + OPTIONS] & ACKED_BIT) !== 0
  }

  markAcked(entry: number): void {
    this.records[entry * RECORD_WORDS + OPTIONS] |= ACKED_BIT
  }

  /** The SYN-ACK was sent more than once, by the timer or for a repeated SYN (Linux `num_retrans`). */
  isRepeated(entry: number): boolean {
    return (this.records[entry * RECORD_WORDS + OPTIONS] & REPEATED_BIT) !== 0
  }

  /** It was sent more than twice. */
  isRepeatedAgain(entry: number): boolean {
    return (this.records[entry * RECORD_WORDS + OPTIONS] & REPEATED_AGAIN_BIT) !== 0
  }

  markRepeated(entry: number): void {
    this.records[entry * RECORD_WORDS + OPTIONS] |= this.isRepeated(entry) ? REPEATED_AGAIN_BIT : REPEATED_BIT
  }

  /** How often the entry's timer has fired (Linux `num_timeout`), at most 255. */
  timeouts(entry: number): number {
    return this.records[entry * RECORD_WORDS + OPTIONS] >>> TIMEOUTS_SHIFT
  }

  /** Counts a timeout; the first one ends the entry's youth (Linux "young"). */
  countTimeout(entry: number): void {
    if (this.timeouts(entry) === 0) this.young--
    this.records[entry * RECORD_WORDS + OPTIONS] += 1 << TIMEOUTS_SHIFT
  }

  /** When the first SYN-ACK went out, microseconds, to `SENT_UNIT`. */
  sentAt(entry: number, now: number): number {
    const units = Math.floor(now / SENT_UNIT)
    return (units - ((units - this.sentUnits(entry)) >>> 0)) * SENT_UNIT
  }

  private sentUnits(entry: number): number {
    return this.records[entry * RECORD_WORDS + SENT_AT]
  }

  /** Whether the entry was answered less than `limitMs` ago; if not, notes that it is answered now. */
  isRateLimited(entry: number, nowMs: number, limitMs: number): boolean {
    const at = entry * RECORD_WORDS + LAST_ANSWER_MS
    const last = this.records[at]
    // Milliseconds are stored modulo 2^32.
    if (last !== NOT_YET && ((nowMs - last) | 0) < limitMs) return true
    this.records[at] = nowMs
    return false
  }

  /** Calls `visit` for every stored entry, in storage order. */
  forEach(visit: (entry: number) => void): void {
    for (let entry = 0; entry < this.capacity; entry++) if (this.isStored(entry)) visit(entry)
  }

  /**
   * Moves every entry into `target`, timers and all. The target is empty and large enough; if it evicts, it is given the
   * oldest first, to `SENT_UNIT`.
   */
  moveTo(target: SynQueue): void {
    assert(target.length === 0 && target.capacity >= this.length, 'the entries fit the new queue')
    const entries: number[] = []
    this.forEach((entry) => {
      entries.push(entry)
    })
    if (target.eviction !== undefined) entries.sort((a, b) => (this.sentUnits(a) - this.sentUnits(b)) | 0)
    for (const entry of entries) {
      const from = entry * RECORD_WORDS
      const moved = target.add(this.records[from + FLOW_HASH], 0, 0, 0, 0)
      target.records.set(this.records.subarray(from, from + RECORD_WORDS), moved * RECORD_WORDS)
      if (target.timeouts(moved) > 0) target.young--
      if (this.timers.isArmed(entry)) target.timers.arm(moved, this.timers.deadlineOf(entry))
    }
  }

  private isStored(entry: number): boolean {
    const base = entry * RECORD_WORDS
    for (let at = this.flows.find(this.records[base + FLOW_HASH]); at >= 0; at = this.flows.findNext(at)) {
      if (this.flows.handleAt(at) === entry) return true
    }
    return false
  }
}
