/**
 * Requests that never end: a line of the head now and then, so that the server takes the client for a slow one and waits.
 * A server that serves a limited number of connections at a time is full with as many of these. Known as slowloris.
 */
import { SERVER_ADDRESS } from '../../tcpip/address-plan.ts'
import type { Prng } from '../../tcpip/prng.ts'
import { SECOND } from '../../tcpip/time.ts'
import { formatAddress } from '../../tcpip/wire/address.ts'
import type { AttackAction } from './attack-action.ts'
import type { AttackSpecOf } from './attack-spec.ts'
import { type BotBehaviour, type BotConnection, BotConnections } from './bot-connections.ts'
import type { Botnet } from './botnet.ts'

const FIRST_LINES = ascii(`GET / HTTP/1.1\r\nHost: ${formatAddress(SERVER_ADDRESS)}\r\n`)
const NEXT_LINE = ascii('X-Slow: 1\r\n')

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

export class SlowRequest implements AttackAction, BotBehaviour {
  private readonly connections: BotConnections

  constructor({ bots, interval }: AttackSpecOf<'slow-request'>, botnet: Botnet, prng: Prng) {
    this.connections = new BotConnections(botnet, bots, Math.round(interval * SECOND), this, prng)
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

  onEstablished(connection: BotConnection, now: number): void {
    this.connections.send(connection, FIRST_LINES, now)
  }

  onPause(connection: BotConnection, now: number): void {
    this.connections.send(connection, NEXT_LINE, now)
  }
}
