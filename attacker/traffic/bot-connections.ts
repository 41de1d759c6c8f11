/**
 * Attacks by connections that bots hold open: begun one by one, given something to do after a while, let go of together.
 * What they do is for the kind of attack to say.
 */

import type { Prng } from '../../tcpip/base/prng.ts'
import { NEVER } from '../../tcpip/base/time.ts'
import type { CloseReason, ConnectionOwner, Tcb } from '../../tcpip/connection/tcb.ts'
import type { AttackAction } from './attack-action.ts'
import type { Botnet } from './botnet.ts'

/** Connections that are given something to do per turn, at most. */
const BATCH = 256

/** What an attack does with its connections. */
export interface BotBehaviour {
  /** The handshake is complete. */
  onEstablished(connection: BotConnection, now: number): void
  /** `pause` has passed since the connection was established, or since the last time. */
  onPause(connection: BotConnection, now: number): void
}

/** One connection of a bot. */
export class BotConnection implements ConnectionOwner {
  /** Undefined once the connection is over. */
  tcb: Tcb | undefined = undefined
  /** When its pause ends, microseconds; NEVER while it has none. */
  pauseEnd = NEVER
  /** Its neighbours among those that have a pause, in the order of the ends. */
  before: BotConnection | undefined = undefined
  after: BotConnection | undefined = undefined
  private readonly connections: BotConnections

  constructor(connections: BotConnections) {
    this.connections = connections
  }

  onEstablished(_tcb: Tcb, now: number): void {
    this.connections.onEstablished(this, now)
  }

  /** What the server says is thrown away; a server that closes is followed. */
  onReadable(tcb: Tcb, now: number): void {
    this.connections.onReadable(this, tcb, now)
  }

  onWritable(): void {}

  onClosed(_tcb: Tcb, reason: CloseReason): void {
    this.connections.onClosed(this, reason)
  }

  /** Sends bytes, as many as the connection takes. */
  send(bytes: Uint8Array, now: number): void {
    this.connections.send(this, bytes, now)
  }

  /** Closes the connection from the bot's side. */
  close(now: number): void {
    this.connections.close(this, now)
  }
}

/** Where bytes that nobody reads go. */
const discarded = new Uint8Array(4096)

export class BotConnections implements AttackAction {
  private readonly botnet: Botnet
  private readonly bots: number
  private readonly pause: number
  private readonly behaviour: BotBehaviour
  private readonly prng: Prng
  private readonly open = new Set<BotConnection>()
  /** The ends of the list of connections that have a pause. All pauses have the same length: a new one ends last. */
  private first: BotConnection | undefined = undefined
  private last: BotConnection | undefined = undefined
  private established = 0
  private readonly ended: Record<CloseReason, number> = { closed: 0, reset: 0, refused: 0, timeout: 0 }

  /** `pause`: microseconds, or NEVER. */
  constructor(botnet: Botnet, bots: number, pause: number, behaviour: BotBehaviour, prng: Prng) {
    this.botnet = botnet
    this.bots = bots
    this.pause = pause
    this.behaviour = behaviour
    this.prng = prng
  }

  /** Begins a connection from a random bot; false when there is no room or no port for it. */
  act(now: number): boolean {
    const connection = new BotConnection(this)
    connection.tcb = this.botnet.connect(this.prng.below(this.bots), connection, now)
    if (connection.tcb === undefined) return false
    this.open.add(connection)
    return true
  }

  /** See BotConnection.send. */
  send({ tcb }: BotConnection, bytes: Uint8Array, now: number): void {
    if (tcb !== undefined && !tcb.finQueued) this.botnet.endpoint.write(tcb, bytes, 0, bytes.length, now)
  }

  /** See BotConnection.close. */
  close(connection: BotConnection, now: number): void {
    const { tcb } = connection
    if (tcb === undefined) return
    this.forget(connection)
    this.ended.closed++
    this.botnet.endpoint.close(tcb, now)
  }

  /** Ends all pauses that are over, at most `BATCH`. */
  advance(now: number): void {
    for (let count = 0; count < BATCH; count++) {
      const connection = this.first
      if (connection === undefined || connection.pauseEnd > now) return
      this.stopWaiting(connection)
      this.behaviour.onPause(connection, now)
      if (connection.tcb !== undefined) this.wait(connection, now)
    }
  }

  /** When a pause ends next, microseconds; NEVER when none does. */
  nextDeadline(): number {
    return this.first?.pauseEnd ?? NEVER
  }

  /** No raw packets, no answers to them. */
  onAnswer(): void {}

  /** The bots' programs end: their kernels close what is open. */
  end(now: number): void {
    for (const connection of [...this.open]) this.close(connection, now)
  }

  /**
   * Connections `open` now, half-open ones included; handshakes completed as the bots see it (`established`; the server
   * may have dropped the last ACK); how the others ended: `closed` by either side in order, or let go of half-open at the
   * end of the attack, `reset`, `refused`, or given up by TCP (`timeout`).
   */
  figures(): Readonly<Record<string, number>> {
    return { open: this.open.size, established: this.established, ...this.ended }
  }

  onEstablished(connection: BotConnection, now: number): void {
    this.established++
    this.behaviour.onEstablished(connection, now)
    if (connection.tcb !== undefined) this.wait(connection, now)
  }

  onReadable(connection: BotConnection, tcb: Tcb, now: number): void {
    while (this.botnet.endpoint.read(tcb, discarded, 0, discarded.length, now) > 0);
    if (tcb.finReceived) this.close(connection, now)
  }

  onClosed(connection: BotConnection, reason: CloseReason): void {
    this.forget(connection)
    this.ended[reason]++
  }

  private wait(connection: BotConnection, now: number): void {
    if (this.pause === NEVER) return
    connection.pauseEnd = now + this.pause
    connection.before = this.last
    if (this.last === undefined) this.first = connection
    else this.last.after = connection
    this.last = connection
  }

  private stopWaiting(connection: BotConnection): void {
    if (connection.pauseEnd === NEVER) return
    const { before, after } = connection
    if (before === undefined) this.first = after
    else before.after = after
    if (after === undefined) this.last = before
    else after.before = before
    connection.pauseEnd = NEVER
    connection.before = undefined
    connection.after = undefined
  }

  private forget(connection: BotConnection): void {
    this.stopWaiting(connection)
    connection.tcb = undefined
    this.open.delete(connection)
  }
}
