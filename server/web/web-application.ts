/**
 * The web service behind a listener of the server host: every connection that the listener has is accepted and given to
 * the Fastify app.
 */
import type { Application } from '../app/application.ts'
import type { Listener } from '../listener/listener.ts'
import type { EndpointDuplex } from './endpoint-duplex.ts'
import type { EndpointNet } from './endpoint-net.ts'
import type { WebApp } from './web-app.ts'

export class WebApplication implements Application {
  private readonly app: WebApp
  private readonly net: EndpointNet
  private readonly listener: Listener
  private readonly open = new Set<EndpointDuplex>()

  constructor(app: WebApp, net: EndpointNet, listener: Listener) {
    this.app = app
    this.net = net
    this.listener = listener
  }

  /** Accepts everything that waits. */
  poll(): void {
    for (;;) {
      const connection = this.net.accept(this.listener)
      if (connection === undefined) return
      this.open.add(connection)
      connection.once('close', () => this.open.delete(connection))
      this.app.serve(connection)
    }
  }

  /** Drops every connection; the app itself goes on, for another host. */
  close(): void {
    for (const connection of this.open) connection.destroy()
    this.open.clear()
  }
}
