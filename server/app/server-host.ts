/**
 * The host under attack: an endpoint with one address, a listener on one port and the program behind it. The
 * simulator and the live engine drive the same one. Owns no clock and no randomness.
 */

import { assert } from '../../tcpip/base/assert.ts'
import { Counters } from '../../tcpip/base/counters.ts'
import { BATCH, Endpoint, SECRET_BYTES } from '../../tcpip/host/endpoint.ts'
import type { LinkEnd } from '../../tcpip/link/link.ts'
import { SERVER_ADDRESS, SERVER_PORT } from '../../tcpip/wire/address-plan.ts'
import { Listener } from '../listener/listener.ts'
import { LINUX } from '../listener/profile.ts'
import { COOKIE_SECRET_BYTES } from '../listener/syn-cookies.ts'
import type { Application, ApplicationFactory } from './application.ts'
import { Responder } from './responder.ts'
import type { ServerConfig } from './server-config.ts'

/** Secret bytes of a server: the endpoint's, then those of the SYN cookies. */
export const SERVER_SECRET_BYTES = SECRET_BYTES + COOKIE_SECRET_BYTES

/** Most connections at a time, TIME-WAIT included; half-open entries are counted elsewhere. */
export const MAX_CONNECTIONS = 65_536

export interface ServerHostOptions {
  readonly link: LinkEnd
  readonly config: ServerConfig
  /** `SERVER_SECRET_BYTES` bytes nobody else knows. */
  readonly secret: Uint8Array
  readonly counters?: Counters
  /** See ListenerOptions. */
  readonly onFlood?: (sendingCookies: boolean) => void
  /** The program behind the listener; default: the responder, which is pure. */
  readonly application?: ApplicationFactory
}

const makeResponder: ApplicationFactory = (endpoint, listener) => new Responder(endpoint, listener)

export class ServerHost {
  readonly endpoint: Endpoint
  readonly listener: Listener
  readonly counters: Counters
  private readonly link: LinkEnd
  private readonly application: Application
  private currentConfig: ServerConfig

  constructor(options: ServerHostOptions) {
    const { link, config, secret, counters = new Counters(), onFlood, application = makeResponder } = options
    assert(secret.length === SERVER_SECRET_BYTES, `a server takes ${SERVER_SECRET_BYTES} secret bytes`)
    this.link = link
    this.counters = counters
    this.endpoint = new Endpoint({
      link,
      addresses: { base: SERVER_ADDRESS, length: 32 },
      secret: secret.subarray(0, SECRET_BYTES),
      counters,
      maxConnections: MAX_CONNECTIONS,
    })
    this.listener = new Listener({
      host: this.endpoint,
      config,
      profile: LINUX,
      cookieSecret: secret.subarray(SECRET_BYTES),
      ...(onFlood === undefined ? {} : { onFlood }),
    })
    this.endpoint.listen(SERVER_PORT, this.listener)
    this.application = application(this.endpoint, this.listener)
    this.application.configure(config)
    this.currentConfig = config
  }

  get config(): ServerConfig {
    return this.currentConfig
  }

  /** Connections that the program behind the listener is serving. */
  get openConnections(): number {
    return this.application.openConnections
  }

  /**
   * One turn: due timers, then at most `BATCH` packets. The program accepts after every packet, as one does that is
   * waiting in accept(): the accept queue never fills merely because packets came in a batch.
   */
  poll(now: number): void {
    this.advance(now)
    for (let taken = 0; taken < BATCH; taken++) if (!this.step(now)) return
  }

  /** Due timers, those of the program included. */
  advance(now: number): void {
    this.endpoint.advance(now)
    this.application.advance(now)
  }

  /** Takes one packet; false when there is none. */
  step(now: number): boolean {
    const { rx } = this.link
    const at = rx.peek()
    if (at < 0) return false
    this.endpoint.receive(rx.bytes, rx.view, at, rx.peekLength(), now)
    rx.release()
    this.application.poll(now)
    return true
  }

  /** When `poll` has something to do without packets, microseconds; NEVER for not at all. */
  nextDeadline(): number {
    return Math.min(this.endpoint.nextDeadline(), this.application.nextDeadline())
  }

  /** The host is thrown away: its application lets go of everything. No `poll` after this. */
  close(): void {
    this.application.close()
  }

  /**
   * Takes a new configuration while running; nothing queued is lost. Throws a RangeError, and changes nothing, when
   * there is no memory for a SYN queue of that size.
   */
  configure(config: ServerConfig): void {
    const before = this.currentConfig
    try {
      this.listener.configure(config)
    } catch (error) {
      this.listener.configure(before)
      throw error
    }
    this.application.configure(config)
    this.currentConfig = config
  }
}
