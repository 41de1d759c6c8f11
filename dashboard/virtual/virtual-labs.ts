/**
 * A scenario opened in the browser: one lab for each of its arms, all at the same time, and the calls that a page makes.
 * Pure: the worker around it (dashboard/web/source/lab-worker.ts) brings the clock and carries the messages.
 */
import { areScenarioProblems, parseScenario, type ScenarioProblem } from '../../lab/scenario/load.ts'
import { resolveScenario, type Scenario } from '../../lab/scenario/resolve.ts'
import { SECOND } from '../../tcpip/base/time.ts'
import type { StreamMessage } from '../contract/stream.ts'
import { Player, SPEED_MAX, SPEED_MIN } from './player.ts'
import { Refused } from './refusal.ts'
import { VirtualLab } from './virtual-lab.ts'

export interface OpenRequest {
  /** The text of a scenario. */
  readonly text: string
  /** The scenario's own by default. */
  readonly seed?: number | undefined
  /** Attacks wait for somebody to start them; otherwise they start when the scenario says. */
  readonly isByHand: boolean
}

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
}

export class VirtualLabs {
  private readonly version: string
  private readonly tell: (arm: number, message: StreamMessage) => void
  private readonly clock: () => number
  private labs: readonly VirtualLab[] = []
  private players: readonly Player[] = []
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
    const file = parseScenario(request.text)
    if (areScenarioProblems(file)) return { problems: file }
    const resolved = resolveScenario(file)
    const scenario = { ...resolved, seed: request.seed ?? resolved.seed }
    const byHand = request.isByHand ? scenario.attacks.map(({ name }) => name) : []
    this.request = request
    this.sessions++
    const { version } = this
    this.labs = scenario.arms.map(
      (arm, index) => new VirtualLab({ version, scenario, arm, byHand, tell: (message) => this.tell(index, message) }),
    )
    this.players = this.labs.map((lab) => new Player(lab, this.clock))
    for (const index of this.labs.keys()) this.greet(index)
    const { name, description, seed, arms, duration, phases } = scenario
    return { name, description, seed, arms: arms.map((arm) => arm.name), duration, phases }
  }

  /** Everything from the beginning, as it was opened. */
  reset(): void {
    if (this.request !== undefined) this.open(this.request)
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

  /** The slowest arm's time, and the furthest moment that all arms have reached. */
  get time(): TimeState {
    const least = (of: (lab: VirtualLab) => number): number => Math.min(...this.labs.map(of)) / 1000
    if (this.labs.length === 0) return { at: 0, furthest: 0, speed: 0 }
    const [player] = this.players
    return { at: least((lab) => lab.now), furthest: least((lab) => lab.furthest), speed: player?.speed ?? 0 }
  }

  pause(): void {
    for (const player of this.players) player.speed = 0
    // All arms are seen at one moment.
    const latest = Math.max(0, ...this.labs.map((lab) => lab.now))
    for (const lab of this.labs) {
      if (lab.now < latest) lab.advance(latest, SECOND)
      lab.tellAll()
    }
  }

  /** `speed` in virtual seconds per second. */
  run(speed: number): void {
    if (!(speed >= SPEED_MIN && speed <= SPEED_MAX)) {
      throw new Refused('BAD_VALUE', `speed: must be a number from ${SPEED_MIN} to ${SPEED_MAX}`, 'speed')
    }
    for (const player of this.players) player.speed = speed
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
    for (const player of this.players) player.tick(elapsed, budget / this.players.length)
  }
}
