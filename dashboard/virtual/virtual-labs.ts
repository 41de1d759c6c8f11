/**
 * A scenario opened in the browser: one lab for each of its arms, all at the same time, and the calls that a page makes.
 * Pure: the worker around it (dashboard/web/source/lab-worker.ts) brings the clock and carries the messages.
 */
import type { ScenarioProblem } from '../../lab/scenario/load.ts'
import type { Scenario } from '../../lab/scenario/resolve.ts'
import type { Switch } from '../../lab/simulator/switches.ts'
import { SECOND } from '../../tcpip/base/time.ts'
import type { StreamMessage } from '../contract/stream.ts'
import { isScenario, type OpenRequest, resolveRequest } from './open-request.ts'
import { Player, SPEED_MAX, SPEED_MIN } from './player.ts'
import { Refused } from './refusal.ts'
import { VirtualLab } from './virtual-lab.ts'

/** What was opened. */
export interface Opened {
  readonly name: string
  readonly description: string
  readonly seed: number
  readonly arms: readonly string[]
  /** Length of the scenario, seconds; time goes on beyond it. */
  readonly duration: number
  readonly phases: Scenario['phases']
}

export interface TimeState {
  /** Milliseconds of virtual time. */
  readonly at: number
  readonly furthest: number
  /** Virtual seconds per second, 0 while time stands still. */
  readonly speed: number
  /** What was switched by hand, of all arms, and is switched again whenever time comes by. */
  readonly switches: readonly SwitchMark[]
}

export interface SwitchMark {
  readonly arm: number
  /** Milliseconds of virtual time. */
  readonly at: number
  readonly kind: Switch['kind']
}

export class VirtualLabs {
  private readonly version: string
  private readonly tell: (arm: number, message: StreamMessage) => void
  private readonly clock: () => number
  private labs: readonly VirtualLab[] = []
  private player: Player | undefined
  private request: OpenRequest | undefined
  private sessions = 0

  /** `clock`: milliseconds of any clock that goes forward. */
  constructor(version: string, clock: () => number, tell: (arm: number, message: StreamMessage) => void) {
    this.version = version
    this.clock = clock
    this.tell = tell
  }

  /** Opens a scenario at its beginning, paused, in place of the one that was open; with problems nothing changes. */
  open(request: OpenRequest): Opened | { readonly problems: readonly ScenarioProblem[] } {
    const scenario = resolveRequest(request)
    if (!isScenario(scenario)) return { problems: scenario }
    const { version } = this
    const byHand = request.isByHand ? scenario.attacks.map((attack) => attack.name) : []
    const arms = request.isByHand ? scenario.arms.slice(0, 1) : scenario.arms
    this.request = request
    this.sessions++
    this.labs = arms.map(
      (arm, index) => new VirtualLab({ version, scenario, arm, byHand, tell: (message) => this.tell(index, message) }),
    )
    this.player = new Player(this.labs, this.clock)
    for (const index of this.labs.keys()) this.greet(index)
    const { name, description, seed, duration, phases } = scenario
    return { name, description, seed, arms: arms.map((arm) => arm.name), duration, phases }
  }

  /** Everything from the beginning, as it was opened; time goes on as fast as it went. */
  reset(): void {
    const { request, player } = this
    if (request === undefined || player === undefined) return
    this.open(request)
    if (player.speed > 0) this.run(player.speed)
  }

  /** Tells arm `arm` from the beginning: for whoever begins to listen. */
  greet(arm: number): void {
    const lab = this.lab(arm)
    this.tell(arm, lab.hello(String(this.sessions)))
    lab.tellAll()
  }

  /** The lab of an arm. Throws Refused when there is none. */
  lab(arm: number): VirtualLab {
    const lab = this.labs[arm]
    if (lab === undefined)
      throw new Refused('NOT_FOUND', `there is no arm ${arm}: no scenario, or a shorter one, is open`)
    return lab
  }

  /** Where time is, and the furthest moment that all arms have reached. */
  get time(): TimeState {
    const { labs, player } = this
    if (player === undefined) return { at: 0, furthest: 0, speed: 0, switches: [] }
    return {
      at: player.now / 1000,
      furthest: Math.min(...labs.map((lab) => lab.furthest)) / 1000,
      speed: player.speed,
      switches: labs.flatMap((lab, arm) =>
        lab.history.map(({ at, thrown }) => ({ arm, at: at / 1000, kind: thrown.kind })),
      ),
    }
  }

  pause(): void {
    const { player } = this
    if (player !== undefined) {
      player.speed = 0
      player.until = Number.POSITIVE_INFINITY
    }
    // All arms are seen at one moment.
    const latest = Math.max(0, ...this.labs.map((lab) => lab.now))
    for (const lab of this.labs) {
      if (lab.now < latest) lab.advance(latest, SECOND)
      lab.tellAll()
    }
  }

  /** `speed` in virtual seconds per second; time stops by itself at `until`, milliseconds, and never by default. */
  run(speed: number, until = Number.POSITIVE_INFINITY): void {
    if (!(speed >= SPEED_MIN && speed <= SPEED_MAX)) {
      throw new Refused('BAD_VALUE', `speed: must be a number from ${SPEED_MIN} to ${SPEED_MAX}`, 'speed')
    }
    const { player } = this
    if (player === undefined) return
    player.speed = speed
    player.until = until * 1000
  }

  /** The first arm steps, the others follow to the same moment. */
  step(by: 'packet' | 'event' | 'second'): void {
    this.pause()
    const [first, ...others] = this.labs
    first?.step(by)
    for (const lab of others) {
      lab.advance(first?.now ?? 0, SECOND)
      lab.tellAll()
    }
  }

  /** `at` in milliseconds. */
  goTo(at: number): void {
    this.pause()
    for (const lab of this.labs) lab.goTo(Math.round(at * 1000))
  }

  /** Plays what `elapsed` milliseconds are worth, for no longer than `budget` milliseconds in all. */
  tick(elapsed: number, budget: number): void {
    const { player } = this
    if (player === undefined) return
    player.tick(elapsed, budget)
    if (player.now >= player.until) this.pause()
  }
}
