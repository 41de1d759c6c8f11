/**
 * The lab's control planes, spoken to over HTTP: everything the view shows is read here, everything a key does is done
 * here. No number comes from anywhere else.
 */
import type { AttackerState } from '../../attacker/engine/protocol.ts'
import type { ServerState } from '../../server/engine/server-state.ts'
import type { AttackerGroup } from './attacker-group.ts'
import { call, callJson } from './control-plane.ts'

/** The state of the whole lab at one moment. */
export interface Sample {
  /** Milliseconds, monotonic. */
  readonly at: number
  readonly server: ServerState
  readonly attacker: AttackerState
  /** Connect times of successful clients: how many took at most so long. */
  readonly connects: readonly ConnectBucket[]
}

export interface ConnectBucket {
  /** Upper bound, seconds; Infinity for the last. */
  readonly le: number
  /** Clients up to that bound, since the start. */
  readonly count: number
}

const BUCKET_LINE = /^synlab_client_connect_duration_seconds_bucket\{(.*)\} (\S+)$/

export class LabClient {
  private readonly serverUrl: string
  private readonly attackers: AttackerGroup

  constructor(serverUrl: string, attackers: AttackerGroup) {
    this.serverUrl = serverUrl
    this.attackers = attackers
  }

  async sample(): Promise<Sample> {
    const [server, attacker, metrics] = await Promise.all([
      callJson<ServerState>(`${this.serverUrl}/api/state`),
      this.attackers.state(),
      this.attackers.metrics(),
    ])
    return { at: performance.now(), server, attacker, connects: parseConnectBuckets(metrics) }
  }

  async setSynCookies(mode: number): Promise<void> {
    await call(`${this.serverUrl}/api/config`, 'PATCH', { synCookies: mode })
  }

  /** Starts a flood of `rate` SYN/s that stops by itself after `duration` seconds, in the place of any other. */
  async startFlood(rate: number, duration: number): Promise<void> {
    await this.attackers.startFlood(rate, duration)
  }

  async stopFlood(): Promise<void> {
    await this.attackers.stopAttacks()
  }

  /** Stops attacks, throws queues and connections away and sets all counters to zero. */
  async reset(): Promise<void> {
    await this.attackers.reset()
    await call(`${this.serverUrl}/api/reset`, 'POST')
  }
}

/** The buckets of successful clients in the text of the attacker's metrics. */
export function parseConnectBuckets(metrics: string): ConnectBucket[] {
  const buckets: ConnectBucket[] = []
  for (const line of metrics.split('\n')) {
    const [, labels = '', count] = BUCKET_LINE.exec(line) ?? []
    const le = /le="([^"]+)"/.exec(labels)?.[1]
    if (le === undefined || !labels.includes('outcome="ok"')) continue
    buckets.push({ le: le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le), count: Number(count) })
  }
  return buckets.sort((a, b) => a.le - b.le)
}
