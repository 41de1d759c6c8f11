/**
 * The server's control API, method by method.
 */
import type { Knobs, ServerConfig, ServerEvents, ServerState, SocketList, SocketState } from '../../server/contract.ts'
import { ControlPlane } from './control-plane.ts'
import type { EventReader } from './event-reader.ts'

export class ServerClient {
  readonly plane: ControlPlane

  constructor(url: string) {
    this.plane = new ControlPlane(url)
  }

  state(): Promise<ServerState> {
    return this.plane.json('GET', '/api/state')
  }

  config(): Promise<ServerConfig> {
    return this.plane.json('GET', '/api/config')
  }

  knobs(): Promise<Knobs> {
    return this.plane.json('GET', '/api/knobs')
  }

  /** Changes some knobs and returns all of them. */
  configure(change: Partial<ServerConfig>): Promise<ServerConfig> {
    return this.plane.json('PATCH', '/api/config', change)
  }

  /** At most `limit` sockets, of one state or of all. */
  sockets(limit: number, state?: SocketState): Promise<SocketList> {
    const query = new URLSearchParams({ limit: String(limit), ...(state === undefined ? {} : { state }) })
    return this.plane.json('GET', `/api/sockets?${query}`)
  }

  /** Throws queues and connections away and sets all counters to zero. */
  reset(): Promise<ServerState> {
    return this.plane.json('POST', '/api/reset')
  }

  events(): Promise<EventReader<ServerEvents>> {
    return this.plane.listen<ServerEvents>()
  }
}
