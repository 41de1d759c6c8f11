/**
 * Honest clients: each connects, asks and reads the whole answer, once or a few times, or waits for a greeting, and closes.
 * An open load does not wait for its outcomes, so that a drowning server is asked as often as a healthy one; a closed load
 * does. Active opens and their SYN schedules are tcpip's (connection/retransmit.ts); this file owns starts, patience and
 * outcomes.
 */

import { assert } from '../../tcpip/base/assert.ts'
import { bytesOf } from '../../tcpip/base/bytes.ts'
import { Prng } from '../../tcpip/base/prng.ts'
import { NEVER, SECOND } from '../../tcpip/base/time.ts'
import { TimerWheel } from '../../tcpip/base/timer-wheel.ts'
import { SYN_SCHEDULES } from '../../tcpip/connection/syn-schedule.ts'
import type { CloseReason, Tcb } from '../../tcpip/connection/tcb.ts'
import type { Endpoint } from '../../tcpip/host/endpoint.ts'
import { formatAddress, type Prefix } from '../../tcpip/wire/address.ts'
import { SERVER_ADDRESS, SERVER_PORT } from '../../tcpip/wire/address-plan.ts'
import { Arrivals } from './arrivals.ts'
import { Attempt, type AttemptListener, type ConnectionRecord, NOT_YET } from './attempt.ts'
import { ClientAddresses } from './client-addresses.ts'
import type { ClientCounters, Outcome } from './client-counters.ts'
import { CLIENTS_IN_FLIGHT_MAX, type ClientSpec } from './client-spec.ts'
import { RESPONSE_PENDING, RESPONSE_WHOLE } from './response-reader.ts'
import { ThinkQueue } from './think-queue.ts'

/** Ports a client connects from (Linux net.ipv4.ip_local_port_range). */
const PORT_MIN = 32_768
const PORT_COUNT = 60_999 - PORT_MIN + 1

/** Ports that one attempt tries, one after the other, when the 4-tuple is in use. */
const PORT_TRIES = 16

/** Arrivals begun per turn at most. */
const ARRIVALS_BATCH = 64

/** An arrival noticed later than this, microseconds, is the client process's failure and not sent: no server is to blame. */
const LATENESS_MAX = SECOND

/** Shares are drawn in millionths. */
const SHARE_STEPS = 1_000_000

/** What there is to say of an attempt that found no place. */
const NEVER_BEGUN = { connectUs: undefined, firstByteUs: undefined, outcome: 'local', answered: 0 } as const

/** Timers fired per turn at most. */
const TIMERS_BATCH = 256

const REQUEST = bytesOf(`GET / HTTP/1.1\r\nHost: ${formatAddress(SERVER_ADDRESS)}\r\nUser-Agent: synlab\r\n\r\n`)

/** Where received bytes go on their way to a response reader. */
const received = new Uint8Array(4096)

export interface ClientPopulationOptions {
  /** The host that the clients share; its addresses include theirs. */
  readonly endpoint: Endpoint
  /** Addresses that clients connect from. */
  readonly addresses: Prefix
  readonly prng: Prng
  readonly counters: ClientCounters
  /** Stands in the records of its clients; default: `clients`. */
  readonly name?: string
  /** Attempts under way at a time, at most; default: CLIENTS_IN_FLIGHT_MAX. */
  readonly inFlightMax?: number
  readonly onConnection?: ((record: ConnectionRecord) => void) | undefined
}

export class ClientPopulation implements AttemptListener {
  readonly name: string
  readonly counters: ClientCounters
  private readonly endpoint: Endpoint
  private readonly prng: Prng
  private readonly inFlightMax: number
  private readonly onConnection: ((record: ConnectionRecord) => void) | undefined
  private readonly attempts: Attempt[] = []
  private readonly free: Attempt[] = []
  /** Made for the first spec: a population that never does anything costs nothing. */
  private timers: TimerWheel | undefined = undefined
  private currentSpec: ClientSpec | undefined = undefined
  private arrivals: Arrivals | undefined = undefined
  private users: ThinkQueue | undefined = undefined
  private places: ClientAddresses
  /** Decides on addresses and ports: apart from the arrivals, which nothing may shift. */
  private placesPrng: Prng

  constructor(options: ClientPopulationOptions) {
    this.name = options.name ?? 'clients'
    this.endpoint = options.endpoint
    this.places = new ClientAddresses(options.addresses)
    this.prng = options.prng
    this.counters = options.counters
    this.inFlightMax = options.inFlightMax ?? CLIENTS_IN_FLIGHT_MAX
    this.onConnection = options.onConnection
    this.placesPrng = options.prng
  }

