/**
 * One connection through the gateway: a real client on one side, a connection of the lab on the other, and bytes both ways
 * at the pace of the slower side. Owns when the two are given up, and what is said of it. Read first: Node's stream.pipe,
 * Linux tcp_fin_timeout and tcp_keepalive_time (tcp(7)).
 */
import type { Socket } from 'node:net'
import type { EndpointDuplex } from '../../tcpip/net/endpoint-duplex.ts'
import type { GatewayOutcome } from './gateway-counters.ts'

/**
 * How long a client that has ended its side still waits for the server's handshake, milliseconds. One that gave up cannot
 * be told from one that has only said all it had to say; the latter has its answer before a first SYN would be repeated.
 */
const ABANDON_MS = 1_000

/**
 * How long a client that has ended its side is believed to listen while the server says nothing, milliseconds. Its kernel
 * forgets a socket that nobody owns after as long (Linux tcp_fin_timeout), and tells the gateway nothing of it.
 */
const ORPHAN_MS = 60_000

/**
 * Silence after which the server is asked whether it still exists, milliseconds: a client that waits for an answer has
 * nothing to send that would find out. Linux's two hours would outlast any experiment.
 */
const KEEPALIVE_MS = 5_000

/** Errors of the lab's side that mean that the connection never came to be. */
const CONNECT_OUTCOMES: Readonly<Record<string, GatewayOutcome>> = {
  ETIMEDOUT: 'timeout',
  ECONNREFUSED: 'refused',
  EADDRNOTAVAIL: 'unavailable',
  ENOBUFS: 'unavailable',
}

export class Relay {
  private readonly client: Socket
  private readonly connection: EndpointDuplex
  private outcome: GatewayOutcome | undefined

  /** Both sides allow half-open connections. `onEnd` is called once, when the client's side is closed. */
  constructor(client: Socket, connection: EndpointDuplex, onEnd: (outcome: GatewayOutcome) => void) {
    this.client = client
    this.connection = connection
    connection.on('error', (error) => this.fail(outcomeOf(error)))
    connection.on('timeout', () => this.onSilence())
    client.once('end', () => connection.setTimeout(connection.connecting ? ABANDON_MS : ORPHAN_MS))
    connection.once('connect', () => connection.setTimeout(client.readableEnded ? ORPHAN_MS : 0))
    client.once('close', () => {
      const isWhole = client.readableEnded && client.writableFinished
      if (this.outcome === undefined && !isWhole) connection.resetAndDestroy()
      onEnd(this.outcome ?? (isWhole ? 'ok' : 'client'))
    })
    // The client's own kernel has joined small segments already if it was to.
    connection.setNoDelay(true)
    connection.setKeepAlive(true, KEEPALIVE_MS)
    client.pipe(connection)
    connection.pipe(client)
  }

  /** Resets both sides. */
  abort(outcome: GatewayOutcome): void {
    this.connection.resetAndDestroy()
    this.fail(outcome)
  }

  private fail(outcome: GatewayOutcome): void {
    this.outcome ??= outcome
    this.client.resetAndDestroy()
  }

  /** The client has ended its side, and since then nothing has happened for a time. */
  private onSilence(): void {
    const { client, connection } = this
    if (client.writableLength > 0) {
      // It is there, and reads slowly.
      connection.setTimeout(ORPHAN_MS)
      return
    }
    this.outcome ??= 'client'
    // The server has had its FIN, and hears no more than that from a socket that its owner's kernel forgets.
    connection.destroy()
    client.destroy()
  }
}

function outcomeOf({ syscall, code = '' }: NodeJS.ErrnoException): GatewayOutcome {
  return (syscall === 'connect' ? CONNECT_OUTCOMES[code] : undefined) ?? 'reset'
}
