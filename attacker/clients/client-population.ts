/**
 * Honest clients: at each arrival one connects, sends a small HTTP request, reads the whole response and closes. The load
 * is open: arrivals do not wait for each other, so a drowning server is asked as often as a healthy one. Active opens and
 * their SYN schedule are tcpip's (connection/retransmit.ts); this file owns arrivals, patience and outcomes.
 */
import { SERVER_ADDRESS, SERVER_PORT } from '../../tcpip/address-plan.ts'
import { assert } from '../../tcpip/assert.ts'
import type { CloseReason, Tcb } from '../../tcpip/connection/tcb.ts'
import type { Endpoint } from '../../tcpip/endpoint.ts'
import { Prng } from '../../tcpip/prng.ts'
import { NEVER, SECOND } from '../../tcpip/time.ts'
import { TimerWheel } from '../../tcpip/timer-wheel.ts'
import { formatAddress, type Prefix, prefixContains, prefixSize } from '../../tcpip/wire/address.ts'
import { Arrivals } from './arrivals.ts'
import { Attempt, type AttemptListener, type ConnectionRecord, NOT_CONNECTED } from './attempt.ts'
import type { ClientCounters, Outcome } from './client-counters.ts'
import { CLIENTS_IN_FLIGHT_MAX, type ClientSpec } from './client-spec.ts'
import { RESPONSE_MALFORMED, RESPONSE_PENDING } from './response-reader.ts'

/** Ports a client connects from (Linux net.ipv4.ip_local_port_range). */
const PORT_MIN = 32_768
const PORT_COUNT = 60_999 - PORT_MIN + 1

/** Ports that one attempt tries, one after the other, when the 4-tuple is in use. */
const PORT_TRIES = 16

/** Arrivals begun per turn at most. */
const ARRIVALS_BATCH = 64

/** An arrival noticed later than this, microseconds, is the client process's failure and not sent: no server is to blame. */
const LATENESS_MAX = SECOND

/** Timers fired per turn at most. */
const TIMERS_BATCH = 256

const REQUEST = ascii(`GET / HTTP/1.1\r\nHost: ${formatAddress(SERVER_ADDRESS)}\r\nUser-Agent: synlab\r\n\r\n`)

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

/** Where received bytes go on their way to a response reader. */
const received = new Uint8Array(4096)

export interface ClientPopulationOptions {
  /** The host that the clients share; its addresses include theirs. */
  readonly endpoint: Endpoint
  /** Addresses that clients connect from. */
  readonly addresses: Prefix
  readonly prng: Prng
  readonly counters: ClientCounters
  readonly onConnection?: ((record: ConnectionRecord) => void) | undefined
}

export class ClientPopulation implements AttemptListener {
  /** Addresses that clients connect from; may change between polls. */
  addresses: Prefix
  readonly counters: ClientCounters
  private readonly endpoint: Endpoint
  private readonly prng: Prng
  private readonly onConnection: ((record: ConnectionRecord) => void) | undefined
  private readonly timers = new TimerWheel(CLIENTS_IN_FLIGHT_MAX)
  private readonly attempts: Attempt[] = []
  private readonly free: Attempt[] = []
  private currentSpec: ClientSpec | undefined = undefined
  private arrivals: Arrivals | undefined = undefined
  /** Decides on addresses and ports: apart from the arrivals, which nothing may shift. */
  private places: Prng

  constructor(options: ClientPopulationOptions) {
    this.endpoint = options.endpoint
    this.addresses = options.addresses
    this.prng = options.prng
    this.counters = options.counters
    this.onConnection = options.onConnection
    this.places = options.prng
  }

  /** What the clients do at present, undefined for nothing. */
  get spec(): ClientSpec | undefined {
    return this.currentSpec
  }

  /** Attempts that have no outcome yet. */
  get inFlight(): number {
    return this.attempts.length - this.free.length
  }

  /** From `now` on arrivals follow `spec`, or stop. Attempts under way go on; the clock that runs for each is not changed. */
  setSpec(spec: ClientSpec | undefined, now: number): void {
    this.currentSpec = spec
    this.arrivals = undefined
    if (spec === undefined) return
    const prng = spec.seed === undefined ? this.prng.fork('population') : new Prng(spec.seed)
    this.arrivals = new Arrivals(spec.arrivals, spec.rate, now, prng.fork('arrivals'))
    this.places = prng.fork('places')
  }

  /** Fires timers that are due and begins the attempts that are, a bounded number of each. */
  advance(now: number): void {
    this.timers.advance(now, this, TIMERS_BATCH)
    const { arrivals, currentSpec } = this
    if (arrivals === undefined || currentSpec === undefined) return
    for (let begun = 0; begun < ARRIVALS_BATCH && arrivals.next <= now; begun++) {
      this.begin(currentSpec, arrivals.next, now)
      arrivals.step()
    }
  }

