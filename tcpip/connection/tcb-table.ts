/**
 * All connections of a host: a pool of TCBs, the flow table that finds them by 4-tuple, their timers, and the count of
 * connections by state. Half-open entries are not here; they cost a fraction and live with the listener.
 */
import { assert } from '../base/assert.ts'
import type { Counters } from '../base/counters.ts'
import { FlowTable } from '../base/flow-table.ts'
import { STATE_COUNT, State } from '../base/states.ts'
import { type TimerTarget, TimerWheel } from '../base/timer-wheel.ts'
import { DEFAULT_OFFER } from './segment-size.ts'
import { SYN_SCHEDULES } from './syn-schedule.ts'
import { ACK_NONE, FIN_WAIT_2_TIMEOUT, RECOVERY_NONE, Tcb } from './tcb.ts'

/** The timers of a connection. RETRANSMIT also bounds SYN-SENT, probes a closed window and ends TIME-WAIT. */
export const RETRANSMIT = 0
export const DELAYED_ACK = 1
export const KEEPALIVE = 2
const TIMER_KINDS = 3
export type ConnectionTimer = typeof RETRANSMIT | typeof DELAYED_ACK | typeof KEEPALIVE

export class TcbTable {
  private readonly timers: TimerWheel
  /** Connections by `State`. */
  readonly counts = new Float64Array(STATE_COUNT)
  readonly capacity: number
  private readonly flows: FlowTable
  private readonly tcbs: Tcb[] = []
  private readonly free: Tcb[] = []

  private readonly counters: Counters

  /** `capacity`: most connections at a time, TIME-WAIT included. Transitions are counted in `counters`. */
  constructor(capacity: number, counters: Counters) {
    this.capacity = capacity
    this.counters = counters
    this.flows = new FlowTable(capacity)
    this.timers = new TimerWheel(capacity * TIMER_KINDS)
  }

  /** Arms, or moves, one of a connection's timers. `deadline` in microseconds. */
  arm(tcb: Tcb, timer: ConnectionTimer, deadline: number): void {
    this.timers.arm(timer * this.capacity + tcb.index, deadline)
  }

  disarm(tcb: Tcb, timer: ConnectionTimer): void {
    this.timers.disarm(timer * this.capacity + tcb.index)
  }

  isArmed(tcb: Tcb, timer: ConnectionTimer): boolean {
    return this.timers.isArmed(timer * this.capacity + tcb.index)
  }

  /** When a timer fires, microseconds; NEVER when it is not armed. */
  deadlineOf(tcb: Tcb, timer: ConnectionTimer): number {
    return this.timers.deadlineOf(timer * this.capacity + tcb.index)
  }

  /** The connection that timer `id` of the wheel belongs to, and which of its timers that is. */
  ownerOf(id: number): Tcb {
    return this.tcbs[id % this.capacity]
  }

  kindOf(id: number): ConnectionTimer {
    return Math.floor(id / this.capacity) as ConnectionTimer
  }

  get size(): number {
    return this.flows.size
  }

  /** The TCB of a 4-tuple, or undefined. */
  find(flowHash: number, local: number, localPort: number, remote: number, remotePort: number): Tcb | undefined {
    for (let at = this.flows.find(flowHash); at >= 0; at = this.flows.findNext(at)) {
      const tcb = this.tcbs[this.flows.handleAt(at)]
      if (
        tcb.remoteAddress === remote &&
        tcb.remotePort === remotePort &&
        tcb.localPort === localPort &&
        tcb.localAddress === local
      ) {
        return tcb
      }
    }
    return undefined
  }

  at(index: number): Tcb {
    return this.tcbs[index]
  }

  /** Fires due timers, at most `limit`; `target.fire` is given ids for `ownerOf` and `kindOf`. */
  advance(now: number, target: TimerTarget, limit: number): void {
    this.timers.advance(now, target, limit)
  }

  nextDeadline(): number {
    return this.timers.nextDeadline()
  }

  /** Timers armed, of all connections together. */
  get armedTimers(): number {
    return this.timers.armed
  }

