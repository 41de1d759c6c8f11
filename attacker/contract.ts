/**
 * What the attacker's control API says, as types: its state, attacks, honest clients and events as they look in JSON. The
 * attacker makes them, clients and the page read them; no code of Node is behind this file.
 */
import type { Stamped } from '../control/stamped.ts'
import type { EndView } from '../tcpip/host/end-view.ts'
import type { SpokeState } from '../tcpip/udp-link/spoke-session.ts'
import type { Outcome } from './clients/client-counters.ts'
import type { ClientMode, ClosedClients, OpenClients } from './clients/client-spec.ts'
import type { GatewayOutcome } from './gateway/gateway-counters.ts'
import type { ReplayView } from './trace/account.ts'
import type { AttackState } from './traffic/attack.ts'
import type { AttackKind, AttackKindEntry } from './traffic/attack-catalogue.ts'

export type { Outcome } from './clients/client-counters.ts'
export type { ClientsRequest } from './clients/client-spec.ts'
export type { GatewayOutcome } from './gateway/gateway-counters.ts'
export type { AttackState } from './traffic/attack.ts'
export type { AttackKind, AttackKindEntry } from './traffic/attack-catalogue.ts'

/** Answer of GET /api/state, and what a `snapshot` event carries. */
export interface AttackerState {
  /** Seconds since the engine started. */
  readonly time: number
  /** Processor time of the process since it began, of all threads, user and system, seconds; null where there is no process. */
  readonly cpuSeconds: number | null
  readonly link: LinkView
  readonly attacks: readonly AttackView[]
  readonly clients: ClientsView
  /** Answers to spoofed sources that came back. */
  readonly backscatter: number
  readonly gateway: GatewayView
}

/** The link to the lab server. */
export interface LinkView {
  readonly state: SpokeState
  /** What is the matter, in one line for people. */
  readonly detail: string
  /** Where the hub is, as it was typed. */
  readonly hub: string
  /** Addresses that this process's clients connect from, once the hub has granted some. */
  readonly clientAddresses?: string
}

/** An attack from outside: what it was told, parameters of its kind included, and how far it is. */
export interface AttackView {
  readonly id: number
  readonly kind: AttackKind
  /** Packets or connections per second; of a shape that varies, the highest. */
  readonly rate: number
  /** Seconds. */
  readonly duration: number
  readonly state: AttackState
  /** Seconds since its start, up to its end. */
  readonly elapsed: number
  /** Packets, or connections, that fell due = sent + late + noRoom. */
  readonly offered: number
  readonly sent: number
  /** Not sent, because the process was too far behind. */
  readonly late: number
  /** Not sent, because the link's transmit ring or a table of connections was full. */
  readonly noRoom: number
  /** What the attack has seen of its effect, by name. */
  readonly figures: Readonly<Record<string, number>>
  /** Of a replay: what becomes of the packets of its recording. */
  readonly replay?: ReplayView
  readonly [parameter: string]: unknown
}

/** Body of POST /api/attacks: kind, duration and rate, and the parameters of the kind (GET /api/attack-kinds). */
export interface AttackOrderBody {
  readonly kind: AttackKind
  /** Seconds. */
  readonly duration: number
  /** Per second; for kinds whose `pace` is `given`. */
  readonly rate?: number
  readonly seed?: number
  /** The attack ends with this lease. */
  readonly lease?: string
  readonly [parameter: string]: unknown
}

/** Answer of GET /api/attack-kinds: the catalogue of attacks. */
export interface AttackKinds {
  readonly kinds: Readonly<Record<AttackKind, AttackKindEntry>>
}

/** What the clients are told, and how they fare. */
export interface ClientsView extends Partial<Omit<OpenClients, 'mode'>>, Partial<Omit<ClosedClients, 'mode'>> {
  readonly mode?: ClientMode
  /** Attempts that began, or were meant to = in flight + outcomes. */
  readonly attempted: number
  readonly inFlight: number
  readonly outcomes: Readonly<Record<Outcome, number>>
  readonly latency: ClientLatencyView
  /** Connect times of attempts that ended well, upper bounds ascending, each counting all up to its bound. */
  readonly connects: readonly ConnectBucket[]
}

export interface ConnectBucket {
  /** Upper bound, seconds; null for the last, which has none. */
  readonly le: number | null
  /** Attempts up to that bound, since the start or since the counters were set to zero. */
  readonly count: number
}

/** Milliseconds; null while there is nothing to tell. */
export interface LatencyFigures {
  readonly p50: number | null
  readonly p90: number | null
  readonly p99: number | null
  readonly p999: number | null
  readonly max: number | null
}

export interface ClientLatencyView {
  readonly connectMs: LatencyFigures
  readonly firstByteMs: LatencyFigures
  /** Attempts that ended well since the start, or since the counters were set to zero. */
  readonly count: number
}

/** Real connections through the gateway: accepted = open + outcomes. All 0 where there is none. */
export interface GatewayView {
  readonly accepted: number
  readonly open: number
  readonly outcomes: Readonly<Record<GatewayOutcome, number>>
}

/** A lease, as POST and PUT /api/leases answer it: the attacks bound to it end unless it is renewed in time. */
export interface LeaseView {
  readonly id: string
  /** How long it lasts from now. */
  readonly seconds: number
}

/** One honest connection that has ended, as the page is told of it. Times are milliseconds, moments since the Unix epoch. */
export interface FinishedConnection {
  /** When the client meant to start. */
  readonly startedAt: number
  /** From there to ESTABLISHED; null if it never was. */
  readonly connectMs: number | null
  /** From there to the outcome. */
  readonly totalMs: number
  readonly outcome: Outcome
  readonly population: string
}

/** Honest connections that have ended since the last batch. */
export interface FinishedBatch {
  readonly at: number
  /** Those told and those left out, because they were too many to tell each one. */
  readonly ended: number
  readonly connections: readonly FinishedConnection[]
}

/** What the engine tells by itself, by name. */
export type AttackerEngineEvents = {
  /** The link's state has changed. */
  link: LinkView
  /** An attack began or is over; its `state` says which. */
  attack: AttackView
  /** Clients were told something else. */
  clients: ClientsView
  /** Attacks were stopped and counters set to zero. */
  reset: AttackerState
  /** The end of the client that is being followed (POST /api/tap) has changed. */
  end: { readonly client: string; readonly end: EndView }
}

/**
 * Events of GET /api/events by name, with what each carries. `connections` and `end` are told to those alone who
 * ask for them by `?events=`.
 */
export type AttackerEvents = Stamped<
  AttackerEngineEvents & {
    /** The whole state: first of all, and twice a second. */
    snapshot: AttackerState
    /** A lease has run out, and these attacks are stopped for it. */
    lease: { readonly state: 'expired'; readonly attacks: readonly number[] }
    /** Ten times a second, as far as there are any. */
    connections: FinishedBatch
  }
>
