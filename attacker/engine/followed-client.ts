/**
 * The client's end of a connection that somebody follows: looked at after each turn, told when it has changed.
 */

import { type EndView, isSameEnd, viewEnd } from '../../tcpip/host/end-view.ts'
import type { Endpoint } from '../../tcpip/host/endpoint.ts'
import { SERVER_ADDRESS, SERVER_PORT } from '../../tcpip/wire/address-plan.ts'

/** Address and port that the connection comes from. */
export interface ClientName {
  readonly address: number
  readonly port: number
}

/** Nothing is kept of the connection, not yet or no more. */
const CLOSED: EndView = { state: 'CLOSED' }

export class FollowedClient {
  private readonly endpoint: Endpoint
  private readonly client: ClientName
  private readonly momentOf: (now: number) => number
  private readonly tell: (end: EndView) => void
  private last: EndView | undefined

  /** `endpoint`: the TCP of the host that has the address. */
  constructor(endpoint: Endpoint, client: ClientName, momentOf: (now: number) => number, tell: (end: EndView) => void) {
    this.endpoint = endpoint
    this.client = client
    this.momentOf = momentOf
    this.tell = tell
  }

  look(): void {
    const { endpoint, client, last } = this
    const tcb = endpoint.connectionOf(client.address, client.port, SERVER_ADDRESS, SERVER_PORT)
    const end = tcb === undefined ? CLOSED : viewEnd(endpoint.tcbs, tcb, this.momentOf)
    if (last !== undefined && isSameEnd(end, last)) return
    this.last = end
    this.tell(end)
  }
}
