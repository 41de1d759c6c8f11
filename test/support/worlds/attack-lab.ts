/**
 * The lab's attacker host against its server host in virtual time, with a round trip between them: what an attack does to
 * queues, counters and honest clients, as numbers. Turns are taken in the same order every time: one seed, one run.
 */
import type { ConnectionRecord } from '../../../attacker/clients/attempt.ts'
import { CLIENT_DEFAULTS, type ClientSpec, type OpenClients } from '../../../attacker/clients/client-spec.ts'
import type { AttackSnapshot } from '../../../attacker/traffic/attack.ts'
import { type AttackRequest, makeAttack } from '../../../attacker/traffic/attack-spec.ts'
import { AttackerHost } from '../../../attacker/traffic/attacker-host.ts'
import { LINK_DEFAULTS } from '../../../lab/scenario/link-parameters.ts'
import { makeNetwork, type Network } from '../../../lab/simulator/network.ts'
import { World } from '../../../lab/world/world.ts'
import { SERVER_DEFAULTS, type ServerConfig } from '../../../server/app/server-config.ts'
import { SERVER_SECRET_BYTES, ServerHost } from '../../../server/app/server-host.ts'
import { MIB_NAMES } from '../../../tcpip/base/counters.ts'
import type { DropReason } from '../../../tcpip/base/drop-reason.ts'
import { Prng } from '../../../tcpip/base/prng.ts'
import { SECOND } from '../../../tcpip/base/time.ts'
import { SECRET_BYTES } from '../../../tcpip/host/endpoint.ts'
import type { PacketTap } from '../../../tcpip/link/capture-link.ts'
import { testSecret } from './server-lab.ts'

type CounterName = (typeof MIB_NAMES)[number]

export interface AttackLabOptions {
  readonly config?: Partial<ServerConfig>
  /** Milliseconds. */
  readonly rttMs?: number
  readonly seed?: number
  /** Sees every packet that comes to or leaves the server. */
  readonly tap?: PacketTap
}

/** Time-weighted figures of a queue since the last `mark`. */
export interface QueueFigures {
  readonly mean: number
  readonly max: number
  /** Share of the time in which it held as much as it can, one more than its limit. */
  readonly fullShare: number
}

export class AttackLab {
  readonly server: ServerHost
  readonly attacker: AttackerHost
  readonly records: ConnectionRecord[] = []
  private readonly network: Network
  private marked: number[] = []
  private markedOutcomes: number[] = []
  private markedAt = 0
  private synQueueArea = new QueueArea()
  private acceptQueueArea = new QueueArea()
  private readonly world: World

  constructor(options: AttackLabOptions = {}) {
    const prng = new Prng(options.seed ?? 1)
    const link = { ...LINK_DEFAULTS, rttMs: options.rttMs ?? 20 }
    const tap = options.tap === undefined ? undefined : { tap: options.tap, interfaceId: 0 }
    this.network = makeNetwork(link, prng.fork('network'), tap)
    this.server = new ServerHost({
      link: this.network.server,
      // Out of the way of every queue here, unless a test wants the last-quarter rule.
      config: { ...SERVER_DEFAULTS, somaxconn: 65_535, maxSynBacklog: 4_194_304, ...options.config },
      secret: testSecret(SERVER_SECRET_BYTES),
    })
    this.attacker = new AttackerHost({
      link: this.network.attacker,
      prng: prng.fork('traffic'),
      secret: testSecret(SECRET_BYTES, 100),
      onConnection: (record) => this.records.push(record),
    })
    this.world = new World(
      [
        { host: this.server, rx: this.network.server.rx },
        { host: this.attacker, rx: this.network.attacker.rx },
      ],
      [this.network.wire],
    )
    this.mark()
  }

  /** Microseconds. */
  get now(): number {
    return this.world.now
  }

  /** Seconds since the beginning. */
  get seconds(): number {
    return this.now / SECOND
  }

  /** Starts an attack now; returns its id. */
  attack(request: AttackRequest): number {
    this.world.wake(this.attacker)
    return this.attacker.startAttack(makeAttack(request), this.now)
  }

