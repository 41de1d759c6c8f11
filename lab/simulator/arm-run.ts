/**
 * What the simulation of one arm leaves behind: raw figures, from which the bundle makes its files.
 */
import type { ConnectionRecord } from '../../attacker/clients/attempt.ts'
import type { FaultPath } from '../../tcpip/link/fault-path.ts'
import type { Arm } from '../scenario/resolve.ts'
import type { Recorder } from './recorder.ts'

export interface ArmRun {
  readonly arm: Arm
  readonly recording: Recorder
  /** Names of the populations of honest clients, in the scenario's order. */
  readonly populations: readonly string[]
  /** Every attempt of an honest client, in the order of their starts (microseconds from the start of the run). */
  readonly attempts: readonly ConnectionRecord[]
  /** The limit of both queues; each holds one more. */
  readonly synQueueLimit: number
  readonly acceptQueueLimit: number
  /** Memory of the SYN queue, bytes. */
  readonly synQueueBytes: number
  /** Both directions of the network, for what became of the packets on their way. */
  readonly paths: { readonly toServer: FaultPath; readonly toClients: FaultPath }
}
