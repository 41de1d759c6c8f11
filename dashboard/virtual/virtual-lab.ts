/**
 * The lab behind the page without any process: server, network, attacker and clients in virtual time, the page's messages,
 * its controls, and a way back. Pure: whoever owns it decides how fast its time passes.
 */
import Type, { type TSchema } from 'typebox'
import { CLIENT_PROPERTIES } from '../../attacker/clients/client-schema.ts'
import { completeClients, isClientsProblem } from '../../attacker/clients/client-spec.ts'
import type { AttackView } from '../../attacker/contract.ts'
import { attackProperties, byKind, DURATION } from '../../attacker/traffic/attack-schema.ts'
import {
  type AttackRequest as CoreAttackRequest,
  completeAttack,
  isProblem,
} from '../../attacker/traffic/attack-spec.ts'
import type { Arm, Scenario } from '../../lab/scenario/resolve.ts'
import { findSchemaProblems } from '../../lab/scenario/schema-problem.ts'
import { NO_TRACES, type Traces } from '../../lab/scenario/traces.ts'
import type { Switch, TimedSwitch } from '../../lab/simulator/switches.ts'
import { ConfigPatch } from '../../server/api/config-schema.ts'
import { encodeAcceptQueue, encodeSynQueue, type SlotFrame } from '../../server/app/slot-frame.ts'
import { listSockets } from '../../server/app/socket-rows.ts'
import { parseSocketState } from '../../server/app/socket-state.ts'
import { parseTapTarget, type TapTarget } from '../../server/app/tap-target.ts'
import type {
  CookieAnatomy,
  CookieRequest,
  QueueFrame,
  ServerConfig,
  ServerState,
  SocketList,
} from '../../server/contract.ts'
import { toBase64 } from '../../tcpip/base/base64.ts'
import { SECOND } from '../../tcpip/base/time.ts'
import type { AttackerState, AttackRequest, ClientsRequest } from '../contract/attacker.ts'
import type { HelloMessage, Mark, StreamMessage, TapRequest } from '../contract/stream.ts'
import { Refused } from './refusal.ts'
import { TimeLine } from './time-line.ts'
import { ATTACKER, VirtualRun } from './virtual-run.ts'

/** Cookies are unsigned 32-bit numbers. */
const COOKIE_MAX = 0xffff_ffff

/** Marks that a page that comes late is told. */
const MARKS_MAX = 1000

export interface VirtualLabOptions {
  readonly version: string
  readonly scenario: Scenario
  readonly arm: Arm
  readonly traces?: Traces
  /** Names of traffic that waits for somebody to start it. */
  readonly byHand?: readonly string[]
  readonly tell: (message: StreamMessage) => void
}

export class VirtualLab {
  /** The furthest moment that was reached, microseconds. */
  furthest = 0
  private readonly options: VirtualLabOptions
  private readonly run: VirtualRun
  private readonly timeLine: TimeLine
  /** What was switched by hand, in the order of time; those before `replayed` have been thrown in the present. */
  private switches: TimedSwitch[] = []
  private replayed = 0
  private marks: Mark[] = []
  private isTelling = true
  /** What is followed, and the number of the last tap: a tap does not go back, another one takes its place. */
  private followed: TapTarget | undefined = undefined
  private lastTap = 0

  constructor(options: VirtualLabOptions) {
    const { scenario, arm, traces = NO_TRACES, byHand = [] } = options
    this.options = options
    this.run = new VirtualRun(scenario, arm, traces, byHand)
    this.timeLine = new TimeLine(this.run, 0)
  }

  /** Microseconds of virtual time. */
  get now(): number {
    return this.run.now
  }

  /** What was switched by hand, and is or will be again. */
  get history(): readonly TimedSwitch[] {
    return this.switches
  }

  hello(session: string): HelloMessage {
    const there = { type: 'presence', at: 0, isThere: true, detail: 'in this page' } as const
    return {
      type: 'hello',
      at: this.run.at,
      version: this.options.version,
      clock: 'virtual',
      session,
      marks: this.marks,
      presence: [
        { ...there, who: 'server' },
        { ...there, who: ATTACKER },
      ],
    }
  }

  /**
   * Lets everything happen before `until`, microseconds, what was switched before the way back included. Remembers a moment
   * to come back to every `spacing` microseconds.
   */
  advance(until: number, spacing: number): void {
    while (this.now < until) {
      const stop = Math.min(until, this.timeLine.last + spacing)
      this.play(Math.max(stop, this.now))
      if (this.now >= this.timeLine.last + spacing) this.timeLine.remember(this.now)
    }
    this.tellHappened()
  }

