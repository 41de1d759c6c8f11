/**
 * The small web service behind the listener: it accepts every connection, answers each complete HTTP/1.1 request head
 * (RFC 9112 2.1) with one fixed response, keeps the connection open for more, and closes when the peer has. It looks
 * for the empty line and at nothing else, and reads no further request before the last response is queued. A server that
 * speaks first sends its greeting instead, and reads what comes only to throw it away.
 */

import { bytesOf } from '../../tcpip/base/bytes.ts'
import { Mib } from '../../tcpip/base/counters.ts'
import type { TimerTarget } from '../../tcpip/base/timer-wheel.ts'
import type { ConnectionOwner, Tcb } from '../../tcpip/connection/tcb.ts'
import type { Endpoint } from '../../tcpip/host/endpoint.ts'
import type { Listener } from '../listener/listener.ts'
import { AcceptGate } from './accept-gate.ts'
import type { Application } from './application.ts'
import { APPLICATION_DEFAULTS, type ApplicationConfig, GREETING } from './application-config.ts'
import { HttpRequestDeadlines } from './http-request-deadlines.ts'

/** Longest request head, bytes: what most web servers take. A longer one aborts its connection. */
export const MAX_HEAD_BYTES = 8192

const BODY = 'synlab\n'

/** The answer to every request. */
export const RESPONSE = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`

const RESPONSE_BYTES = bytesOf(RESPONSE)
const GREETING_BYTES = bytesOf(GREETING)

const CR = 0x0d
const LF = 0x0a

/** Bytes of CRLFCRLF, which ends a head. */
const END_LENGTH = 4

/** Bytes looked at in one go. */
const CHUNK_BYTES = 1024

/** Deadlines that pass in one turn at most. */
const DEADLINES_BATCH = 256

export class Responder implements ConnectionOwner, Application, TimerTarget {
  private readonly endpoint: Endpoint
  private readonly listener: Listener
  private readonly gate = new AcceptGate()
  private readonly deadlines: HttpRequestDeadlines
  private config: ApplicationConfig = APPLICATION_DEFAULTS
  /** Whether the connection was greeted, by TCB index. */
  private readonly isGreeted: Uint8Array
  /** Bytes of the present head so far, by TCB index. */
  private readonly headBytes: Uint16Array
  /** How much of CRLFCRLF the head ends in, by TCB index. */
  private readonly matched: Uint8Array
  /** Bytes of the present response still to be queued, by TCB index. */
  private readonly owed: Uint16Array
  private readonly chunk = new Uint8Array(CHUNK_BYTES)

  constructor(endpoint: Endpoint, listener: Listener) {
    this.endpoint = endpoint
    this.listener = listener
    const { capacity } = endpoint.tcbs
    this.deadlines = new HttpRequestDeadlines(capacity)
    this.isGreeted = new Uint8Array(capacity)
    this.headBytes = new Uint16Array(capacity)
    this.matched = new Uint8Array(capacity)
    this.owed = new Uint16Array(capacity)
  }

  get openConnections(): number {
    return this.gate.open
  }

  configure(config: ApplicationConfig): void {
    this.config = config
    this.gate.configure(config)
    this.deadlines.configure(config.requestTimeout)
  }

  /** Closes the connections whose time is up, then accepts. */
  advance(now: number): void {
    this.deadlines.advance(now, this, DEADLINES_BATCH)
    this.poll(now)
  }

  /** Accepts everything that waits, as far as the gate is open. */
  poll(now: number): void {
    const { acceptQueue } = this.listener
    while (this.gate.mayAccept(acceptQueue.length, now)) {
      const waiting = this.listener.acceptWaiting()
      this.gate.accepted(now)
      // One that was reset while it waited has cost an accept() all the same.
      if (waiting?.tcb === undefined) this.gate.released()
      else this.begin(waiting.tcb, now)
    }
  }

  nextDeadline(): number {
    return Math.min(this.deadlines.nextDeadline(), this.gate.nextDeadline(this.listener.acceptQueue.length))
  }

  /** Nothing is held but what the endpoint holds. */
  close(): void {}

  /** A connection's time is up (called by the timer wheel). */
  fire(index: number, now: number): void {
    // One that only rests has not been late with anything.
    if (!this.deadlines.isResting(index)) this.endpoint.counters.add(Mib.RequestTimeouts)
    this.end(this.endpoint.tcbs.at(index), now)
  }

  onEstablished(): void {}

  onReadable(tcb: Tcb, now: number): void {
    this.serve(tcb, now)
  }

  onWritable(tcb: Tcb, now: number): void {
    this.serve(tcb, now)
  }

  onClosed(tcb: Tcb): void {
    this.release(tcb)
  }

  private begin(tcb: Tcb, now: number): void {
    const { index } = tcb
    const { greeting } = this.config
    this.isGreeted[index] = greeting ? 1 : 0
    this.headBytes[index] = 0
    this.matched[index] = 0
    this.owed[index] = 0
    tcb.owner = this
    this.deadlines.start(index, now)
    if (greeting) this.endpoint.write(tcb, GREETING_BYTES, 0, GREETING_BYTES.length, now)
    // Whatever came before accept() has been announced to nobody.
    this.serve(tcb, now)
  }

  /** Closes in an orderly way. */
  private end(tcb: Tcb, now: number): void {
    this.release(tcb)
    this.endpoint.close(tcb, now)
  }

  private release(tcb: Tcb): void {
    this.deadlines.stop(tcb.index)
    this.gate.released()
  }

  /** Answers as many requests as have come and as the send queue takes; then closes if the peer has. */
  private serve(tcb: Tcb, now: number): void {
    while (this.respond(tcb, now)) {
      if (tcb.receiveQueue.length === 0) {
        if (tcb.finReceived) this.end(tcb, now)
        return
      }
      if (this.isGreeted[tcb.index] === 1) this.endpoint.read(tcb, this.chunk, 0, CHUNK_BYTES, now)
      else if (!this.readHead(tcb, now)) return
    }
  }

  /** Queues the rest of the present response; false when some is still owed. */
  private respond(tcb: Tcb, now: number): boolean {
    const owed = this.owed[tcb.index]
    if (owed === 0) return true
    const taken = this.endpoint.write(tcb, RESPONSE_BYTES, RESPONSE_BYTES.length - owed, owed, now)
    this.owed[tcb.index] = owed - taken
    if (taken < owed) return false
    this.deadlines.rest(tcb.index, now)
    return true
  }

  /** Reads on, to the end of the present head at most; false when the connection had to be aborted. */
  private readHead(tcb: Tcb, now: number): boolean {
    const { chunk, endpoint } = this
    const { index } = tcb
    if (this.deadlines.isResting(index)) this.deadlines.start(index, now)
    const available = tcb.receiveQueue.peek(0, chunk, 0, CHUNK_BYTES)
    let matched = this.matched[index]
    let used = 0
    while (used < available && matched < END_LENGTH) {
      const byte = chunk[used++]
      const expected = (matched & 1) === 0 ? CR : LF
      matched = byte === expected ? matched + 1 : byte === CR ? 1 : 0
    }
    endpoint.read(tcb, chunk, 0, used, now)
    const length = this.headBytes[index] + used
    if (length > MAX_HEAD_BYTES) {
      this.release(tcb)
      endpoint.abort(tcb, now)
      return false
    }
    const isComplete = matched === END_LENGTH
    this.headBytes[index] = isComplete ? 0 : length
    this.matched[index] = isComplete ? 0 : matched
    if (isComplete) {
      this.owed[index] = RESPONSE_BYTES.length
      this.deadlines.stop(index)
    }
    return true
  }
}
