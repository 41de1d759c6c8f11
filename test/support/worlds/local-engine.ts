/**
 * A server engine without thread and socket: the real ServerEngineCore on a memory link in manual time, behind the interface
 * that the API has of it.
 */

import { cpuSeconds } from '../../../control/cpu-seconds.ts'
import { SERVER_DEFAULTS, type ServerConfig } from '../../../server/app/server-config.ts'
import type { ServerEngine } from '../../../server/engine/engine.ts'
import { ServerEngineCore } from '../../../server/engine/engine-core.ts'
import type { CoreEvents, EngineEvents } from '../../../server/engine/protocol.ts'
import { makeSharedStats, StatsPublisher, StatsReader } from '../../../server/engine/published-stats.ts'
import { describeState } from '../../../server/engine/server-state.ts'
import { MILLISECOND, SECOND } from '../../../tcpip/base/time.ts'
import type { LinkEnd } from '../../../tcpip/link/link.ts'
import { makeMemoryLink } from '../../../tcpip/link/memory-link.ts'
import { SERVER_ADDRESS, SERVER_PORT } from '../../../tcpip/wire/address-plan.ts'
import { packetBytes } from '../../../tcpip/wire/codec.ts'
import { makeSegment, SYN } from '../../../tcpip/wire/segment.ts'
import { ManualScheduler } from './manual-scheduler.ts'
import { testSecret } from './server-lab.ts'

type AnyListener = (data: never) => void

export class LocalEngine {
  readonly scheduler = new ManualScheduler(100 * SECOND)
  readonly core: ServerEngineCore
  readonly engine: ServerEngine
  /** Everything the engine told, in order. */
  readonly told: { event: keyof EngineEvents; data: unknown }[] = []
  /** The far end of the link. */
  readonly wire: LinkEnd
  private readonly listeners: { event: keyof EngineEvents; listener: AnyListener }[] = []

  constructor(config: Partial<ServerConfig> = {}) {
    const link = makeMemoryLink(1024)
    this.wire = link.b
    const shared = makeSharedStats()
    const reader = new StatsReader(shared)
    this.core = new ServerEngineCore({
      link: { end: link.a, flush: () => {} },
      config: { ...SERVER_DEFAULTS, ...config },
      publisher: new StatsPublisher(shared),
      clock: this.scheduler.clock,
      momentOf: (now) => now / MILLISECOND,
      makeSecret: () => testSecret(56),
      emit: (event, data) => this.emit(event, data),
      scheduler: this.scheduler,
    })
    const where = { linkHost: '127.0.0.1', linkPort: 7400 }
    const inspection = () => ({ config: this.core.config, peers: [] })
    this.engine = {
      where,
      failed: new Promise(() => {}),
      configure: async (patch) => this.core.configure(patch),
      reset: async () => this.core.reset(),
      sockets: async (state, limit) => this.core.sockets(state, limit),
      follow: async (target) => this.core.follow(target),
      cookie: async (cookie) => this.core.cookie(cookie),
      slots: async () => this.core.slots(),
      state: async () =>
        describeState(reader.read(), inspection(), where, {
          pid: process.pid,
          uptimeSeconds: process.uptime(),
          cpuSeconds: cpuSeconds(),
        }),
      stats: () => reader.read(),
      on: (event, listener) => this.listeners.push({ event, listener: listener as AnyListener }),
      close: async () => this.core.stop(),
    }
  }

  /** Puts `count` SYNs on the link, each from a source of its own, and lets the engine take its turns. */
  flood(count: number, first = 0): void {
    for (let i = first; i < first + count; i++) {
      const packet = spoofedSyn(i)
      this.wire.tx.push(packet, 0, packet.length)
    }
    this.core.wake()
    this.scheduler.settle()
    this.wire.rx.clear()
  }

  private emit<K extends keyof CoreEvents>(event: K, data: CoreEvents[K]): void {
    this.told.push({ event, data })
    for (const entry of this.listeners)
      if (entry.event === event) entry.listener({ ...data, at: this.scheduler.clock() / MILLISECOND } as never)
  }
}

/** A SYN to the server that nobody stands behind; its source is the `index`th of 198.18.0.0/15. */
export function spoofedSyn(index: number): Uint8Array {
  return packetBytes(
    makeSegment({
      source: (0xc612_0000 + index) | 0,
      sourcePort: 40_000,
      destination: SERVER_ADDRESS,
      destinationPort: SERVER_PORT,
      flags: SYN,
      seq: index,
      window: 64_240,
      mss: 1460,
    }),
  )
}
