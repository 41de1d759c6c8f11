/**
 * Where a page has its lab from: a live lab behind a page server, or a lab inside the browser. The page knows this
 * interface and nothing else. Types only.
 */
import type { AttackerState, AttackKinds, AttackRequest, AttackView, ClientsRequest } from './attacker.ts'
import type { CookieAnatomy, CookieRequest, Knobs, ServerConfig, ServerState, SocketList } from './server.ts'
import type { AttackerId, StreamMessage, TapRequest } from './stream.ts'

/** What is the matter with the source itself, beside what its messages say of processes. */
export type SourceStatus =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** `since`: when the last message came, milliseconds since the epoch. */
  | { readonly kind: 'silent'; readonly since: number }

export interface LabSource {
  /** Begins to tell; returns the function that ends it. */
  subscribe(listener: (message: StreamMessage) => void, onStatus: (status: SourceStatus) => void): () => void
  /** The catalogues that controls are made of. */
  knobs(): Promise<Knobs>
  attackKinds(): Promise<AttackKinds>
  readonly controls: LabControls
  /** Only a lab whose time is its own can pause, step or go back. */
  readonly time?: TimeControls
}

/**
 * Everything that changes a lab. Each resolves to what the lab confirmed, and rejects with a `LabRefusal` when it refused;
 * then nothing has changed.
 */
export interface LabControls {
  configure(patch: Partial<ServerConfig>): Promise<ServerConfig>
  /** To the first attacker when none is named. */
  startAttack(request: AttackRequest, attacker?: AttackerId): Promise<AttackView>
  stopAttack(attacker: AttackerId, id: number): Promise<AttackView>
  stopAllAttacks(): Promise<number>
  setClients(request: ClientsRequest, attacker?: AttackerId): Promise<AttackerState['clients']>
  /** Server and attackers begin anew, with their present settings. */
  reset(): Promise<ServerState>
  sockets(state: string | undefined, limit: number): Promise<SocketList>
  /** Follows another connection from now on; undefined stops. One per lab: the last who asks decides. Returns its number. */
  follow(request: TapRequest | undefined): Promise<number | undefined>
  /** Takes a cookie apart that the server has sent, and judges it or the number that is given. Nothing is counted. */
  cookie(request: CookieRequest): Promise<CookieAnatomy>
}

/** A refused control call, in the words of whoever refused it. */
export interface LabRefusal {
  readonly code: string
  readonly message: string
  /** The key at fault, as `a.b.c`. */
  readonly path?: string
}

/** Time that can be held. All moments are milliseconds of virtual time. */
export interface TimeControls {
  pause(): void
  /** Virtual seconds per second: 0.01 to 1000. */
  run(speed: number): void
  step(by: 'packet' | 'event' | 'second'): Promise<void>
  /** Goes to any moment between 0 and the furthest one reached; what was switched before it is replayed, what came after is forgotten when something else is switched. */
  goTo(at: number): Promise<void>
}
