/**
 * An application of a random workload: what it writes, and when and how it ends, is drawn when it starts. The bytes of a
 * stream follow from the ISN it starts after, so that its reader can tell a wrong byte from a right one.
 */

import type { Prng } from '../../../tcpip/base/prng.ts'
import { STATE_NAMES, State } from '../../../tcpip/base/states.ts'
import { MILLISECOND } from '../../../tcpip/base/time.ts'
import type { CloseReason, ConnectionOwner, Tcb } from '../../../tcpip/connection/tcb.ts'
import type { Endpoint } from '../../../tcpip/host/endpoint.ts'

type Ending = 'close' | 'half-close' | 'abort'
type Moment = 'when all is written' | 'when the peer has closed' | 'never'

const CHUNK_BYTES = 32_768
const chunk = new Uint8Array(CHUNK_BYTES)

/** Byte `position` of the stream whose first byte follows `isn`. */
function byteOf(isn: number, position: number): number {
  return (Math.imul(isn, 0x9e3779b1) >>> 24) + Math.imul(position, 41) + (position >> 8)
}

/** What an application knows of the workload that it is part of. */
export interface AppWorkload {
  readonly prng: Prng
  readonly apps: WorkloadApp[]
  /** Applications by the initial sequence number of their connection. */
  readonly senders: Map<number, WorkloadApp[]>
  /** The application acts at `at`, microseconds. */
  schedule(app: WorkloadApp, at: number): void
  notePassive(tcb: Tcb): void
  isMisnumbered(tcb: Tcb): boolean
}

export class WorkloadApp implements ConnectionOwner {
  readonly endpoint: Endpoint
  tcb: Tcb | undefined = undefined
  written = 0
  received = 0
  /** It has sent, or queued, its FIN: `written` is the length of its stream. */
  hasClosedStream = false
  sawEndOfStream = false
  closedBy: CloseReason | undefined = undefined
  /** The application has let go of the connection. */
  isEnded = false
  private readonly workload: AppWorkload
  private readonly plannedBytes: number
  private readonly ending: Ending
  private moment: Moment
  private isReading: boolean
  private isn = 0
  private peerIsn = 0
  private generation = 0

  constructor(workload: AppWorkload, endpoint: Endpoint) {
    const { prng } = workload
    this.workload = workload
    this.endpoint = endpoint
    this.plannedBytes = drawBytes(workload)
    this.ending = prng.chance(1, 12) ? 'abort' : prng.chance(1, 2) ? 'half-close' : 'close'
    const kind = prng.below(10)
    this.moment = kind < 5 ? 'when all is written' : kind < 9 ? 'when the peer has closed' : 'never'
    this.isReading = !prng.chance(1, 10)
  }

  /** Everything the application means to do is done; what is left is the connection's. */
  get isEnding(): boolean {
    return this.hasClosedStream && this.moment === 'when all is written'
  }

  /** The connection exists: opened, or accepted. */
  start(tcb: Tcb, now: number): void {
    const { workload } = this
    this.tcb = tcb
    this.isn = tcb.iss
    this.peerIsn = tcb.irs
    this.generation = tcb.generation
    if (tcb.passive) workload.notePassive(tcb)
    workload.apps.push(this)
    const namesakes = workload.senders.get(this.isn) ?? []
    workload.senders.set(this.isn, [...namesakes, this])
    const { prng } = workload
    // Some act before their handshake is over.
    workload.schedule(this, now + (prng.chance(1, 4) ? prng.below(5) : prng.below(400)) * MILLISECOND)
  }

  /** A moment the application has waited for. */
  act(now: number): void {
    const tcb = this.live()
    if (tcb === undefined) return
    if (!this.isReading) {
      this.isReading = true
      this.onReadable(tcb, now)
      if (this.live() === undefined) return
    }
    if (tcb.state < State.ESTABLISHED) {
      // Gives up, or shuts its half, before the handshake is over.
      if (this.workload.prng.chance(1, 20)) this.finish(tcb, now)
      else this.workload.schedule(this, now + 300 * MILLISECOND)
      return
    }
    this.isActing = true
    this.pump(tcb, now)
  }