  /** A clean TCB entered under its 4-tuple in `state`, coming from `from`; undefined when the table is full. */
  open(
    flowHash: number,
    local: number,
    localPort: number,
    remote: number,
    remotePort: number,
    from: State,
    state: State,
    now: number,
  ): Tcb | undefined {
    if (this.flows.size === this.capacity) return undefined
    let tcb = this.free.pop()
    if (tcb === undefined) {
      tcb = new Tcb(this.tcbs.length)
      this.tcbs.push(tcb)
    }
    tcb.flowHash = flowHash
    tcb.localAddress = local
    tcb.localPort = localPort
    tcb.remoteAddress = remote
    tcb.remotePort = remotePort
    this.flows.insert(flowHash, tcb.index)
    tcb.state = state
    tcb.stateSince = now
    this.counts[state]++
    this.counters.transition(from, state)
    return tcb
  }

  setState(tcb: Tcb, state: State, now: number): void {
    this.counts[tcb.state]--
    this.counts[state]++
    this.counters.transition(tcb.state, state)
    tcb.state = state
    tcb.stateSince = now
  }

  /** Removes a connection; its TCB goes back to the pool with every field as new. */
  close(tcb: Tcb): void {
    assert(tcb.state !== State.CLOSED, 'a TCB is closed once')
    this.disarm(tcb, RETRANSMIT)
    this.disarm(tcb, DELAYED_ACK)
    this.disarm(tcb, KEEPALIVE)
    this.flows.remove(tcb.flowHash, tcb.index)
    this.counts[tcb.state]--
    this.counters.transition(tcb.state, State.CLOSED)
    resetTcb(tcb)
    this.free.push(tcb)
  }

  /** Calls `visit` for every connection, in table order. */
  forEach(visit: (tcb: Tcb) => void): void {
    for (const tcb of this.tcbs) if (tcb.state !== State.CLOSED) visit(tcb)
  }
}

function resetTcb(tcb: Tcb): void {
  tcb.generation++
  tcb.state = State.CLOSED
  tcb.owner = undefined
  tcb.passive = false
  tcb.iss = tcb.sndUna = tcb.sndNxt = tcb.sndWnd = tcb.sndWl1 = tcb.maxSndWnd = tcb.bytesAcked = 0
  tcb.agreedMss = tcb.sndMss = tcb.sndWindowShift = tcb.irs = tcb.rcvNxt = tcb.rcvWindowShift = 0
  tcb.rcvWnd = tcb.offeredWnd = tcb.rcvMss = tcb.lastSmallReceived = tcb.ackPushed = 0
  tcb.offer = DEFAULT_OFFER
  tcb.timestamps = tcb.sackPermitted = false
  tcb.tsRecent = tcb.tsRecentAt = tcb.tsOffset = 0
  tcb.sendQueue.clear()
  tcb.receiveQueue.clear()
  tcb.recordEnds = undefined
  tcb.reassembly.clear()
  tcb.sackReport.clear()
  tcb.finQueued = tcb.finSent = tcb.finReceived = tcb.readShut = tcb.peerFinSeen = tcb.isRecord = false
  tcb.finWait2Timeout = FIN_WAIT_2_TIMEOUT
  tcb.peerFinSeq = tcb.peerFinFrom = tcb.lastAckSent = tcb.ackDelay = tcb.quickAcks = tcb.lastDataAt = 0
  tcb.ackOwed = ACK_NONE
  tcb.pingPong = tcb.noDelay = tcb.isRcvMssMeasured = false
  tcb.cwnd = tcb.ssthresh = tcb.duplicateAcks = tcb.probes = tcb.probeBackoff = tcb.lastSmallEnd = 0
  tcb.cwndAcked = tcb.mostInFlight = tcb.flightEnd = 0
  tcb.cwndLimited = false
  tcb.retransmits = tcb.repeatingSince = tcb.userTimeout = 0
  tcb.probingSince = -1
  tcb.rto = tcb.srtt = tcb.rttDeviation = 0
  tcb.leastRoundTrip = Number.POSITIVE_INFINITY
  tcb.lastSentAt = Number.NEGATIVE_INFINITY
  tcb.rttMargin = tcb.rttMarginNow = tcb.rttRoundEnd = 0
  tcb.synSchedule = SYN_SCHEDULES.linux
  tcb.timedAt = -1
  tcb.recovery = RECOVERY_NONE
  tcb.recover = tcb.highRxt = tcb.repeatMark = tcb.lossProbeEnd = 0
  tcb.sacked.clear()
  tcb.flight.clear()
  tcb.probeTimer = tcb.lossProbe = tcb.lossProbeRepeats = false
  tcb.lastChallengeAt = -1
  tcb.keepalive = undefined
  tcb.keepaliveProbes = tcb.lastReceivedAt = 0
}
