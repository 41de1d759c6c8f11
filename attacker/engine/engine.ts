/**
 * The engine as the main thread sees it: commands in, state and events out. The thread behind it owns link and host.
 */
import { Worker } from 'node:worker_threads'
import { ThreadClient } from '../../control/thread.ts'
import type { ClientSpec } from '../clients/client-spec.ts'
import type { AttackerState, AttackView, ClientsView, FinishedBatch, LinkView } from '../contract.ts'
import type { ClientName } from './followed-client.ts'
import type {
  AttackOrder,
  EngineCommands,
  EngineEvents,
  EngineOptions,
  EngineReady,
  EngineWorkerData,
  StartResult,
} from './protocol.ts'
import { SharedCounters } from './shared-counters.ts'

export interface AttackerEngine {
  /** Live: read them without asking the engine. */
  readonly counters: SharedCounters
  /** Where the gateway listens, if there is one. */
  readonly gateway: EngineReady['gateway']
  /** Resolves with the reason when the engine has ended by itself. */
  readonly failed: Promise<Error>
  /** The link as of its latest change. */
  link(): LinkView
  state(): Promise<AttackerState>
  /** Starts an attack whose values are in range, or says why not. */
  startAttack(order: AttackOrder): Promise<StartResult>
  /** Stops an attack and says how it went, also when it was over before; undefined when nobody knows it. */
  stopAttack(id: number): Promise<AttackView | undefined>
  /** Returns how many attacks were stopped. */
  stopAll(): Promise<number>
  /** From now on clients arrive as `spec` says; undefined for not at all. */
  setClients(spec: ClientSpec | undefined): Promise<ClientsView>
  /** Stops all attacks and sets all counters to zero. */
  reset(): Promise<AttackerState>
  /** Follows the client's end of another connection, or of none; false when nobody here has that address. */
  follow(client: ClientName | undefined): Promise<boolean>
  /** The honest connections that have ended since the last call. */
  takeFinished(): Promise<FinishedBatch>
  on<K extends keyof EngineEvents>(event: K, listener: (data: EngineEvents[K]) => void): void
  /** Stops all attacks, says goodbye to the hub and ends the thread. */
  close(): Promise<void>
}

/**
 * Starts the engine in a thread of its own; resolves once the first attempt to reach the hub is made, whatever came of
 * it. Rejects with code TARGET_REFUSED, and has sent nothing, when the guard does not allow the hub's address.
 */
export async function startEngine(options: EngineOptions): Promise<AttackerEngine> {
  const counters = new SharedCounters()
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    name: 'synlab-attacker-engine',
    workerData: { ...options, counters: counters.buffer } satisfies EngineWorkerData,
    // The thread closes descriptors of traces that the main thread has opened.
    trackUnmanagedFds: false,
  })
  const thread = new ThreadClient<EngineCommands, EngineEvents, EngineReady>(worker)
  const { gateway, ...ready } = await thread.ready
  let { link } = ready
  thread.on('link', (changed) => {
    link = changed
  })
  return {
    counters,
    gateway,
    failed: thread.failed,
    link: () => link,
    state: () => thread.call('state', undefined),
    startAttack: (order) => thread.call('startAttack', order),
    stopAttack: (id) => thread.call('stopAttack', id),
    stopAll: () => thread.call('stopAll', undefined),
    setClients: (spec) => thread.call('setClients', spec),
    reset: () => thread.call('reset', undefined),
    follow: (client) => thread.call('follow', client),
    takeFinished: () => thread.call('takeFinished', undefined),
    on: (event, listener) => thread.on(event, listener),
    close: () => thread.close(),
  }
}