  /** One packet, one instant at which anything happens, or one second. */
  step(by: 'packet' | 'event' | 'second'): void {
    if (by === 'second') this.advance(this.now + SECOND, SECOND)
    else {
      // A switch of the replay is an event of its own time.
      const next = this.switches[this.replayed]
      this.run.step(by, next?.at ?? Number.MAX_SAFE_INTEGER)
      if (next !== undefined && this.now >= next.at) this.throwAgain()
      this.furthest = Math.max(this.furthest, this.now)
      this.tellHappened()
    }
    this.tellAll()
  }

  /** Goes to the moment `at`, microseconds, which lies between 0 and `furthest`. */
  goTo(at: number): void {
    if (!(at >= 0 && at <= this.furthest)) {
      const allowed = `0 to ${this.furthest / SECOND}`
      throw new Refused('BAD_VALUE', `${at / SECOND} s has not been reached: allowed are ${allowed} s`, 'at')
    }
    if (at < this.now) {
      this.isTelling = false
      this.timeLine.restore(at)
      this.replayed = this.switches.findIndex((entry) => entry.at >= this.now)
      if (this.replayed < 0) this.replayed = this.switches.length
      this.play(at)
      this.run.takeFinished()
      this.run.takeMarks()
      this.run.takeTapEvents()
      this.isTelling = true
      this.marks = this.marks.filter((mark) => mark.at <= this.run.at)
      this.options.tell({ type: 'rewind', at: this.run.at })
      if (this.followed !== undefined) this.run.follow(this.followed, ++this.lastTap)
    } else this.advance(at, SECOND)
    this.tellAll()
  }

  /** Tells everything that can be told of the present. */
  tellAll(): void {
    this.tellFinished()
    this.tellState()
    this.tellQueues()
  }

  tellState(): void {
    const { at } = this.run
    this.options.tell({ type: 'server', at, state: this.run.serverState() })
    this.options.tell({ type: 'attacker', at, attacker: ATTACKER, state: this.run.attackerState() })
  }

  tellQueues(): void {
    const { listener } = this.run.simulator.server
    const syn = frame(encodeSynQueue(listener.synQueue, listener.limit, this.now))
    const accept = frame(encodeAcceptQueue(listener.acceptQueue, this.now))
    this.options.tell({ type: 'slots', at: this.run.at, syn, accept })
  }

  tellFinished(): void {
    const finished = this.run.takeFinished()
    if (finished.ended > 0) this.options.tell(finished)
  }

  configure(patch: Partial<ServerConfig>): ServerConfig {
    check(ConfigPatch, patch)
    const before = this.run.serverState().config
    const changed = (Object.keys(patch) as (keyof ServerConfig)[]).filter((key) => patch[key] !== before[key])
    if (changed.length === 0) return before
    this.throwNow({ kind: 'configure', patch: Object.fromEntries(changed.map((key) => [key, patch[key]])) })
    return this.run.serverState().config
  }

  startAttack(request: AttackRequest): AttackView {
    if (!Object.hasOwn(ATTACKS, request.kind)) {
      throw new Refused('BAD_VALUE', `kind: must be one of ${Object.keys(ATTACKS).join(', ')}`, 'kind')
    }
    check(ATTACKS[request.kind], request)
    const spec = completeAttack(request as unknown as CoreAttackRequest)
    if (isProblem(spec)) throw new Refused('BAD_VALUE', `${spec.key}: ${spec.what}`, spec.key)
    if (spec.kind === 'trace-replay') {
      throw new Refused('BAD_VALUE', 'kind: a recording is replayed by a scenario that names it, not by hand', 'kind')
    }
    const refusal = this.run.simulator.attacker.attackRefusal(spec)
    if (refusal !== undefined) throw new Refused('CONFLICT', refusal)
    const id = Math.max(0, ...this.run.attackerState().attacks.map((attack) => attack.id)) + 1
    this.throwNow({ kind: 'start-attack', name: nameOf(id), spec })
    return this.attack(id)
  }

  stopAttack(id: number): AttackView {
    if (this.run.attack(id) === undefined) throw new Refused('NOT_FOUND', `there is no attack ${id}`)
    this.throwNow({ kind: 'stop-attack-id', id })
    return this.attack(id)
  }

  /** Returns how many attacks were stopped. */
  stopAllAttacks(): number {
    const running = this.run.attackerState().attacks.filter(({ state }) => state === 'running')
    for (const { id } of running) this.stopAttack(id)
    return running.length
  }

