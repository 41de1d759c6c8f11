/**
 * Connections that are opened properly and then left alone. They pass every cookie; what they use up is the accept queue
 * if the program is slow, or the connections that it can serve at a time.
 */
import type { Prng } from '../../tcpip/prng.ts'
import { NEVER, SECOND } from '../../tcpip/time.ts'
import type { AttackAction } from './attack-action.ts'
import type { AttackSpecOf } from './attack-spec.ts'
import { type BotBehaviour, type BotConnection, BotConnections } from './bot-connections.ts'
import type { Botnet } from './botnet.ts'

export class ConnectFlood implements AttackAction, BotBehaviour {
  private readonly connections: BotConnections

  constructor({ bots, hold }: AttackSpecOf<'connect-flood'>, botnet: Botnet, prng: Prng) {
    const pause = hold === 0 ? NEVER : Math.round(hold * SECOND)
    this.connections = new BotConnections(botnet, bots, pause, this, prng)
  }

  act(now: number): boolean {
    return this.connections.begin(now)
  }

  advance(now: number): void {
    this.connections.advance(now)
  }

  nextDeadline(): number {
    return this.connections.nextDeadline()
  }

  end(now: number): void {
    this.connections.end(now)
  }

  figures(): Readonly<Record<string, number>> {
    return this.connections.figures()
  }

  onAnswer(): void {}

  onEstablished(): void {}

  onPause(connection: BotConnection, now: number): void {
    this.connections.close(connection, now)
  }
}
