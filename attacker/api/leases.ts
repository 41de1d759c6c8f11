/**
 * Leases: how a control process shows that it is still there. An attack that was started under a lease is stopped when the
 * lease runs out, so that a control process that dies, or hangs, leaves no attack behind. Owns no clock and no attack.
 */

/**
 * How long a lease lasts without being renewed, milliseconds: the default, which with the tick of whoever watches it is below
 * two seconds, and the longest. None is shorter than the default.
 */
export const LEASE_MS = 1_500
export const LEASE_MS_MAX = 60_000

/** How often leases have to be looked at, milliseconds. */
export const LEASE_TICK_MS = 250

/** Leases at a time, at most. */
export const LEASES_MAX = 64

interface Lease {
  /** Milliseconds. */
  readonly length: number
  until: number
  readonly attacks: Set<number>
}

export class Leases {
  private readonly leases = new Map<string, Lease>()

  /** How many there are. */
  get size(): number {
    return this.leases.size
  }

  /** A new lease under a name that nobody has; `now` and `length` in milliseconds. */
  open(id: string, now: number, length = LEASE_MS): void {
    this.leases.set(id, { length, until: now + length, attacks: new Set() })
  }

  /** Whether there is such a lease and it has not run out. */
  isLive(id: string, now: number): boolean {
    const lease = this.leases.get(id)
    return lease !== undefined && now < lease.until
  }

  /** Makes a lease last as if it were new; returns its length, milliseconds, undefined when there is none. */
  renew(id: string, now: number): number | undefined {
    const lease = this.leases.get(id)
    if (lease === undefined || now >= lease.until) return undefined
    lease.until = now + lease.length
    return lease.length
  }

  /** The attack ends with the lease, which is live. */
  bind(id: string, attack: number): void {
    this.leases.get(id)?.attacks.add(attack)
  }

  /** The attack is over by itself. */
  release(attack: number): void {
    for (const { attacks } of this.leases.values()) attacks.delete(attack)
  }

  /** Gives a lease up; returns the attacks that have to be stopped, undefined when there is no such lease. */
  close(id: string): number[] | undefined {
    const lease = this.leases.get(id)
    this.leases.delete(id)
    return lease === undefined ? undefined : [...lease.attacks]
  }

  /** Forgets the leases that have run out; returns the attacks that have to be stopped. */
  expire(now: number): number[] {
    const over = [...this.leases].filter(([, { until }]) => now >= until)
    return over.flatMap(([id]) => this.close(id) ?? [])
  }
}
