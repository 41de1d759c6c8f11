/**
 * The web service behind a listener of the server host: connections are accepted as the gate allows and given to the
 * Fastify app, or greeted by a server that speaks first.
 */
import { Mib } from '../../tcpip/base/counters.ts'
import { MILLISECOND, SECOND } from '../../tcpip/base/time.ts'
import type { EndpointDuplex } from '../../tcpip/net/endpoint-duplex.ts'
import type { EndpointNet } from '../../tcpip/net/endpoint-net.ts'
import { AcceptGate } from '../app/accept-gate.ts'
import type { Application } from '../app/application.ts'
import { APPLICATION_DEFAULTS, type ApplicationConfig } from '../app/application-config.ts'
import type { Listener } from '../listener/listener.ts'
import { greet } from './greeter.ts'
import type { WebApp } from './web-app.ts'

export class WebApplication implements Application {
  private readonly app: WebApp
  private readonly net: EndpointNet
  private readonly listener: Listener
  private readonly gate = new AcceptGate()
  private readonly open = new Set<EndpointDuplex>()
  private config: ApplicationConfig = APPLICATION_DEFAULTS

  constructor(app: WebApp, net: EndpointNet, listener: Listener) {
    this.app = app
    this.net = net
    this.listener = listener
  }

  get openConnections(): number {
    return this.gate.open
  }

  configure(config: ApplicationConfig): void {
    this.config = config
    this.gate.configure(config)
    this.app.setRequestTimeout((config.requestTimeout * SECOND) / MILLISECOND)
  }

  /** The time for the next accept may have come, or a worker may have become free. */
  advance(): void {
    this.poll()
  }

  /** Accepts everything that waits, as far as the gate is open. */
  poll(): void {
    const { gate, listener, net } = this
    const { acceptQueue } = listener
    // Most packets leave nobody waiting: for them the clock need not be read, but the gate has to know.
    while (gate.mayAccept(acceptQueue.length, acceptQueue.length > 0 ? net.clock() : 0)) {
      const connection = net.accept(listener)
      if (connection === undefined) return
      gate.accepted(net.clock())
      this.begin(connection)
    }
  }

  nextDeadline(): number {
    return this.gate.nextDeadline(this.listener.acceptQueue.length)
  }

  /** Drops every connection; the app itself goes on, for another host. */
  close(): void {
    for (const connection of this.open) connection.destroy()
    this.open.clear()
  }

  private begin(connection: EndpointDuplex): void {
    this.open.add(connection)
    connection.once('close', () => {
      this.open.delete(connection)
      this.gate.released()
      // Somebody may be waiting for this worker.
      this.net.wake()
    })
    if (this.config.greeting) {
      greet(connection, this.net, this.config.requestTimeout, this.onLate)
      return
    }
    // As http.Server has it, which does this itself only for connections from a port.
    connection.setNoDelay()
    this.app.serve(connection, this.net, this.onLate)
  }

  private readonly onLate = (): void => {
    this.listener.host.counters.add(Mib.RequestTimeouts)
  }
}
