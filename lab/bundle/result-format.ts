/**
 * The shape of result.json. What its figures mean is said here; what makes them is in result.ts.
 */
import type { Outcome } from '../../attacker/clients/client-counters.ts'
import type { ApplicationConfig } from '../../server/app/application-config.ts'
import type { ListenerConfig } from '../../server/listener/listener-config.ts'
import type { Scenario } from '../scenario/resolve.ts'
import type { PhaseName, Threshold } from '../scenario/schema.ts'

/** Version of the bundle's format; goes up when a reader of an older one would misread it. */
export const FORMAT_VERSION = 1

/** Of successful connections. */
export interface Durations {
  /** Milliseconds; null when no connection succeeded. */
  readonly p50: number | null
  readonly p90: number | null
  readonly p99: number | null
  readonly max: number | null
}

export interface ShareResult {
  readonly attempted: number
  readonly succeeded: number
  /** Null when nothing was attempted. */
  readonly success_ratio: number | null
}

export interface LegitResult {
  /** Attempts whose start lies in the phase. */
  readonly attempted: number
  readonly succeeded: number
  readonly failed: number
  /** Null when nothing was attempted. */
  readonly success_ratio: number | null
  readonly connect_ms: Durations
  readonly first_byte_ms: Durations
  /** Whole answers that these attempts got, failed ones included. */
  readonly requests_answered: number
  /** Attempts of clients that had been served before, from an address that returns; and all others. */
  readonly new: ShareResult
  readonly returning: ShareResult
  readonly outcomes: Record<Outcome, number>
}

export interface QueueResult {
  /** The queue is full above this: it holds one more (Linux). */
  readonly limit: number
  /** Time-weighted. */
  readonly mean: number
  readonly max: number
}

export interface PhaseResult {
  readonly start_s: number
  readonly end_s: number
  /** All honest clients. */
  readonly legit: LegitResult
  /** Each population of them. */
  readonly populations: Record<string, LegitResult>
  readonly syn_queue: QueueResult
  readonly accept_queue: QueueResult
  /** What the server's counters gained in the phase, by Linux MIB name. */
  readonly counters: Record<string, number>
  /** Packets the server took: in = accepted + dropped. */
  readonly packets: { readonly in: number; readonly accepted: number; readonly dropped: Record<string, number> }
  /** Memory of the SYN queue. */
  readonly memory_bytes: number
}

/** Packets in one direction, whole run: sent = delivered + lost + overflowed + those still under way at the end. */
export interface PathResult {
  readonly sent: number
  readonly delivered: number
  /** By the scenario's `link.loss`. */
  readonly lost: number
  /** Because the simulator's own buffers were full: a run with more than 0 here shows the simulator's limits. */
  readonly overflowed: number
}

export interface ArmResult {
  readonly listener: ListenerConfig
  readonly application: ApplicationConfig
  readonly link: { readonly to_server: PathResult; readonly to_clients: PathResult }
  readonly phases: Record<PhaseName, PhaseResult>
}

/** A condition of the scenario, and whether it held. */
export interface ThresholdResult extends Threshold {
  /** Null when there is nothing to measure, such as the connect time of no connection: that never passes. */
  readonly actual: number | null
  readonly passed: boolean
}

/** A scenario but for its seed, which is a property of a run. */
export type ScenarioDefinition = Omit<Scenario, 'seed'>

export interface Result {
  readonly format_version: number
  readonly synlab_version: string
  readonly scenario: {
    readonly name: string
    /** SHA-256 of `definition` as JSON without white space, keys in alphabetical order: the same for every seed. */
    readonly sha256: string
    /** The scenario as it ran: file, `--set` and defaults. */
    readonly definition: ScenarioDefinition
  }
  readonly seed: number
  /** Reproduces the bundle. */
  readonly command: string
  readonly percentiles: string
  readonly arms: Record<string, ArmResult>
  readonly thresholds: readonly ThresholdResult[]
  /** Every threshold held. */
  readonly passed: boolean
}

/** What says which run a bundle is of, and who can read it. */
export type ResultHead = Pick<Result, 'format_version' | 'synlab_version' | 'command'>