  /** What the clients do at present, undefined for nothing. */
  get spec(): ClientSpec | undefined {
    return this.currentSpec
  }

  /** Attempts that have no outcome yet. */
  get inFlight(): number {
    return this.attempts.length - this.free.length
  }

  /** Addresses that clients connect from; may change between polls. */
  get addresses(): Prefix {
    return this.places.block
  }

  set addresses(block: Prefix) {
    const { base, length } = this.places.block
    if (block.base !== base || block.length !== length) this.places = new ClientAddresses(block)
  }

  /** From `now` on clients do what `spec` says, or nothing. Attempts under way go on as they were told. */
  setSpec(spec: ClientSpec | undefined, now: number): void {
    this.currentSpec = spec
    this.arrivals = undefined
    this.users = undefined
    if (spec === undefined) return
    this.timers ??= new TimerWheel(this.inFlightMax)
    const prng = spec.seed === undefined ? this.prng.fork('population') : new Prng(spec.seed)
    const arrivalsPrng = prng.fork('arrivals')
    this.placesPrng = prng.fork('places')
    if (spec.mode === 'open') this.arrivals = new Arrivals(spec.arrivals, spec.rate, now, arrivalsPrng)
    else this.users = new ThinkQueue(spec.concurrency, Math.round(spec.thinkTime * SECOND), now)
  }

  /**
   * One more client comes, whose intended start was `intended`, beside those that arrive as the population was told. False when its
   * outcome is `local`: it could not even begin.
   */
  arrive(spec: ClientSpec, intended: number, now: number): boolean {
    this.timers ??= new TimerWheel(this.inFlightMax)
    return this.begin(spec, intended, now)
  }

  /** Everybody goes: attempts under way have no outcome, and their connections are closed. */
  leave(now: number): void {
    for (const attempt of this.attempts) {
      const { tcb } = attempt
      if (tcb === undefined) continue
      this.timers?.disarm(attempt.index)
      attempt.tcb = undefined
      this.free.push(attempt)
      this.endpoint.close(tcb, now)
    }
  }

  /** Fires timers that are due and begins the attempts that are, a bounded number of each. */
  advance(now: number): void {
    const { arrivals, users, currentSpec, timers } = this
    timers?.advance(now, this, TIMERS_BATCH)
    if (currentSpec === undefined) return
    if (arrivals !== undefined) {
      for (let begun = 0; begun < ARRIVALS_BATCH && arrivals.next <= now; begun++) {
        this.begin(currentSpec, arrivals.next, now)
        arrivals.step()
      }
    }
    if (users !== undefined) {
      for (let begun = 0; begun < ARRIVALS_BATCH && users.next <= now; begun++) {
        users.step()
        this.begin(currentSpec, now, now)
      }
    }
  }

  /** When `advance` has something to do next, microseconds; NEVER if nothing is waiting. */
  nextDeadline(): number {
    const next = this.arrivals?.next ?? this.users?.next ?? NEVER
    return Math.min(next, this.timers?.nextDeadline() ?? NEVER)
  }

  onEstablished(attempt: Attempt, tcb: Tcb, now: number): void {
    attempt.connectedAt = now
    if (attempt.spec?.speaks === 'server') this.awaitAnswer(attempt, now)
    else this.ask(attempt, tcb, now)
  }

  onReadable(attempt: Attempt, tcb: Tcb, now: number): void {
    let progress = RESPONSE_PENDING
    for (;;) {
      const count = this.endpoint.read(tcb, received, 0, received.length, now)
      if (count === 0) break
      if (attempt.firstByteAt === NOT_YET) attempt.firstByteAt = now
      // What comes after an answer and before the next request answers nothing.
      if (progress === RESPONSE_PENDING && !attempt.isPausing) progress = attempt.feed(received, count)
    }
    if (progress === RESPONSE_WHOLE) this.onAnswer(attempt, tcb, now)
    else if (progress !== RESPONSE_PENDING || tcb.finReceived) this.finish(attempt, tcb, 'reset', now)
  }

  onClosed(attempt: Attempt, reason: CloseReason, now: number): void {
    this.end(attempt, reason === 'closed' ? 'reset' : reason, now)
  }

  /** An attempt's patience or pause is at its end (called by the timer wheel). */
  fire(index: number, now: number): void {
    const attempt = this.attempts[index]
    const { tcb } = attempt
    if (tcb !== undefined && attempt.isPausing) this.ask(attempt, tcb, now)
    else if (tcb !== undefined) this.finish(attempt, tcb, 'timeout', now)
  }