  stopAttacks(): void {
    this.world.wake(this.attacker)
    this.attacker.stopAll(this.now)
  }

  /** Honest clients come from now on, or no longer. */
  clients(spec: (Partial<ClientSpec> & Pick<OpenClients, 'rate'>) | undefined): void {
    this.world.wake(this.attacker)
    this.attacker.setClients(spec === undefined ? undefined : ({ ...CLIENT_DEFAULTS, ...spec } as ClientSpec), this.now)
  }

  /** Lets everything happen until `seconds` after the beginning, what happens at that instant included. */
  runTo(seconds: number): void {
    const end = Math.round(seconds * SECOND)
    const { world } = this
    for (let next = world.nextEvent(); next <= end; next = world.nextEvent()) {
      this.account(next)
      world.enter(next)
      // A peak that lasts no time is one all the same.
      this.account(next)
    }
    this.account(end)
    world.now = end
  }

  run(seconds: number): void {
    this.runTo(this.seconds + seconds)
  }

  /** Counters and queue figures count from here. */
  mark(): void {
    this.marked = [...this.server.counters.mib]
    this.markedOutcomes = [...this.server.counters.outcomes]
    this.markedAt = this.now
    this.synQueueArea = new QueueArea()
    this.acceptQueueArea = new QueueArea()
  }

  /** What a counter of the server has gained since the last `mark`. */
  gained(name: CounterName): number {
    const index = MIB_NAMES.indexOf(name)
    return (this.server.counters.mib[index] as number) - (this.marked[index] as number)
  }

  /** What the named counters of the server have gained since the last `mark`. */
  allGained<N extends CounterName>(...names: readonly N[]): Record<N, number> {
    return Object.fromEntries(names.map((name) => [name, this.gained(name)])) as Record<N, number>
  }

  /** Packets that the server has dropped for this reason since the last `mark`. */
  dropped(reason: DropReason): number {
    return (this.server.counters.outcomes[reason] as number) - (this.markedOutcomes[reason] as number)
  }

  get synQueue(): QueueFigures {
    return this.synQueueArea.figures(this.now - this.markedAt)
  }

  get acceptQueue(): QueueFigures {
    return this.acceptQueueArea.figures(this.now - this.markedAt)
  }

  snapshot(id: number): AttackSnapshot {
    const found = this.attacker.snapshot().attacks.find((attack) => attack.id === id)
    if (found === undefined) throw new Error(`no attack ${id}`)
    return found
  }

  /** A figure that an attack has of its effect. */
  figure(id: number, name: string): number {
    const value = this.snapshot(id).figures[name]
    if (value === undefined) throw new Error(`attack ${id} has no figure ${name}`)
    return value
  }

  /** Honest attempts by outcome, of those that were meant to start from `from` seconds on. */
  outcomes(from = 0): Record<string, number> {
    const counts: Record<string, number> = {}
    for (const { startedAt, outcome } of this.records) {
      if (startedAt >= from * SECOND) counts[outcome] = (counts[outcome] ?? 0) + 1
    }
    return counts
  }

  private account(now: number): void {
    const { synQueue, acceptQueue, limit } = this.server.listener
    const span = now - this.now
    this.synQueueArea.add(synQueue.length, limit, span)
    this.acceptQueueArea.add(acceptQueue.length, limit, span)
  }
}

class QueueArea {
  private area = 0
  private full = 0
  private max = 0

  add(length: number, limit: number, span: number): void {
    this.area += length * span
    if (length > limit) this.full += span
    this.max = Math.max(this.max, length)
  }

  figures(time: number): QueueFigures {
    return { mean: this.area / time, max: this.max, fullShare: this.full / time }
  }
}

/** Whether `count` may be what a Poisson variable with this mean has come to: within five standard deviations. */
export function isPoissonCount(count: number, mean: number): boolean {
  return Math.abs(count - mean) <= 5 * Math.sqrt(mean)
}
