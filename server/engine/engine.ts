/**
 * The engine as the main thread sees it: commands in, numbers and events out. The thread behind it owns link and host.
 */
import { Worker } from 'node:worker_threads'
import { cpuSeconds } from '../../control/cpu-seconds.ts'
import { ThreadClient } from '../../control/thread.ts'
import type { ServerConfig } from '../app/server-config.ts'
import type { SocketList } from '../app/socket-rows.ts'
import type { SocketState } from '../app/socket-state.ts'
import type { TapTarget } from '../app/tap-target.ts'
import type { CookieAnatomy, ServerState } from '../contract.ts'
import type { EngineCommands, EngineEvents, EngineOptions, EngineReady, EngineWorkerData, Slots } from './protocol.ts'
import { makeSharedStats, type ServerStats, StatsReader } from './published-stats.ts'
import { describeState } from './server-state.ts'

export interface ServerEngine {
  /** Where the link listens. */
  readonly where: EngineReady
  /** Resolves with the reason when the engine has ended by itself. */
  readonly failed: Promise<Error>
  /** Changes some knobs while the server runs and returns all of them. The values are in range. */
  configure(patch: Partial<ServerConfig>): Promise<ServerConfig>
  /** Drops all connections and sets all counters to zero: a fresh start with the present configuration. */
  reset(): Promise<void>
  /** The sockets in `state`, or all, at most `limit`. */
  sockets(state: SocketState | undefined, limit: number): Promise<SocketList>
  /** Follows another connection, or none; returns the number of the tap. One at a time: the last who asks decides. */
  follow(target: TapTarget | undefined): Promise<number | undefined>
  /** Takes a SYN cookie apart and judges `cookie` (unsigned 32 bits) in its place if given; counts nothing. */
  cookie(cookie: number | undefined): Promise<CookieAnatomy>
  /** Both queues, place by place. */
  slots(): Promise<Slots>
  state(): Promise<ServerState>
  /** The numbers as of the engine's last turn, without asking it; overwritten by the next call. */
  stats(): ServerStats
  on<K extends keyof EngineEvents>(event: K, listener: (data: EngineEvents[K]) => void): void
  close(): Promise<void>
}

/** Starts the engine in a thread of its own. Rejects with the error's code when the link's address cannot be bound. */
export async function startEngine(options: EngineOptions): Promise<ServerEngine> {
  const sharedStats = makeSharedStats()
  const reader = new StatsReader(sharedStats)
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    name: 'synlab-server-engine',
    workerData: { ...options, sharedStats } satisfies EngineWorkerData,
  })
  const thread = new ThreadClient<EngineCommands, EngineEvents, EngineReady>(worker)
  const where = await thread.ready
  return {
    where,
    failed: thread.failed,
    configure: (patch) => thread.call('configure', patch),
    reset: async () => {
      await thread.call('reset', undefined)
    },
    sockets: (state, limit) => thread.call('sockets', { state, limit }),
    follow: (target) => thread.call('follow', target),
    cookie: (cookie) => thread.call('cookie', cookie),
    slots: () => thread.call('slots', undefined),
    state: async () => {
      const inspection = await thread.call('inspect', undefined)
      return describeState(reader.read(), inspection, where, {
        pid: process.pid,
        uptimeSeconds: process.uptime(),
        cpuSeconds: cpuSeconds(),
      })
    },
    stats: () => reader.read(),
    on: (event, listener) => thread.on(event, listener),
    close: () => thread.close(),
  }
}