  /** One answer is whole: the next request, or the end. */
  private onAnswer(attempt: Attempt, tcb: Tcb, now: number): void {
    const { requests, pause } = specOf(attempt)
    attempt.answered++
    this.counters.countAnswer()
    if (attempt.answered === requests) this.finish(attempt, tcb, 'ok', now)
    else if (tcb.finReceived) this.finish(attempt, tcb, 'reset', now)
    else if (pause === 0) this.ask(attempt, tcb, now)
    else {
      attempt.isPausing = true
      this.timers?.arm(attempt.index, now + pause * SECOND)
    }
  }

  private ask(attempt: Attempt, tcb: Tcb, now: number): void {
    this.awaitAnswer(attempt, now)
    const taken = this.endpoint.write(tcb, REQUEST, 0, REQUEST.length, now)
    assert(taken === REQUEST.length, 'an empty send queue takes a request')
  }

  private awaitAnswer(attempt: Attempt, now: number): void {
    attempt.expectAnswer()
    this.timers?.arm(attempt.index, now + specOf(attempt).responseTimeout * SECOND)
  }

  /** Begins an attempt whose time counts from `start`; false when it is over already, as `local`. */
  private begin(spec: ClientSpec, start: number, now: number): boolean {
    const { counters, places, users } = this
    counters.countAttempt()
    // Drawn for every attempt, whether it comes to anything or not: the next one's place must not depend on it.
    const address = this.drawAddress(spec)
    const firstPort = this.placesPrng.below(PORT_COUNT)
    const isReturning = places.hasBeenServed(address)
    const attempt = now - start > LATENESS_MAX ? undefined : this.takeSlot()
    if (attempt === undefined) {
      users?.rest(now)
      this.report({ ...NEVER_BEGUN, population: this.name, startedAt: start, totalUs: now - start, isReturning })
      return false
    }
    attempt.begin(spec, users, start)
    attempt.address = address
    attempt.isReturning = isReturning
    attempt.tcb = this.connect(attempt, spec, firstPort, now)
    if (attempt.tcb === undefined) {
      this.end(attempt, 'local', now)
      return false
    }
    this.timers?.arm(attempt.index, start + spec.connectTimeout * SECOND)
    return true
  }

  private drawAddress(spec: ClientSpec): number {
    const { places, placesPrng } = this
    const returns = placesPrng.chance(Math.round(spec.returning * SHARE_STEPS), SHARE_STEPS)
    return returns && places.kept > 0 ? places.keptAt(placesPrng.below(places.kept)) : places.takeFresh()
  }

  private connect(attempt: Attempt, spec: ClientSpec, firstPort: number, now: number): Tcb | undefined {
    const options = { synSchedule: SYN_SCHEDULES[spec.os] }
    for (let i = 0; i < PORT_TRIES; i++) {
      const port = PORT_MIN + ((firstPort + i) % PORT_COUNT)
      const tcb = this.endpoint.connect(attempt.address, port, SERVER_ADDRESS, SERVER_PORT, attempt, now, options)
      if (typeof tcb !== 'string') return tcb
      if (tcb !== 'EADDRNOTAVAIL') return undefined
    }
    return undefined
  }

  private takeSlot(): Attempt | undefined {
    const used = this.free.pop()
    if (used !== undefined || this.attempts.length === this.inFlightMax) return used
    const attempt = new Attempt(this.attempts.length, this)
    this.attempts.push(attempt)
    return attempt
  }

  /** Ends an attempt whose connection still exists. */
  private finish(attempt: Attempt, tcb: Tcb, outcome: Outcome, now: number): void {
    this.end(attempt, outcome, now)
    this.endpoint.close(tcb, now)
  }

  /** Gives the slot back and reports. */
  private end(attempt: Attempt, outcome: Outcome, now: number): void {
    const { startedAt, connectedAt, firstByteAt, answered, isReturning, users } = attempt
    this.timers?.disarm(attempt.index)
    attempt.tcb = undefined
    attempt.users = undefined
    this.free.push(attempt)
    if (outcome === 'ok') this.places.markServed(attempt.address)
    users?.rest(now)
    this.report({
      population: this.name,
      startedAt,
      connectUs: connectedAt === NOT_YET ? undefined : connectedAt - startedAt,
      firstByteUs: firstByteAt === NOT_YET ? undefined : firstByteAt - startedAt,
      totalUs: now - startedAt,
      outcome,
      answered,
      isReturning,
    })
  }

  private report(record: ConnectionRecord): void {
    this.counters.countOutcome(record.outcome, record.connectUs ?? record.totalUs, record.firstByteUs)
    this.onConnection?.(record)
  }
}

function specOf({ spec }: Attempt): ClientSpec {
  assert(spec !== undefined, 'an attempt has been told what to do')
  return spec
}