  /** When `advance` has something to do next, microseconds; NEVER if nothing is waiting. */
  nextDeadline(): number {
    return Math.min(this.arrivals === undefined ? NEVER : this.arrivals.next, this.timers.nextDeadline())
  }

  onEstablished(attempt: Attempt, tcb: Tcb, now: number): void {
    attempt.connectedAt = now
    this.timers.arm(attempt.index, now + attempt.responseTimeout)
    const taken = this.endpoint.write(tcb, REQUEST, 0, REQUEST.length, now)
    assert(taken === REQUEST.length, 'an empty send queue takes a request')
  }

  onReadable(attempt: Attempt, tcb: Tcb, now: number): void {
    let progress = RESPONSE_PENDING
    for (;;) {
      const count = this.endpoint.read(tcb, received, 0, received.length, now)
      if (count === 0) break
      if (progress === RESPONSE_PENDING) progress = attempt.reader.feed(received, count)
    }
    if (progress === RESPONSE_PENDING && !tcb.finReceived) return
    const isWhole = progress !== RESPONSE_PENDING && progress !== RESPONSE_MALFORMED
    this.end(attempt, isWhole ? 'ok' : 'reset', now)
    this.endpoint.close(tcb, now)
  }

  onClosed(attempt: Attempt, reason: CloseReason, now: number): void {
    this.end(attempt, reason === 'closed' ? 'reset' : reason, now)
  }

  /** An attempt's patience is at its end (called by the timer wheel). */
  fire(index: number, now: number): void {
    const attempt = this.attempts[index]
    const { tcb } = attempt
    this.end(attempt, 'timeout', now)
    if (tcb !== undefined) this.endpoint.close(tcb, now)
  }

  /** Begins the attempt that was due at `intended`. */
  private begin(spec: ClientSpec, intended: number, now: number): void {
    const { counters } = this
    counters.countAttempt()
    // Drawn for every attempt, whether it comes to anything or not: the next one's place must not depend on it.
    const address = (this.addresses.base + this.places.below(prefixSize(this.addresses))) | 0
    const firstPort = this.places.below(PORT_COUNT)
    const attempt = now - intended > LATENESS_MAX ? undefined : this.takeSlot()
    if (attempt === undefined) {
      this.report('local', intended, NOT_CONNECTED, now)
      return
    }
    attempt.startedAt = intended
    attempt.connectedAt = NOT_CONNECTED
    attempt.responseTimeout = spec.responseTimeout * SECOND
    attempt.reader.reset()
    attempt.tcb = this.connect(attempt, address, firstPort, now)
    if (attempt.tcb === undefined) {
      this.end(attempt, 'local', now)
      return
    }
    counters.countStart()
    this.timers.arm(attempt.index, intended + spec.connectTimeout * SECOND)
  }

  private connect(attempt: Attempt, address: number, firstPort: number, now: number): Tcb | undefined {
    assert(prefixContains(this.addresses, address), 'a client has an address of its own')
    for (let i = 0; i < PORT_TRIES; i++) {
      const port = PORT_MIN + ((firstPort + i) % PORT_COUNT)
      const tcb = this.endpoint.connect(address, port, SERVER_ADDRESS, SERVER_PORT, attempt, now)
      if (typeof tcb !== 'string') return tcb
      if (tcb !== 'EADDRINUSE') return undefined
    }
    return undefined
  }

  private takeSlot(): Attempt | undefined {
    const used = this.free.pop()
    if (used !== undefined || this.attempts.length === CLIENTS_IN_FLIGHT_MAX) return used
    const attempt = new Attempt(this.attempts.length, this)
    this.attempts.push(attempt)
    return attempt
  }

  /** Gives the slot back and reports. The caller closes the connection if there still is one. */
  private end(attempt: Attempt, outcome: Outcome, now: number): void {
    const { startedAt, connectedAt } = attempt
    this.timers.disarm(attempt.index)
    attempt.tcb = undefined
    this.free.push(attempt)
    this.report(outcome, startedAt, connectedAt, now)
  }

  private report(outcome: Outcome, startedAt: number, connectedAt: number, now: number): void {
    const totalUs = now - startedAt
    const connectUs = connectedAt === NOT_CONNECTED ? undefined : connectedAt - startedAt
    this.counters.countOutcome(outcome, connectUs ?? totalUs)
    this.onConnection?.({ startedAt, connectUs, totalUs, outcome })
  }
}
