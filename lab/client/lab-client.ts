/**
 * The whole lab, spoken to over HTTP: server and attackers as one. No number comes from anywhere else.
 */
import type { AttackerState } from '../../attacker/contract.ts'
import type { ServerState } from '../../server/contract.ts'
import { AttackerGroup } from './attacker-group.ts'
import { ServerClient } from './server-client.ts'

/** The state of the whole lab at one moment. */
export interface Sample {
  /** Milliseconds, monotonic. */
  readonly at: number
  readonly server: ServerState
  readonly attacker: AttackerState
}

export class LabClient {
  readonly server: ServerClient
  readonly attackers: AttackerGroup

  /** The first of `attackerUrls` is the one with the honest clients. */
  constructor(serverUrl: string, attackerUrls: readonly string[]) {
    this.server = new ServerClient(serverUrl)
    this.attackers = new AttackerGroup(attackerUrls)
  }

  async sample(): Promise<Sample> {
    const [server, attacker] = await Promise.all([this.server.state(), this.attackers.state()])
    return { at: performance.now(), server, attacker }
  }

  async setSynCookies(mode: number): Promise<void> {
    await this.server.configure({ synCookies: mode })
  }

  /** Starts a flood of `rate` SYN/s that stops by itself after `duration` seconds, in the place of any other. */
  async startFlood(rate: number, duration: number): Promise<void> {
    await this.attackers.startFlood(rate, duration)
  }

  async stopFlood(): Promise<void> {
    await this.attackers.stopAttacks()
  }

  /** Stops attacks, throws queues and connections away and sets all counters to zero. */
  async reset(): Promise<void> {
    await this.attackers.reset()
    await this.server.reset()
  }

  /** Nothing is asked of the lab after this. */
  close(): void {
    this.attackers.close()
  }
}
