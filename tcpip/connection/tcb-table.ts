/**
 * All connections of a host: a pool of TCBs, the flow table that finds them by 4-tuple, their timers, and the count of
 * connections by state. Half-open requests are not here; they cost a fraction and live with the listener.
 */
import { assert } from '../assert.ts'
import { FlowTable } from '../flow-table.ts'
import { TimerWheel } from '../timer-wheel.ts'
import { STATE_COUNT, State } from './states.ts'
import { Tcb } from './tcb.ts'

export class TcbTable {
  readonly timers: TimerWheel
  /** Connections by `State`. */
  readonly counts = new Float64Array(STATE_COUNT)
  readonly capacity: number
  private readonly flows: FlowTable
  private readonly tcbs: Tcb[] = []
  private readonly free: Tcb[] = []

  /** `capacity`: most connections at a time, TIME-WAIT included. */
  constructor(capacity: number) {
    this.capacity = capacity
    this.flows = new FlowTable(capacity)
    this.timers = new TimerWheel(capacity)
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

  /** A clean TCB entered under its 4-tuple in `state`, or undefined when the table is full. */
  open(
    flowHash: number,
    local: number,
    localPort: number,
    remote: number,
    remotePort: number,
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
    return tcb
  }

  setState(tcb: Tcb, state: State, now: number): void {
    this.counts[tcb.state]--
    this.counts[state]++
    tcb.state = state
    tcb.stateSince = now
  }

  /** Removes a connection; its TCB goes back to the pool with every field as new. */
  close(tcb: Tcb): void {
    assert(tcb.state !== State.CLOSED, 'a TCB is closed once')
    this.timers.disarm(tcb.index)
    this.flows.remove(tcb.flowHash, tcb.index)
    this.counts[tcb.state]--
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
  tcb.iss = tcb.sndUna = tcb.sndNxt = tcb.sndWnd = tcb.sndWl1 = tcb.sndWl2 = tcb.maxSndWnd = tcb.bytesAcked = 0
  tcb.sndMss = tcb.sndWindowShift = tcb.irs = tcb.rcvNxt = tcb.rcvWindowShift = tcb.rcvWnd = 0
  tcb.timestamps = tcb.sackPermitted = false
  tcb.tsRecent = tcb.tsOffset = 0
  tcb.sendQueue.clear()
  tcb.receiveQueue.clear()
  tcb.finQueued = tcb.finSent = tcb.finReceived = tcb.ackPending = false
  tcb.retransmits = tcb.rto = tcb.srtt = tcb.rttvar = tcb.timedSeq = 0
  tcb.timedAt = -1
  tcb.recover = 0
  tcb.recovering = false
  tcb.lastChallengeAt = -1
}
