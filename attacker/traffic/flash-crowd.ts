/**
 * Honest visitors, all at once: what a flood has to be told apart from. They are clients like any others (attacker/clients)
 * under addresses of their own, and counted apart from the lab's honest clients.
 */
import type { Prng } from '../../tcpip/base/prng.ts'
import { ClientCounters, OUTCOMES } from '../clients/client-counters.ts'
import { ClientPopulation } from '../clients/client-population.ts'
import { CLIENT_DEFAULTS, type ClientSpec } from '../clients/client-spec.ts'
import type { AttackAction } from './attack-action.ts'
import type { AttackSpecOf } from './attack-spec.ts'
import type { Botnet } from './botnet.ts'

export class FlashCrowd implements AttackAction {
  private readonly visitors: ClientPopulation
  private readonly spec: ClientSpec
  private readonly counters = new ClientCounters()

  constructor({ rate, connectTimeout }: AttackSpecOf<'flash-crowd'>, { endpoint, addresses }: Botnet, prng: Prng) {
    this.spec = { ...CLIENT_DEFAULTS, rate, connectTimeout }
    this.visitors = new ClientPopulation({ endpoint, addresses, prng, counters: this.counters })
  }

  act(now: number, due: number): boolean {
    return this.visitors.arrive(this.spec, due, now)
  }

  advance(now: number): void {
    this.visitors.advance(now)
  }

  nextDeadline(): number {
    return this.visitors.nextDeadline()
  }

  onAnswer(): void {}

  end(now: number): void {
    this.visitors.leave(now)
  }

  /** Visitors who `arrived`, by what became of them; the rest were under way at the end, or still are. */
  figures(): Readonly<Record<string, number>> {
    const outcomes = OUTCOMES.map((outcome) => [outcome, this.counters.count(outcome)] as const)
    return { arrived: this.counters.attempted, ...Object.fromEntries(outcomes) }
  }
}