  setClients(request: ClientsRequest): AttackerState['clients'] {
    // 0 is no rate of clients: nobody comes any more, as at the attacker's control plane.
    const { rate, ...others } = request
    check(CLIENTS, rate === 0 ? others : request)
    const spec = completeClients(request)
    if (isClientsProblem(spec)) throw new Refused('BAD_VALUE', `${spec.key}: ${spec.what}`, spec.key)
    const [population] = this.options.scenario.populations
    if (population === undefined) throw new Refused('CONFLICT', 'this scenario has no honest clients')
    const isStop = spec.mode === 'open' && spec.rate === 0
    this.throwNow({ kind: 'clients', population: population.name, spec: isStop ? undefined : spec })
    return this.run.attackerState().clients
  }

  /** Follows another connection from now on, or none. Returns the number of the tap, which its events carry. */
  follow(request: TapRequest | undefined): number | undefined {
    const target = request === undefined ? undefined : parseTapTarget(request.follow)
    if (request !== undefined && target === undefined) {
      throw new Refused(
        'BAD_VALUE',
        'follow.peer: must be an address and a port, such as 10.9.16.1:40000',
        'follow.peer',
      )
    }
    this.run.follow(target, ++this.lastTap)
    this.followed = target
    this.tellHappened()
    return target === undefined ? undefined : this.lastTap
  }

  cookie({ cookie }: CookieRequest): CookieAnatomy {
    if (cookie !== undefined && !(Number.isInteger(cookie) && cookie >= 0 && cookie <= COOKIE_MAX)) {
      throw new Refused('BAD_VALUE', `cookie: must be an integer from 0 to ${COOKIE_MAX}`, 'cookie')
    }
    return this.run.cookie(cookie)
  }

  sockets(state: string | undefined, limit: number): SocketList {
    const wanted = state === undefined ? undefined : parseSocketState(state)
    if (state !== undefined && wanted === undefined) {
      throw new Refused('BAD_VALUE', `state: ${JSON.stringify(state)} is no state of a socket`, 'state')
    }
    return listSockets(this.run.simulator.server, wanted, limit, this.now)
  }

  serverState(): ServerState {
    return this.run.serverState()
  }

  private attack(id: number): AttackView {
    const attack = this.run.attack(id)
    if (attack === undefined) throw new Refused('NOT_FOUND', `attack ${id} is over and forgotten`)
    return attack
  }

  /** Throws a switch now, lets it act, and forgets what was switched later the last time. */
  private throwNow(thrown: Switch): void {
    const at = this.run.throwSwitch(thrown)
    this.switches = [...this.switches.slice(0, this.replayed), { at, thrown }]
    this.replayed = this.switches.length
    this.furthest = at
    this.play(at + 1)
    this.tellHappened()
    this.tellAll()
  }

  /** Plays to `until`, microseconds, and throws what was thrown the last time. */
  private play(until: number): void {
    for (let next = this.switches[this.replayed]; next !== undefined && next.at < until; ) {
      this.run.advance(next.at)
      this.throwAgain()
      next = this.switches[this.replayed]
    }
    this.run.advance(until)
    this.furthest = Math.max(this.furthest, this.now)
  }

  private throwAgain(): void {
    const { thrown } = this.switches[this.replayed] as TimedSwitch
    this.replayed++
    this.run.throwSwitch(thrown)
  }

  private tellHappened(): void {
    for (const mark of this.run.takeMarks()) {
      this.marks = [...this.marks, mark].slice(-MARKS_MAX)
      if (this.isTelling) this.options.tell({ type: 'mark', mark })
    }
    if (!this.isTelling) return
    for (const event of this.run.takeTapEvents()) this.options.tell({ type: 'tap', event })
  }
}

const CLOSED = { additionalProperties: false } as const

/** Bodies as the control planes take them, but for what only processes have. */
const CLIENTS = Type.Object(CLIENT_PROPERTIES, CLOSED)
const ATTACKS = byKind((kind) =>
  Type.Object(
    {
      kind: Type.Literal(kind),
      duration: DURATION,
      seed: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
      ...attackProperties(kind),
    },
    CLOSED,
  ),
)

/** Throws Refused with the first thing wrong with `value`. */
function check(schema: TSchema, value: unknown): void {
  const [problem] = findSchemaProblems(schema, value, [])
  if (problem === undefined) return
  throw new Refused('BAD_VALUE', problem.what, problem.path.length === 0 ? undefined : problem.path.join('.'))
}

function nameOf(id: number): string {
  return `by hand ${id}`
}

function frame(slots: SlotFrame): QueueFrame {
  return slots.kind === 'places'
    ? { ...slots, places: toBase64(slots.places) }
    : { ...slots, counts: toBase64(slots.counts) }
}