  private isActing = false

  /** The workload is over: whatever was planned, now it reads and closes. */
  end(now: number): void {
    const tcb = this.live()
    if (tcb === undefined) {
      this.isEnded = true
      return
    }
    this.isReading = true
    this.isActing = true
    this.moment = 'when all is written'
    this.onReadable(tcb, now)
    if (this.live() === undefined) return
    this.pump(tcb, now)
  }

  /** Gives up a half-closed connection whose peer says no more. */
  letGo(now: number): void {
    const tcb = this.live()
    if (tcb === undefined) return
    if (tcb.state !== State.FIN_WAIT_2) throw new Error(`stuck in ${STATE_NAMES[tcb.state]}`)
    this.isEnded = true
    this.endpoint.close(tcb, now)
  }

  onEstablished(tcb: Tcb): void {
    this.peerIsn = tcb.irs
  }

  onReadable(tcb: Tcb, now: number): void {
    if (!this.isReading) return
    for (;;) {
      const count = this.endpoint.read(tcb, chunk, 0, CHUNK_BYTES, now)
      if (count === 0) break
      this.check(tcb, count)
    }
    if (!tcb.finReceived || this.sawEndOfStream) return
    this.sawEndOfStream = true
    if (this.workload.isMisnumbered(tcb)) return
    const senders = this.workload.senders.get(this.peerIsn) ?? []
    if (!senders.some((sender) => sender.hasClosedStream && sender.written === this.received)) {
      throw new Error(`a stream of ${senders.map(({ written }) => written)} bytes ended after ${this.received}`)
    }
    if (this.moment === 'when the peer has closed') this.pump(tcb, now)
  }

  onWritable(tcb: Tcb, now: number): void {
    if (this.isActing) this.pump(tcb, now)
  }

  onClosed(_tcb: Tcb, reason: CloseReason): void {
    this.closedBy = reason
    this.isEnded = true
  }

  private check(tcb: Tcb, count: number): void {
    for (let i = 0; i < count; i++) {
      if (chunk[i] !== (byteOf(this.peerIsn, this.received + i) & 0xff)) {
        if (this.workload.isMisnumbered(tcb)) break
        throw new Error(`byte ${this.received + i} of a stream is not what was sent`)
      }
    }
    this.received += count
  }

  private live(): Tcb | undefined {
    const { tcb } = this
    return this.isEnded || tcb === undefined || tcb.generation !== this.generation ? undefined : tcb
  }

  /** Writes what there is room for, and ends when its moment has come. */
  private pump(tcb: Tcb, now: number): void {
    if (this.hasClosedStream) return
    if (tcb.state !== State.ESTABLISHED && tcb.state !== State.CLOSE_WAIT) return
    while (this.written < this.plannedBytes) {
      const length = Math.min(CHUNK_BYTES, this.plannedBytes - this.written)
      for (let i = 0; i < length; i++) chunk[i] = byteOf(this.isn, this.written + i)
      const taken = this.endpoint.write(tcb, chunk, 0, length, now)
      this.written += taken
      if (taken < length) return
    }
    if (this.moment === 'never' || (this.moment === 'when the peer has closed' && !this.sawEndOfStream)) return
    this.finish(tcb, now)
  }

  private finish(tcb: Tcb, now: number): void {
    if (this.ending === 'half-close' && !this.hasClosedStream) {
      this.hasClosedStream = true
      this.endpoint.shutdown(tcb, now)
      return
    }
    this.hasClosedStream = this.ending !== 'abort'
    this.isEnded = true
    if (this.ending === 'abort') this.endpoint.abort(tcb, now)
    else this.endpoint.close(tcb, now)
  }
}

/** Mostly little, sometimes nothing, at times up to 20,000 bytes. */
function drawBytes(workload: AppWorkload): number {
  const { prng } = workload
  const kind = prng.below(20)
  if (kind < 5) return 0
  if (kind < 18) return prng.below(600)
  return prng.below(20_001)
}
