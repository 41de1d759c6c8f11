/**
 * The small web service behind the listener: it accepts every connection, answers each complete HTTP/1.1 request head
 * (RFC 9112 2.1) with one fixed response, keeps the connection open for more, and closes when the peer has. It looks
 * for the empty line and at nothing else, and reads no further request before the last response is queued.
 */
import type { ConnectionOwner, Tcb } from '../../tcpip/connection/tcb.ts'
import type { Endpoint } from '../../tcpip/endpoint.ts'
import type { Listener } from '../listener/listener.ts'
import type { Application } from './application.ts'

/** Longest request head, bytes: what most web servers take. A longer one aborts its connection. */
export const MAX_HEAD_BYTES = 8192

const BODY = 'synlab\n'

/** The answer to every request. */
export const RESPONSE = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`

const RESPONSE_BYTES = Uint8Array.from(RESPONSE, (character) => character.charCodeAt(0))

const CR = 0x0d
const LF = 0x0a

/** Bytes of CRLFCRLF, which ends a head. */
const END_LENGTH = 4

/** Bytes looked at in one go. */
const CHUNK_BYTES = 1024

export class Responder implements ConnectionOwner, Application {
  private readonly endpoint: Endpoint
  private readonly listener: Listener
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
    this.headBytes = new Uint16Array(capacity)
    this.matched = new Uint8Array(capacity)
    this.owed = new Uint16Array(capacity)
  }

  /** Accepts everything that waits. */
  poll(now: number): void {
    for (let tcb = this.listener.accept(); tcb !== undefined; tcb = this.listener.accept()) {
      this.headBytes[tcb.index] = 0
      this.matched[tcb.index] = 0
      this.owed[tcb.index] = 0
      tcb.owner = this
      // Whatever came before accept() has been announced to nobody.
      this.serve(tcb, now)
    }
  }

  /** Nothing is held but what the endpoint holds. */
  close(): void {}

  onEstablished(): void {}

  onReadable(tcb: Tcb, now: number): void {
    this.serve(tcb, now)
  }

  onWritable(tcb: Tcb, now: number): void {
    this.serve(tcb, now)
  }

  /** Nothing to release: the state is reset when the TCB is accepted again. */
  onClosed(): void {}

  /** Answers as many requests as have come and as the send queue takes; then closes if the peer has. */
  private serve(tcb: Tcb, now: number): void {
    while (this.respond(tcb, now)) {
      if (tcb.receiveQueue.length === 0) {
        if (tcb.finReceived) this.endpoint.close(tcb, now)
        return
      }
      if (!this.readHead(tcb, now)) return
    }
  }

  /** Queues the rest of the present response; false when some is still owed. */
  private respond(tcb: Tcb, now: number): boolean {
    const owed = this.owed[tcb.index]
    if (owed === 0) return true
    const taken = this.endpoint.write(tcb, RESPONSE_BYTES, RESPONSE_BYTES.length - owed, owed, now)
    this.owed[tcb.index] = owed - taken
    return taken === owed
  }

  /** Reads on, to the end of the present head at most; false when the connection had to be aborted. */
  private readHead(tcb: Tcb, now: number): boolean {
    const { chunk, endpoint } = this
    const { index } = tcb
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
      endpoint.abort(tcb, now)
      return false
    }
    const isComplete = matched === END_LENGTH
    this.headBytes[index] = isComplete ? 0 : length
    this.matched[index] = isComplete ? 0 : matched
    if (isComplete) this.owed[index] = RESPONSE_BYTES.length
    return true
  }
}
