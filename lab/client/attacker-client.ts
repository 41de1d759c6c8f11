/**
 * The control API of one attacker, method by method.
 */
import type {
  AttackerEvents,
  AttackerState,
  AttackKinds,
  AttackOrderBody,
  AttackView,
  ClientsRequest,
  ClientsView,
  LeaseView,
} from '../../attacker/contract.ts'
import { ControlPlane } from './control-plane.ts'
import type { EventReader } from './event-reader.ts'

export class AttackerClient {
  readonly plane: ControlPlane

  constructor(url: string) {
    this.plane = new ControlPlane(url)
  }

  state(): Promise<AttackerState> {
    return this.plane.json('GET', '/api/state')
  }

  attackKinds(): Promise<AttackKinds> {
    return this.plane.json('GET', '/api/attack-kinds')
  }

  /** How an attack goes. */
  attack(id: number): Promise<AttackView> {
    return this.plane.json('GET', `/api/attacks/${id}`)
  }

  startAttack(order: AttackOrderBody): Promise<AttackView> {
    return this.plane.json('POST', '/api/attacks', order)
  }

  /** Stops an attack and says how it went. */
  stopAttack(id: number): Promise<AttackView> {
    return this.plane.json('DELETE', `/api/attacks/${id}`)
  }

  /** Stops all attacks and says how many that were. */
  stopAttacks(): Promise<{ readonly stopped: number }> {
    return this.plane.json('DELETE', '/api/attacks')
  }

  /** From now on honest clients do as they are told here; a rate of 0 is for none. */
  setClients(clients: ClientsRequest): Promise<ClientsView> {
    return this.plane.json('PUT', '/api/clients', clients)
  }

  /** `seconds`: how long it lasts without being renewed; default 1.5. */
  openLease(seconds?: number): Promise<LeaseView> {
    return this.plane.json('POST', `/api/leases${seconds === undefined ? '' : `?seconds=${seconds}`}`)
  }

  renewLease(id: string): Promise<LeaseView> {
    return this.plane.json('PUT', `/api/leases/${id}`)
  }

  /** Gives a lease up, and stops its attacks. */
  closeLease(id: string): Promise<{ readonly stopped: number }> {
    return this.plane.json('DELETE', `/api/leases/${id}`)
  }

  /** Stops attacks and sets all counters to zero. */
  reset(): Promise<AttackerState> {
    return this.plane.json('POST', '/api/reset')
  }

  events(): Promise<EventReader<AttackerEvents>> {
    return this.plane.listen<AttackerEvents>()
  }
}
