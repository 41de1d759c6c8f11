/**
 * The program behind the listener, as its host sees it. The host calls it in its turns; what it does between them (a web
 * service waits for timers and files) is its own affair.
 */
import type { Endpoint } from '../../tcpip/endpoint.ts'
import type { Listener } from '../listener/listener.ts'

export interface Application {
  /** After every packet: accepts what waits in the accept queue. `now` in microseconds. */
  poll(now: number): void
  /** The host is thrown away: lets go of everything. What it still writes reaches nobody. */
  close(): void
}

/** Makes the application of a host; it must not touch the endpoint before the first `poll`. */
export type ApplicationFactory = (endpoint: Endpoint, listener: Listener) => Application
