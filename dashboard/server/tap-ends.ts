/**
 * Both ends of the connection that is followed: the server tells of its own, and the attacker that has the client is asked
 * to tell of that. What a page hears has both, each as last told.
 */
import type { AttackerEvents } from '../../attacker/contract.ts'
import { ControlPlane } from '../../lab/client/control-plane.ts'
import type { TapEnd, TapEvent } from '../contract/stream.ts'
import type { AttackerPlace } from './attacker-names.ts'

export class TapEnds {
  private readonly attackers: () => readonly AttackerPlace[]
  private readonly tell: (event: TapEvent) => void
  /** The connection that is followed: its tap, its client, and both ends as last told. */
  private current:
    | { readonly tap: number; readonly client: string; clientEnd: TapEnd | undefined; serverEnd: TapEnd }
    | undefined

  /** `attackers`: those that are known at this moment. */
  constructor(attackers: () => readonly AttackerPlace[], tell: (event: TapEvent) => void) {
    this.attackers = attackers
    this.tell = tell
  }

  /** The server has told something of the tap. */
  onServer(event: TapEvent): void {
    if (event.kind === 'started') {
      this.current = { tap: event.tap, client: event.client, clientEnd: undefined, serverEnd: { state: 'LISTEN' } }
      this.askAll('POST', { client: event.client })
    }
    const { current } = this
    if (event.kind === 'ended') {
      if (current?.tap === event.tap) this.current = undefined
      this.askAll('DELETE')
    }
    if ((event.kind === 'segment' || event.kind === 'ends') && current?.tap === event.tap) {
      current.serverEnd = event.ends.server
      this.tell(
        current.clientEnd === undefined ? event : { ...event, ends: { ...event.ends, client: current.clientEnd } },
      )
    } else this.tell(event)
  }

  /** An attacker has told of the client's end. */
  onClient({ at, client, end }: AttackerEvents['end']): void {
    const { current } = this
    if (current === undefined || client !== current.client) return
    current.clientEnd = end
    this.tell({ at, tap: current.tap, kind: 'ends', ends: { client: end, server: current.serverEnd } })
  }

  /** One that does not answer has no client to tell of. */
  private askAll(method: 'POST' | 'DELETE', body?: { readonly client: string }): void {
    for (const { url } of this.attackers()) void new ControlPlane(url).request(method, '/api/tap', body).catch(() => {})
  }
}
