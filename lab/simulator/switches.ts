/**
 * What can be switched while an arm runs: by the scenario, at the times it says, and by hand. A switch is plain data, so
 * that it can be sent to another thread, and written down to play the same run again.
 */
import type { ClientSpec } from '../../attacker/clients/client-spec.ts'
import type { AttackSpec } from '../../attacker/traffic/attack-spec.ts'
import type { ServerConfig } from '../../server/app/server-config.ts'
import { NEVER } from '../../tcpip/base/time.ts'
import type { Agenda } from '../world/world.ts'

export type Switch =
  /** Knobs of the listener and of the program behind it; all others stay as they are. */
  | { readonly kind: 'configure'; readonly patch: Partial<ServerConfig> }
  /** An attack begins. `name` is free to choose; one that is still under way under this name goes on beside it. */
  | { readonly kind: 'start-attack'; readonly name: string; readonly spec: AttackSpec }
  /** The latest attack of this name ends, if it has not yet. */
  | { readonly kind: 'stop-attack'; readonly name: string }
  /** The attack of this id ends, if it has not yet. */
  | { readonly kind: 'stop-attack-id'; readonly id: number }
  /** A population of honest clients does what `spec` says from now on, or nothing. */
  | { readonly kind: 'clients'; readonly population: string; readonly spec: ClientSpec | undefined }

/** A switch and when it is thrown, microseconds of virtual time: before anything else that happens then. */
export interface TimedSwitch {
  readonly at: number
  readonly thrown: Switch
}

/** Switches in the order of their times; those of one time in the order in which they were added. */
export class SwitchPlan implements Agenda {
  private readonly ahead: TimedSwitch[]
  private readonly run: (thrown: Switch, now: number) => void

  constructor(switches: readonly TimedSwitch[], run: (thrown: Switch, now: number) => void) {
    this.ahead = switches.toSorted((a, b) => a.at - b.at)
    this.run = run
  }

  add(added: TimedSwitch): void {
    const behind = this.ahead.findIndex(({ at }) => at > added.at)
    this.ahead.splice(behind < 0 ? this.ahead.length : behind, 0, added)
  }

  advance(now: number): void {
    for (let next = this.ahead[0]; next !== undefined && next.at <= now; next = this.ahead[0]) {
      this.ahead.shift()
      this.run(next.thrown, now)
    }
  }

  nextDeadline(): number {
    return this.ahead[0]?.at ?? NEVER
  }
}
