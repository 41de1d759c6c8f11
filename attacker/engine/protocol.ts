/**
 * What the engine's thread and the main thread say to each other, and how the attacker's state looks from outside: in
 * seconds and text, where the engine has microseconds and numbers.
 */
import type { Stamped } from '../../control/stamped.ts'
import type { SpokeState } from '../../tcpip/udp-link/spoke-session.ts'
import type { Prefix } from '../../tcpip/wire/address.ts'
import type { Outcome } from '../clients/client-counters.ts'
import type { ClientMode, ClientSpec, ClosedClients, OpenClients } from '../clients/client-spec.ts'
import type { GatewayOptions } from '../gateway/gateway.ts'
import type { HubTarget } from '../guard.ts'
import type { AttackState } from '../traffic/attack.ts'
import type { AttackKind } from '../traffic/attack-catalogue.ts'
import type { AttackSpec } from '../traffic/attack-spec.ts'
import type { Trace } from '../traffic/trace.ts'
import type { ClientLatencyView } from './client-latency.ts'

export interface EngineOptions {
  readonly hub: HubTarget
  readonly labKey: string
  /** The lab's own network, if it has one beside loopback. */
  readonly labNetwork: Prefix | undefined
  /** Seed of all traffic; undefined for a random one. */
  readonly seed: number | undefined
  /** What clients do from the moment the link is ready. */
  readonly clients: ClientSpec | undefined
  /** The gateway for real clients; undefined for none. */
  readonly gateway: GatewayOptions | undefined
}

/** What is known once the engine is up. */
export interface EngineReady {
  readonly link: LinkView
  /** Where the gateway listens, if there is one. */
  readonly gateway: { readonly host: string; readonly port: number } | undefined
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
  readonly [parameter: string]: unknown
}

/** What the clients are told, and how they fare. */
export interface ClientsView extends Partial<Omit<OpenClients, 'mode'>>, Partial<Omit<ClosedClients, 'mode'>> {
  readonly mode?: ClientMode
  /** Attempts that began, or were meant to = in flight + outcomes. */
  readonly attempted: number
  readonly inFlight: number
  readonly outcomes: Readonly<Record<Outcome, number>>
  readonly latency: ClientLatencyView
}

export interface AttackerState {
  /** Seconds since the engine started. */
  readonly time: number
  readonly link: LinkView
  readonly attacks: readonly AttackView[]
  readonly clients: ClientsView
  /** Answers to spoofed sources that came back. */
  readonly backscatter: number
}

/** An attack that was started, or why it was not. */
export type StartResult =
  | { readonly attack: AttackView }
  | { readonly refusal: { readonly code: 'UNAVAILABLE' | 'CONFLICT'; readonly message: string } }

/** An attack, with its trace if it is a replay. */
export interface AttackOrder {
  readonly spec: AttackSpec
  readonly trace?: Trace
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

/** Declared as types, not interfaces: control/thread.ts wants them to be records. */
export type EngineCommands = {
  state: { request: undefined; reply: AttackerState }
  startAttack: { request: AttackOrder; reply: StartResult }
  stopAttack: { request: number; reply: AttackView | undefined }
  stopAll: { request: undefined; reply: number }
  setClients: { request: ClientSpec | undefined; reply: ClientsView }
  reset: { request: undefined; reply: AttackerState }
  takeFinished: { request: undefined; reply: FinishedBatch }
  close: { request: undefined; reply: null }
}

/** What the core of the engine tells. */
export type CoreEvents = {
  link: LinkView
  /** An attack began or is over; its `state` says which. */
  attack: AttackView
  /** Clients were told something else. */
  clients: ClientsView
  /** Attacks were stopped and counters set to zero. */
  reset: AttackerState
}

export type EngineEvents = Stamped<CoreEvents>

export type EngineEvent = keyof EngineEvents

/** What the worker thread is started with. */
export interface EngineWorkerData extends EngineOptions {
  readonly counters: SharedArrayBuffer
}
