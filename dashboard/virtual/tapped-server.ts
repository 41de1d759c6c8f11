/**
 * The server's turns, with or without a tap on one of its connections.
 */

import type { TurnTaker } from '../../lab/world/world.ts'
import { ConnectionTap } from '../../server/app/connection-tap.ts'
import type { ServerHost } from '../../server/app/server-host.ts'
import type { TapEvent } from '../../server/app/tap-event.ts'
import type { TapTarget } from '../../server/app/tap-target.ts'
import { MILLISECOND } from '../../tcpip/base/time.ts'
import type { LinkEnd } from '../../tcpip/link/link.ts'

export class TappedServer implements TurnTaker {
  private readonly server: ServerHost
  private readonly link: LinkEnd
  private tap: ConnectionTap | undefined = undefined
  private events: TapEvent[] = []

  constructor(server: ServerHost, link: LinkEnd) {
    this.server = server
    this.link = link
  }

  poll(now: number): void {
    const { tap, server } = this
    if (tap === undefined) {
      server.poll(now)
      return
    }
    tap.poll(now)
    if (tap.isOver) this.tap = undefined
  }

  nextDeadline(): number {
    const own = this.server.nextDeadline()
    return this.tap === undefined ? own : Math.min(own, this.tap.nextDeadline())
  }

  /** Follows another connection from `now` on, as tap number `id`, or none. */
  follow(target: TapTarget | undefined, id: number, now: number): void {
    this.tap?.end(target === undefined ? 'stopped' : 'replaced', now)
    this.tap = undefined
    if (target === undefined) return
    this.tap = new ConnectionTap(
      {
        host: this.server,
        link: this.link,
        id,
        target,
        momentOf: (moment) => moment / MILLISECOND,
        tell: (event) => this.events.push(event),
      },
      now,
    )
  }

  /** What happened on the connection since the last call. */
  takeEvents(): readonly TapEvent[] {
    const { events } = this
    this.events = []
    return events
  }
}
