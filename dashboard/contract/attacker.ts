/** What the page uses of an attacker's control plane. Types only. */
import type { AttackKind, AttackKindEntry } from '../../attacker/traffic/attack-catalogue.ts'

export type { AttackerState, AttackView } from '../../attacker/contract.ts'

/** As GET /api/attack-kinds lists them. */
export type AttackKinds = Readonly<Record<AttackKind, AttackKindEntry>>

/** Body of POST /api/attacks. */
export interface AttackRequest {
  readonly kind: AttackKind
  readonly [parameter: string]: unknown
}

/** Body of PUT /api/clients. */
export interface ClientsRequest {
  readonly rate: number
  readonly [parameter: string]: unknown
}
