/**
 * The virtual world: hosts, the wires between them, and time that jumps from event to event. At each instant everything
 * happens that happens then, always in the same order, until the hosts come to rest: one seed gives one run. The simulator,
 * the stories and the tests all live in this one.
 */
import { assert } from '../../tcpip/base/assert.ts'
import { NEVER } from '../../tcpip/base/time.ts'
import type { Wire } from '../../tcpip/link/wire.ts'

/** Rounds of turns that one instant may take before the world is taken to be caught in a loop. */
const ROUNDS_MAX = 1_000_000

/** One who takes turns: a `ServerHost`, an `AttackerHost`, an `Endpoint`. */
export interface TurnTaker {
  /** Takes a bounded number of packets and fires timers that are due at `now`, microseconds. */
  poll(now: number): void
  /** When `poll` has something to do without packets, microseconds; NEVER for not at all. */
  nextDeadline(): number
}

export interface WorldHost {
  readonly host: TurnTaker
  /** The packets that wait for the host. */
  readonly rx: { readonly size: number }
}

/** What happens at given times by itself, such as the switches of a scenario: before the hosts have their turns. */
export interface Agenda {
  /** Does everything that is planned up to `now`. */
  advance(now: number): void
  /** When there is something to do next, microseconds; NEVER for not at all. */
  nextDeadline(): number
}

const NOTHING_PLANNED: Agenda = { advance: () => {}, nextDeadline: () => NEVER }

export class World {
  /** Microseconds of virtual time. */
  now: number
  private readonly hosts: readonly WorldHost[]
  private readonly wires: readonly Wire[]
  private readonly agenda: Agenda
  /** When each host has something to do without packets, microseconds. */
  private readonly due: Float64Array

  /** Hosts take turns in the order given, and wires carry in theirs. Every host has a first turn at `start`. */
  constructor(
    hosts: readonly WorldHost[],
    wires: readonly Wire[],
    { agenda = NOTHING_PLANNED, start = 0 }: { readonly agenda?: Agenda; readonly start?: number } = {},
  ) {
    this.hosts = hosts
    this.wires = wires
    this.agenda = agenda
    this.now = start
    this.due = new Float64Array(hosts.length).fill(start)
  }

  /**
   * When something happens next that nobody has to cause, microseconds; NEVER for not at all. Not before `now`, and `now`
   * itself while there is something left to do.
   */
  nextEvent(): number {
    const { hosts, wires, due, now } = this
    let next = this.agenda.nextDeadline()
    for (let i = 0; i < hosts.length; i++) {
      next = Math.min(next, (hosts[i] as WorldHost).rx.size > 0 ? now : (due[i] as number))
    }
    for (let i = 0; i < wires.length; i++) next = Math.min(next, (wires[i] as Wire).nextDeadline())
    return Math.max(next, now)
  }

  /** Goes to `instant` and lets everything happen there until the hosts come to rest. Nothing may be left before it. */
  enter(instant: number): void {
    assert(instant >= this.now, 'time passes forwards')
    this.now = instant
    this.agenda.advance(instant)
    this.takeTurns()
  }

  /** A host has its turn at the next instant that is entered, whatever it has to do; for those who act on it from outside. */
  wake(host: TurnTaker): void {
    const index = this.hosts.findIndex((entry) => entry.host === host)
    assert(index >= 0, 'the host lives in this world')
    this.due[index] = this.now
  }

  /** Lets everything happen that is due now, what has been done to the hosts by hand included. */
  settle(): void {
    this.hosts.forEach(({ host }, index) => {
      this.due[index] = Math.min(this.due[index] as number, host.nextDeadline())
    })
    this.takeTurns()
  }

  /** Lets everything happen up to `end`, microseconds, and what happens then, too. `atRest` is told of each instant. */
  runThrough(end: number, atRest: (now: number) => void = () => {}): void {
    assert(end >= this.now, 'time passes forwards')
    this.settle()
    atRest(this.now)
    for (let next = this.nextEvent(); next <= end; next = this.nextEvent()) {
      this.enter(next)
      atRest(next)
    }
    this.now = end
  }

  private takeTurns(): void {
    const { hosts, wires, due, now } = this
    for (let round = 0; round < ROUNDS_MAX; round++) {
      for (let i = 0; i < wires.length; i++) (wires[i] as Wire).transfer(now)
      let isQuiet = true
      for (let i = 0; i < hosts.length; i++) {
        const { host, rx } = hosts[i] as WorldHost
        if (rx.size === 0 && (due[i] as number) > now) continue
        host.poll(now)
        due[i] = host.nextDeadline()
        isQuiet = false
      }
      if (isQuiet) return
    }
    throw new Error(`assertion failed: the hosts come to rest at ${now} us`)
  }
}
