/**
 * The program behind the listener, as its host sees it. The host calls it in its turns; what it does between them (a web
 * service waits for timers and files) is its own affair.
 */
import type { Endpoint } from '../../tcpip/host/endpoint.ts'
import type { Listener } from '../listener/listener.ts'
import type { ApplicationConfig } from './application-config.ts'

export interface Application {
  /** Connections accepted and not yet done with. */
  readonly openConnections: number
  /** Once before the first turn, and whenever a knob has changed; holds for connections already open too. */
  configure(config: ApplicationConfig): void
  /** At the beginning of a turn: whatever is due. `now` in microseconds. */
  advance(now: number): void
  /** After every packet: accepts what may be accepted of what waits in the accept queue. */
  poll(now: number): void
  /** When `advance` has something to do, microseconds; NEVER for not at all. */
  nextDeadline(): number
  /** The host is thrown away: lets go of everything. What it still writes reaches nobody. */
  close(): void
}

/** Makes the application of a host; it must not touch the endpoint before the first turn. */
export type ApplicationFactory = (endpoint: Endpoint, listener: Listener) => Application
